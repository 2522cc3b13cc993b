//! What every notation can do: read a text into a tree with places, and change parts of the text.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::NewText;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::parsed::ParsedText;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// A notation. All places are in bytes of the text that was parsed.
pub(crate) trait Store {
    /// A text with the line ends with which it was written, where another program has converted them.
    fn as_written(&self, text: Zeroizing<String>) -> Zeroizing<String> {
        text
    }

    /// Reads a text.
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError>;

    /// Gives one leaf or comment a new text.
    fn change(&self, text: &str, found: &ParsedText, leaf: LeafId, new: &NewText)
    -> Result<Vec<Splice>, DocumentError>;

    /// Replaces, appends or (with `None`) removes the metadata. Removing what was appended gives the same bytes again.
    fn change_metadata(
        &self,
        text: &str,
        found: &ParsedText,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError>;

    /// Writes the metadata that is there anew, with as many spaces for each level. Only YAML has a layout for it that does
    /// not follow from that of the file.
    fn indent_metadata(&self, text: &str, found: &ParsedText, indent: u8) -> Result<Vec<Splice>, DocumentError> {
        let _ = (text, found, indent);
        Ok(Vec::new())
    }

    /// Puts `value` in the place of the node at `path`, where that stands. `None` if the notation has no way to do it:
    /// then it is taken away and put in again, as the last of its parent.
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

    /// Puts `value` at `path`, whose parent is there and where nothing is, as the last child of its parent.
    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError>;

    /// Takes away the node at `path`, with the lines that are its alone.
    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError>;

    /// Writes a whole tree anew, comments included where the notation has them. `indent` is the number of spaces for each
    /// level, in notations that have levels; `None` is what sops takes.
    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError>;
}
