//! Documents: unchanged values keep their ciphertext.

use zeroize::Zeroizing;

use super::recipe::{BeforeSealing, EditRecipe, Successor};
use crate::document::{ChangeOutcome, Document, EncryptedText, Format, OpenedDocument, PreparedEncryption};
use crate::error::Result;
use crate::keys::Keyring;

/// An existing document.
pub(super) struct EditedDocument {
    pub(super) opened: OpenedDocument,
    pub(super) shows_keys: bool,
    pub(super) before_sealing: BeforeSealing,
}

/// A new document.
pub(super) struct NewDocument {
    pub(super) prepared: PreparedEncryption,
    pub(super) format: Format,
    pub(super) before_sealing: BeforeSealing,
}

/// The comment sign of a notation, if it has one.
pub(super) fn comment_of(format: Format) -> Option<&'static str> {
    match format {
        Format::Yaml | Format::Dotenv | Format::Toml | Format::Hcl | Format::Ini => Some("#"),
        Format::Json | Format::Binary => None,
    }
}

/// The text of a new document: an empty line to type on, if a note can follow it as a comment.
pub(super) fn empty(format: Format) -> &'static str {
    match (format, comment_of(format)) {
        (Format::Json, _) => "{\n}\n",
        (_, Some(_)) => "\n",
        (_, None) => "",
    }
}

impl EditRecipe for EditedDocument {
    fn seal(&self, text: &[u8], keyring: &Keyring<'_>) -> Result<Successor> {
        let Self { opened, shows_keys, before_sealing } = self;
        let edited = Document::from_plaintext(opened.document().format(), Zeroizing::new(text.to_vec()))?;
        let edited = before_sealing(edited)?;
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

impl EditRecipe for NewDocument {
    fn seal(&self, text: &[u8], _keyring: &Keyring<'_>) -> Result<Successor> {
        let document = (self.before_sealing)(Document::from_plaintext(self.format, Zeroizing::new(text.to_vec()))?)?;
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
