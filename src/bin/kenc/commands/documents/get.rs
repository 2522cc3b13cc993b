//! `kenc get`.

use std::io::Read;
use std::path::Path;

use kenc::Session;
use kenc::document::{Document, Format};
use kenc::error::{DocumentError, Error, Result};
use kenc::formats::detect::Detected;
use kenc::formats::native::{Decryptor, read_error};
use kenc::fs::input::Input;
use kenc::keys::TrustedKeys;
use zeroize::Zeroizing;

use crate::args::values::GetArgs;
use crate::documents::print;
use crate::failure::{Cause, Exit, Failure};
use crate::printable::escaped;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::formats::detect::LONGEST_DOCUMENT;
use kenc::formats::detect::is_native;
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;
use kenc::ops::documents::open::open;
use kenc::ops::jobs::{STANDARD_INPUT, open_input};
use kenc::ops::values::part::{PartForm, TextEnd, printed};

pub fn run(args: &GetArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = (args.file.as_os_str() != "-").then_some(args.file.as_path());
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let about = || Failure::about(name.clone());
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(&args.file))?;
    let guards = session.guards(path)?;
    signals::handle()?;
    let notation = args.document_open.input_type.input_type;
    // The content of a kenc file has the notation, and not the file.
    let (start, input) = open_input(path)?.peek().map_err(about())?;
    let document = if is_native(&start) {
        let format = notation.map_or_else(|| format_within(path), Format::from);
        if format == Format::Binary && notation.is_none() {
            return Err(Cause::NotationUnknown(name).into());
        }
        let text = whole_file(input, &session, &guards.trusted).map_err(about())?;
        Document::from_plaintext(format, text).map_err(Error::from).map_err(about())?
    } else {
        let sealed =
            Detected::new(input, path, notation.map(Into::into)).and_then(Detected::document).map_err(about())?;
        open(*sealed, path, sessions::demanded(&args.document_open), &session)?.into_plaintext()
    };
    let bytes = found(&document, args, reporter.is_json()).map_err(about())?;
    print(&bytes, path)?;
    Ok(Exit::Done)
}

/// The notation of what is in a kenc file: the one of its name without `.kenc`.
fn format_within(path: Option<&Path>) -> Format {
    path.map_or(Format::Binary, |path| {
        let is_kenc = path.extension().is_some_and(|extension| extension == "kenc");
        if is_kenc { Format::of_name(&path.with_extension("")) } else { Format::of_name(path) }
    })
}

/// The plaintext of a kenc file, all of it authenticated.
fn whole_file(input: Input, session: &Session, trusted: &TrustedKeys) -> Result<Zeroizing<Vec<u8>>> {
    let len = input.len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let NativeFile { head, payload, .. } = NativeFile::read(input)?;
    let cipher = session.cipher(&head, trusted)?;
    // A buffer that grows leaves copies of secrets behind: the plaintext is not longer than the file.
    let mut text = Zeroizing::new(Vec::with_capacity(len.min(LONGEST_DOCUMENT)));
    let limit = LONGEST_DOCUMENT as u64 + 1;
    match payload {
        Payload::File { file, .. } => Decryptor::new(file, cipher).take(limit).read_to_end(&mut text),
        Payload::Stream(stream) => Decryptor::new(stream, cipher).take(limit).read_to_end(&mut text),
    }
    .map_err(read_error)?;
    if text.len() > LONGEST_DOCUMENT {
        return Err(DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 }.into());
    }
    Ok(text)
}

/// What is printed of a document.
fn found(document: &Document, args: &GetArgs, is_json: bool) -> Result<Zeroizing<Vec<u8>>> {
    let end = if args.no_newline { TextEnd::Nothing } else { TextEnd::LineEnd };
    let format = args.output_type.map(Format::from);
    let form = if is_json { PartForm::Json } else { PartForm::Text { format, end } };
    let bytes = printed(document, &args.place.path(), form)?;
    match std::str::from_utf8(&bytes) {
        Ok(json) if is_json => Ok(Zeroizing::new(escaped(json).into_bytes())),
        _ => Ok(bytes),
    }
}
