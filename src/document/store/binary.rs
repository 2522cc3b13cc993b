//! Any bytes, as the single value `data` of a JSON object.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::NewTextRef;
use crate::document::content::inference::as_text;
use crate::document::content::tree::{Leaf, LeafId, Member, Node, Path, Tree, TreeEntry, children};
use crate::document::content::value::Value;
use crate::document::store::json::JsonStore;
use crate::document::store::notation::Store;
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::{At, DocumentError};

/// The key of the one value.
const DATA: &str = "data";

/// An envelope without its bytes.
pub(crate) const ENVELOPE: &str = "{\n\t\"data\": \"\"\n}\n";

/// Encrypted binary files. Plaintext ones are not text, and need no store.
pub(crate) struct BinaryStore;

impl Store for BinaryStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        let mut found = JsonStore.parse(text)?;
        if data(&found.tree).is_none() {
            let fault =
                "the file is not an encrypted binary file: it must hold one text, `data`, and nothing else".to_owned();
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault });
        }
        found.outline = Arc::new(BinaryOutline(found.outline));
        Ok(found)
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        match data(tree) {
            Some(_) => JsonStore.emit(tree, indent),
            None => Err(DocumentError::CannotCarry {
                notation: "a binary file",
                what: "more than one text `data`".to_owned(),
            }),
        }
    }

    fn inferred(&self, text: &str) -> Value {
        as_text(text)
    }
}

/// That of the JSON object around the bytes.
#[derive(Debug)]
struct BinaryOutline(Arc<dyn Outline>);

impl Outline for BinaryOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        leaf: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        self.0.change(text, token, leaf, new)
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        self.0.change_metadata(text, metadata)
    }

    fn insert(&self, _: &str, _: &ParsedText, path: &Path, _: &Node) -> Result<Vec<Splice>, DocumentError> {
        Err(single_value(path))
    }

    fn remove(&self, _: &str, _: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        Err(single_value(path))
    }

    /// The bytes are no text of their own.
    fn shifted(&self, _: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        None
    }
}

/// Text without a copy if the bytes are UTF-8.
pub(crate) fn text_or_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Value {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Value::Text(text.into()),
        Err(error) => Value::Bytes(Zeroizing::new(error.into_bytes())),
    }
}

/// The value of a binary file, if the tree is one.
pub(crate) fn data(tree: &Tree) -> Option<&Leaf> {
    let [Node::Mapping(entries)] = tree.roots.as_slice() else { return None };
    let mut members = children(entries);
    match (members.next(), members.next()) {
        (Some(Member { key, value: Node::Leaf(leaf), .. }), None) if key == DATA => {
            matches!(leaf.value, Value::Text(_) | Value::Bytes(_)).then_some(leaf)
        }
        _ => None,
    }
}

pub(crate) fn data_mut(tree: &mut Tree) -> Option<&mut Leaf> {
    let Some(Node::Mapping(entries)) = tree.roots.first_mut() else { return None };
    entries.iter_mut().find_map(|entry| match entry {
        TreeEntry::Child(Member { value: Node::Leaf(leaf), .. }) => Some(leaf),
        _ => None,
    })
}

fn single_value(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "a binary file holds a single value, `data`".to_owned() }
}
