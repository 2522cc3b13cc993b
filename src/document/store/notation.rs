//! The interface of every notation: parse a text into a tree with positions, and write a tree as a text.

use zeroize::Zeroizing;

use crate::document::content::inference;
use crate::document::content::inference::ValueType;
use crate::document::content::tree::{Node, Tree};
use crate::document::content::value::Value;
use crate::document::store::parsed::ParsedText;
use crate::error::DocumentError;

/// A notation.
pub(crate) trait Store {
    /// The text with its original line ends, if another program has converted them.
    fn as_written(&self, text: Zeroizing<String>) -> Zeroizing<String> {
        text
    }

    /// Parses a text. What it returns knows how to change the text.
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError>;

    /// Writes a whole tree anew, including comments if the notation has them. `indent` is the number of spaces for each
    /// level, in notations that have levels; `None` is the indentation of sops.
    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError>;

    /// Whether a part cannot be a file of its own, and is what stands behind a key in one.
    fn is_framed(&self, part: &Node) -> bool {
        matches!(part, Node::Sequence(_))
    }

    /// What surrounds the only member of a file that [`Self::emit`] wrote, with this key and this indentation. `None` if
    /// a list cannot be such a member.
    fn frame(&self, key: &str, indent: Option<u8>) -> Option<Frame> {
        let _ = (key, indent);
        None
    }

    /// A text that a user typed, as the value that the notation reads for it.
    fn inferred(&self, text: &str) -> Value {
        inference::as_in_yaml(text)
    }

    /// A text as a value of a type, or `None` if it is none.
    fn of_type(&self, kind: ValueType, text: &str) -> Option<Value> {
        inference::of_type_as_in_yaml(kind, text)
    }
}

/// The text around the only member of a file.
pub(crate) struct Frame {
    pub(crate) start: String,
    pub(crate) end: &'static str,
    /// Before each line of a list in it. `None` if it is that of the first line.
    pub(crate) indent: Option<String>,
}
