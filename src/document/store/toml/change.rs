//! Adding and removing values and tables of TOML files.

use std::ops::Range;

use toml_parser::lexer::TokenKind;
use zeroize::Zeroizing;

use super::metadata::place as place_of_metadata;
use super::piece::TomlPiece;
use super::write::{cannot_carry, inline_text, key_text, push_table};
use crate::document::content::tree::{Node, Path, PathStep};
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// Inserts a node after the last child of its parent.
pub(super) fn insert(
    text: &str,
    pieces: &[TomlPiece],
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let (last, parent) = path.steps.split_last().ok_or_else(|| nothing_at(path))?;
    if let Some(piece) = pieces.iter().find(|piece| piece.value.is_some() && parent.starts_with(&piece.path)) {
        return insert_inline(text, piece, path, value);
    }
    let PathStep::Key(key) = last else {
        return Ok(vec![insert_item(text, pieces, parent, value)?]);
    };
    let is_in_table = |piece: &&TomlPiece| piece.table == parent && (piece.value.is_some() || !parent.is_empty());
    let line = |keys: &[PathStep]| -> Result<String, DocumentError> {
        Ok(format!("{} = {}", dotted(keys)?, *Zeroizing::new(inline_text(value, newline)?)))
    };
    // A table at the top has a header of its own.
    if let (true, Node::Mapping(entries)) = (parent.is_empty(), value) {
        let mut table = format!("[{}]{newline}", key_text(key));
        push_table(entries, &key_text(key), newline, &mut table)?;
        return Ok(vec![at_end(text, pieces, &table)?]);
    }
    if let Some(piece) = pieces.iter().rfind(is_in_table) {
        return Ok(vec![behind(piece, newline, &line(std::slice::from_ref(last))?)]);
    }
    let is_below = |piece: &&TomlPiece| {
        piece.value.is_some() && piece.path.starts_with(parent) && !piece.table.starts_with(parent)
    };
    if let Some(piece) = pieces.iter().rfind(is_below) {
        return Ok(vec![behind(piece, newline, &line(&path.steps[piece.table.len()..])?)]);
    }
    if parent.is_empty() {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let blank = if text.len() == start { "" } else { newline };
        return Ok(vec![Splice { place: start..start, text: line(std::slice::from_ref(last))? + newline + blank }]);
    }
    // The table exists only through its subtables, and now gets its own header.
    let table = format!("[{}]{newline}{}{newline}", dotted(parent)?, line(std::slice::from_ref(last))?);
    Ok(vec![at_end(text, pieces, &table)?])
}

/// Replaces a node by another.
pub(super) fn replace(
    text: &str,
    pieces: &[TomlPiece],
    path: &Path,
    value: &Node,
) -> Result<Option<Vec<Splice>>, DocumentError> {
    let Some(piece) = pieces.iter().find(|piece| piece.value.is_some() && path.steps.starts_with(&piece.path)) else {
        return Ok(None);
    };
    let place = inline_place(text, piece, &path.steps)?.value;
    Ok(Some(vec![Splice { place, text: inline_text(value, newline_of(text))? }]))
}

/// Takes a node away, with its lines.
pub(super) fn remove(text: &str, pieces: &[TomlPiece], path: &Path) -> Result<Vec<Splice>, DocumentError> {
    let holds_it = |piece: &&TomlPiece| {
        piece.value.is_some() && path.steps.len() > piece.path.len() && path.steps.starts_with(&piece.path)
    };
    if let Some(piece) = pieces.iter().find(holds_it) {
        let inline = inline_place(text, piece, &path.steps)?;
        let cut = |place| Splice { place, text: String::new() };
        return Ok(inline.cuts(text).into_iter().map(cut).collect());
    }
    // A list of tables exists only through its tables: without the last one, it is written as an empty list.
    let emptied = match path.steps.split_last() {
        Some((PathStep::Index(0), list)) if !has_item(pieces, list, 1) => {
            let list = Path { root: 0, steps: list.to_vec() };
            insert(text, &without_table(pieces, &list.steps), &list, &Node::Sequence(Vec::new()))?
        }
        _ => Vec::new(),
    };
    let lines = pieces.iter().filter(|piece| piece.path.starts_with(&path.steps));
    let cuts: Vec<_> = lines
        .map(|piece| {
            let end = text[piece.lines.end..].find('\n').map_or(text.len(), |newline| piece.lines.end + newline + 1);
            Splice { place: piece.lines.start..end, text: String::new() }
        })
        .collect();
    if cuts.is_empty() { Err(nothing_at(path)) } else { Ok(cuts.into_iter().chain(emptied).collect()) }
}

fn has_item(pieces: &[TomlPiece], list: &[PathStep], index: usize) -> bool {
    pieces
        .iter()
        .any(|piece| piece.path.starts_with(list) && piece.path.get(list.len()) == Some(&PathStep::Index(index)))
}

