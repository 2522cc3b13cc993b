//! Values and tables of TOML files that come and go.

use std::ops::Range;

use zeroize::Zeroizing;

use super::metadata::place as place_of_metadata;
use super::read::{Piece, Read};
use super::write::{cannot_carry, inline_text, key_text, push_table};
use crate::document::store::Splice;
use crate::document::tree::{Node, Path, Step};
use crate::error::DocumentError;

/// Puts a node behind the last child of its parent.
pub(super) fn insert(text: &str, read: &Read, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let (last, parent) = path.steps.split_last().ok_or_else(|| nothing_at(path))?;
    if let Some(piece) = read.pieces.iter().find(|piece| piece.value.is_some() && parent.starts_with(&piece.path)) {
        return insert_inline(text, read, piece, path, value).map(|splice| vec![splice]);
    }
    let Step::Key(key) = last else {
        return Ok(vec![insert_item(text, read, parent, value)?]);
    };
    let is_in_table = |piece: &&Piece| piece.table == parent && (piece.value.is_some() || !parent.is_empty());
    let line = |keys: &[Step]| -> Result<String, DocumentError> {
        Ok(format!("{} = {}", dotted(keys)?, *Zeroizing::new(inline_text(value, newline)?)))
    };
    // A table at the top has a header of its own.
    if let (true, Node::Mapping(entries)) = (parent.is_empty(), value) {
        let mut table = format!("[{}]{newline}", key_text(key));
        push_table(entries, &key_text(key), newline, &mut table)?;
        return Ok(vec![at_end(text, read, &table)?]);
    }
    if let Some(piece) = read.pieces.iter().rfind(is_in_table) {
        return Ok(vec![behind(piece, newline, &line(std::slice::from_ref(last))?)]);
    }
    let is_below =
        |piece: &&Piece| piece.value.is_some() && piece.path.starts_with(parent) && !piece.table.starts_with(parent);
    if let Some(piece) = read.pieces.iter().rfind(is_below) {
        return Ok(vec![behind(piece, newline, &line(&path.steps[piece.table.len()..])?)]);
    }
    if parent.is_empty() {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let blank = if text.len() == start { "" } else { newline };
        return Ok(vec![Splice { place: start..start, text: line(std::slice::from_ref(last))? + newline + blank }]);
    }
    // The table is there only because others are below it, and gets its own header now.
    let table = format!("[{}]{newline}{}{newline}", dotted(parent)?, line(std::slice::from_ref(last))?);
    Ok(vec![at_end(text, read, &table)?])
}

/// Puts a node where another one stands.
pub(super) fn replace(
    text: &str,
    read: &Read,
    path: &Path,
    value: &Node,
) -> Result<Option<Vec<Splice>>, DocumentError> {
    let Some(piece) = read.pieces.iter().find(|piece| piece.value.is_some() && path.steps.starts_with(&piece.path))
    else {
        return Ok(None);
    };
    let place = inline_place(text, read, piece, &path.steps)?.value;
    Ok(Some(vec![Splice { place, text: inline_text(value, newline_of(text))? }]))
}

/// Takes a node away, with its lines.
pub(super) fn remove(text: &str, read: &Read, path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let holds_it = |piece: &&Piece| {
        piece.value.is_some() && path.steps.len() > piece.path.len() && path.steps.starts_with(&piece.path)
    };
    if let Some(piece) = read.pieces.iter().find(holds_it) {
        let inline = inline_place(text, read, piece, &path.steps)?;
        return Ok(vec![Splice { place: inline.with_comma(text), text: String::new() }]);
    }
    let lines = read.pieces.iter().filter(|piece| piece.path.starts_with(&path.steps));
    let cuts: Vec<_> = lines
        .map(|piece| {
            let end = text[piece.lines.end..].find('\n').map_or(text.len(), |newline| piece.lines.end + newline + 1);
            Splice { place: piece.lines.start..end, text: String::new() }
        })
        .collect();
    if cuts.is_empty() { Err(nothing_at(path)) } else { Ok(cuts) }
}

/// A line behind another one.
fn behind(piece: &Piece, newline: &str, line: &str) -> Splice {
    Splice { place: piece.lines.end..piece.lines.end, text: format!("{newline}{line}") }
}

/// A table behind all others, before the metadata.
fn at_end(text: &str, read: &Read, table: &str) -> Result<Splice, DocumentError> {
    let newline = newline_of(text);
    if let Some(place) = place_of_metadata(read)? {
        return Ok(Splice { place: place.start..place.start, text: format!("{table}{newline}") });
    }
    let before = match text {
        "" | "\u{feff}" => String::new(),
        _ if text.ends_with('\n') => newline.to_owned(),
        _ => newline.repeat(2),
    };
    Ok(Splice { place: text.len()..text.len(), text: before + table })
}

