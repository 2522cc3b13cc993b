//! New nodes, and nodes taken away.

use std::ops::Range;

use zeroize::Zeroizing;

use super::super::store::Splice;
use super::super::tree::{Entry, Member, Node, Path, Place, Step};
use super::emit::{Start, Writer, flow, flow_member};
use super::layout::{Content, Layout, Pair, Part};
use super::{metadata, source};
use crate::error::DocumentError;

/// The splices that put `value` at `path`, as the last child of its parent.
pub(super) fn insert(layout: &Layout<'_>, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
    let (parent, last) = parent(layout, path)?;
    let editor = Editor { layout, metadata: metadata_key(layout, path.root), section: path.root };
    let child = match last {
        Step::Key(key) => Child::Member(key, value),
        Step::Index(_) => Child::Item(value),
    };
    editor.insert(parent, &child)
}

/// The splices that take away the node at `path`.
pub(super) fn remove(layout: &Layout<'_>, path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let (parent, last) = parent(layout, path)?;
    let editor = Editor { layout, metadata: metadata_key(layout, path.root), section: path.root };
    let children = children(&layout.parts[parent]);
    let index = position(layout, &children, last).ok_or_else(|| not_there(path))?;
    Ok(vec![editor.remove(parent, &children, index)])
}

/// The splices that put `value` in the place of the node at `path`, if it has a parent.
pub(super) fn replace(layout: &Layout<'_>, path: &Path, value: &Node) -> Result<Option<Vec<Splice>>, DocumentError> {
    if path.steps.is_empty() {
        return Ok(None);
    }
    let (parent, last) = parent(layout, path)?;
    let editor = Editor { layout, metadata: None, section: path.root };
    let children = children(&layout.parts[parent]);
    let index = position(layout, &children, last).ok_or_else(|| not_there(path))?;
    editor.replace(parent, children[index], value)
}

/// The parent of what a path leads to, by the number of its part, and the last step.
fn parent<'p>(layout: &Layout<'_>, path: &'p Path) -> Result<(usize, &'p Step), DocumentError> {
    let (last, way) = path.steps.split_last().ok_or_else(|| not_there(path))?;
    let mut part = layout.sections.get(path.root).ok_or_else(|| not_there(path))?.root;
    for step in way {
        let children = children(&layout.parts[part]);
        part = children[position(layout, &children, step).ok_or_else(|| not_there(path))?].value;
    }
    Ok((part, last))
}

fn not_there(path: &Path) -> DocumentError {
    DocumentError::NotAsMeant(format!("no node is where a path of {} steps leads", path.steps.len()))
}

/// The children of a collection; an item is its own key.
fn children(part: &Part<'_>) -> Vec<Pair> {
    match &part.content {
        Content::Mapping { members, .. } => members.clone(),
        Content::Sequence { items, .. } => items.iter().map(|item| Pair { key: *item, value: *item }).collect(),
        Content::Scalar { .. } | Content::Alias => Vec::new(),
    }
}

fn position(layout: &Layout<'_>, children: &[Pair], step: &Step) -> Option<usize> {
    match step {
        Step::Index(index) => (*index < children.len()).then_some(*index),
        Step::Key(key) => children.iter().position(|child| {
            child.key != child.value
                && matches!(&layout.parts[child.key].content, Content::Scalar { text, .. } if text == key)
        }),
    }
}

/// The key of the metadata of a document, which always stays behind everything else.
fn metadata_key(layout: &Layout<'_>, section: usize) -> Option<usize> {
    let left_out = metadata::find(layout).ok()?.left_out;
    let root = layout.sections.get(section)?.root;
    let members = children(&layout.parts[root]);
    members
        .iter()
        .map(|pair| pair.key)
        .find(|key| left_out.binary_search_by_key(key, |(left_out, _)| *left_out).is_ok())
}

enum Child<'n> {
    Member(&'n str, &'n Node),
    Item(&'n Node),
}

struct Editor<'l, 't> {
    layout: &'l Layout<'t>,
    metadata: Option<usize>,
    section: usize,
}

impl Editor<'_, '_> {
    fn insert(&self, parent: usize, child: &Child<'_>) -> Result<Vec<Splice>, DocumentError> {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        let mut siblings = children(part);
        siblings.retain(|pair| Some(pair.key) != self.metadata);
        if part.is_flow_collection() {
            return self.insert_in_flow(parent, &siblings, child);
        }
        let margin = if part.is_block_collection() { column(part) } else { 0 };
        let lines = self.lines(child, margin)?;
        let at = match (siblings.last(), self.metadata) {
            (Some(last), _) => self.line_behind(last.value, part.place.column),
            (None, Some(key)) => source::start_of_line(text, self.layout.parts[key].span.start),
            (None, None) => self.layout.sections[self.section].end,
        };
        Ok(vec![Splice { place: at..at, text: self.on_own_lines(at, &lines) }])
    }

