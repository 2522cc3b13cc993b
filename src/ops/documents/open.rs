//! Opening a document, with the requirements of the caller and the configs.

use std::path::Path;

use crate::document::{
    AuthenticDocument, EncryptedDocument, MacRequirement, OpenRequirements, OpenedDocument, SealRequirement,
};
use crate::error::Result;
use crate::keys::Keyring;
use crate::ops::failure::Failure;
use crate::ops::input_name::{about_one_of_many, name_of};
use crate::ops::session::Session;

/// The caller's requirements for a document. The configs may require more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedRequirements {
    /// For its MAC.
    pub mac: MacRequirement,
    /// For its seal.
    pub seal: SealRequirement,
}

impl StatedRequirements {
    /// The same, with a verified seal if a config requires one and the caller does not accept a broken one.
    #[must_use]
    pub fn with_seal_required(self, is_required: bool) -> Self {
        let is_raised = is_required && self.seal == SealRequirement::NotBroken;
        Self { seal: if is_raised { SealRequirement::Verified } else { self.seal }, ..self }
    }

    /// The requirements for one document, with those of the session.
    #[must_use]
    pub fn in_session(self, session: &Session) -> OpenRequirements {
        session.document_demands(self.mac, self.seal)
    }
}

/// Opens a document, and warns if it has no valid seal. `None` is standard input.
///
/// # Errors
/// If a config cannot be read, no key opens the document, or a requirement is not met.
pub fn open(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<OpenedDocument, Failure> {
    let opened = open_without_warning(sealed, path, demanded, session)?;
    session.warn_unless_sealed(&name_of(path), opened.report());
    Ok(opened)
}

/// Opens a document that will be changed and written, with a warning if it is not sealed. The plaintext is not parsed
/// again, because the new text will be.
///
/// # Errors
/// As [`open`].
pub fn open_to_change(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<OpenedDocument, Failure> {
    let opened = open_by(EncryptedDocument::open_to_change, sealed, path, demanded, session)?;
    session.warn_unless_sealed(&name_of(path), opened.report());
    Ok(opened)
}

/// Opens a document of which a value will be changed, with a warning if it is not sealed. Its plaintext is not written as a
/// text.
///
/// # Errors
/// As [`open`].
pub fn authenticate(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<AuthenticDocument, Failure> {
    let authentic = open_by(EncryptedDocument::authenticate, sealed, path, demanded, session)?;
    session.warn_unless_sealed(&name_of(path), authentic.report());
    Ok(authentic)
}

/// Opens a document whose seal the caller checks.
///
/// # Errors
/// As [`open`].
pub fn open_without_warning(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<OpenedDocument, Failure> {
    open_by(EncryptedDocument::open, sealed, path, demanded, session)
}

/// Opens with the keys that the configs trust, under the combined requirements.
fn open_by<T>(
    open: fn(EncryptedDocument, &Keyring<'_>, &OpenRequirements) -> Result<T>,
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<T, Failure> {
    let guards = session.guards(path)?;
    let demands = demanded.with_seal_required(guards.require_seal).in_session(session);
    open(sealed, &session.keyring_trusting(&guards.trusted), &demands).map_err(about_one_of_many(path))
}
