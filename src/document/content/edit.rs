//! What can be changed in a document: leaves, comments and the metadata.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::tree::LeafId;
use crate::document::content::value::Value;

/// A new text for one leaf or comment.
pub struct Edit {
    /// The leaf or comment.
    pub leaf: LeafId,
    /// Its new text.
    pub text: NewText,
}

/// The new text of a leaf or a comment.
pub enum NewText {
    /// An encrypted value, `ENC[…]`, in the scalar style of the old text.
    Encrypted(String),
    /// A plaintext value, in the style of the old text if that style can express it.
    Plain(Value),
    /// Exactly this text of the format, quotes included.
    Source(Zeroizing<String>),
    /// The text of a comment, without its `#`.
    Comment(Zeroizing<String>),
}

impl Edit {
    /// The same, without a copy of the text.
    pub(crate) fn borrowed(&self) -> EditRef<'_> {
        EditRef { leaf: self.leaf, text: self.text.borrowed() }
    }
}

impl NewText {
    /// The same, without a copy of the text.
    pub(crate) fn borrowed(&self) -> NewTextRef<'_> {
        match self {
            Self::Encrypted(token) => NewTextRef::Encrypted(token),
            Self::Plain(value) => NewTextRef::Plain(value),
            Self::Source(source) => NewTextRef::Source(source),
            Self::Comment(text) => NewTextRef::Comment(text),
        }
    }
}

/// An [`Edit`] whose text is elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct EditRef<'a> {
    pub(crate) leaf: LeafId,
    pub(crate) text: NewTextRef<'a>,
}

/// A [`NewText`] that is elsewhere.
#[derive(Clone, Copy)]
pub(crate) enum NewTextRef<'a> {
    Encrypted(&'a str),
    Plain(&'a Value),
    Source(&'a str),
    Comment(&'a str),
}

/// How the metadata of a document changes.
pub enum MetadataChange {
    /// Unchanged.
    Keep,
    /// Removed.
    Remove,
    /// Replaced, or appended if there was none.
    Write(Map<String, Json>),
}
