//! Wraps a data key before the plaintext exists, for `edit` of a new file.

use zeroize::Zeroizing;

use crate::crypto::DataKey;
use crate::document::content::format::Format;
use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::encryption::{EmptySelection, EncryptionRecipe};
use crate::document::operations::writer::{EncryptedText, EncryptionWriter, survey};
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::{Metadata, checked_threshold};
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::selection::{CommentHandling, CompiledRule, EncryptionRule};
use crate::document::sops::stored_key::StoredKey;
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};
use crate::keys::Keyring;

/// A wrapped data key, and everything else needed to encrypt a new document.
pub struct PreparedEncryption {
    data_key: DataKey,
    metadata: Metadata,
    selection: CompiledRule,
    comments: CommentHandling,
    empty_selection: EmptySelection,
}

impl EncryptionRecipe {
    /// Makes and wraps a data key for a new document. After that no key is asked any more.
    ///
    /// # Errors
    /// If the recipe cannot be used, or a key refuses.
    pub fn prepare(&self, keyring: &Keyring<'_>) -> Result<PreparedEncryption> {
        self.prepare_with(CompiledRule::new(&self.rule)?, keyring)
    }

    /// The same with `selection`, which is the rule of the recipe.
    pub(crate) fn prepare_with(&self, selection: CompiledRule, keyring: &Keyring<'_>) -> Result<PreparedEncryption> {
        let Self { rule, groups, threshold, mac_scope, comments, empty_selection } = self;
        let threshold = checked_threshold(*threshold, groups.len())?;
        let (data_key, wrapped) = keyring.wrap_new_in_groups(groups, threshold)?;
        let stored = groups.iter().zip(wrapped).map(|(keys, wrapped)| {
            keys.iter().zip(wrapped).map(|(key, wrapped)| StoredKey::from_wrapped(key, wrapped)).collect()
        });
        let stated = if groups.len() > 1 { threshold } else { 0 };
        let metadata = Metadata::new(rule.clone(), *mac_scope, stored.collect(), stated);
        Ok(PreparedEncryption { data_key, metadata, selection, comments: *comments, empty_selection: *empty_selection })
    }
}

impl PreparedEncryption {
    /// Encrypts the values of a plaintext document, as [`Document::encrypt`] does.
    ///
    /// # Errors
    /// If the document cannot be encrypted, or the rule selects nothing.
    pub fn encrypt(&self, document: &Document) -> Result<EncryptedText> {
        if document.metadata().is_some() {
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        self.empty_selection.check(survey(document, &self.selection)?, &self.metadata.rule)?;
        self.write(document)
    }

    /// Encrypts a document that was checked already.
    pub(crate) fn write(&self, document: &Document) -> Result<EncryptedText> {
        let Self { data_key, metadata, selection, comments, empty_selection: _ } = self;
        let mut metadata = metadata.clone();
        metadata.touch(SealIntent::Sealed);
        EncryptionWriter::new(document, selection, *comments, data_key).write(
            metadata,
            OldCiphertexts::new(Reusable::Types),
            None,
        )
    }

    /// Encrypts any bytes, as a binary document, under the same data key.
    ///
    /// # Errors
    /// Never; this would be a bug.
    pub fn encrypt_bytes(&self, bytes: Zeroizing<Vec<u8>>) -> Result<EncryptedText> {
        encrypt_bytes(&self.data_key, &self.metadata, bytes)
    }
}

impl OpenedDocument {
    /// Encrypts any bytes, as a binary document, under the same data key: for text to be kept beside this document that
    /// may not parse.
    ///
    /// # Errors
    /// Never; this would be a bug.
    pub fn encrypt_bytes(&self, bytes: Zeroizing<Vec<u8>>) -> Result<EncryptedText> {
        encrypt_bytes(&self.data_key, self.metadata(), bytes)
    }
}

fn encrypt_bytes(data_key: &DataKey, keys_of: &Metadata, bytes: Zeroizing<Vec<u8>>) -> Result<EncryptedText> {
    let document = Document::from_plaintext(Format::Binary, bytes)?;
    let rule = EncryptionRule::default();
    let selection = CompiledRule::new(&rule)?;
    let metadata = Metadata::new(rule, MacScope::default(), keys_of.groups.clone(), keys_of.threshold);
    EncryptionWriter::new(&document, &selection, CommentHandling::InTheClear, data_key).write(
        metadata,
        OldCiphertexts::new(Reusable::Types),
        None,
    )
}
