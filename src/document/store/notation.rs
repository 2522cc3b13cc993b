//! What every notation can do: read a text into a tree with places, and change parts of the text.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use zeroize::{Zeroize, Zeroizing};

use crate::document::model::tree::{LeafId, Node, Path, Place, Tree};
use crate::document::{Format, NewText};
use crate::error::DocumentError;

/// The key under which the metadata stands, and the start of its keys where it is flat.
pub(crate) const METADATA_KEY: &str = "sops";

/// How many values and comments a file may have. Each takes far more memory than the two bytes that it may be long, so a
/// small file could exhaust it; 50 MB of the usual length are within this.
const MAX_ENTRIES: usize = 1 << 19;

/// How many YAML documents a file may have. Each gets metadata of its own.
const MAX_DOCUMENTS: usize = 10_000;

/// Refuses a file with more values and comments than a config file has. `place` is that of the last one.
pub(crate) fn check_entries(count: usize, place: impl FnOnce() -> Place) -> Result<(), DocumentError> {
    check(count, MAX_ENTRIES, "values and comments", place)
}

/// Refuses a file with more documents than a config file has. `place` is that of the last one.
pub(crate) fn check_documents(count: usize, place: impl FnOnce() -> Place) -> Result<(), DocumentError> {
    check(count, MAX_DOCUMENTS, "documents", place)
}

fn check(count: usize, limit: usize, what: &'static str, place: impl FnOnce() -> Place) -> Result<(), DocumentError> {
    if count > limit { Err(DocumentError::TooMany { at: place().into(), what, limit }) } else { Ok(()) }
}

/// What a text says, and where.
pub(crate) struct Found {
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
    Taken(Place),
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

/// A part of a text with what takes its place. What is put in may be a secret, and is wiped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) place: Range<usize>,
    pub(crate) text: String,
}

impl Drop for Splice {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// The text with all splices done. Of several at the same place the order is kept.
pub(crate) fn apply(text: &str, mut splices: Vec<Splice>) -> Result<Zeroizing<String>, DocumentError> {
    splices.sort_by_key(|splice| (splice.place.start, splice.place.end));
    let grown: usize = splices.iter().map(|splice| splice.text.len()).sum();
    // Room for everything at once: a buffer that grows leaves copies of secrets behind.
    let mut changed = Zeroizing::new(String::with_capacity(text.len() + grown));
    let mut done = 0;
    for splice in &splices {
        let between = text.get(done..splice.place.start);
        let between = between.ok_or_else(|| DocumentError::NotAsMeant("two changes overlap".to_owned()))?;
        changed.push_str(between);
        changed.push_str(&splice.text);
        done = splice.place.end;
    }
    let rest = text.get(done..).ok_or_else(|| DocumentError::NotAsMeant("a change lies beyond the end".to_owned()))?;
    changed.push_str(rest);
    Ok(changed)
}

/// The place of metadata at the end of a file with the blank line before it and the newline behind it; where the file ends
/// without one, with the newline before instead.
pub(crate) fn with_blank_line(text: &str, place: Range<usize>) -> Range<usize> {
    // A carriage return is a part of the newline only where it is for the lines of the metadata.
    let newline = if text[place.clone()].contains("\r\n") { "\r\n" } else { "\n" };
    let Range { mut start, mut end } = place;
    if let Some(before) = text[..start].strip_suffix(newline)
        && (before.ends_with('\n') || before.trim_start_matches('\u{feff}').is_empty())
    {
        start = before.len();
    }
    if text[end..].starts_with('\n') {
        end += 1;
    } else if text[end..].starts_with(newline) {
        end += newline.len();
    } else if let Some(before) = text[..start].strip_suffix(newline) {
        start = before.len();
    }
    start..end
}

/// A notation. All places are in bytes of the text that was parsed.
pub(crate) trait Store {
    /// Reads a text.
    fn parse(&self, text: &str) -> Result<Found, DocumentError>;

    /// Gives one leaf or comment a new text.
    fn change(&self, text: &str, found: &Found, leaf: LeafId, new: &NewText) -> Result<Vec<Splice>, DocumentError>;

    /// Replaces, appends or (with `None`) removes the metadata. Removing what was appended gives the same bytes again.
    fn change_metadata(
        &self,
        text: &str,
        found: &Found,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError>;

    /// Writes the metadata that is there anew, with as many spaces for each level. Only YAML has a layout for it that does
    /// not follow from that of the file.
    fn indent_metadata(&self, text: &str, found: &Found, indent: u8) -> Result<Vec<Splice>, DocumentError> {
        let _ = (text, found, indent);
        Ok(Vec::new())
    }

    /// Puts `value` in the place of the node at `path`, where that stands. `None` if the notation has no way to do it:
    /// then it is taken away and put in again, as the last of its parent.
    fn replace(
        &self,
        text: &str,
        found: &Found,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        let _ = (text, found, path, value);
        Ok(None)
    }

    /// Puts `value` at `path`, whose parent is there and where nothing is, as the last child of its parent.
    fn insert(&self, text: &str, found: &Found, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError>;

    /// Takes away the node at `path`, with the lines that are its alone.
    fn remove(&self, text: &str, found: &Found, path: &Path) -> Result<Vec<Splice>, DocumentError>;

    /// Writes a whole tree anew, comments included where the notation has them. `indent` is the number of spaces for each
    /// level, in notations that have levels; `None` is what sops takes.
    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError>;
}

/// The store of a notation.
pub(crate) fn store_of(format: Format) -> &'static dyn Store {
    match format {
        Format::Json => &crate::document::store::json::JsonStore,
        Format::Yaml => &crate::document::store::yaml::YamlStore,
        Format::Dotenv => &crate::document::store::dotenv::DotenvStore,
        Format::Ini => &crate::document::store::ini::IniStore,
        Format::Toml => &crate::document::store::toml::TomlStore,
        Format::Binary => &crate::document::store::binary::BinaryStore,
    }
}
