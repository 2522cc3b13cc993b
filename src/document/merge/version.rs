//! The versions of a document that are merged.

use crate::document::file::document::Document;
use crate::document::operations::decryption::OpenedDocument;
use crate::document::operations::requirements::OpenRequirements;
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::error::Result;
use crate::keys::Keyring;

/// One of the versions that are merged.
pub enum Version {
    /// An encrypted document that was opened.
    Opened(Box<OpenedDocument>),
    /// A plaintext document, from before it was first encrypted.
    Clear(Box<Document>),
}

impl Version {
    /// The plaintext document.
    #[must_use]
    pub fn plaintext(&self) -> &Document {
        match self {
            Self::Opened(opened) => opened.plaintext(),
            Self::Clear(document) => document,
        }
    }

    pub(super) fn opened(&self) -> Option<&OpenedDocument> {
        match self {
            Self::Opened(opened) => Some(opened),
            Self::Clear(_) => None,
        }
    }
}

impl EncryptedDocument {
    /// Opens a document with the data key of another version of it if that opens it, without asking any key; otherwise
    /// as [`Self::open`] does.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_beside(
        self,
        others: &[&Version],
        keyring: &Keyring<'_>,
        demands: &OpenRequirements,
    ) -> Result<OpenedDocument> {
        let probe = self.probe();
        let mut known = others.iter().filter_map(|other| other.opened());
        match known.find(|other| !probe.is_empty() && Self::is_opened(&probe, &other.data_key)) {
            Some(other) => self.open_with(data_key::copy(&other.data_key), demands),
            None => self.open(keyring, demands),
        }
    }
}

pub(super) struct Versions<'a> {
    pub(super) base: Option<&'a Version>,
    pub(super) ours: &'a Version,
    pub(super) theirs: &'a Version,
}
