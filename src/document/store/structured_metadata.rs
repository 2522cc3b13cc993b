//! Metadata as a mapping of its notation.

use serde_json::{Number, Value as Json};

use crate::document::content::tree::{Node, TreeEntry};
use crate::document::content::value::Value;
use crate::error::DocumentError;

pub(super) const HAS_COMMENT: &str = "there is a comment in the metadata";

/// A mapping, list or scalar of metadata as JSON.
///
/// # Errors
///
/// There is a comment in it.
// The recursion is bounded by the nesting limit of the readers.
pub(super) fn json(node: &Node) -> Result<Json, DocumentError> {
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
