//! JSON with comments: parsed into a tree with positions, and changed by splices.

mod change;
mod read;
mod write;

use serde_json::{Map, Value as Json};

use crate::document::content::edit::NewText;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::Store;
use crate::document::store::parsed::ParsedText;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// JSON files: a single object, in strict notation except for comments and trailing commas.
pub(crate) struct JsonStore;

impl Store for JsonStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        read::read(text)
    }

    fn change(
        &self,
        text: &str,
        found: &ParsedText,
        leaf: LeafId,
        new: &NewText,
    ) -> Result<Vec<Splice>, DocumentError> {
        let place = found.tokens[leaf.0].clone();
        let text = write::new_token(&text[place.clone()], new)?;
        Ok(vec![Splice { place, text }])
    }

    fn change_metadata(
        &self,
        text: &str,
        _: &ParsedText,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError> {
        change::metadata(text, metadata)
    }

    fn replace(
        &self,
        text: &str,
        _: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        change::replace(text, path, value).map(Some)
    }

    fn insert(&self, text: &str, _: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, path, value)
    }

    fn remove(&self, text: &str, _: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, path)
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        write::emit(tree, indent)
    }
}
