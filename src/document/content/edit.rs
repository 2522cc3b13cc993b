//! What can be changed in a document: leaves, comments and the metadata.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::tree::LeafId;
use crate::document::content::value::Value;

/// A new text for one leaf or comment.
pub struct Edit {
    /// Which one.
    pub leaf: LeafId,
    /// What it is to say.
    pub text: NewText,
}

/// What a leaf or a comment is to say.
pub enum NewText {
    /// An encrypted value, `ENC[…]`, in the style of scalar that stands there.
    Encrypted(String),
    /// A value in the clear, in the style that stands there where the style can carry it.
    Plain(Value),
    /// Exactly this text of the format, quotes included.
    Source(Zeroizing<String>),
    /// The text of a comment, without its `#`.
    Comment(Zeroizing<String>),
}

/// What becomes of the metadata of a document.
pub enum MetadataChange {
    /// It stays as it is.
    Keep,
    /// It goes.
    Remove,
    /// It is replaced, or appended where there was none.
    Write(Map<String, Json>),
}
