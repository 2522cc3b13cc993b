//! Opening files: one, a stream, or one of many.

use std::io::Write;
use std::path::Path;

use crate::config::Guards;
use crate::document::{AuthenticDocument, Document, EncryptedDocument, Format};
use crate::error::{DocumentError, Error, Foreign, FormatError, Result};
use crate::formats::description::HeadDescription;
use crate::formats::detect::Detected;
use crate::formats::format::{ByteRange, EncryptedFile, UnlockedFile, Work};
use crate::fs::input::Input;
use crate::ops::documents::open::StatedRequirements;
use crate::ops::documents::verify::{DocumentCheck, VerifiedDocument, verify as verify_document};
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::name_of;
use crate::ops::opened_file::NamedOpening;
use crate::ops::session::Session;
use crate::ops::values::part::content;
use crate::storage::output::Output;
use crate::storage::payload::PayloadOutput;

/// What is to come out of one input.
pub struct Decryption<'a> {
    /// Its path; `None` for the standard input.
    pub path: Option<&'a Path>,
    /// Its notation, where it is a document and the caller says so.
    pub notation: Option<Format>,
    /// A part of the plaintext of a file that is encrypted as a whole.
    pub range: Option<ByteRange>,
    /// What concerns documents only.
    pub document: DocumentPart<'a>,
    /// What is demanded of a document.
    pub demanded: StatedRequirements,
    /// Threads to work with.
    pub threads: usize,
}

/// What is to come out of a document.
#[derive(Clone, Copy, Debug, Default)]
pub struct DocumentPart<'a> {
    /// One part of it.
    pub path: Option<&'a crate::document::Path>,
    /// The notation of the plaintext, where it is not that of the document.
    pub format: Option<Format>,
}

impl DocumentPart<'_> {
    fn is_for_documents_only(&self) -> bool {
        self.path.is_some() || self.format.is_some()
    }
}

/// Decrypts one input. Returns how many bytes were written.
///
/// # Errors
/// If it cannot be opened or is not authentic, with what was released before that was found; those of the output.
pub fn decrypt(
    session: &Session,
    decryption: &Decryption<'_>,
    input: Input,
    mut output: Output,
) -> Result<u64, Failure> {
    let Decryption { path, notation, range, document: part, demanded, threads } = *decryption;
    let name = name_of(path);
    let about = || Failure::about(name.clone());
    let guards = session.guards(path)?;
    let detected = match Detected::new(input, path, notation).map_err(about())? {
        Detected::Document(_) if range.is_some() => return Err(Cause::RangeOfDocument(name).into()),
        Detected::Document(sealed) => {
            let plaintext = document(session, *sealed, &name, demanded, &guards)?;
            let plaintext = content(&plaintext, part.path, part.format).map_err(about())?;
            output.writer().write_all(&plaintext).map_err(|error| about()(Error::Write(error)))?;
            output.commit_waiting(session).map_err(about())?;
            return Ok(plaintext.len() as u64);
        }
        _ if part.is_for_documents_only() => return Err(about()(DocumentError::NotEncrypted.into())),
        other => other,
    };
    let file = detected.file(session.read_policy()).map_err(|error| not_encrypted(path, error))?;
    let len = file.len();
    let unlocked = unlock(session, (file, &name), &guards, || ()).map_err(about())?;
    let progress = session.observer().progress(&name, len);
    let work =
        Work { threads, progress: &|bytes| progress.advance(bytes), cancelled: session.cancelled(), workspace: None };
    let releases_early = output.releases_early();
    let opened = if let Some(range) = range {
        unlocked.open_range(range, &mut *output.writer(), session.cancelled())
    } else {
        output.expect_len(len.unwrap_or(0));
        output.write(&[], |sink| unlocked.open(sink, work))
    };
    drop(progress);
    let written = opened.map_err(|error| {
        let released = if releases_early { released(&error) } else { 0 };
        Failure { released, ..about()(error) }
    })?;
    output.commit_waiting(session).map_err(about())?;
    Ok(written)
}

