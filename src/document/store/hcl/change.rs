//! Adding and removing values of HCL files.

use std::ops::Range;

use super::outline::{HclChild, HclContainer, HclOutline};
use super::write::{HclLayout, UNIT, key_text, newline_of, node_text, variable_name};
use crate::document::content::tree::{Node, Path, PathStep, Tree};
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

const BLANKS: [char; 2] = [' ', '\t'];

/// Inserts a node after the last child of its parent.
pub(super) fn insert(
    text: &str,
    (outline, tree): (&HclOutline, &Tree),
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let (last, parents) = path.steps.split_last().ok_or_else(|| whole(path))?;
    let (container, _) = outline.container(tree, parents).ok_or_else(|| nothing_at(path))?;
    let key = match last {
        PathStep::Key(key) if parents.is_empty() => format!("{} = ", variable_name(key)?),
        PathStep::Key(key) => format!("{} = ", key_text(key)),
        PathStep::Index(_) => String::new(),
    };
    if parents.is_empty() {
        return add_variable(text, container, key, value);
    }
    container.with(text, key, value)
}

/// Replaces a node by another.
pub(super) fn replace(
    text: &str,
    outline: (&HclOutline, &Tree),
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let (container, at) = child(outline, path)?;
    let child = &container.children[at];
    let mut new = String::new();
    node_text(value, &container.layout_of(text, child.start), 0, &mut new)?;
    Ok(vec![Splice { place: child.value.clone(), text: new }])
}

/// Takes a node away, with its line if that holds nothing else.
pub(super) fn remove(text: &str, outline: (&HclOutline, &Tree), path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let (container, at) = child(outline, path)?;
    Ok(vec![Splice { place: container.cut(text, at), text: String::new() }])
}

fn child<'o>(
    (outline, tree): (&'o HclOutline, &Tree),
    path: &Path,
) -> Result<(&'o HclContainer, usize), DocumentError> {
    let (last, parents) = path.steps.split_last().ok_or_else(|| whole(path))?;
    let found = outline.container(tree, parents);
    let found = found.and_then(|(container, node)| Some((container, container.position(node, last)?)));
    found.ok_or_else(|| nothing_at(path))
}

/// A value of the file itself, after the last one.
fn add_variable(text: &str, root: &HclContainer, key: String, value: &Node) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let mut line = key;
    node_text(value, &HclLayout::Lines { newline, base: String::new() }, 0, &mut line)?;
    let mut others = root.children.iter().enumerate().filter(|(number, _)| root.metadata != Some(*number));
    let splice = if let Some((_, last)) = others.next_back() {
        Splice { place: last.end..last.end, text: format!("{newline}{line}") }
    } else {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let blank = if text.len() == start { "" } else { newline };
        Splice { place: start..start, text: format!("{line}{newline}{blank}") }
    };
    Ok(vec![splice])
}

impl HclContainer {
    /// The layout of a child that begins at `start`.
    fn layout_of(&self, text: &str, start: usize) -> HclLayout {
        let has_no_brackets = self.place.start == 0;
        match indentation(text, start) {
            Some(base) => HclLayout::Lines { newline: newline_of(text), base: base.to_owned() },
            None if has_no_brackets => HclLayout::Lines { newline: newline_of(text), base: String::new() },
            None => HclLayout::OneLine,
        }
    }

    /// Adds a child after the last one and its comments.
    fn with(&self, text: &str, key: String, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        let is_list = text[self.place.start..].starts_with('[');
        let inside = self.place.start + 1..self.place.end - 1;
        let mut new = key;
        let Some(last) = self.children.last() else {
            return self.with_first(text, &inside, new, value);
        };
        let first = self.children.first().unwrap_or(last);
        let ends_in_line_comment = text[last.end..inside.end].starts_with(['\r', '\n']);
        let layout = match self.layout_of(text, first.start) {
            HclLayout::OneLine if ends_in_line_comment => HclLayout::Lines {
                newline: newline_of(text),
                base: format!("{}{UNIT}", indentation(text, inside.end).unwrap_or_default()),
            },
            layout => layout,
        };
        node_text(value, &layout, 0, &mut new)?;
        let (before, needs_comma) = match &layout {
            HclLayout::OneLine => (" ".to_owned(), true),
            HclLayout::Lines { newline, base } => (format!("{newline}{base}"), is_list),
        };
        // A heredoc ends with its line, so its comma is on the next one.
        let mut splices = Vec::new();
        if needs_comma && last.comma.is_none() {
            let comma = if text[last.value.clone()].starts_with("<<") { format!("{before},") } else { ",".to_owned() };
            splices.push(Splice { place: last.value.end..last.value.end, text: comma });
        }
        let has_trailing_comma = last.comma.is_some() && (is_list || matches!(layout, HclLayout::OneLine));
        let behind = if has_trailing_comma { "," } else { "" };
        splices.push(Splice { place: last.end..last.end, text: format!("{before}{new}{behind}") });
        Ok(splices)
    }