    fn insert_in_flow(
        &self,
        parent: usize,
        siblings: &[Pair],
        child: &Child<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        // Nothing between the brackets: the first child stands in lines of its own where that is possible.
        if let (true, Child::Member(..)) = (children(part).is_empty() && !part.in_flow, child)
            && text[part.span.end..source::end_of_line(text, part.span.end)].trim().is_empty()
            && text[part.span.start + 1..part.span.end - 1].trim().is_empty()
        {
            let line = source::start_of_line(text, part.span.start);
            if self.layout.sections[self.section].root == parent {
                if text[line..part.span.start].trim_matches(['\u{feff}']).is_empty() {
                    let lines = self.lines(child, 0)?;
                    let new = lines.trim_end_matches(['\r', '\n']).to_owned();
                    return Ok(vec![Splice { place: part.span.clone(), text: new }]);
                }
            } else if let Some(margin) = self.member_margin(parent) {
                let lines = self.lines(child, margin)?;
                let before = text[..part.span.start].trim_end_matches(' ').len();
                let new = format!("{}{}", source::line_break(text), lines.trim_end_matches(['\r', '\n']));
                return Ok(vec![Splice { place: before..part.span.end, text: new }]);
            }
        }
        let new = match child {
            Child::Member(key, value) => flow_member(key, value)?,
            Child::Item(value) => flow(value)?,
        };
        let (at, new) = match (siblings.last(), self.metadata.filter(|_| siblings.len() < children(part).len())) {
            (Some(last), _) => (self.layout.parts[last.value].full_end, format!(", {new}")),
            (None, Some(key)) => (self.layout.parts[key].span.start, format!("{new}, ")),
            (None, None) => (part.span.start + 1, new),
        };
        Ok(vec![Splice { place: at..at, text: new }])
    }

    fn replace(&self, parent: usize, child: Pair, value: &Node) -> Result<Option<Vec<Splice>>, DocumentError> {
        let text = self.layout.text;
        let old = &self.layout.parts[child.value];
        let holder = &self.layout.parts[parent];
        // A tag says what the old value was.
        if old.tag.is_some() || matches!(old.content, Content::Alias) {
            return Ok(None);
        }
        if holder.is_flow_collection() {
            return Ok(Some(vec![Splice { place: old.span.clone(), text: flow(value)? }]));
        }
        let before = text[..old.span.start].trim_end_matches([' ', '\t', '\r', '\n']).len();
        let is_item = child.key == child.value;
        let is_behind_sign = text[..before].ends_with(if is_item { '-' } else { ':' });
        if !is_behind_sign && !old.has_anchor {
            return Ok(None);
        }
        let around = column(holder);
        let mut writer = Writer::with_margin(source::line_break(text), around).with_step(self.step());
        match value {
            Node::Sequence(_) | Node::Mapping(_) if is_item && !old.has_anchor => writer.item(value, 0)?,
            _ => writer.value(value, 0, if is_item { 2 } else { self.step() })?,
        }
        let end = self.end_of(child.value).max(before);
        let line_end = source::end_of_line(text, end);
        // A comment behind the old value goes with it where the new one takes lines of its own.
        let is_one_line = !writer.text.trim_end_matches(['\r', '\n']).contains('\n');
        let end = if is_one_line { end } else { line_end };
        Ok(Some(vec![Splice { place: before..end, text: writer.text.trim_end_matches(['\r', '\n']).to_owned() }]))
    }

    /// The indentation for the members of a mapping that is itself the value of a member in block style.
    fn member_margin(&self, part: usize) -> Option<usize> {
        let holder = self.layout.parts.iter().find(|candidate| {
            matches!(&candidate.content, Content::Mapping { is_flow: false, members } if members.iter().any(|pair| pair.value == part))
        })?;
        Some(column(holder) + self.step())
    }

    fn lines(&self, child: &Child<'_>, margin: usize) -> Result<Zeroizing<String>, DocumentError> {
        let line_break = source::line_break(self.layout.text);
        let mut writer = Writer::with_margin(line_break, margin).with_step(self.step());
        match *child {
            Child::Member(key, value) => {
                let member = Member { key: key.to_owned(), place: Place::default(), value: value.clone() };
                writer.members(&[Entry::Child(member)], 0, Start::OnItsLine)?;
            }
            Child::Item(value) => writer.items(&[Entry::Child(value.clone())], 0, Start::OnItsLine)?,
        }
        Ok(writer.text)
    }

    /// The indentation that the document uses.
    fn step(&self) -> usize {
        let parts = &self.layout.parts;
        let nested = parts.iter().filter(|part| part.is_block_collection()).find_map(|part| match &part.content {
            Content::Mapping { members, .. } => members
                .iter()
                .map(|pair| &parts[pair.value])
                .filter(|value| matches!(value.content, Content::Mapping { is_flow: false, .. }))
                .map(|value| column(value).saturating_sub(column(part)))
                .find(|step| *step > 0),
            _ => None,
        });
        nested.filter(|step| *step <= 9).unwrap_or(4)
    }

