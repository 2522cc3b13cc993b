//! Plaintext files as bytes: text in most notations, anything in a binary file.

use zeroize::Zeroizing;

use crate::document::content::edit::{Edit, EditRef, MetadataChange, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::value::Value;
use crate::document::file::document::Document;
use crate::document::store::binary::{ENVELOPE, data, data_mut, text_or_bytes};
use crate::error::{At, DocumentError};

impl Document {
    /// Reads a plaintext file that is to be encrypted.
    ///
    /// For [`Format::Binary`] the bytes become the value `data` of the tree, as [`Value::Text`] if they are UTF-8 and
    /// as [`Value::Bytes`] otherwise; sops gives both the type `str`. The text is an envelope with an empty value,
    /// which [`Document::rewrite`] replaces by the encrypted one.
    ///
    /// # Errors
    /// If the file is not well formed, or is not UTF-8 in a text notation.
    pub fn from_plaintext(format: Format, plaintext: Zeroizing<Vec<u8>>) -> Result<Self, DocumentError> {
        if format == Format::Binary {
            return Self::enveloped(plaintext, None);
        }
        match text_or_bytes(plaintext) {
            Value::Text(text) => Self::parse(format, text.into_zeroizing()),
            _ => Err(DocumentError::Syntax {
                at: At { line: 1, column: 1 },
                fault: format!("the file is not {} text: it is not UTF-8", format.word()),
            }),
        }
    }

    /// Any bytes in an envelope indented by this many spaces for each level; `None` stands for a tab.
    ///
    /// # Errors
    /// Never; this would be a bug.
    pub fn enveloped(bytes: Zeroizing<Vec<u8>>, indent: Option<u8>) -> Result<Self, DocumentError> {
        let unit = indent.map_or_else(|| "\t".to_owned(), |spaces| " ".repeat(usize::from(spaces)));
        let mut document = Self::parse(Format::Binary, Zeroizing::new(ENVELOPE.replace('\t', &unit)))?;
        if let Some(leaf) = data_mut(&mut document.found.tree) {
            leaf.value = text_or_bytes(bytes);
        }
        Ok(document)
    }

    /// The plaintext file, with `edits` applied and without metadata. For [`Format::Binary`] these are the bytes of
    /// `data`, for every other notation the text.
    ///
    /// # Errors
    /// If the text does not read back as intended.
    pub fn plaintext(&self, edits: &[Edit]) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        let edits: Vec<_> = edits.iter().map(Edit::borrowed).collect();
        self.plaintext_with(&edits)
    }

    /// The same with edits whose texts are elsewhere.
    pub(crate) fn plaintext_with(&self, edits: &[EditRef<'_>]) -> Result<Zeroizing<Vec<u8>>, DocumentError> {
        if self.format() != Format::Binary {
            if edits.is_empty() && self.metadata().is_none() {
                return Ok(Zeroizing::new(self.text().as_bytes().to_vec()));
            }
            let mut text = self.rewritten(edits, &MetadataChange::Remove)?.text.into_zeroizing();
            return Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()));
        }
        let nothing = || DocumentError::NotAsMeant("a binary file without its value".to_owned());
        let leaf = data(self.tree()).ok_or_else(nothing)?;
        let value = match edits {
            [] => &leaf.value,
            [EditRef { leaf: id, text: NewTextRef::Plain(value) }] if *id == leaf.id => value,
            _ => return Err(nothing()),
        };
        match value {
            Value::Text(text) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
            Value::Bytes(bytes) => Ok(bytes.clone()),
            _ => Err(nothing()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::content::edit::NewText;

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
