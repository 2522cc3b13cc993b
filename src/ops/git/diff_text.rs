//! What `git diff` shows of an encrypted file.

use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::{notes, unasked};
use crate::crypto::sha256;
use crate::document::{MacRequirement, SealRequirement};
use crate::error::{Error, Result};
use crate::formats::detect::Detected;
use crate::formats::native::file::NativeFile;
use crate::formats::native::{Decryptor, read_error};
use crate::fs::input::{Input, InputKind};
use crate::keys::WrappedKey;
use crate::ops::configs::Configs;
use crate::ops::contents::Plaintext;
use crate::ops::failure::Failure;
use crate::ops::jobs::open_input;
use crate::ops::session::Session;

/// Maximum length of the plaintext of a kenc file that is shown, in bytes.
const MAX_TEXT: u64 = 16 << 20;

/// What is shown of a file.
pub enum DiffText {
    /// Its plaintext, and what else a commit can change, line by line.
    Plaintext(Plaintext, Vec<String>),
    /// It is not text, or too long to be shown. If it is not too long, its digest shows whether it changed.
    NotText(Option<[u8; 32]>),
    /// It is not encrypted.
    NotEncrypted(Plaintext),
}

/// Opens a file for a diff, with the keys that may be used unprompted.
///
/// # Errors
/// If no key opens it, or it is not authentic.
pub fn diff_text(session: &Session, configs: &Configs, path: &Path) -> Result<DiffText, Failure> {
    let trusted = |wrapped: &[WrappedKey]| unasked::trusted(configs, path, session, wrapped);
    let detected = match Detected::new(open_input(Some(path))?, Some(path), None)? {
        Detected::Document(sealed) => {
            let trusted = trusted(&sealed.metadata().wrapped_keys())?;
            let demands = session.document_demands(MacRequirement::Right, SealRequirement::NotBroken);
            let opened = sealed.open(&session.keyring_trusting(&trusted), &demands)?;
            session.warn_unless_sealed(&path.display().to_string(), opened.report());
            let notes = notes::of_document(opened.metadata(), opened.report().seal);
            return Ok(DiffText::Plaintext(opened.into_plaintext().plaintext(&[]).map_err(Error::from)?, notes));
        }
        Detected::Foreign(input, _) => return Ok(DiffText::NotEncrypted(whole(input)?)),
        file => file,
    };
    let NativeFile { head, mut payload, .. } = detected.native()?;
    let slots = &head.header.table.slots;
    let notes = notes::of_file(slots);
    let cipher = session.cipher(&head, &trusted(slots)?)?;
    let mut text = Zeroizing::new(Vec::new());
    Decryptor::new(payload.reader(), cipher).take(MAX_TEXT + 1).read_to_end(&mut text).map_err(read_error)?;
    let is_short = text.len() as u64 <= MAX_TEXT;
    if is_short && !text.contains(&0) && std::str::from_utf8(&text).is_ok() {
        return Ok(DiffText::Plaintext(text, notes));
    }
    Ok(DiffText::NotText(is_short.then(|| sha256(&text))))
}

/// The whole content of an input.
///
/// # Errors
/// Those of the input.
pub fn whole(input: Input) -> Result<Plaintext> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut stream: Box<dyn Read> = match input.kind {
        InputKind::File { file, .. } => Box::new(file),
        InputKind::Object(object) => Box::new(object),
        InputKind::Stream(stream) => stream,
    };
    stream.read_to_end(&mut bytes).map_err(Error::Read)?;
    Ok(bytes)
}
