//! TOML, which sops does not have: the same encrypted values, and the metadata in a table `[sops]`.

mod change;
mod metadata;
mod piece;
mod read;
mod write;

use serde_json::{Map, Value as Json};

use crate::document::content::edit::NewText;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::Store;
use crate::document::store::parsed::ParsedText;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// TOML files.
pub(crate) struct TomlStore;

impl Store for TomlStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        Ok(read::read(text)?.found)
    }

    fn change(
        &self,
        text: &str,
        found: &ParsedText,
        leaf: LeafId,
        new: &NewText,
    ) -> Result<Vec<Splice>, DocumentError> {
        let place = found.tokens[leaf.0].clone();
        let old = &text[place.clone()];
        // A string over several lines has line ends of its own.
        let newline = if old.contains("\r\n") { "\r\n" } else { "\n" };
        let text = write::new_token(old, new, newline)?;
        Ok(vec![Splice { place, text }])
    }

    fn change_metadata(
        &self,
        text: &str,
        _: &ParsedText,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &read::read(text)?.pieces, metadata)
    }

    fn replace(
        &self,
        text: &str,
        _: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        change::replace(text, &read::read(text)?.pieces, path, value)
    }

    fn insert(&self, text: &str, _: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, &read::read(text)?.pieces, path, value)
    }

    fn remove(&self, text: &str, _: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, &read::read(text)?.pieces, path)
    }

    fn emit(&self, tree: &Tree, _: Option<u8>) -> Result<String, DocumentError> {
        write::emit(tree)
    }
}
