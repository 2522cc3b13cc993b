//! Encrypting the values of a document: for the first time, and again after it was changed.

use crate::crypto::DataKey;

use crate::document::content::tree::Path;
use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText, EncryptionWriter, is_same_file, survey};
use crate::document::sops::exposure::{self, ValueCounts};
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::Reusable;
use crate::document::sops::rule_walk::stays_in_plaintext;
use crate::document::sops::selection::{CommentHandling, CompiledRule, EncryptionRule};
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};
use crate::keys::{Keyring, WrappingKey};

/// How a document is to be encrypted for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncryptionRecipe {
    /// Which values.
    pub rule: EncryptionRule,
    /// Under which keys: one group, any key of which opens, or several that each get a share of the data key.
    pub groups: Vec<Vec<WrappingKey>>,
    /// How many groups are needed; 0 means all.
    pub threshold: usize,
    /// Which values the MAC is made of.
    pub mac_scope: MacScope,
    /// What becomes of comments.
    pub comments: CommentHandling,
    /// What becomes of a document of which the rule selects nothing.
    pub empty_selection: EmptySelection,
}

/// What becomes of a document of which a rule selects nothing, so that all of it stays in the clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptySelection {
    /// It is refused, as the rule does not do what a rule is for.
    #[default]
    Refused,
    /// It gets metadata and a MAC, as from sops.
    Accepted,
}

impl EmptySelection {
    /// Refuses a document in which `rule` selects no value, if that is to be refused.
    pub(crate) fn check(self, selected: usize, rule: &EncryptionRule) -> Result<(), DocumentError> {
        if selected > 0 || self == Self::Accepted {
            return Ok(());
        }
        Err(DocumentError::NothingSelected(format!("{} {}", rule.name(), rule.text())))
    }
}

impl Document {
    /// Encrypts the values of a document that is in the clear.
    ///
    /// Everything that can be wrong with the document is found before a key is asked, and the result is opened and compared
    /// before it is returned: decrypted, it is this text, byte for byte.
    ///
    /// # Errors
    /// If the document cannot be encrypted, the rule selects nothing, or a key refuses.
    pub fn encrypt(&self, recipe: &EncryptionRecipe, keyring: &Keyring<'_>) -> Result<EncryptedText> {
        if let Some(fields) = self.metadata() {
            Metadata::from_json(fields)?;
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        let selection = CompiledRule::new(&recipe.rule)?;
        recipe.empty_selection.check(survey(self, &selection)?, &recipe.rule)?;
        recipe.prepare_with(selection, keyring)?.write(self)
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
    /// Encrypts the document again after `edited` was made of its plaintext. Values that are the same at the same path keep
    /// their ciphertext; keys, rule and data key stay.
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

    /// Encrypts `edited` under the same data key, keys and rule.
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

    /// Refuses to leave anything in the clear that is encrypted.
    fn check_exposure(&self, edited: &Document) -> Result<(), DocumentError> {
        let (selection, comments) = (self.sealed.selection(), self.comments());
        let written = |document: &Document| ValueCounts::new(document.tree(), selection, comments);
        exposure::check(&written(&self.plaintext), &written(edited))
    }

    pub(crate) fn comments(&self) -> CommentHandling {
        if self.has_encrypted_comments { CommentHandling::Encrypted } else { CommentHandling::InTheClear }
    }

    /// Encrypts the document as it stands, with a new MAC: when it was opened although that was wrong, because somebody has
    /// looked at it and found it right. It has no seal then.
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
