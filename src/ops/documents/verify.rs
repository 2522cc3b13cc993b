//! Checking a document: everything that is wrong with it, or what protects it.

use std::path::Path;

use crate::document::{EncryptedDocument, Metadata, OpenReport, SealStatus};
use crate::error::DocumentError;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::failure::Failure;
use crate::ops::input_name::name_of;
use crate::ops::session::Session;

/// A document whose values are authentic, and what else is known about it.
pub struct VerifiedDocument {
    /// The state of its MAC and its seal.
    pub report: OpenReport,
    /// Its keys and its rule.
    pub metadata: Metadata,
}

/// The result of a check.
pub enum DocumentCheck {
    /// It is authentic.
    Authentic(Box<VerifiedDocument>),
    /// The problems, at least one.
    Faulty(Vec<DocumentError>),
}

/// Opens a document to check it.
///
/// # Errors
/// If a config cannot be read, or no key opens it.
pub fn verify(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<DocumentCheck, Failure> {
    let guards = session.guards(path)?;
    let demands = demanded.with_seal_required(guards.require_seal).in_session(session);
    let metadata = sealed.metadata().clone();
    let checked = sealed.verify(&session.keyring_trusting(&guards.trusted), &demands);
    let (problems, report) = checked.map_err(Failure::about(name_of(path)))?;
    Ok(match report {
        Some(OpenReport { seal: SealStatus::Broken(fault), .. }) => {
            DocumentCheck::Faulty(vec![DocumentError::BrokenSeal(fault)])
        }
        Some(report) => DocumentCheck::Authentic(Box::new(VerifiedDocument { report, metadata })),
        None => DocumentCheck::Faulty(problems),
    })
}
