//! Encrypting the values of a document: for the first time, and again after a change.

use crate::crypto::DataKey;

use crate::document::content::tree::Path;
use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText, EncryptionWriter, is_same_file, survey};
use crate::document::sops::exposure;
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::Reusable;
use crate::document::sops::rule_walk::stays_in_plaintext;
use crate::document::sops::selection::{CommentHandling, CompiledRule, EncryptionRule};
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, WrappingKey};

/// Options for encrypting a plaintext document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptionRecipe {
    /// Which values.
    pub rule: EncryptionRule,
    /// The recipients: one group, any key of which opens, or several that each get a share of the data key.
    pub groups: Vec<Vec<WrappingKey>>,
    /// The threshold of groups; 0 means all.
    pub threshold: usize,
    /// Which values the MAC covers.
    pub mac_scope: MacScope,
    /// What happens to comments.
    pub comments: CommentHandling,
    /// What happens if the rule selects nothing.
    pub empty_selection: EmptySelection,
}

/// What happens to a document of which the rule selects nothing, so that all of it stays in plaintext.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptySelection {
    /// It is refused: the rule has no effect.
    #[default]
    Refused,
    /// It gets metadata and a MAC, as with sops.
    Accepted,
}

impl EmptySelection {
    /// Refuses a document of which `rule` selects no value, if that is an error.
    pub(crate) fn check(self, selected: usize, rule: &EncryptionRule) -> Result<(), DocumentError> {
        if selected > 0 || self == Self::Accepted {
            return Ok(());
        }
        Err(DocumentError::NothingSelected(format!("{} {}", rule.name(), rule.text())))
    }
}

impl Document {
    /// Encrypts the values of a plaintext document.
    ///
    /// All faults of the document are found before a key is asked. The result is opened and compared before it is
    /// returned: decrypted, it is this text, byte for byte.
    ///
    /// # Errors
    /// If the document cannot be encrypted, the rule selects nothing, or a key refuses.
    pub fn encrypt(&self, recipe: &EncryptionRecipe, keyring: &Keyring<'_>) -> Result<EncryptedText> {
        let selection = self.selection_for(recipe)?;
        recipe.prepare_with(selection, keyring)?.write(self)
    }

    /// Finds all faults for which [`Self::encrypt`] would refuse the document before it asks a key.
    ///
    /// # Errors
    /// As for [`Self::encrypt`].
    pub fn check_for_encryption(&self, recipe: &EncryptionRecipe) -> Result<()> {
        self.selection_for(recipe).map(drop)
    }

    fn selection_for(&self, recipe: &EncryptionRecipe) -> Result<CompiledRule> {
        if let Some(fields) = self.metadata() {
            Metadata::from_json(fields)?;
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        let selection = CompiledRule::new(&recipe.rule)?;
        recipe.empty_selection.check(survey(self, &selection)?, &recipe.rule)?;
        Ok(selection)
    }

    /// Whether `rule` leaves the value at `path` in plaintext, although it says something.
    ///
    /// # Errors
    /// If the rule has an expression that cannot be used.
    pub fn leaves_in_plaintext(&self, rule: &EncryptionRule, path: &Path) -> Result<bool> {
        Ok(stays_in_plaintext(self.tree(), &CompiledRule::new(rule)?, path))
    }
}

impl OpenedDocument {
    /// Encrypts the document again after its plaintext was changed to `edited`. Values that are the same at the same
    /// path keep their ciphertext; recipients, rule and data key stay.
    ///
    /// # Errors
    /// If the edited document cannot be encrypted.
    pub fn encrypt_again(&self, edited: &Document) -> Result<ChangeOutcome> {
        if is_same_file(edited, &self.plaintext) {
            return Ok(ChangeOutcome::Unchanged);
        }
        self.encrypted_as(edited).map(ChangeOutcome::Changed)
    }

    /// Whether the rule leaves the value at `path` of `edited` in plaintext, although it says something.
    #[must_use]
    pub fn leaves_in_plaintext(&self, edited: &Document, path: &Path) -> bool {
        stays_in_plaintext(edited.tree(), self.sealed.selection(), path)
    }

    /// Encrypts `edited` under the same data key, recipients and rule.
    pub(crate) fn encrypted_as(&self, edited: &Document) -> Result<EncryptedText> {
        if edited.metadata().is_some() {
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        survey(edited, self.sealed.selection())?;
        self.check_exposure(edited)?;
        let mut metadata = self.metadata().clone();
        metadata.touch(self.sealing());
        let old_forms = metadata.forms.take().map(|token| (&self.forms, token));
        let writer = self.writer(edited, &self.data_key);
        writer.write(metadata, self.reuse(Reusable::Ciphertexts), old_forms.as_ref())
    }

    /// Refuses to leave anything in plaintext that is encrypted now.
    fn check_exposure(&self, edited: &Document) -> Result<(), DocumentError> {
        exposure::check((self.plaintext.tree(), edited.tree()), self.sealed.selection(), self.comments())
    }

    pub(crate) fn comments(&self) -> CommentHandling {
        if self.has_encrypted_comments { CommentHandling::Encrypted } else { CommentHandling::InTheClear }
    }

    /// Encrypts the document as it is, with a new MAC: after it was opened although the MAC was wrong, and somebody has
    /// reviewed it. The result has no seal.
    ///
    /// # Errors
    /// If it cannot be encrypted.
    pub fn mended(&self) -> Result<EncryptedText> {
        let mut metadata = self.metadata().clone();
        metadata.touch(SealIntent::Unsealed);
        let old_forms = metadata.forms.take().map(|token| (&self.forms, token));
        self.writer(&self.plaintext, &self.data_key).write(
            metadata,
            self.reuse(Reusable::Ciphertexts),
            old_forms.as_ref(),
        )
    }

    pub(crate) fn writer<'a>(&'a self, plaintext: &'a Document, data_key: &'a DataKey) -> EncryptionWriter<'a> {
        EncryptionWriter { plaintext, selection: self.sealed.selection(), comments: self.comments(), data_key }
    }
}
