//! Config documents: files whose values are encrypted one by one, while keys, comments and layout stay as they are.
//!
//! A document is a sops document, as sops 3.13 reads and writes it. [`Document`] is the text of a file with the tree that
//! it says, every leaf with its place; changes are spliced into the text, and every byte that is not a changed value stays
//! as it was.

mod scalar;
mod store;
pub mod tree;
pub mod value;
mod yaml;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::error::DocumentError;

pub use tree::{Comment, Entry, Leaf, LeafId, Member, Node, Path, Place, Step, Tree};
pub use value::Value;

/// The notation of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, possibly with several documents in a file.
    Yaml,
    /// JSON; comments are let through.
    Json,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Sections of `key = value`.
    Ini,
    /// TOML.
    Toml,
    /// Anything, as the single value `data` of a JSON object.
    Binary,
}

/// A file: its text, and what it says.
pub struct Document {
    format: Format,
    text: Zeroizing<String>,
    tree: Tree,
    metadata: Option<Map<String, Json>>,
}

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

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is not well formed, or says what cannot be kept; with the line.
    pub fn parse(format: Format, text: Zeroizing<String>) -> Result<Self, DocumentError> {
        let _ = (format, text);
        todo!("every store has its parser")
    }

    /// The notation.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it says, without the metadata.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The metadata, unflattened where the format has it flat. Every single value is text where the format has no types.
    #[must_use]
    pub fn metadata(&self) -> Option<&Map<String, Json>> {
        self.metadata.as_ref()
    }

    /// The text of a leaf as it stands in the file, quotes included.
    #[must_use]
    pub fn source(&self, leaf: LeafId) -> &str {
        let _ = leaf;
        todo!("every store keeps the places of its leaves")
    }

    /// A text for a whole tree, written anew: for conversion from one notation to another.
    ///
    /// # Errors
    /// If the notation cannot carry the tree.
    pub fn emit(format: Format, tree: &Tree) -> Result<Zeroizing<String>, DocumentError> {
        let _ = (format, tree);
        todo!("every store emits")
    }

    /// The text with `value` put at `path`. Parents that are not there are made; a value that is there is replaced.
    ///
    /// # Errors
    /// If a step of the path leads into something that is no mapping or sequence.
    pub fn with_value(&self, path: &Path, value: &Node) -> Result<Zeroizing<String>, DocumentError> {
        let _ = (path, value);
        todo!("every store inserts")
    }

    /// The text without the node at `path`.
    ///
    /// # Errors
    /// If there is none.
    pub fn without(&self, path: &Path) -> Result<Zeroizing<String>, DocumentError> {
        let _ = path;
        todo!("every store removes")
    }

    /// The text with some leaves and the metadata changed. It is parsed again, and compared.
    ///
    /// # Errors
    /// If what would be written does not say what it is to say.
    pub fn rewrite(&self, edits: &[Edit], metadata: MetadataChange) -> Result<Zeroizing<String>, DocumentError> {
        let _ = (edits, metadata);
        todo!("every store splices")
    }
}
