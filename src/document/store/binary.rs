//! Any bytes, as the single value `data` of a JSON object.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::model::tree::{Entry, Leaf, LeafId, Member, Node, Path, Tree, children};
use crate::document::model::value::Value;
use crate::document::store::json::JsonStore;
use crate::document::store::notation::{Found, Splice, Store};
use crate::document::{Document, Edit, Format, MetadataChange, NewText};
use crate::error::{At, DocumentError};

/// The key of the one value.
const DATA: &str = "data";

/// An envelope for bytes that have yet to be put in.
const ENVELOPE: &str = "{\n\t\"data\": \"\"\n}\n";

/// Encrypted binary files. What they are before that is no text, and needs no store.
pub(crate) struct BinaryStore;

impl Store for BinaryStore {
    fn parse(&self, text: &str) -> Result<Found, DocumentError> {
        let found = JsonStore.parse(text)?;
        if data(&found.tree).is_none() {
            let fault = "the file is no encrypted binary file: it has more, or other, than one text `data`".to_owned();
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault });
        }
        Ok(found)
    }

    fn change(&self, text: &str, found: &Found, leaf: LeafId, new: &NewText) -> Result<Vec<Splice>, DocumentError> {
        JsonStore.change(text, found, leaf, new)
    }

    fn change_metadata(
        &self,
        text: &str,
        found: &Found,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError> {
        JsonStore.change_metadata(text, found, metadata)
    }

    fn insert(&self, _: &str, _: &Found, path: &Path, _: &Node) -> Result<Vec<Splice>, DocumentError> {
        Err(single_value(path))
    }

    fn remove(&self, _: &str, _: &Found, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        Err(single_value(path))
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        match data(tree) {
            Some(_) => JsonStore.emit(tree, indent),
            None => Err(DocumentError::CannotCarry {
                notation: "a binary file",
                what: "more than a single text `data`".to_owned(),
            }),
        }
    }
}

impl Document {
    /// A document with the values of a file in the clear, to be encrypted.
    ///
    /// For [`Format::Binary`] the bytes become the value of `data` in the tree, as [`Value::Text`] where they are UTF-8 and
    /// as [`Value::Bytes`] otherwise; the type of both is `str` to sops. The text is an envelope with an empty value, into
    /// which [`Document::rewrite`] puts the encrypted one.
    ///
    /// # Errors
    /// If the file is not well formed, or no text where the notation is one.
    pub fn from_plaintext(format: Format, plaintext: Zeroizing<Vec<u8>>) -> Result<Self, DocumentError> {
        if format == Format::Binary {
            return Self::enveloped(plaintext, None);
        }
        match text_or_bytes(plaintext) {
            Value::Text(text) => Self::parse(format, text),
            _ => Err(DocumentError::Syntax {
                at: At { line: 1, column: 1 },
                fault: format!("the file is no {} text: it is not UTF-8", format.word()),
            }),
        }
    }

    /// Any bytes in an envelope with as many spaces for each level; `None` stands for a tab.
    ///
    /// # Errors
    /// Never, unless there is a bug.
    pub fn enveloped(bytes: Zeroizing<Vec<u8>>, indent: Option<u8>) -> Result<Self, DocumentError> {
        let unit = indent.map_or_else(|| "\t".to_owned(), |spaces| " ".repeat(usize::from(spaces)));
        let mut document = Self::parse(Format::Binary, Zeroizing::new(ENVELOPE.replace('\t', &unit)))?;
        if let Some(leaf) = data_mut(&mut document.found.tree) {
            leaf.value = text_or_bytes(bytes);
        }
        Ok(document)
    }

