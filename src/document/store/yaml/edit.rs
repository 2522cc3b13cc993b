//! Inserting and removing nodes.

use std::ops::Range;

use zeroize::Zeroizing;

use super::emit::{Start, YamlWriter, flow, flow_member};
use super::outline::{Pair, PartContent, YamlPart, YamlView, column_of};
use super::region::{self, Region};
use super::source;
use crate::document::content::tree::{Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry};
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// The splices that insert `value` at `path`, as the last child of its parent.
pub(super) fn insert(
    layout: YamlView<'_>,
    tree: &Tree,
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let (parent, _, last) = parent(layout, tree, path)?;
    let editor = YamlEditor::new(layout, path.root);
    let child = match last {
        PathStep::Key(key) => Child::Member(key, value),
        PathStep::Index(_) => Child::Item(value),
    };
    editor.insert(parent, &child)
}

/// The splices that remove the node at `path`.
pub(super) fn remove(layout: YamlView<'_>, tree: &Tree, path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let (parent, node, last) = parent(layout, tree, path)?;
    let editor = YamlEditor::new(layout, path.root);
    let children = layout.parts[parent].children().to_vec();
    let index = layout.position(parent, node, last).ok_or_else(|| not_there(path))?;
    region::refuse_lost_anchors(layout, layout.subtree(children[index].value), None)?;
    if layout.is_behind_block(children[index].key) && !layout.parts[parent].is_flow_collection() {
        let end = source::end_of_line(layout.text, region::lines_end(layout, children[index].value));
        if source::is_above_deeper_comment(layout.text, end, layout.parts[parent].margin()) {
            let fault =
                "a comment below this value would become part of the text above it: move the comment to the left";
            return Err(layout.refused(layout.parts[children[index].key].span.start, fault));
        }
    }
    Ok(editor.remove(parent, &children, index))
}

/// The splices that replace the node at `path` by `value`, if it has a parent.
pub(super) fn replace(
    layout: YamlView<'_>,
    tree: &Tree,
    path: &Path,
    value: &Node,
) -> Result<Option<Vec<Splice>>, DocumentError> {
    if path.steps.is_empty() {
        return Ok(None);
    }
    let (parent, node, last) = parent(layout, tree, path)?;
    let editor = YamlEditor { layout, metadata: None, section: path.root };
    let children = layout.parts[parent].children().to_vec();
    let index = layout.position(parent, node, last).ok_or_else(|| not_there(path))?;
    let old = children[index].value;
    // The anchor of the node itself stays, and then names the new value.
    region::refuse_lost_anchors(layout, layout.subtree(old), Some(old))?;
    editor.replace(parent, &children, index, value).map(Some)
}

/// The parent of a path's target, by the number of its part and in the tree, and the last step.
fn parent<'p>(
    layout: YamlView<'_>,
    tree: &'p Tree,
    path: &'p Path,
) -> Result<(usize, &'p Node, &'p PathStep), DocumentError> {
    let found = || {
        let (last, way) = path.steps.split_last()?;
        let (mut part, mut node) = (layout.sections.get(path.root)?.root, tree.roots.get(path.root)?);
        for step in way {
            let index = layout.position(part, node, step)?;
            (part, node) = (layout.parts[part].children().at(index).value, node.child(step)?);
        }
        Some((part, node, last))
    };
    found().ok_or_else(|| not_there(path))
}

fn not_there(path: &Path) -> DocumentError {
    DocumentError::NotAsMeant(format!("no node is where a path of {} steps leads", path.steps.len()))
}

enum Child<'n> {
    Member(&'n str, &'n Node),
    Item(&'n Node),
}

struct YamlEditor<'l> {
    layout: YamlView<'l>,
    /// The key of the metadata of the document, which always stays last.
    metadata: Option<usize>,
    section: usize,
}

impl<'l> YamlEditor<'l> {
    fn new(layout: YamlView<'l>, section: usize) -> Self {
        let root = &layout.parts[layout.sections[section].root];
        let metadata = root.children().to_vec().into_iter().map(|pair| pair.key).find(|key| layout.is_metadata(*key));
        Self { layout, metadata, section }
    }

