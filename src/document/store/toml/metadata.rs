//! Metadata in TOML: a table `[sops]` at the end, in which every list of keys is an array of tables.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Number, Value as Json};

use super::piece::TomlPiece;
use super::write::{key_text, string_text};
use crate::document::content::tree::{Node, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::splice::{Splice, with_blank_line};
use crate::error::DocumentError;

pub(super) const HAS_COMMENT: &str = "there is a comment in the metadata";

/// The table as JSON.
pub(super) fn read(node: &Node) -> Result<Map<String, Json>, DocumentError> {
    match json(node)? {
        Json::Object(fields) => Ok(fields),
        _ => Err(DocumentError::NotAsMeant("metadata that is not a table".to_owned())),
    }
}

fn json(node: &Node) -> Result<Json, DocumentError> {
    fn child<T>(entry: &TreeEntry<T>) -> Result<&T, DocumentError> {
        match entry {
            TreeEntry::Child(child) => Ok(child),
            TreeEntry::Comment(comment) => {
                Err(DocumentError::Refused { at: comment.place.into(), fault: HAS_COMMENT.to_owned() })
            }
        }
    }
    Ok(match node {
        Node::Mapping(entries) => {
            let members = entries.iter().map(child);
            let fields = members.map(|member| member.and_then(|member| Ok((member.key.clone(), json(&member.value)?))));
            Json::Object(fields.collect::<Result<_, _>>()?)
        }
        Node::Sequence(entries) => {
            Json::Array(entries.iter().map(|entry| child(entry).and_then(json)).collect::<Result<_, _>>()?)
        }
        Node::Leaf(leaf) => match &leaf.value {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Integer(number) => Json::from(*number),
            Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            Value::Bool(truth) => Json::from(*truth),
            Value::Time(time) => Json::from(time.as_str()),
            Value::Null | Value::Bytes(_) => Json::Null,
        },
        Node::Alias(_) => Json::Null,
    })
}

/// Replaces, appends or removes it.
pub(super) fn change(
    text: &str,
    pieces: &[TomlPiece],
    metadata: Option<&Map<String, Json>>,
) -> Result<Vec<Splice>, DocumentError> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let place = place(pieces)?;
    let written = metadata.map(|fields| metadata_text(fields, newline));
    let splice = match (place, written) {
        (None, None) => return Ok(Vec::new()),
        (Some(place), Some(text)) => Splice { place, text },
        (Some(place), None) => Splice { place: with_blank_line(text, place), text: String::new() },
        (None, Some(table)) => {
            let is_empty = text.trim_start_matches('\u{feff}').is_empty();
            // A file without a last newline has its metadata without one, so that removal gives back the same bytes.
            let table = match (is_empty, text.ends_with('\n')) {
                (true, _) => table + newline,
                (false, true) => format!("{newline}{table}{newline}"),
                (false, false) => format!("{newline}{newline}{table}"),
            };
            Splice { place: text.len()..text.len(), text: table }
        }
    };
    Ok(vec![splice])
}

/// The ranges of the metadata tables, from the first header to the end of the last line.
pub(super) fn place(pieces: &[TomlPiece]) -> Result<Option<Range<usize>>, DocumentError> {
    let mut place: Option<Range<usize>> = None;
    let mut is_over = false;
    for piece in pieces {
        match (&mut place, piece.is_metadata()) {
            (None, true) => place = Some(piece.lines.clone()),
            (Some(place), true) if !is_over => place.end = piece.lines.end,
            (Some(_), true) => {
                return Err(DocumentError::Path {
                    path: METADATA_KEY.to_owned(),
                    fault: "the metadata is in several parts, with other tables in between".to_owned(),
                });
            }
            (None, false) => {}
            (Some(_), false) => is_over = true,
        }
    }
    Ok(place)
}

/// The tables without the last newline. Empty fields are left out.
fn metadata_text(metadata: &Map<String, Json>, newline: &str) -> String {
    let is_list_of_tables =
        |value: &Json| value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Json::is_object));
    let mut out = format!("[{METADATA_KEY}]");
    let line = |key: &str, value: &Json, out: &mut String| {
        if !value.is_null() {
            let _ = write!(out, "{newline}{} = ", key_text(key));
            write_inline(value, newline, out);
        }
    };
    for (key, value) in metadata.iter().filter(|(_, value)| !is_list_of_tables(value)) {
        line(key, value, &mut out);
    }
    for (key, value) in metadata.iter().filter(|(_, value)| is_list_of_tables(value)) {
        for item in value.as_array().into_iter().flatten().filter_map(Json::as_object) {
            let _ = write!(out, "{newline}{newline}[[{METADATA_KEY}.{}]]", key_text(key));
            for (key, value) in item {
                line(key, value, &mut out);
            }
        }
    }
    out
}

fn write_inline(value: &Json, newline: &str, out: &mut String) {
    match value {
        Json::Null => {}
        Json::String(text) => out.push_str(&string_text(text, newline)),
        Json::Bool(_) | Json::Number(_) => out.push_str(&value.to_string()),
        Json::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().filter(|item| !item.is_null()).enumerate() {
                out.push_str(if position == 0 { "" } else { ", " });
                write_inline(item, newline, out);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (position, (key, field)) in fields.iter().filter(|(_, field)| !field.is_null()).enumerate() {
                let _ = write!(out, "{} {} = ", if position == 0 { "" } else { "," }, key_text(key));
                write_inline(field, newline, out);
            }
            out.push_str(" }");
        }
    }
}
