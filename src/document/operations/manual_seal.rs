//! Sealing on a person's word: a document that was never sealed, that another tool has encrypted, or whose seal is
//! broken.

use std::ops::Range;

use crate::document::content::edit::MetadataChange;
use crate::document::content::value::ValueKind;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::report::MacStatus;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText};
use crate::document::sops::cipher::ValueCipher;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::seal::{self, Mark, SealStatus};
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};

impl OpenedDocument {
    /// Seals the document as it is: only its metadata changes. It must have been opened with a right MAC, and a person
    /// must have reviewed [`Self::text_in_the_clear`], the rule and the recipients, because nothing else vouches for
    /// them.
    ///
    /// # Errors
    /// If its MAC is not right, or it cannot be written.
    pub fn vouched(&self) -> Result<ChangeOutcome> {
        match (self.report().mac, self.report().seal) {
            (MacStatus::Wrong, _) => return Err(DocumentError::WrongMac.into()),
            (MacStatus::Missing, _) => return Err(DocumentError::MissingMac.into()),
            (MacStatus::Verified, SealStatus::Verified) => return Ok(ChangeOutcome::Unchanged),
            (MacStatus::Verified, _) => {}
        }
        let mut metadata = self.metadata().clone();
        let cipher = ValueCipher::new(&self.data_key);
        let mac = metadata.mac.as_deref().ok_or(DocumentError::MissingMac)?;
        let (_, mac) = cipher.decrypt(mac, &metadata.last_modified).map_err(|_| DocumentError::WrongMac)?;
        metadata.touch(SealIntent::Sealed);
        metadata.mac = Some(cipher.encrypt(ValueKind::Text, &mac, &metadata.last_modified));
        metadata.seal = Some(seal::placeholder());
        let written = self.document().rewritten(&[], &MetadataChange::Write(metadata.to_json()))?;
        let written = seal::put(EncryptedDocument::new(written)?, &self.data_key, &cipher, &self.values)?;
        Ok(ChangeOutcome::Changed(EncryptedText { text: self.checked(written)?, aliases: Vec::new() }))
    }

    /// The text that a seal covers, readable for a person: without metadata, and with `ENC[TYPE]` for each encrypted
    /// value.
    ///
    /// # Errors
    /// Never; this would be a bug.
    pub fn text_in_the_clear(&self) -> Result<String, DocumentError> {
        let document = self.document();
        let cipher = ValueCipher::new(&self.data_key);
        let scope = self.metadata().mac_scope;
        let marks = seal::marks(document, self.sealed.selection(), scope, &cipher, &self.values)?;
        let text = |range: Range<usize>| document.text().get(range).unwrap_or_default();
        let (mut shown, mut done) = (String::new(), 0);
        for (range, mark) in &marks {
            shown.push_str(text(done..range.start));
            match mark {
                Mark::Value(value) => {
                    shown.push_str("ENC[");
                    shown.push_str(value.kind().unwrap_or(ValueKind::Text).name());
                    shown.push(']');
                }
                Mark::Comment(_) => shown.push_str("ENC[comment]"),
                Mark::InTheClear => shown.push_str(text(range.clone())),
                Mark::Metadata => {}
            }
            done = range.end;
        }
        shown.push_str(text(done..document.text().len()));
        Ok(shown)
    }
}