    fn insert(&self, parent: usize, child: &Child<'_>) -> Result<Vec<Splice>, DocumentError> {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        let mut siblings = part.children().to_vec();
        siblings.retain(|pair| Some(pair.key) != self.metadata);
        if part.is_flow_collection() {
            return self.insert_in_flow(parent, &siblings, child);
        }
        let margin = if part.is_block_collection() { part.margin() } else { 0 };
        let lines = self.lines(child, margin)?;
        let at = match (siblings.last(), self.metadata) {
            (Some(last), _) => self.line_behind(last.value, part.column()),
            (None, Some(key)) => source::start_of_line(text, self.layout.parts[key].span.start),
            (None, None) => self.layout.sections[self.section].end,
        };
        let header = (at == text.len()).then(|| region::unended_block(self.layout)).flatten();
        let header = header.map(|(place, text)| Splice { place, text });
        Ok(header.into_iter().chain([Splice { place: at..at, text: self.on_own_lines(at, &lines) }]).collect())
    }

    fn insert_in_flow(
        &self,
        parent: usize,
        siblings: &[Pair],
        child: &Child<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        // Nothing between the brackets: the first child gets lines of its own if possible.
        if let (true, Child::Member(..)) = (part.children().len() == 0 && !part.in_flow, child)
            && text[part.span.end..source::end_of_line(text, part.span.end)].trim().is_empty()
            && text[part.span.start + 1..part.span.end - 1].trim().is_empty()
        {
            let line = source::start_of_line(text, part.span.start);
            if self.layout.sections[self.section].root == parent {
                if text[line..part.span.start].trim_matches(['\u{feff}']).is_empty() {
                    let lines = self.lines(child, 0)?;
                    let new = self.before_the_rest(part.span.end, &lines).to_owned();
                    return Ok(vec![Splice { place: part.span.clone(), text: new }]);
                }
            } else if let Some(margin) = self.member_margin(parent) {
                let lines = self.lines(child, margin)?;
                let before = text[..part.span.start].trim_end_matches(' ').len();
                let new = format!("{}{}", source::line_break(text), self.before_the_rest(part.span.end, &lines));
                return Ok(vec![Splice { place: before..part.span.end, text: new }]);
            }
        }
        let new = match child {
            Child::Member(key, value) => flow_member(key, value)?,
            Child::Item(value) => flow(value)?,
        };
        if let Some(last) = siblings.last()
            && let Some(splices) = self.insert_below_comments(part, *last, &new)
        {
            return Ok(splices);
        }
        let (at, new) = match (siblings.last(), self.metadata.filter(|_| siblings.len() < part.children().len())) {
            (Some(last), _) => (self.layout.parts[last.value].full_end, format!(", {new}")),
            (None, Some(key)) => (self.layout.parts[key].span.start, format!("{new}, ")),
            (None, None) => (part.span.start + 1, new),
        };
        Ok(vec![Splice { place: at..at, text: new }])
    }