    /// The beginning of the line behind the last line of a part, and behind the comments that directly follow it and
    /// are indented like its siblings or deeper.
    fn line_behind(&self, part: usize, column: u64) -> usize {
        let text = self.layout.text;
        let mut at = source::behind_break(text, source::end_of_line(text, self.end_of(part)));
        let first = self.layout.remarks.partition_point(|remark| remark.span.start < at);
        for remark in &self.layout.remarks[first..] {
            let is_next = text[at..remark.span.start].trim_matches([' ', '\t']).is_empty();
            if !is_next || remark.place.column < column || at >= self.layout.sections[self.section].end {
                break;
            }
            at = source::behind_break(text, remark.span.end);
        }
        at
    }

    /// The end of the last token of a part, with the blank lines of a block scalar that counts them.
    fn end_of(&self, part: usize) -> usize {
        let text = self.layout.text;
        let mut last = part;
        while let Some(child) =
            children(&self.layout.parts[last]).last().filter(|_| self.layout.parts[last].is_block_collection())
        {
            last = child.value;
        }
        let last = &self.layout.parts[last];
        let token = &text[last.span.clone()];
        if token.starts_with(['|', '>']) && matches!(last.content, Content::Scalar { .. }) {
            let below = &text[last.span.end..last.full_end];
            if source::block(token).header.contains('+') || below.contains([' ', '\t']) {
                return text[..last.full_end].trim_end_matches(['\r', '\n']).len().max(last.full_end.saturating_sub(1));
            }
        }
        last.span.end
    }

    /// Whole lines as they are to be spliced in at the beginning of a line, or at the end of a file without a line break.
    fn on_own_lines(&self, at: usize, lines: &str) -> String {
        let text = self.layout.text;
        if text[..at].is_empty() || text[..at].ends_with(['\n', '\r', '\u{feff}']) {
            return lines.to_owned();
        }
        format!("{}{}", source::line_break(text), lines.trim_end_matches(['\r', '\n']))
    }

    fn remove(&self, parent: usize, children: &[Pair], index: usize) -> Splice {
        let parts = &self.layout.parts;
        let part = &parts[parent];
        let child = children[index];
        if part.is_flow_collection() {
            let end = parts[child.value].full_end;
            let place = match (children.get(index + 1), index.checked_sub(1)) {
                (Some(next), _) => parts[child.key].span.start..parts[next.key].span.start,
                (None, Some(before)) => parts[children[before].value].full_end..end,
                (None, None) => parts[child.key].span.start..end,
            };
            return Splice { place, text: String::new() };
        }
        if children.len() == 1 {
            return self.emptied(parent);
        }
        let start = self.start_of(part, child, index.checked_sub(1).map(|before| children[before]));
        let text = self.layout.text;
        let line = source::start_of_line(text, start);
        let begins_line = text[line..start].trim_matches([' ', '\u{feff}']).is_empty();
        let place = match children.get(index + 1) {
            // On the line of a dash or a marker: the next takes its place there.
            Some(next) if !begins_line => start..self.start_of(part, *next, Some(child)),
            _ => self.whole_lines(line.max(bom(text)), child.value),
        };
        Splice { place, text: String::new() }
    }

    /// Where a child begins: at its dash, its `?`, its anchor or tag, or its key.
    fn start_of(&self, parent: &Part<'_>, child: Pair, before: Option<Pair>) -> usize {
        let text = self.layout.text;
        let start = self.layout.parts[child.key].span.start;
        if matches!(parent.content, Content::Sequence { .. }) {
            let from = before.map_or(parent.span.start, |before| self.layout.parts[before.value].full_end);
            return source::behind_sign(text, from, b'-').map_or(start, |at| at - 1);
        }
        let line = source::start_of_line(text, start);
        let prefix = &text[line..start];
        let properties = prefix.rfind("- ").map_or(prefix, |dash| &prefix[dash + 2..]).trim_start_matches(' ');
        if properties.starts_with(['?', '&', '!']) { start - properties.len() } else { start }
    }

    fn whole_lines(&self, line: usize, last: usize) -> Range<usize> {
        let text = self.layout.text;
        let line_end = source::end_of_line(text, self.end_of(last));
        let end = source::behind_break(text, line_end);
        if end == line_end && end == text.len() {
            let before =
                text[..line].strip_suffix('\n').map_or(line, |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
            return before..end;
        }
        line..end
    }

    /// A block collection whose only child goes becomes an empty one in brackets.
    fn emptied(&self, parent: usize) -> Splice {
        let text = self.layout.text;
        let part = &self.layout.parts[parent];
        let empty = if matches!(part.content, Content::Mapping { .. }) { "{}" } else { "[]" };
        let end = self.layout.content_end(parent).max(part.span.start);
        // Up to the line of its key, if nothing but blanks stands between.
        let before = text[..part.span.start].trim_end_matches([' ', '\t', '\r', '\n']);
        let is_behind_sign = before.ends_with([':', '-', '?']) && self.layout.sections[self.section].root != parent;
        if is_behind_sign {
            return Splice { place: before.len()..end, text: format!(" {empty}") };
        }
        Splice { place: part.span.start..end, text: empty.to_owned() }
    }
}

fn column(part: &Part<'_>) -> usize {
    usize::try_from(part.place.column.saturating_sub(1)).unwrap_or(0)
}

fn bom(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
