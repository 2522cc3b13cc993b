//! A new value for a document: the meaning of a typed text, and a document with only this value.

use crate::document::{Document, Format, Leaf, Member, Node, Path, PathStep, Tree, TreeEntry, Value, ValueType};
use crate::error::DocumentError;
use crate::ops::failure::Cause;

/// How the text given for a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueSyntax {
    /// As the notation reads it, but as text if the value was text before, and as a date if it was a date.
    Plain,
    /// A value of this type.
    Typed(ValueType),
    /// JSON.
    Json,
}

/// The value that a text stands for.
///
/// # Errors
/// If it should be JSON or a value of a type, and is not.
pub fn value_of(text: &str, syntax: ValueSyntax, format: Format, old: Option<&Node>) -> Result<Node, Cause> {
    let is_text = |node: &Node| matches!(node, Node::Leaf(Leaf { value: Value::Text(text), .. }) if !text.is_empty());
    let is_date = |node: &Node| matches!(node, Node::Leaf(Leaf { value: Value::Time(_), .. }));
    match syntax {
        ValueSyntax::Json => serde_json::from_str(text).map_err(|error| Cause::ValueNotJson(error.to_string())),
        ValueSyntax::Typed(kind) => {
            Value::of_type(format, kind, text).map(Node::leaf).ok_or(Cause::ValueNotOfType(kind))
        }
        ValueSyntax::Plain => {
            let date = old.filter(|old| is_date(old)).and_then(|_| Value::of_type(format, ValueType::Date, text));
            let as_text = || Value::Text(text.into());
            let usual = || if old.is_some_and(is_text) { as_text() } else { Value::inferred(format, text) };
            Ok(Node::leaf(date.unwrap_or_else(usual)))
        }
    }
}

/// A plaintext document with one value and the parents that its path names.
///
/// # Errors
/// If the path cannot exist in a new document, or the notation cannot express the value.
pub fn document_with(value: Node, path: &Path, format: Format) -> Result<Document, DocumentError> {
    let fault = |fault: &str| DocumentError::Path { path: path.to_string(), fault: fault.to_owned() };
    if path.root > 0 {
        return Err(fault("the file has no such document"));
    }
    let root = path.steps.iter().rev().try_fold(value, |value, step| match step {
        PathStep::Key(key) => Ok(Node::Mapping(vec![TreeEntry::Child(Member::new(key.clone(), value))])),
        PathStep::Index(0) => Ok(Node::Sequence(vec![TreeEntry::Child(value)])),
        PathStep::Index(_) => Err(fault("the list has no such position")),
    })?;
    Document::parse(format, Document::emit(format, &Tree { roots: vec![root] })?)
}