    /// Puts a child on a line of its own if there are comments between the last one and the bracket: it must not come
    /// between a child and its comment.
    fn insert_below_comments(&self, part: &YamlPart, last: Pair, new: &str) -> Option<Vec<Splice>> {
        let text = self.layout.text;
        let end = self.layout.parts[last.value].full_end;
        let remarks = &self.layout.remarks[self.layout.first_remark(end)..];
        let comment = remarks.iter().take_while(|remark| remark.start < part.span.end).last()?;
        // Only up to the bracket: metadata may follow the last child.
        let behind = source::skip_blanks(text, end);
        let has_comma = text[behind..].starts_with(',');
        if source::skip_blanks(text, behind + usize::from(has_comma)) + 1 != part.span.end {
            return None;
        }
        let start = self.layout.parts[last.key].span.start;
        let line = &text[source::start_of_line(text, start)..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let comma = (!has_comma).then(|| Splice { place: end..end, text: ",".to_owned() });
        let at = comment.end;
        let line = Splice { place: at..at, text: format!("{}{indent}{new}", source::line_break(text)) };
        Some(comma.into_iter().chain([line]).collect())
    }

    /// Replaces the value of a child. Its anchor stays, and its tag is removed, because it named the type of the old
    /// value. Comments on the line of the child stay; those within a collection are removed with it.
    fn replace(
        &self,
        parent: usize,
        children: &[Pair],
        index: usize,
        value: &Node,
    ) -> Result<Vec<Splice>, DocumentError> {
        let text = self.layout.text;
        let child = children[index];
        let (old, holder) = (&self.layout.parts[child.value], &self.layout.parts[parent]);
        let region = Region::of(self.layout, parent, children, index)
            .ok_or_else(|| self.layout.refused(old.span.start, "the place of this value cannot be found"))?;
        let is_leaf = matches!(value, Node::Leaf(_));
        let is_empty = matches!(value, Node::Mapping(entries) if entries.is_empty())
            || matches!(value, Node::Sequence(entries) if entries.is_empty());
        if holder.is_flow_collection() {
            return Ok(region.on_its_line(text, &flow(value)?));
        }
        let mut writer = YamlWriter::with_margin(source::line_break(text), holder.margin()).with_step(self.step());
        writer.quotes_blank_lines = true;
        writer.quotes_lines = source::is_above_deeper_comment(text, region.end, holder.margin());
        let is_item = child.key == child.value;
        let has_line = !region.remarks.is_empty() || !region.properties.is_empty();
        match value {
            // After brackets, a comment would belong to their content.
            _ if is_empty && !is_item && !region.remarks.is_empty() => {
                let margin = " ".repeat(holder.margin() + self.step());
                let line_break = source::line_break(text);
                writer.text = Zeroizing::new(format!("{line_break}{margin}{}{line_break}", flow(value)?));
            }
            Node::Sequence(_) | Node::Mapping(_) if is_item && !has_line => writer.item(value, 0)?,
            // After a dash, a comment would belong to the content.
            Node::Sequence(_) | Node::Mapping(_) if is_item => {
                writer.text.push(' ');
                writer.text.push_str(&flow(value)?);
                writer.text.push_str(source::line_break(text));
            }
            _ => writer.value(value, 0, if is_item { 2 } else { self.step() })?,
        }
        let new = self.before_the_rest(region.end, &writer.text);
        let is_one_line = !new.trim_end_matches(['\r', '\n']).contains(['\r', '\n']);
        if region.is_one_line && is_one_line && (is_leaf || is_empty || is_item) {
            return Ok(region.on_its_line(text, new.trim()));
        }
        if let Some(remark) = region.between {
            let fault = "there is a comment between this value and its key: move it above the key first";
            return Err(self.layout.refused(self.layout.remarks[remark].start, fault));
        }
        let fault = match region.remarks.len() {
            0 | 1 if region.remarks.is_empty() || region.anchor.is_none() || is_leaf => None,
            1 => Some("there is a comment after the anchor of this value: move it above the key first"),
            _ => Some("there are two comments on the lines of this value: move them above the key first"),
        };
        if let Some(fault) = fault {
            return Err(self.layout.refused(old.span.start, fault));
        }
        let mut line =
            Zeroizing::new(region.anchor.clone().map_or_else(String::new, |anchor| format!(" {}", &text[anchor])));
        let head = source::end_of_line(new, 0);
        line.push_str(&new[..head]);
        for remark in &region.remarks {
            line.push(' ');
            line.push_str(&text[self.layout.remarks[*remark].clone()]);
        }
        line.push_str(&new[head..]);
        Ok(vec![Splice { place: region.start..region.end, text: std::mem::take(&mut *line) }])
    }

    /// The indentation for members of a mapping that is the value of a block-style member.
    fn member_margin(&self, part: usize) -> Option<usize> {
        let holder = self.layout.parts.iter().find(|candidate| match &candidate.content {
            PartContent::Mapping(members) => !members.is_flow && members.children.iter().any(|pair| pair.value == part),
            _ => false,
        })?;
        Some(holder.margin() + self.step())
    }

    fn lines(&self, child: &Child<'_>, margin: usize) -> Result<Zeroizing<String>, DocumentError> {
        let line_break = source::line_break(self.layout.text);
        let mut writer = YamlWriter::with_margin(line_break, margin).with_step(self.step());
        writer.quotes_blank_lines = true;
        match *child {
            Child::Member(key, value) => {
                let member = Member { key: key.to_owned(), place: TextPlace::default(), value: value.clone() };
                writer.members(&[TreeEntry::Child(member)], 0, Start::OnItsLine)?;
            }
            Child::Item(value) => writer.items(&[TreeEntry::Child(value.clone())], 0, Start::OnItsLine)?,
        }
        Ok(writer.text)
    }

    /// The indentation that the document uses.
    fn step(&self) -> usize {
        let parts = &self.layout.parts;
        let nested = parts.iter().filter(|part| part.is_block_collection()).find_map(|part| match &part.content {
            PartContent::Mapping(members) => members
                .children
                .iter()
                .map(|pair| &parts[pair.value])
                .filter(|value| matches!(&value.content, PartContent::Mapping(members) if !members.is_flow))
                .map(|value| value.margin().saturating_sub(part.margin()))
                .find(|step| *step > 0),
            _ => None,
        });
        nested.filter(|step| *step <= 9).unwrap_or(4)
    }

    /// The start of the line after a part, and after the comments that directly follow it with the indentation of its
    /// siblings or more.
    fn line_behind(&self, part: usize, column: u64) -> usize {
        let text = self.layout.text;
        let lines_end = region::lines_end(self.layout, part);
        let mut at = source::behind_break(text, source::end_of_line(text, lines_end));
        for remark in &self.layout.remarks[self.layout.first_remark(at)..] {
            let is_next = text[at..remark.start].trim_matches([' ', '\t']).is_empty();
            if !is_next || column_of(text, remark.start) < column || at >= self.layout.sections[self.section].end {
                break;
            }
            at = source::behind_break(text, remark.end);
        }
        at
    }

    /// Whole lines, to be spliced in at the start of a line, or at the end of a file without a line break.
    fn on_own_lines(&self, at: usize, lines: &str) -> String {
        let text = self.layout.text;
        if text[..at].is_empty() || text[..at].ends_with(['\n', '\r', '\u{feff}']) {
            return lines.to_owned();
        }
        format!("{}{}", source::line_break(text), self.before_the_rest(at, lines))
    }

    /// New lines without their last line break, if there is one at `at` or the file has none at its end. A block scalar
    /// that ends the file would lose the line break of its value.
    fn before_the_rest<'n>(&self, at: usize, lines: &'n str) -> &'n str {
        let line = lines.strip_suffix('\n').map_or(lines, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        let last = &line[source::start_of_line(line, line.len())..];
        let may_be_block = line.contains(['\n', '\r']) && last.starts_with([' ', '\t']);
        if at == self.layout.text.len() && may_be_block { lines } else { line }
    }

