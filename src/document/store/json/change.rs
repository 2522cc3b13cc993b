//! Adding and removing members and items of JSON containers, and the metadata, which is one of them.

use serde_json::{Map, Value as Json};

use super::outline::{JsonContainer, JsonOutline};
use super::write::{JsonLayout, quoted, write_json, write_node};
use crate::document::content::tree::{Node, Path, PathStep, Tree};
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Replaces, appends or removes the metadata.
pub(super) fn metadata(
    text: &str,
    outline: &JsonOutline,
    metadata: Option<&Map<String, Json>>,
) -> Result<Vec<Splice>, DocumentError> {
    let root = &outline.containers[0];
    let Some(metadata) = metadata else {
        return Ok(root.metadata.map_or_else(Vec::new, |at| root.without(text, at, LineComments::Stay)));
    };
    let metadata = Json::Object(metadata.clone());
    let written = |layout: &JsonLayout| {
        let mut out = String::new();
        write_json(&metadata, layout, 0, &mut out);
        Ok(out)
    };
    match root.metadata {
        Some(at) => {
            let place = root.children[at].value.clone();
            Ok(vec![Splice { place, text: written(&root.layout(text))? }])
        }
        None => root.with(text, Some(METADATA_KEY), written),
    }
}

/// Inserts a node after the last child of its parent.
pub(super) fn insert(
    text: &str,
    (outline, tree): (&JsonOutline, &Tree),
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let (last, parents) = split(path)?;
    let (container, _) = outline.container(tree, parents).ok_or_else(|| nothing_at(path))?;
    let key = match last {
        PathStep::Key(key) => Some(key.as_str()),
        PathStep::Index(_) => None,
    };
    container.with(text, key, |layout| node_text(value, layout))
}

/// Replaces a node by another.
pub(super) fn replace(
    text: &str,
    outline: (&JsonOutline, &Tree),
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let (container, at) = child(outline, path)?;
    let text = node_text(value, &container.layout(text))?;
    Ok(vec![Splice { place: container.children[at].value.clone(), text }])
}

/// Takes a node away.
pub(super) fn remove(text: &str, outline: (&JsonOutline, &Tree), path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let (container, at) = child(outline, path)?;
    Ok(container.without(text, at, LineComments::GoWithTheirLine))
}

/// The container of what is at a path, and which of its children that is.
fn child<'o>(
    (outline, tree): (&'o JsonOutline, &Tree),
    path: &Path,
) -> Result<(&'o JsonContainer, usize), DocumentError> {
    let (last, parents) = split(path)?;
    let found = outline.container(tree, parents);
    let found = found.and_then(|(container, node)| Some((container, container.position(node, last)?)));
    found.ok_or_else(|| nothing_at(path))
}

fn node_text(value: &Node, layout: &JsonLayout) -> Result<String, DocumentError> {
    let mut out = String::new();
    write_node(value, layout, 0, &mut out)?;
    Ok(out)
}

fn split(path: &Path) -> Result<(&PathStep, &[PathStep]), DocumentError> {
    path.steps.split_last().ok_or_else(|| DocumentError::Path {
        path: path.to_string(),
        fault: "the whole document cannot be replaced or removed".to_owned(),
    })
}

fn nothing_at(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() }
}

/// What happens to comments at the end of the line of a removed node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineComments {
    Stay,
    GoWithTheirLine,
}

impl JsonContainer {
    /// The layout for children of this container: that of the first one.
    fn layout(&self, text: &str) -> JsonLayout {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let Some(base) = self.children.first().and_then(|first| indentation(text, first.start)) else {
            return JsonLayout::OneLine;
        };
        JsonLayout::Lines { newline, unit: indentation_unit(text), base: base.to_owned() }
    }

