//! The result of parsing a text: content and positions.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use crate::document::content::tree::{TextPlace, Tree};
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
    /// The surroundings of each leaf and comment, by its number. Only for YAML; empty elsewhere.
    pub(crate) settings: Vec<Setting>,
    /// For each alias, in order, its target: leaves and aliases before it, counted together from 0. Only for YAML.
    pub(crate) aliases: Vec<Range<usize>>,
    /// The second key of the same name in one mapping. sops writes such JSON and dotenv files; they can be read, but not
    /// written.
    pub(crate) duplicate: Option<TextPlace>,
    /// The position of existing or new metadata, for each document of the file. Only for YAML.
    pub(crate) metadata_places: Vec<MetadataPlace>,
}

/// The position of existing or new metadata of a YAML document. A margin is the spaces before its lines; within braces,
/// on one line, there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MetadataPlace {
    /// It exists.
    There {
        /// The bytes that are removed with it.
        all: Range<usize>,
        /// The bytes that are replaced by a new one.
        replaced: Range<usize>,
        margin: Option<usize>,
        /// Whether it equals that of the first document.
        says_the_same: bool,
    },
    /// Its key exists, and holds something else.
    Taken(TextPlace),
    /// It does not exist, and would be inserted here.
    Free {
        at: usize,
        margin: Option<usize>,
        is_behind_member: bool,
        /// The header of a block scalar that ends the file without a line break, and the header it needs once lines
        /// follow.
        header: Option<(Range<usize>, String)>,
    },
}

/// What the new text of a scalar depends on besides its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether it is within brackets or braces.
    pub(crate) in_flow: bool,
    /// The column of its collection, from 1.
    pub(crate) indent: u64,
    /// Whether its tag names a type, and cannot be replaced together with it.
    pub(crate) blocked: bool,
}
