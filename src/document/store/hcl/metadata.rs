//! Metadata in HCL: an object `sops` at the end of the file.

use serde_json::{Map, Number, Value as Json};

use super::outline::HclOutline;
use super::write::{HclLayout, json_text, newline_of};
use crate::document::content::tree::{Node, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::splice::{Splice, with_blank_line};
use crate::error::DocumentError;

/// The object as JSON.
// The recursion is bounded by the nesting limit of the reader.
pub(super) fn read(node: &Node) -> Result<Json, DocumentError> {
    fn child<T>(entry: &TreeEntry<T>) -> Result<&T, DocumentError> {
        match entry {
            TreeEntry::Child(child) => Ok(child),
            TreeEntry::Comment(comment) => {
                let fault = "there is a comment in the metadata".to_owned();
                Err(DocumentError::Refused { at: comment.place.into(), fault })
            }
        }
    }
    Ok(match node {
        Node::Mapping(entries) => {
            let members = entries.iter().map(child);
            let fields = members.map(|member| member.and_then(|member| Ok((member.key.clone(), read(&member.value)?))));
            Json::Object(fields.collect::<Result<_, _>>()?)
        }
        Node::Sequence(entries) => {
            Json::Array(entries.iter().map(|entry| child(entry).and_then(read)).collect::<Result<_, _>>()?)
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
pub(super) fn change(text: &str, outline: &HclOutline, metadata: Option<&Map<String, Json>>) -> Vec<Splice> {
    let newline = newline_of(text);
    let written = metadata.map(|fields| {
        let layout = HclLayout::Lines { newline, base: String::new() };
        let mut out = format!("{METADATA_KEY} = ");
        json_text(&Json::Object(fields.clone()), &layout, 0, &mut out);
        out
    });
    let splice = match (outline.metadata(), written) {
        (None, None) => return Vec::new(),
        (Some(place), Some(text)) => Splice { place, text },
        (Some(place), None) => Splice { place: with_blank_line(text, place), text: String::new() },
        (None, Some(object)) => {
            let is_empty = text.trim_start_matches('\u{feff}').is_empty();
            // A file without a last newline has its metadata without one, so that removal gives back the same bytes.
            let object = match (is_empty, text.ends_with('\n')) {
                (true, _) => object + newline,
                (false, true) => format!("{newline}{object}{newline}"),
                (false, false) => format!("{newline}{newline}{object}"),
            };
            Splice { place: text.len()..text.len(), text: object }
        }
    };
    vec![splice]
}
