//! Metadata in TOML: a table `[sops]` at the end, in which every list of keys is an array of tables.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::piece::TomlPiece;
use super::write::{key_text, string_text};
use crate::document::content::tree::Node;
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::splice::{Splice, change_at_end};
use crate::document::store::structured_metadata::json;
use crate::error::DocumentError;

/// The table as JSON.
pub(super) fn read(node: &Node) -> Result<Map<String, Json>, DocumentError> {
    match json(node)? {
        Json::Object(fields) => Ok(fields),
        _ => Err(DocumentError::NotAsMeant("metadata that is not a table".to_owned())),
    }
}

/// Replaces, appends or removes it.
pub(super) fn change(
    text: &str,
    pieces: &[TomlPiece],
    metadata: Option<&Map<String, Json>>,
) -> Result<Vec<Splice>, DocumentError> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let written = metadata.map(|fields| metadata_text(fields, newline));
    Ok(change_at_end(text, place(pieces)?, written, newline))
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