/// A file that is authentic.
pub enum Authentic {
    /// A file that is encrypted as a whole.
    File {
        /// How many bytes of plaintext are authentic.
        bytes: u64,
        /// What its head says.
        head: Box<HeadDescription>,
    },
    /// A document.
    Document {
        /// How long it is.
        bytes: u64,
        /// What is known of it.
        verified: Box<VerifiedDocument>,
    },
}

/// What came of the check of one input.
pub enum Verification {
    /// It is authentic.
    Authentic(Authentic),
    /// What is wrong with a document, at least one thing.
    Faulty(Vec<DocumentError>),
}

/// Opens one input, to see whether it is authentic. `None` is the standard input.
///
/// # Errors
/// If no key opens it, or a file that is encrypted as a whole is not authentic.
pub fn verify(
    session: &Session,
    path: Option<&Path>,
    notation: Option<Format>,
    demanded: StatedRequirements,
    input: Input,
    threads: usize,
) -> Result<Verification, Failure> {
    let name = name_of(path);
    let about = || Failure::about(name.clone());
    let guards = session.guards(path)?;
    let bytes = input.len().unwrap_or(0);
    let detected = match Detected::new(input, path, notation).map_err(about())? {
        Detected::Document(sealed) => {
            return Ok(match verify_document(*sealed, path, demanded, session)? {
                DocumentCheck::Authentic(verified) => Verification::Authentic(Authentic::Document { bytes, verified }),
                DocumentCheck::Faulty(problems) => Verification::Faulty(problems),
            });
        }
        other => other,
    };
    let file = detected.file(session.read_policy()).map_err(about())?;
    let (len, head) = (file.len(), Box::new(file.describe()));
    let progress = session.observer().progress(&name, len);
    let unlocked = unlock(session, (file, &name), &guards, || ()).map_err(about())?;
    let work =
        Work { threads, progress: &|bytes| progress.advance(bytes), cancelled: session.cancelled(), workspace: None };
    let bytes = unlocked.open(PayloadOutput::Nowhere, work).map_err(about())?;
    Ok(Verification::Authentic(Authentic::File { bytes, head }))
}

/// Asks the keys of a file that is encrypted as a whole, and notes under its name which one opened it. Calls `others` before it waits for a key service.
///
/// # Errors
/// As [`EncryptedFile::unlock`].
pub(in crate::ops) fn unlock(
    session: &Session,
    (file, name): (Box<dyn EncryptedFile>, &str),
    guards: &Guards,
    others: impl FnOnce(),
) -> Result<Box<dyn UnlockedFile>> {
    if !session.knows(&*file) {
        others();
    }
    file.unlock(&NamedOpening { session, name }.keys(&guards.trusted))
}

/// What a document says in the clear, with a warning if no valid seal vouches for it.
///
/// # Errors
/// If no key opens it, or it is not what is demanded.
pub(super) fn document(
    session: &Session,
    sealed: EncryptedDocument,
    name: &str,
    demanded: StatedRequirements,
    guards: &Guards,
) -> Result<Document, Failure> {
    let demands = demanded.with_seal_required(guards.require_seal).in_session(session);
    let authentic = sealed.authenticate(&session.keyring_trusting(&guards.trusted), &demands);
    let (plaintext, report) = authentic.and_then(AuthenticDocument::into_plaintext).map_err(Failure::about(name))?;
    session.warn_unless_sealed(name, &report);
    Ok(plaintext)
}

/// An input whose name is that of a document is said to be none that is encrypted.
fn not_encrypted(path: Option<&Path>, error: Error) -> Failure {
    match (path, &error) {
        (Some(path), Error::Format(FormatError::NotKenc(Foreign::Unknown)))
            if Format::of_name(path) != Format::Binary =>
        {
            Cause::NotEncrypted(path.to_owned()).into()
        }
        _ => Failure::about(name_of(path))(error),
    }
}

/// How many bytes had been written when a pipe failed.
fn released(error: &Error) -> u64 {
    if let Error::Authentication(fault) = error { fault.authentic() } else { 0 }
}