    fn remove(&self, parent: usize, children: &[Pair], index: usize) -> Vec<Splice> {
        let text = self.layout.text;
        let parts = &self.layout.parts;
        let part = &parts[parent];
        let child = children[index];
        if part.is_flow_collection() {
            return self.remove_in_flow(parent, children, index);
        }
        let cut = |place| vec![Splice { place, text: String::new() }];
        if children.len() == 1 {
            return vec![self.emptied(parent, child)];
        }
        let start = self.start_of(part, child, index.checked_sub(1).map(|before| children[before]));
        let line = source::start_of_line(text, start);
        let begins_line = text[line..start].trim_matches([' ', '\u{feff}']).is_empty();
        match children.get(index + 1) {
            // On the line of a dash or a marker: the next child moves up to it, and comments before it stay before it.
            Some(next) if !begins_line => {
                let end = source::end_of_line(text, region::lines_end(self.layout, child.value));
                let next = self.start_of(part, *next, Some(child));
                let from = self.layout.first_remark(end);
                let has_comments = self.layout.remarks.get(from).is_some_and(|remark| remark.start < next);
                if has_comments { cut(text[..start].trim_end_matches(' ').len()..end) } else { cut(start..next) }
            }
            _ => cut(self.whole_lines(line.max(bom(text)), child)),
        }
    }