/// One table more in a list of tables.
fn insert_item(text: &str, read: &Read, parent: &[Step], value: &Node) -> Result<Splice, DocumentError> {
    let newline = newline_of(text);
    let (Node::Mapping(entries), Some(last)) =
        (value, read.pieces.iter().rfind(|piece| piece.path.starts_with(parent)))
    else {
        return Err(cannot_carry("anything but tables in a list of tables"));
    };
    let name = dotted(parent)?;
    let mut table = format!("[[{name}]]{newline}");
    push_table(entries, &name, newline, &mut table)?;
    let table = table.trim_end_matches(['\r', '\n']);
    Ok(Splice { place: last.lines.end..last.lines.end, text: format!("{newline}{newline}{table}") })
}

/// Keys with dots between. A position is left out: a header means the last table of a list.
fn dotted(steps: &[Step]) -> Result<String, DocumentError> {
    let keys: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key_text(key)),
            Step::Index(_) => None,
        })
        .collect();
    if keys.is_empty() { Err(cannot_carry("a list at the top")) } else { Ok(keys.join(".")) }
}

/// A child of an inline table or array.
struct Inline {
    /// From its key on.
    child: Range<usize>,
    value: Range<usize>,
    /// The brackets around it.
    container: Range<usize>,
}

impl Inline {
    /// The place with one of the commas beside it.
    fn with_comma(&self, text: &str) -> Range<usize> {
        let Range { start, end } = self.child;
        let rest = text[end..self.container.end - 1].trim_start();
        if rest.starts_with(',') {
            let behind = self.container.end - 1 - rest.len() + 1;
            let blanks = text[behind..].len() - text[behind..].trim_start_matches([' ', '\t']).len();
            return start..behind + blanks;
        }
        let before = text[self.container.start + 1..start].trim_end();
        let before = before.strip_suffix(',').unwrap_or(before);
        self.container.start + 1 + before.len()..end
    }
}

/// Finds a child inside the value of a line by parsing that value alone: the parser tells the places in it.
fn inline_place(text: &str, read: &Read, piece: &Piece, path: &[Step]) -> Result<Inline, DocumentError> {
    let _ = read;
    let whole = piece.value.clone().unwrap_or_default();
    let missing = || DocumentError::NotAsMeant("a place inside a value was not found".to_owned());
    // The value becomes the value of a key, so that the parser keeps the places in it.
    let probe = Zeroizing::new(format!("k={}", &text[whole.clone()]));
    let parsed = toml_edit::Document::parse(probe.as_str()).map_err(|_| missing())?;
    let moved = |range: Range<usize>| range.start - 2 + whole.start..range.end - 2 + whole.start;
    let mut item = parsed.as_table().get("k").ok_or_else(missing)?.as_value().ok_or_else(missing)?;
    let mut inline = Inline { child: whole.clone(), value: whole.clone(), container: whole.clone() };
    for step in &path[piece.path.len()..] {
        let container = item.span();
        let (start, value) = match (item, step) {
            (toml_edit::Value::Array(items), Step::Index(index)) => {
                let value = items.get(*index).ok_or_else(missing)?;
                (value.span(), value)
            }
            (toml_edit::Value::InlineTable(table), Step::Key(key)) => {
                let (key, item) = table.get_key_value(key).ok_or_else(missing)?;
                (key.span(), item.as_value().ok_or_else(missing)?)
            }
            _ => return Err(missing()),
        };
        // An inline table that dotted keys made has no place of its own.
        let (Some(start), Some(end)) = (start, value.span()) else {
            return Err(cannot_carry("a change below dotted keys inside braces"));
        };
        inline = Inline {
            child: moved(start.start..end.end),
            value: moved(end),
            container: container.map_or(inline.container, moved),
        };
        item = value;
    }
    Ok(inline)
}

fn insert_inline(text: &str, read: &Read, piece: &Piece, path: &Path, value: &Node) -> Result<Splice, DocumentError> {
    let (last, parent) = path.steps.split_last().ok_or_else(|| nothing_at(path))?;
    let place = inline_place(text, read, piece, parent)?.value;
    let inside = text[place.start + 1..place.end - 1].trim_end();
    let at = place.start + 1 + inside.len();
    if text[place.clone()].contains('#') {
        // Whether the last line ends in a comment is for the parser to say; on a line of its own nothing is in the way.
        return Err(cannot_carry("one value more in a list with comments"));
    }
    let child = Zeroizing::new(inline_text(value, newline_of(text))?);
    let comma = match inside.trim_start() {
        "" => "",
        inside if inside.ends_with(',') => " ",
        _ => ", ",
    };
    let key = match last {
        Step::Key(key) => format!("{}{} = ", if comma.is_empty() { " " } else { "" }, key_text(key)),
        Step::Index(_) => String::new(),
    };
    Ok(Splice { place: at..at, text: format!("{comma}{key}{}", *child) })
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn nothing_at(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "there is nothing".to_owned() }
}
