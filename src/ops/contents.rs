//! The plaintext of a file, whole in memory, for another program.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use crate::document::{MacRequirement, OpenedDocument, SealRequirement};
use crate::error::{Error, Result};
use crate::formats::detect;
use crate::formats::format::{EncryptedFile, FileFormat, FileToReplace, PreparedSeal};
use crate::formats::registry;
use crate::fs::input::Input;
use crate::fs::scratch::PrivateFolder;
use crate::limits::LONGEST_IN_MEMORY;
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_text::{Plaintext, plaintext_of};
use crate::ops::opened_file::NamedOpening;
use crate::ops::session::Session;

/// A file that was opened.
#[non_exhaustive]
pub enum Contents {
    /// It is encrypted as a whole.
    Whole(OpenedFile),
    /// It is a config document.
    Document(Box<OpenedDocument>),
}

/// What is known of a file that is encrypted as a whole, for another payload in its place.
pub struct OpenedFile {
    /// Its format.
    pub format: &'static dyn FileFormat,
    /// Seals another plaintext under its data key. `None` if its format demands a new one.
    pub seal: Option<Box<dyn PreparedSeal>>,
}

/// Opens a file that is encrypted as a whole, in any format, or a document. All of it has been authenticated when its text is
/// returned.
///
/// # Errors
/// If no key opens it, it is not authentic, or it lacks a seal that a config requires.
pub fn open(
    session: &Session,
    bytes: &[u8],
    path: &Path,
    mac: MacRequirement,
) -> Result<(Plaintext, Contents), Failure> {
    let about = || Failure::about(path.display().to_string());
    let guards = session.guards(Some(path))?;
    if let Some(format) = registry::by_start(bytes) {
        let file = read_head(session, format, bytes).map_err(about())?;
        let name = path.display().to_string();
        let opening = NamedOpening { session, name: &name };
        let FileToReplace { unlocked, seal } =
            file.unlock_to_replace(&opening.keys(&guards.trusted)).map_err(about())?;
        // A plaintext is never longer than its file: the buffer does not grow, which would leave copies behind.
        let len = bytes.len();
        let text = plaintext_of(session, unlocked, Some(len as u64), len).map_err(about())?;
        let text = text.ok_or(Cause::TooLong { path: path.to_owned(), bytes: len as u64 })?;
        return Ok((text, Contents::Whole(OpenedFile { format, seal })));
    }
    let sealed = detect::sealed_in(bytes, path).map_err(about())?;
    let seal = if guards.require_seal { SealRequirement::Verified } else { SealRequirement::NotBroken };
    let demands = session.document_demands(mac, seal);
    let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
    let text = opened.plaintext().plaintext(&[]).map_err(Error::from).map_err(about())?;
    session.warn_unless_sealed(&path.display().to_string(), opened.report());
    Ok((text, Contents::Document(Box::new(opened))))
}

/// Reads the head of a file that is held in memory.
///
/// # Errors
/// As [`FileFormat::read`].
pub(super) fn read_head(
    session: &Session,
    format: &'static dyn FileFormat,
    bytes: &[u8],
) -> Result<Box<dyn EncryptedFile>> {
    let (start, input) = Input::of_stream(Box::new(Cursor::new(bytes.to_vec()))).peek()?;
    format.read(input, &start, session.read_policy())
}

/// Reads a file as it is, if it is small enough to be held in memory several times.
///
/// # Errors
/// If the system fails to read it, or it is too long.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let mut file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > LONGEST_IN_MEMORY {
        return Err(Cause::TooLong { path: path.to_owned(), bytes }.into());
    }
    let mut content = Vec::new();
    file.by_ref().take(LONGEST_IN_MEMORY).read_to_end(&mut content).map_err(failed)?;
    Ok(content)
}

/// A private folder for plaintext: in memory, or on a disk if that is allowed.
///
/// # Errors
/// If there is none in memory, and a disk is not allowed or cannot be written.
pub fn private_folder(may_be_on_disk: impl FnOnce(&Path) -> bool) -> Result<PrivateFolder, Failure> {
    if let Some(folder) = PrivateFolder::in_memory() {
        return Ok(folder);
    }
    if may_be_on_disk(&std::env::temp_dir()) {
        return Ok(PrivateFolder::on_disk()?);
    }
    Err(Cause::NoMemoryForPlaintext.into())
}
