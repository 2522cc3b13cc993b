//! An encrypted document in another text or notation.

use crate::document::content::format::Format;
use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::requirements::OpenRequirements;
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::error::Result;

impl OpenedDocument {
    /// The same document with the text and the notation of `plaintext`, under the same data key. The state of its MAC
    /// and its seal is kept: the new text vouches for nothing.
    ///
    /// # Errors
    /// If `plaintext` cannot be encrypted.
    ///
    /// # Panics
    /// Never: the copy of a data key is as long as the data key.
    pub fn written_as(self, plaintext: &Document) -> Result<Self> {
        let is_same_format = plaintext.format() == self.document().format();
        if is_same_format && plaintext.format() != Format::Binary && plaintext.text() == self.plaintext().text() {
            return Ok(self);
        }
        let text = self.encrypted_as(plaintext)?.text;
        let sealed = EncryptedDocument::new(Document::parse(plaintext.format(), text)?)?;
        let data_key = data_key::copy(&self.data_key);
        let opened = sealed.open_with(data_key, &OpenRequirements::default())?;
        Ok(Self { report: self.report, ..opened })
    }
}
