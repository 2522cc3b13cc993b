//! Documents: values that are left alone keep their ciphertext.

use std::sync::Arc;

use kenc::document::{ChangeOutcome, Document, EncryptedText, Format, OpenedDocument, PreparedEncryption};
use kenc::error::{DocumentError, Result};
use kenc::keys::Keyring;
use zeroize::Zeroizing;

use super::subject::{Recipe, Successor};

/// A document that is there.
pub struct Existing {
    pub opened: OpenedDocument,
    pub shows_keys: bool,
    pub written: Written,
}

/// A document that is still to be made.
pub struct New {
    pub prepared: PreparedEncryption,
    pub format: Format,
    pub written: Written,
}

/// What is encrypted of a text that was edited: that text, or another that says the same.
pub type Written = Arc<dyn Fn(Document) -> Result<Document, DocumentError> + Send + Sync>;

/// The text as it was edited.
pub fn as_edited() -> Written {
    Arc::new(Ok)
}

/// What begins a comment of a notation, if it has any.
pub fn comment_of(format: Format) -> Option<&'static str> {
    match format {
        Format::Yaml | Format::Dotenv | Format::Toml | Format::Ini => Some("#"),
        Format::Json | Format::Binary => None,
    }
}

/// The text of a new document: where there are comments, an empty line to begin on, before the note that follows.
pub fn empty(format: Format) -> &'static str {
    match (format, comment_of(format)) {
        (Format::Json, _) => "{\n}\n",
        (_, Some(_)) => "\n",
        (_, None) => "",
    }
}

impl Recipe for Existing {
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Successor> {
        let Self { opened, shows_keys, written } = self;
        let edited = written(Document::from_plaintext(opened.document().format(), Zeroizing::new(text.to_vec()))?)?;
        let outcome = if *shows_keys {
            opened.encrypt_again_with_keys(&edited, keyring)?
        } else {
            opened.encrypt_again(&edited)?
        };
        Ok(match outcome {
            ChangeOutcome::Changed(encrypted) => successor(encrypted),
            ChangeOutcome::Unchanged => {
                Successor { bytes: opened.document().text().as_bytes().to_vec(), aliases: Vec::new() }
            }
        })
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        Ok(self.opened.encrypt_bytes(Zeroizing::new(text.to_vec()))?.text.as_bytes().to_vec())
    }
}

impl Recipe for New {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Successor> {
        let document = (self.written)(Document::from_plaintext(self.format, Zeroizing::new(text.to_vec()))?)?;
        Ok(successor(self.prepared.encrypt(&document)?))
    }

    fn keep(&self, text: &[u8]) -> Result<Vec<u8>> {
        Ok(self.prepared.encrypt_bytes(Zeroizing::new(text.to_vec()))?.text.as_bytes().to_vec())
    }
}

fn successor(encrypted: EncryptedText) -> Successor {
    let EncryptedText { text, aliases } = encrypted;
    Successor { bytes: text.as_bytes().to_vec(), aliases }
}