/// The lines of a file without those below a path.
fn without_table(pieces: &[TomlPiece], path: &[PathStep]) -> Vec<TomlPiece> {
    pieces.iter().filter(|piece| !piece.path.starts_with(path)).cloned().collect()
}

/// A line after another one.
fn behind(piece: &TomlPiece, newline: &str, line: &str) -> Splice {
    Splice { place: piece.lines.end..piece.lines.end, text: format!("{newline}{line}") }
}

/// A table after all others, before the metadata.
fn at_end(text: &str, pieces: &[TomlPiece], table: &str) -> Result<Splice, DocumentError> {
    let newline = newline_of(text);
    if let Some(place) = place_of_metadata(pieces)? {
        return Ok(Splice { place: place.start..place.start, text: format!("{table}{newline}") });
    }
    let before = match text {
        "" | "\u{feff}" => String::new(),
        _ if text.ends_with('\n') => newline.to_owned(),
        _ => newline.repeat(2),
    };
    Ok(Splice { place: text.len()..text.len(), text: before + table })
}

/// Another table in a list of tables.
fn insert_item(text: &str, pieces: &[TomlPiece], parent: &[PathStep], value: &Node) -> Result<Splice, DocumentError> {
    let newline = newline_of(text);
    let (Node::Mapping(entries), Some(last)) = (value, pieces.iter().rfind(|piece| piece.path.starts_with(parent)))
    else {
        return Err(cannot_carry("anything but tables in a list of tables"));
    };
    let name = dotted(parent)?;
    let mut table = format!("[[{name}]]{newline}");
    push_table(entries, &name, newline, &mut table)?;
    let table = table.trim_end_matches(['\r', '\n']);
    Ok(Splice { place: last.lines.end..last.lines.end, text: format!("{newline}{newline}{table}") })
}

/// A dotted key. Positions are left out: a header refers to the last table of a list.
fn dotted(steps: &[PathStep]) -> Result<String, DocumentError> {
    let keys: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            PathStep::Key(key) => Some(key_text(key)),
            PathStep::Index(_) => None,
        })
        .collect();
    if keys.is_empty() { Err(cannot_carry("a list at the top level")) } else { Ok(keys.join(".")) }
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
    /// The ranges to cut so that the child is removed with a comma and with the comment on its line.
    fn cuts(&self, text: &str) -> Vec<Range<usize>> {
        let commas = commas(text, &self.container);
        let Range { start, end } = self.child;
        let is_array = text[self.container.start..].starts_with('[');
        let next = commas.iter().find(|comma| **comma >= end);
        let before = commas.iter().rfind(|comma| **comma < start);
        match (next, before) {
            (Some(comma), _) => vec![with_its_line(text, start, comma + 1, &self.container)],
            (None, Some(comma)) if text[comma + 1..start].trim_start_matches([' ', '\t']).is_empty() => {
                let line = with_its_line(text, start, end, &self.container);
                let place = *comma..line.end.max(end);
                vec![place]
            }
            // If a list may end in a comma, the one before stays, so that the comment after it stays too.
            (None, Some(comma)) if !is_array => {
                vec![*comma..comma + 1, with_its_line(text, start, end, &self.container)]
            }
            (None, _) => vec![with_its_line(text, start, end, &self.container)],
        }
    }
}

/// A range within brackets, with the comment after it on its line; the whole line if it holds nothing else.
fn with_its_line(text: &str, start: usize, end: usize, container: &Range<usize>) -> Range<usize> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let skip = |at: usize| at + text[at..].len() - text[at..].trim_start_matches(BLANKS).len();
    let behind = skip(end);
    let comment =
        text[behind..].starts_with('#').then(|| text[behind..].find(['\r', '\n']).map(|length| behind + length));
    let end_of_rest = comment.flatten().unwrap_or(behind);
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let begins_line = line > container.start && text[line..start].trim_matches(BLANKS).is_empty();
    let newline =
        if text[end_of_rest..].starts_with("\r\n") { 2 } else { usize::from(text[end_of_rest..].starts_with('\n')) };
    if begins_line && newline > 0 {
        line..end_of_rest + newline
    } else if comment.is_some() {
        text[..start].trim_end_matches(BLANKS).len()..end_of_rest
    } else if text[behind..].starts_with([']', '}']) || newline > 0 {
        text[..start].trim_end_matches(BLANKS).len()..end
    } else {
        start..behind
    }
}

/// The commas between the children of a container, without nested ones.
fn commas(text: &str, container: &Range<usize>) -> Vec<usize> {
    tokens(text, container).filter(|(kind, _)| *kind == TokenKind::Comma).map(|(_, place)| place.start).collect()
}

