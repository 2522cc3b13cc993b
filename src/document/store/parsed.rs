//! The result of parsing a text: its content, positions, and how its notation changes it.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path, TextPlace, Tree};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// The key that holds the metadata, and the prefix of its keys if it is flat.
pub(crate) const METADATA_KEY: &str = "sops";

/// Maximum number of values and comments in a file. Each takes far more memory than the two bytes of its shortest text,
/// so a small file could exhaust it; 50 MB of usual lines are within this.
const MAX_ENTRIES: usize = 1 << 19;

/// Maximum number of YAML documents in a file. Each gets metadata of its own.
const MAX_DOCUMENTS: usize = 10_000;

/// Refuses a file with too many values and comments. `place` is that of the last one.
pub(crate) fn check_entries(count: usize, place: impl FnOnce() -> TextPlace) -> Result<(), DocumentError> {
    check(count, MAX_ENTRIES, "values and comments", place)
}

/// Refuses a file with too many documents. `place` is that of the last one.
pub(crate) fn check_documents(count: usize, place: impl FnOnce() -> TextPlace) -> Result<(), DocumentError> {
    check(count, MAX_DOCUMENTS, "documents", place)
}

fn check(
    count: usize,
    limit: usize,
    what: &'static str,
    place: impl FnOnce() -> TextPlace,
) -> Result<(), DocumentError> {
    if count > limit { Err(DocumentError::TooMany { at: place().into(), what, limit }) } else { Ok(()) }
}

/// The content of a text, with positions.
pub(crate) struct ParsedText {
    /// The tree, without metadata.
    pub(crate) tree: Tree,
    /// The range of each leaf and comment in the text, by its number, including quotes, `#` and block header.
    pub(crate) tokens: Vec<Range<usize>>,
    /// The metadata, unflattened.
    pub(crate) metadata: Option<Map<String, Json>>,
    /// For each alias, in order, its target: leaves and aliases before it, counted together from 0. Only for YAML.
    pub(crate) aliases: Vec<Range<usize>>,
    /// The second key of the same name in one mapping. sops writes such JSON and dotenv files; they can be read, but not
    /// written.
    pub(crate) duplicate: Option<TextPlace>,
    /// What the notation remembers of the text besides.
    pub(crate) outline: Arc<dyn Outline>,
}

/// What a notation remembers of a text, so that changing the text does not read it again. All positions are byte offsets
/// into the text.
pub(crate) trait Outline: Debug + Send + Sync {
    /// Replaces the text of one leaf or comment, by its number. It is at `token`.
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        leaf: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError>;

    /// Replaces, appends or (with `None`) removes the metadata. Removing what was appended restores the same bytes.
    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError>;

    /// The ranges that hold metadata, which the seal does not cover as text.
    fn metadata_ranges(&self, text: &str) -> Result<Vec<Range<usize>>, DocumentError> {
        Ok(self.change_metadata(text, None)?.iter().map(|splice| splice.place.clone()).collect())
    }

    /// Writes the existing metadata anew, with this many spaces for each level. Only YAML has a layout for it that does
    /// not follow from that of the file.
    fn indent_metadata(
        &self,
        text: &str,
        metadata: Option<&Map<String, Json>>,
        indent: u8,
    ) -> Result<Vec<Splice>, DocumentError> {
        let _ = (text, metadata, indent);
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

    /// The path of each alias, in text order, with the path of its target. `tree` is that of the text.
    fn alias_targets(&self, tree: &Tree) -> Vec<(Path, Path)> {
        let _ = tree;
        Vec::new()
    }

    /// The outline of `text`, which came about by decrypting values and removing the metadata. `None` if that is not
    /// certain.
    fn shifted(&self, shift: &Shift, text: &str) -> Option<Arc<dyn Outline>>;
}
