//! The plaintext of a file as a document with values: a document, or the document in a kenc file.

use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::document::{Document, Format};
use crate::error::{DocumentError, Error, Result};
use crate::formats::detect::{Detected, LONGEST_DOCUMENT, is_native};
use crate::formats::native::file::NativeFile;
use crate::formats::native::{Decryptor, read_error};
use crate::fs::input::Input;
use crate::keys::TrustedKeys;
use crate::ops::documents::open::{StatedRequirements, open};
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::name_of;
use crate::ops::jobs::open_input;
use crate::ops::session::Session;

/// Opens a file; `None` is standard input. The content of a kenc file has the notation.
///
/// # Errors
/// If it cannot be opened, or its notation is unknown.
pub fn read(
    path: Option<&Path>,
    notation: Option<Format>,
    requirements: StatedRequirements,
    session: &Session,
) -> Result<Document, Failure> {
    let name = name_of(path);
    let about = || Failure::about(name.clone());
    let guards = session.guards(path)?;
    let (start, input) = open_input(path)?.peek().map_err(about())?;
    if is_native(&start) {
        let format = notation.unwrap_or_else(|| format_within(path));
        if format == Format::Binary && notation.is_none() {
            return Err(Cause::NotationUnknown(name).into());
        }
        let text = whole_file(input, session, &guards.trusted).map_err(about())?;
        return Document::from_plaintext(format, text).map_err(Error::from).map_err(about());
    }
    let sealed = Detected::new(input, path, notation).and_then(Detected::document).map_err(about())?;
    Ok(open(*sealed, path, requirements, session)?.into_plaintext())
}

/// The notation of the content of a kenc file: that of its name without `.kenc`.
fn format_within(path: Option<&Path>) -> Format {
    path.map_or(Format::Binary, |path| {
        let is_kenc = path.extension().is_some_and(|extension| extension == "kenc");
        if is_kenc { Format::of_name(&path.with_extension("")) } else { Format::of_name(path) }
    })
}

/// The plaintext of a kenc file, all of it authenticated.
fn whole_file(input: Input, session: &Session, trusted: &TrustedKeys) -> Result<Zeroizing<Vec<u8>>> {
    let len = input.len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let NativeFile { head, mut payload, .. } = NativeFile::read(input)?;
    let cipher = session.cipher(&head, trusted)?;
    // A buffer that grows leaves copies of secrets behind: the plaintext is not longer than the file.
    let mut text = Zeroizing::new(Vec::with_capacity(len.min(LONGEST_DOCUMENT)));
    let limit = LONGEST_DOCUMENT as u64 + 1;
    Decryptor::new(payload.reader(), cipher).take(limit).read_to_end(&mut text).map_err(read_error)?;
    if text.len() > LONGEST_DOCUMENT {
        return Err(DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 }.into());
    }
    Ok(text)
}
