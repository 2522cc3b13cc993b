//! TOML, which sops does not have: the same encrypted values, and the metadata in a table `[sops]`.

mod change;
mod metadata;
mod piece;
mod read;
mod write;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use piece::TomlOutline;

use crate::document::content::edit::NewTextRef;
use crate::document::content::inference::{self, ValueType};
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::content::value::{Value, ValueKind};
use crate::document::store::notation::Store;
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// TOML files.
pub(crate) struct TomlStore;

impl Store for TomlStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        read::read(text)
    }

    fn emit(&self, tree: &Tree, _: Option<u8>) -> Result<String, DocumentError> {
        write::emit(tree)
    }

    fn inferred(&self, text: &str) -> Value {
        match inference::as_in_yaml(text) {
            Value::Null => inference::as_text(text),
            value => value,
        }
    }

    fn of_type(&self, kind: ValueType, text: &str) -> Option<Value> {
        match kind {
            ValueType::Date => Value::from_plaintext(ValueKind::Time, text.as_bytes().to_vec().into()),
            kind => inference::of_type_as_in_yaml(kind, text),
        }
    }
}

impl Outline for TomlOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        _: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let old = &text[token.clone()];
        // A string over several lines has line ends of its own.
        let newline = if old.contains("\r\n") { "\r\n" } else { "\n" };
        let text = write::new_token(old, new, newline)?;
        Ok(vec![Splice { place: token.clone(), text }])
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &self.pieces, metadata)
    }

    fn replace(
        &self,
        text: &str,
        _: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        change::replace(text, &self.pieces, path, value)
    }

    fn insert(&self, text: &str, _: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, &self.pieces, path, value)
    }

    fn remove(&self, text: &str, _: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, &self.pieces, path)
    }

    fn shifted(&self, shift: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(TomlOutline::shifted(self, shift)))
    }
}
