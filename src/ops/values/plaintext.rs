//! The plaintext of a file as a document with values: a document, or the document in a file that is encrypted as a whole.

use std::path::Path;

use crate::document::{Document, Format};
use crate::error::{DocumentError, Error, Result};
use crate::formats::detect::{Detected, is_whole_file};
use crate::limits::LONGEST_DOCUMENT;
use crate::ops::documents::open::{StatedRequirements, open};
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_text::plaintext_of;
use crate::ops::input_name::name_of;
use crate::ops::jobs::open_input;
use crate::ops::opened_file::NamedOpening;
use crate::ops::result_name::plain_name;
use crate::ops::session::Session;

/// Opens a file; `None` is standard input. The notation is that of the content, where a file is encrypted as a whole.
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
    if !is_whole_file(&start) {
        let sealed = Detected::new(input, path, notation).and_then(Detected::document).map_err(about())?;
        let document = open(*sealed, path, requirements, session)?.into_plaintext();
        return if notation.is_none() { content_of_binary(document, path).map_err(about()) } else { Ok(document) };
    }
    let format = notation.unwrap_or_else(|| notation_of_plaintext(path));
    if format == Format::Binary && notation.is_none() {
        return Err(Cause::NotationUnknown(name).into());
    }
    let file = Detected::new(input, path, None).and_then(|it| it.file(session.read_policy())).map_err(about())?;
    let len = file.plaintext_len().or(file.len());
    let opening = NamedOpening { session, name: &name };
    let unlocked = file.unlock(&opening.keys(&guards.trusted)).map_err(about())?;
    let text = plaintext_of(session, unlocked, len.map(|len| len.min(LONGEST_DOCUMENT as u64)), LONGEST_DOCUMENT);
    let too_long = DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 };
    let text = text.and_then(|text| text.ok_or(too_long.into())).map_err(about())?;
    Document::from_plaintext(format, text).map_err(Error::from).map_err(about())
}

/// The notation that the name of a file says of its plaintext.
fn notation_of_plaintext(path: Option<&Path>) -> Format {
    path.map_or(Format::Binary, |path| Format::of_name(plain_name(path).as_ref()))
}

/// The document within a binary one that is named like a document, as sops makes of a notation that it does not read. One that
/// holds something else stays as it is.
fn content_of_binary(document: Document, path: Option<&Path>) -> Result<Document> {
    let format = notation_of_plaintext(path);
    if document.format() != Format::Binary || format == Format::Binary {
        return Ok(document);
    }
    Ok(Document::from_plaintext(format, document.plaintext(&[])?).unwrap_or(document))
}