    /// Adds the first child.
    fn with_first(
        &self,
        text: &str,
        inside: &Range<usize>,
        mut new: String,
        value: &Node,
    ) -> Result<Vec<Splice>, DocumentError> {
        let blanks = text[inside.clone()].trim_end_matches([' ', '\t', '\r', '\n']);
        if !blanks.is_empty() || text[inside.clone()].contains('\n') {
            // Behind the comments, on a line of its own.
            let outer = indentation_of_line(text, self.place.start);
            let newline = newline_of(text);
            let base = format!("{outer}{UNIT}");
            node_text(value, &HclLayout::Lines { newline, base: base.clone() }, 0, &mut new)?;
            let at = inside.start + blanks.len();
            let closes = if text[at..inside.end].contains('\n') { String::new() } else { format!("{newline}{outer}") };
            return Ok(vec![Splice { place: at..at, text: format!("{newline}{base}{new}{closes}") }]);
        }
        node_text(value, &HclLayout::OneLine, 0, &mut new)?;
        let is_list = text[self.place.start..].starts_with('[');
        let text = if is_list { new } else { format!(" {new} ") };
        Ok(vec![Splice { place: inside.clone(), text }])
    }

    /// The range to cut so that a child is removed with its comma and the comments of its line.
    fn cut(&self, text: &str, at: usize) -> Range<usize> {
        let child = &self.children[at];
        let end = child.end;
        let line = text[..child.start].rfind('\n').map_or(0, |newline| newline + 1);
        let is_first_on_line = text[line..child.start].trim_matches(['\u{feff}', ' ', '\t']).is_empty();
        let line = if text[line..].starts_with('\u{feff}') { line + '\u{feff}'.len_utf8() } else { line };
        let behind = end + text[end..].len() - text[end..].trim_start_matches(BLANKS).len();
        let newline =
            if text[behind..].starts_with("\r\n") { 2 } else { usize::from(text[behind..].starts_with('\n')) };
        if is_first_on_line && (newline > 0 || behind == text.len()) {
            return line..behind + newline;
        }
        // The file itself has nothing but lines.
        if self.place.start == 0 && self.place.end == text.len() {
            return child.start..end;
        }
        let previous = at.checked_sub(1).map(|before| &self.children[before]);
        match (self.children.get(at + 1), previous) {
            (Some(next), _) if child.comma == Some(end) => child.start..next.start.min(behind),
            (Some(_), _) => child.start..end,
            (None, Some(previous)) if has_only_commas(text, previous, child) => {
                previous.value.end..child.comma.unwrap_or(child.value.end).max(end)
            }
            (None, _) => text[..child.start].trim_end_matches(BLANKS).len()..end,
        }
    }
}

/// Whether there is nothing but a comma between two children, and neither is a heredoc, which needs its line end.
fn has_only_commas(text: &str, previous: &HclChild, child: &HclChild) -> bool {
    let between = &text[previous.value.end..child.start];
    between.trim_matches([' ', '\t', ',']).is_empty() && previous.end <= child.start
}

/// The blanks before `at`, if nothing else precedes it on its line.
fn indentation(text: &str, at: usize) -> Option<&str> {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line..at];
    before.trim_matches(BLANKS).is_empty().then_some(before)
}

/// The blanks at the start of the line of `at`.
fn indentation_of_line(text: &str, at: usize) -> &str {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    &text[line..line + text[line..].len() - text[line..].trim_start_matches(BLANKS).len()]
}

fn whole(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "the whole document cannot be replaced or removed".to_owned() }
}

fn nothing_at(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() }
}