    /// A child is removed with one adjacent comma. Comments between it and others stay.
    fn remove_in_flow(&self, parent: usize, children: &[Pair], index: usize) -> Vec<Splice> {
        let text = self.layout.text;
        let parts = &self.layout.parts;
        let cut = |place| Splice { place, text: String::new() };
        let separator = |before: Option<usize>| match before {
            Some(before) => source::behind_sign(text, parts[children[before].value].full_end, b','),
            None => Some(parts[parent].span.start + 1),
        };
        let from = separator(index.checked_sub(1)).unwrap_or(parts[children[index].key].span.start);
        let start = source::skip_blanks(text, from);
        let end = parts[children[index].value].full_end;
        if let Some(behind) = source::behind_sign(text, end, b',') {
            // What follows on the line moves up; the line is removed if it holds nothing else.
            let blanks = text[behind..].len() - text[behind..].trim_start_matches([' ', '\t']).len();
            let is_between = text[end..behind].contains('#');
            if !is_between {
                return vec![cut(start..behind + blanks)];
            }
        }
        let trimmed = text[..start].trim_end_matches([' ', '\t']).len().max(from);
        let comma = (index > 0 && from > 0 && text[..from].ends_with(',')).then(|| cut(from - 1..from));
        comma.into_iter().chain([cut(trimmed..end)]).collect()
    }

    /// The start of a child: its dash, its `?`, its anchor or tag, or its key.
    fn start_of(&self, parent: &YamlPart, child: Pair, before: Option<Pair>) -> usize {
        let text = self.layout.text;
        let start = self.layout.parts[child.key].span.start;
        if matches!(parent.content, PartContent::Sequence(_)) {
            let from = before.map_or(parent.span.start, |before| self.layout.parts[before.value].full_end);
            return source::behind_sign(text, from, b'-').map_or(start, |at| at - 1);
        }
        let line = source::start_of_line(text, start);
        let prefix = &text[line..start];
        let properties = prefix.rfind("- ").map_or(prefix, |dash| &prefix[dash + 2..]).trim_start_matches(' ');
        if properties.starts_with(['?', '&', '!']) { start - properties.len() } else { start }
    }

    /// The lines of a child that begins its line.
    fn whole_lines(&self, line: usize, child: Pair) -> Range<usize> {
        let text = self.layout.text;
        let line_end = source::end_of_line(text, region::lines_end(self.layout, child.value));
        let mut end = source::behind_break(text, line_end);
        // Blank lines below a block scalar belong to it, and so may the line break before them.
        if self.layout.is_behind_block(child.key) {
            while end < text.len() && text[end..source::end_of_line(text, end)].trim_matches([' ', '\t']).is_empty() {
                end = source::behind_break(text, source::end_of_line(text, end));
            }
            return line..end;
        }
        if end == line_end && end == text.len() {
            let before =
                text[..line].strip_suffix('\n').map_or(line, |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
            return before..end;
        }
        line..end
    }

    /// A block collection whose only child is removed becomes an empty one in brackets.
    fn emptied(&self, parent: usize, child: Pair) -> Splice {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        let empty = if matches!(part.content, PartContent::Mapping(_)) { "{}" } else { "[]" };
        let start = self.start_of(part, child, None).min(part.span.start);
        let end = source::end_of_line(text, region::lines_end(self.layout, child.value)).max(start);
        // Up to the line of its key, if only blanks are between.
        let before = text[..start].trim_end_matches([' ', '\t', '\r', '\n']);
        let is_behind_sign = before.ends_with([':', '-', '?']) && self.layout.sections[self.section].root != parent;
        if is_behind_sign {
            return Splice { place: before.len()..end, text: format!(" {empty}") };
        }
        // The dashes of a list may be below the first letter of its key, where brackets may not.
        let missing = self.member_margin(parent).map_or(0, |margin| margin.saturating_sub(part.margin()));
        Splice { place: start..end, text: format!("{}{empty}", " ".repeat(missing)) }
    }
}

fn bom(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
