//! An encrypted document that is not opened.

use zeroize::Zeroizing;

use crate::crypto::DataKey;
use crate::document::content::value::Value;
use crate::document::file::document::Document;
use crate::document::sops::cipher::{ValueCipher, ValueFault, looks_encrypted};
use crate::document::sops::list_comments;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::selection::CompiledRule;
use crate::error::DocumentError;

/// An encrypted document that is not opened: everything that can be known without a key.
pub struct EncryptedDocument {
    pub(crate) document: Document,
    pub(crate) metadata: Metadata,
    pub(crate) selection: CompiledRule,
}

impl EncryptedDocument {
    /// Takes a document that has metadata.
    ///
    /// # Errors
    /// [`DocumentError::NotEncrypted`] if it has none, or another error if the metadata is invalid.
    pub fn new(document: Document) -> Result<Self, DocumentError> {
        let metadata = Metadata::from_json(document.metadata().ok_or(DocumentError::NotEncrypted)?)?;
        // A sealed document needs no repair, and the seal covers its text.
        let document = if metadata.is_marked_as_sealed() { document } else { list_comments::restored(document)? };
        let selection = CompiledRule::new(&metadata.rule)?;
        Ok(Self { document, metadata, selection })
    }

    /// The encrypted document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The whole file.
    pub(crate) fn into_text(self) -> Zeroizing<String> {
        self.document.text.into_zeroizing()
    }

    /// Whether a data key decrypts any of these tokens.
    pub(crate) fn is_opened(probe: &[(String, String)], data_key: &DataKey) -> bool {
        let cipher = ValueCipher::new(data_key);
        probe.iter().any(|(token, aad)| cipher.decrypt(token, aad) != Err(ValueFault::NotAuthentic))
    }

    /// Tokens for testing a data key: the MAC, and the first value in case the MAC is damaged.
    pub(crate) fn probe(&self) -> Vec<(String, String)> {
        let mac = self.metadata.mac.iter().map(|mac| (mac.clone(), self.metadata.last_modified.clone()));
        let mut first = None;
        let _ = walk(self.document.tree(), &self.selection, |met, spot| match met {
            RuleItem::Leaf(leaf) if spot.is_selected => match &leaf.value {
                Value::Text(text) if looks_encrypted(text) => {
                    first = Some((text.to_string(), spot.aad.to_owned()));
                    Err(())
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        });
        mac.chain(first).collect()
    }

    pub(crate) fn selection(&self) -> &CompiledRule {
        &self.selection
    }
}
