//! JSON with comments: parsed into a tree with positions, and changed by splices.

mod change;
mod outline;
mod read;
mod usual;
mod write;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use outline::JsonOutline;

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::{Frame, Store};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// JSON files: a single object, in strict notation except for comments and trailing commas.
pub(crate) struct JsonStore;

impl Store for JsonStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        read::read(text)
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        write::emit(tree, indent)
    }

    fn frame(&self, key: &str, indent: Option<u8>) -> Option<Frame> {
        let unit = indent.map_or_else(|| "\t".to_owned(), |spaces| " ".repeat(usize::from(spaces)));
        Some(Frame { start: format!("{{\n{unit}{}: ", write::quoted(key)), end: "\n}\n", indent: Some(unit) })
    }
}

impl Outline for JsonOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        _: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let text = write::new_token(&text[token.clone()], new)?;
        Ok(vec![Splice { place: token.clone(), text }])
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        change::metadata(text, self, metadata)
    }

    fn replace(
        &self,
        text: &str,
        found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        change::replace(text, (self, &found.tree), path, value).map(Some)
    }

    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, (self, &found.tree), path, value)
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, (self, &found.tree), path)
    }

    fn shifted(&self, shift: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(JsonOutline::shifted(self, shift)))
    }
}
