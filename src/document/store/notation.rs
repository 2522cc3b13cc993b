//! The interface of every notation: parse a text into a tree with positions, and change parts of the text.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::NewText;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::parsed::ParsedText;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// A notation. All positions are byte offsets into the parsed text.
pub(crate) trait Store {
    /// The text with its original line ends, if another program has converted them.
    fn as_written(&self, text: Zeroizing<String>) -> Zeroizing<String> {
        text
    }

    /// Parses a text.
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError>;

    /// Replaces the text of one leaf or comment.
    fn change(&self, text: &str, found: &ParsedText, leaf: LeafId, new: &NewText)
    -> Result<Vec<Splice>, DocumentError>;

    /// Replaces, appends or (with `None`) removes the metadata. Removing what was appended restores the same bytes.
    fn change_metadata(
        &self,
        text: &str,
        found: &ParsedText,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError>;

    /// Writes the existing metadata anew, with this many spaces for each level. Only YAML has a layout for it that does
    /// not follow from that of the file.
    fn indent_metadata(&self, text: &str, found: &ParsedText, indent: u8) -> Result<Vec<Splice>, DocumentError> {
        let _ = (text, found, indent);
        Ok(Vec::new())
    }

    /// Replaces the node at `path` by `value`. `None` if the notation cannot do that: then it is removed and inserted
    /// again, as the last child of its parent.
    fn replace(
        &self,
        text: &str,
        found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        let _ = (text, found, path, value);
        Ok(None)
    }

    /// Inserts `value` at `path`, which does not exist but whose parent does, as the last child.
    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError>;

    /// Removes the node at `path`, with the lines that hold nothing else.
    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError>;

    /// Writes a whole tree anew, including comments if the notation has them. `indent` is the number of spaces for each
    /// level, in notations that have levels; `None` is the indentation of sops.
    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError>;
}