    /// The file in the clear: with `edits` done, and without metadata. For [`Format::Binary`] these are the bytes of
    /// `data`, for every other notation the text.
    ///
    /// # Errors
    /// If what would be written does not say what it is to say.
    pub fn plaintext(&self, edits: &[Edit]) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        if self.format() != Format::Binary {
            if edits.is_empty() && self.metadata().is_none() {
                return Ok(Zeroizing::new(self.text().as_bytes().to_vec()));
            }
            let mut text = self.rewrite(edits, MetadataChange::Remove)?;
            return Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()));
        }
        let nothing = || DocumentError::NotAsMeant("a binary file without its value".to_owned());
        let leaf = data(self.tree()).ok_or_else(nothing)?;
        let value = match edits {
            [] => &leaf.value,
            [Edit { leaf: id, text: NewText::Plain(value) }] if *id == leaf.id => value,
            _ => return Err(nothing()),
        };
        match value {
            Value::Text(text) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
            Value::Bytes(bytes) => Ok(bytes.clone()),
            _ => Err(nothing()),
        }
    }
}

/// Text without a copy where bytes are text.
fn text_or_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Value {
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Value::Text(Zeroizing::new(text)),
        Err(error) => Value::Bytes(Zeroizing::new(error.into_bytes())),
    }
}

/// The value of a binary file, if the tree is one.
fn data(tree: &Tree) -> Option<&Leaf> {
    let [Node::Mapping(entries)] = tree.roots.as_slice() else { return None };
    let mut members = children(entries);
    match (members.next(), members.next()) {
        (Some(Member { key, value: Node::Leaf(leaf), .. }), None) if key == DATA => {
            matches!(leaf.value, Value::Text(_) | Value::Bytes(_)).then_some(leaf)
        }
        _ => None,
    }
}

fn data_mut(tree: &mut Tree) -> Option<&mut Leaf> {
    let Some(Node::Mapping(entries)) = tree.roots.first_mut() else { return None };
    entries.iter_mut().find_map(|entry| match entry {
        Entry::Child(Member { value: Node::Leaf(leaf), .. }) => Some(leaf),
        _ => None,
    })
}

fn single_value(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "a binary file holds a single value, `data`".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encrypted(plaintext: &[u8]) -> Document {
        let document = Document::from_plaintext(Format::Binary, Zeroizing::new(plaintext.to_vec())).unwrap();
        let leaf = data(document.tree()).unwrap().id;
        let edit = Edit { leaf, text: NewText::Encrypted("ENC[x]".to_owned()) };
        let metadata = serde_json::from_str(r#"{"mac": "m"}"#).unwrap();
        let text = document.rewrite(&[edit], MetadataChange::Write(metadata)).unwrap();
        assert_eq!(text.as_str(), "{\n\t\"data\": \"ENC[x]\",\n\t\"sops\": {\n\t\t\"mac\": \"m\"\n\t}\n}\n");
        Document::parse(Format::Binary, text).unwrap()
    }

    #[test]
    fn bytes_go_into_a_binary_document_and_come_out_as_they_were() {
        for plaintext in [b"text\n".as_slice(), b"\xff\x00\n", b"{\"data\": 1}"] {
            let document = encrypted(plaintext);
            let leaf = data(document.tree()).unwrap().id;
            let edit = Edit { leaf, text: NewText::Plain(text_or_bytes(Zeroizing::new(plaintext.to_vec()))) };
            assert_eq!(document.plaintext(&[edit]).unwrap().as_slice(), plaintext);
        }
    }

    #[test]
    fn a_file_in_the_clear_that_is_no_text_has_no_values() {
        assert!(Document::from_plaintext(Format::Json, Zeroizing::new(b"{\"a\": \"\xff\"}".to_vec())).is_err());
        let document = Document::from_plaintext(Format::Json, Zeroizing::new(b"{\"a\": 1}".to_vec())).unwrap();
        assert_eq!(document.plaintext(&[]).unwrap().as_slice(), b"{\"a\": 1}");
    }

    #[test]
    fn json_with_more_than_one_text_is_no_binary_file() {
        for text in ["{\"data\": 1}", "{\"data\": \"a\", \"b\": \"c\"}", "{}", "{\"b\": \"c\"}"] {
            assert!(Document::parse(Format::Binary, Zeroizing::new(text.to_owned())).is_err(), "{text}");
        }
    }
}
