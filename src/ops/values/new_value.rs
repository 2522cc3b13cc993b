//! A new value for a document: what a typed text means, and the document that holds nothing else.

use zeroize::Zeroizing;

use crate::document::{Document, Format, Leaf, Member, Node, Path, PathStep, Tree, TreeEntry, Value};
use crate::error::DocumentError;
use crate::ops::failure::Cause;

/// What a text that was given for a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueSyntax {
    /// What it looks like in the notation; but a text where the value was a text before.
    Plain,
    /// A text.
    Text,
    /// JSON.
    Json,
}

/// The value that a text means.
///
/// # Errors
/// If it is to be JSON and is not.
pub fn value_of(text: &str, syntax: ValueSyntax, format: Format, old: Option<&Node>) -> Result<Node, Cause> {
    let is_text = |node: &Node| matches!(node, Node::Leaf(Leaf { value: Value::Text(text), .. }) if !text.is_empty());
    match syntax {
        ValueSyntax::Json => serde_json::from_str(text).map_err(|error| Cause::ValueNotJson(error.to_string())),
        ValueSyntax::Plain if !old.is_some_and(is_text) => Ok(Node::leaf(Value::inferred(format, text))),
        ValueSyntax::Plain | ValueSyntax::Text => Ok(Node::leaf(Value::Text(Zeroizing::new(text.to_owned())))),
    }
}

/// A document in the clear with nothing but one value and the parents that its path names.
///
/// # Errors
/// If the path names a place that a new document does not have, or the notation cannot carry the value.
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
