//! Opening a document, with what the caller and the configs demand of it.

use std::path::Path;

use crate::document::{EncryptedDocument, MacRequirement, OpenRequirements, OpenedDocument, SealRequirement};
use crate::error::Result;
use crate::keys::Keyring;
use crate::ops::failure::Failure;
use crate::ops::input_name::{about_one_of_many, name_of};
use crate::ops::session::Session;

/// What the caller demands of a document. The configs may demand more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedRequirements {
    /// What its MAC must be.
    pub mac: MacRequirement,
    /// What its seal must be.
    pub seal: SealRequirement,
}

impl StatedRequirements {
    /// The same, with a verified seal where a config requires one and the caller did not say that a broken one is no matter.
    #[must_use]
    pub fn with_seal_required(self, is_required: bool) -> Self {
        let is_raised = is_required && self.seal == SealRequirement::NotBroken;
        Self { seal: if is_raised { SealRequirement::Verified } else { self.seal }, ..self }
    }

    /// The demands on one document, with those of the session.
    #[must_use]
    pub fn in_session(self, session: &Session) -> OpenRequirements {
        session.document_demands(self.mac, self.seal)
    }
}

/// Opens a document, and warns if no valid seal vouches for it. `None` is the standard input.
///
/// # Errors
/// If a config cannot be read, no key opens the document, or it is not what is demanded.
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

/// Opens a document that is to be changed and written, with a warning if it is not sealed. What it says in the clear is
/// not read again, because what is written is.
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

/// Opens a document whose seal the caller looks at.
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

/// Opens with the keys that the configs trust, under what they and the caller demand together.
fn open_by(
    open: fn(EncryptedDocument, &Keyring<'_>, &OpenRequirements) -> Result<OpenedDocument>,
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<OpenedDocument, Failure> {
    let guards = session.guards(path)?;
    let demands = demanded.with_seal_required(guards.require_seal).in_session(session);
    open(sealed, &session.keyring_trusting(&guards.trusted), &demands).map_err(about_one_of_many(path))
}