/// The tokens directly within a container; of a child with brackets, only these.
fn tokens(text: &str, container: &Range<usize>) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    use TokenKind::{LeftCurlyBracket, LeftSquareBracket, RightCurlyBracket, RightSquareBracket};
    let mut depth = 0_usize;
    let all = toml_parser::Source::new(&text[container.clone()]).lex().into_vec();
    let start = container.start;
    all.into_iter().filter_map(move |token| {
        let kind = token.kind();
        let is_open = matches!(kind, LeftCurlyBracket | LeftSquareBracket);
        let is_close = matches!(kind, RightCurlyBracket | RightSquareBracket);
        depth = if is_close { depth.saturating_sub(1) } else { depth };
        let is_direct = depth == 1;
        depth += usize::from(is_open);
        let span = token.span();
        is_direct.then(|| (kind, start + span.start()..start + span.end()))
    })
}

/// Finds a child inside the value of a line by parsing that value alone, because the parser gives positions in it.
fn inline_place(text: &str, piece: &TomlPiece, path: &[PathStep]) -> Result<Inline, DocumentError> {
    let whole = piece.value.clone().unwrap_or_default();
    let missing = || DocumentError::NotAsMeant("a place inside a value was not found".to_owned());
    // The value is given a key, so that the parser keeps the positions in it.
    let probe = Zeroizing::new(format!("k={}", &text[whole.clone()]));
    let parsed = toml_edit::Document::parse(probe.as_str()).map_err(|_| missing())?;
    let moved = |range: Range<usize>| range.start - 2 + whole.start..range.end - 2 + whole.start;
    let mut item = parsed.as_table().get("k").ok_or_else(missing)?.as_value().ok_or_else(missing)?;
    let mut inline = Inline { child: whole.clone(), value: whole.clone(), container: whole.clone() };
    for step in &path[piece.path.len()..] {
        let container = item.span();
        let (start, value) = match (item, step) {
            (toml_edit::Value::Array(items), PathStep::Index(index)) => {
                let value = items.get(*index).ok_or_else(missing)?;
                (value.span(), value)
            }
            (toml_edit::Value::InlineTable(table), PathStep::Key(key)) => {
                let (key, item) = table.get_key_value(key).ok_or_else(missing)?;
                (key.span(), item.as_value().ok_or_else(missing)?)
            }
            _ => return Err(missing()),
        };
        // An inline table made by dotted keys has no position of its own.
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

fn insert_inline(text: &str, piece: &TomlPiece, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let (last, parent) = path.steps.split_last().ok_or_else(|| nothing_at(path))?;
    let place = inline_place(text, piece, parent)?.value;
    let child = Zeroizing::new(inline_text(value, newline)?);
    let (mut child_start, mut child_end, mut comma, mut comment) = (None, None, None, None);
    let container = place.clone();
    for (kind, place) in tokens(text, &container) {
        match kind {
            TokenKind::Whitespace | TokenKind::Newline | TokenKind::Eof => {}
            TokenKind::Comma => comma = Some(place.end),
            TokenKind::Comment => comment = Some(place.end),
            _ if place.start == container.start => {}
            _ => {
                // After a comma another child begins.
                if comma.take().is_some() || child_end.is_none() {
                    child_start = Some(place.start);
                }
                (child_end, comment) = (Some(place.end), None);
            }
        }
    }
    let key = match last {
        PathStep::Key(key) => format!("{} = ", key_text(key)),
        PathStep::Index(_) => String::new(),
    };
    let separator = child_end.filter(|_| comma.is_none());
    let separator = separator.map(|at| Splice { place: at..at, text: ",".to_owned() });
    let at = comment.or(comma).or(child_end).unwrap_or(place.start + 1);
    let is_array = text[place.start..].starts_with('[');
    let (line, is_first) = line_of(text, child_start.unwrap_or(at), &place);
    let (before, behind) = match child_end {
        // On a line of its own, a comment ends nothing else.
        _ if comment.is_some() || (is_array && is_first && child_end.is_some()) => {
            let indent = if is_first { line.to_owned() } else { format!("{line}  ") };
            let is_closed = text[at..place.end - 1].contains('\n');
            let close = if is_closed { String::new() } else { format!("{newline}{line}") };
            (format!("{newline}{indent}"), format!("{}{close}", if comma.is_some() { "," } else { "" }))
        }
        Some(_) => (" ".to_owned(), String::new()),
        None if matches!(last, PathStep::Key(_)) => (" ".to_owned(), String::new()),
        None => (String::new(), String::new()),
    };
    let new = Splice { place: at..at, text: format!("{before}{key}{}{behind}", *child) };
    Ok(separator.into_iter().chain([new]).collect())
}

/// The blanks at the start of the line of an offset, and whether the offset is the first on a line within the
/// container.
fn line_of<'t>(text: &'t str, at: usize, container: &Range<usize>) -> (&'t str, bool) {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    let blanks = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    (blanks, start > container.start && text[start..at].len() <= blanks.len())
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn nothing_at(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() }
}
