//! What a text says, and where, as a notation reads it.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use crate::document::content::tree::{TextPlace, Tree};
use crate::error::DocumentError;

/// The key under which the metadata stands, and the start of its keys where it is flat.
pub(crate) const METADATA_KEY: &str = "sops";

/// How many values and comments a file may have. Each takes far more memory than the two bytes that it may be long, so a
/// small file could exhaust it; 50 MB of the usual length are within this.
const MAX_ENTRIES: usize = 1 << 19;

/// How many YAML documents a file may have. Each gets metadata of its own.
const MAX_DOCUMENTS: usize = 10_000;

/// Refuses a file with more values and comments than a config file has. `place` is that of the last one.
pub(crate) fn check_entries(count: usize, place: impl FnOnce() -> TextPlace) -> Result<(), DocumentError> {
    check(count, MAX_ENTRIES, "values and comments", place)
}

/// Refuses a file with more documents than a config file has. `place` is that of the last one.
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

/// What a text says, and where.
pub(crate) struct ParsedText {
    /// The tree, without metadata.
    pub(crate) tree: Tree,
    /// Where each leaf and comment stands in the text, by its number: quotes, `#` and block header included.
    pub(crate) tokens: Vec<Range<usize>>,
    /// The metadata, unflattened.
    pub(crate) metadata: Option<Map<String, Json>>,
    /// What stands around each leaf and comment, by its number. Only YAML needs to know; elsewhere it is empty.
    pub(crate) settings: Vec<Setting>,
    /// For each alias, in their order, what it stands for: leaves and aliases before it, counted together from 0. Only YAML
    /// has any.
    pub(crate) aliases: Vec<Range<usize>>,
    /// Where the metadata stands or would stand, for each document of the file. Only of YAML, as above.
    pub(crate) metadata_places: Vec<MetadataPlace>,
}

/// Where a YAML document has its metadata, or would have it. A margin is the spaces before its lines; in braces, where all
/// stands on one line, there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MetadataPlace {
    /// It is there.
    There {
        /// All the bytes that go with it when it is removed.
        all: Range<usize>,
        /// Those that are replaced by another.
        replaced: Range<usize>,
        margin: Option<usize>,
        /// Whether it says what that of the first document says.
        says_the_same: bool,
    },
    /// Its key is there, and holds something else.
    Taken(TextPlace),
    /// It is not there, and would be put here.
    Free {
        at: usize,
        margin: Option<usize>,
        is_behind_member: bool,
        /// The header of a block scalar that ends the file without a line break, and the header that it needs once lines
        /// follow.
        header: Option<(Range<usize>, String)>,
    },
}

/// What a scalar's new text depends on, and its token does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Whether it stands within brackets or braces.
    pub(crate) in_flow: bool,
    /// The column of the collection in which it stands, from 1.
    pub(crate) indent: u64,
    /// Whether its tag names a type, and cannot be replaced together with it.
    pub(crate) blocked: bool,
}