    /// Adds a child after the last one and its comments.
    fn with(
        &self,
        text: &str,
        key: Option<&str>,
        written: impl FnOnce(&JsonLayout) -> Result<String, DocumentError>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let close = self.place.end - 1;
        let at = text[..close].trim_end_matches(BLANKS).len();
        let last = self.children.last();
        let has_comment = at > last.map_or(self.place.start + 1, |last| last.value.end);
        let mut layout = self.layout(text);
        if matches!(layout, JsonLayout::OneLine) && has_comment {
            // A line comment must end before anything else can follow it.
            let base = indentation(text, close).unwrap_or_default().to_owned() + &indentation_unit(text);
            layout = JsonLayout::Lines { newline: "\n", unit: indentation_unit(text), base };
        }
        let mut child = match &layout {
            JsonLayout::OneLine if last.is_some() => " ".to_owned(),
            JsonLayout::OneLine => String::new(),
            JsonLayout::Lines { newline, base, .. } => format!("{newline}{base}"),
        };
        if let Some(key) = key {
            child.push_str(&quoted(key));
            child.push_str(": ");
        }
        child.push_str(&written(&layout)?);
        // A comma behind the last child is one behind the new last child, so that removal gives back the same bytes.
        let has_trailing_comma = last.is_some_and(|last| comma_behind(text, last.value.end, close).is_some());
        if has_trailing_comma {
            child.push(',');
        }
        let comma = last.filter(|_| !has_trailing_comma);
        let comma = comma.map(|last| Splice { place: last.value.end..last.value.end, text: ",".to_owned() });
        Ok(comma.into_iter().chain([Splice { place: at..at, text: child }]).collect())
    }

    /// Removes a child with its comma and the blanks before it.
    fn without(&self, text: &str, at: usize, comments: LineComments) -> Vec<Splice> {
        let child = self.children[at].place();
        let cut = |place| Splice { place, text: String::new() };
        let start = text[..child.start].trim_end_matches(BLANKS).len();
        let comment_of_line = |from: usize| match comments {
            LineComments::Stay => from,
            LineComments::GoWithTheirLine => end_of_comment_of_line(text, from),
        };
        if self.children.get(at + 1).is_some() {
            let mut end = comment_of_line(behind_comma(text, child.end));
            if start == child.start {
                end += text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
            }
            return vec![cut(start..end)];
        }
        if let Some(comma) = comma_behind(text, child.end, self.place.end - 1) {
            return vec![cut(start..comment_of_line(comma + 1))];
        }
        let end = comment_of_line(child.end);
        match at.checked_sub(1) {
            None => vec![cut(start..end)],
            Some(before) => {
                let comma = behind_comma(text, self.children[before].value.end);
                vec![cut(comma - 1..comma), cut(start.max(comma)..end)]
            }
        }
    }
}

/// The blanks before `at`, if nothing else precedes it on its line.
fn indentation(text: &str, at: usize) -> Option<&str> {
    let line = text[..at].rfind('\n')? + 1;
    let before = &text[line..at];
    before.chars().all(|letter| matches!(letter, ' ' | '\t')).then_some(before)
}

/// The indentation of one level: that of the first indented line.
fn indentation_unit(text: &str) -> String {
    let blanks = text.lines().map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]);
    blanks.into_iter().find(|blanks| !blanks.is_empty()).unwrap_or("\t").to_owned()
}

/// The comma between `from` and `end`, if there is one outside comments.
fn comma_behind(text: &str, from: usize, end: usize) -> Option<usize> {
    let after = behind_comma(text, from);
    (after <= end).then(|| after - 1)
}

/// The offset after the next comma, with nothing but blanks and comments between.
fn behind_comma(text: &str, mut at: usize) -> usize {
    loop {
        at += text[at..].len() - text[at..].trim_start_matches(BLANKS).len();
        match end_of_comment(text, at) {
            Some(end) => at = end,
            None => return at + 1,
        }
    }
}

/// The end of the comment that begins at `at`, if there is one.
fn end_of_comment(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if rest.starts_with("//") {
        return Some(at + rest.find(['\r', '\n']).unwrap_or(rest.len()));
    }
    rest.starts_with("/*").then(|| at + rest.find("*/").map_or(rest.len(), |end| end + 2))
}

/// The end of the comments that fill the rest of a line from `from`; `from` itself if there is something else.
fn end_of_comment_of_line(text: &str, from: usize) -> usize {
    let mut end = from;
    loop {
        let at = end + text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
        match end_of_comment(text, at) {
            Some(comment) => end = comment,
            None if text[at..].starts_with(['\r', '\n']) || at == text.len() => return end,
            None => return from,
        }
    }
}
