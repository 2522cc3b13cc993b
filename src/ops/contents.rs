//! The plaintext of a file, whole in memory, for another program.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::{DataKey, Suite};
use crate::document::{MacRequirement, OpenedDocument, SealRequirement};
use crate::error::{Error, Result};
use crate::formats::detect;
use crate::formats::native::armor::ArmorReader;
use crate::formats::native::header::MAGIC;
use crate::formats::native::{Decryptor, FileHead, Parameters, read_error};
use crate::fs::scratch::PrivateFolder;
use crate::keys::{TrustedKeys, WrappedKey};
use crate::ops::failure::{Cause, Failure};
use crate::ops::session::Session;

/// A text that was decrypted or typed.
pub type Plaintext = Zeroizing<Vec<u8>>;

/// A file that was opened.
#[non_exhaustive]
pub enum Contents {
    /// It is encrypted as a whole.
    Whole(WholeFile),
    /// It is a config document.
    Document(Box<OpenedDocument>),
}

/// What stays the same in a file that is encrypted as a whole, when it gets another payload.
pub struct WholeFile {
    /// Its suite and its context.
    pub parameters: Parameters,
    /// Its keys.
    pub slots: Vec<WrappedKey>,
    /// The data key that they wrap.
    pub data_key: DataKey,
    /// Whether it is text.
    pub is_armored: bool,
}

impl WholeFile {
    /// A file that does not exist yet.
    #[must_use]
    pub fn new(data_key: DataKey, slots: Vec<WrappedKey>, context: EncryptionContext) -> Self {
        Self { parameters: Parameters { suite: Suite::default(), context }, slots, data_key, is_armored: false }
    }
}

/// Opens a kenc file or a document. All of it has been authenticated when its text is returned.
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
    if detect::is_native(bytes) {
        let (text, file) = whole_file(session, bytes, &guards.trusted).map_err(about())?;
        return Ok((text, Contents::Whole(file)));
    }
    let sealed = detect::sealed_in(bytes, path).map_err(about())?;
    let seal = if guards.require_seal { SealRequirement::Verified } else { SealRequirement::NotBroken };
    let demands = session.document_demands(mac, seal);
    let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
    let text = opened.plaintext().plaintext(&[]).map_err(Error::from).map_err(about())?;
    session.warn_unless_sealed(&path.display().to_string(), opened.report());
    Ok((text, Contents::Document(Box::new(opened))))
}

fn whole_file(session: &Session, bytes: &[u8], trusted: &TrustedKeys) -> Result<(Plaintext, WholeFile)> {
    let is_armored = !bytes.starts_with(&MAGIC);
    let mut input: Box<dyn Read + '_> = if is_armored { Box::new(ArmorReader::new(bytes)) } else { Box::new(bytes) };
    let head = FileHead::read(&mut *input)?;
    let (cipher, data_key) = session.unwrap(&head, trusted)?;
    // The plaintext is shorter than the ciphertext: its buffer does not grow, which would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    Decryptor::new(input, cipher).read_to_end(&mut text).map_err(read_error)?;
    let header = head.header;
    Ok((text, WholeFile { parameters: header.parameters, slots: header.table.slots, data_key, is_armored }))
}

/// Reads a file as it is, if it is small enough to be held in memory several times.
///
/// # Errors
/// If the system fails to read it, or it is too long.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let mut file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    if bytes > detect::LONGEST_IN_MEMORY {
        return Err(Cause::TooLong { path: path.to_owned(), bytes }.into());
    }
    let mut content = Vec::new();
    file.by_ref().take(detect::LONGEST_IN_MEMORY).read_to_end(&mut content).map_err(failed)?;
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

/// The name of a file without `.kenc`: it names the format of the plaintext.
#[must_use]
pub fn plain_name(path: &Path) -> OsString {
    let name = Path::new(path.file_name().unwrap_or(OsStr::new("file")));
    match (name.extension(), name.file_stem()) {
        (Some(extension), Some(stem)) if extension == "kenc" => stem.to_owned(),
        _ => name.as_os_str().to_owned(),
    }
}
