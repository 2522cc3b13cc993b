//! What `git diff` shows of an encrypted file.

use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::{notes, unasked};
use crate::crypto::sha256;
use crate::document::{MacRequirement, SealRequirement};
use crate::error::{Error, Result};
use crate::formats::detect::Detected;
use crate::fs::input::{Input, InputKind};
use crate::keys::WrappedKey;
use crate::limits::LONGEST_IN_DIFF;
use crate::ops::configs::Configs;
use crate::ops::failure::Failure;
use crate::ops::file_text::{Plaintext, plaintext_of};
use crate::ops::jobs::open_input;
use crate::ops::opened_file::NamedOpening;
use crate::ops::session::Session;

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
    let file = match Detected::new(open_input(Some(path))?, Some(path), None)? {
        Detected::Document(sealed) => {
            let trusted = trusted(&sealed.metadata().wrapped_keys())?;
            let demands = session.document_demands(MacRequirement::Right, SealRequirement::NotBroken);
            let opened = sealed.open(&session.keyring_trusting(&trusted), &demands)?;
            session.warn_unless_sealed(&path.display().to_string(), opened.report());
            let notes = notes::of_document(opened.metadata(), opened.report().seal);
            return Ok(DiffText::Plaintext(opened.into_plaintext().plaintext(&[]).map_err(Error::from)?, notes));
        }
        Detected::Foreign(input, _) => return Ok(DiffText::NotEncrypted(whole(input)?)),
        detected => detected.file(session.read_policy())?,
    };
    let slots = file.wrapped_keys();
    let (notes, len) = (notes::of_file(slots), file.plaintext_len());
    let trusted = trusted(slots)?;
    let name = path.display().to_string();
    let unlocked = file.unlock(&NamedOpening { session, name: &name }.keys(&trusted))?;
    Ok(match plaintext_of(session, unlocked, len, LONGEST_IN_DIFF)? {
        Some(text) if !text.contains(&0) && std::str::from_utf8(&text).is_ok() => DiffText::Plaintext(text, notes),
        text => DiffText::NotText(text.map(|text| sha256(&text))),
    })
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
