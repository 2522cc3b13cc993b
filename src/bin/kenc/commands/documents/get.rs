//! `kenc get`.

use std::io::Read;
use std::path::Path;

use kenc::Session;
use kenc::document::{Document, Format, Leaf, Node, Path as ValuePath, TreeItem, Value};
use kenc::error::{DocumentError, Error, Result};
use kenc::formats::detect::Detected;
use kenc::formats::native::{Decryptor, read_error};
use kenc::fs::input::Input;
use kenc::keys::TrustedKeys;
use zeroize::Zeroizing;

use crate::args::values::GetArgs;
use crate::documents::print;
use crate::failure::{Cause, Exit, Failure};
use crate::habits;
use crate::output::{STANDARD_INPUT, open_input};
use crate::printable::escaped;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::formats::detect::LONGEST_DOCUMENT;
use kenc::formats::detect::is_native;
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;

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
        let demands = sessions::demands(&session, &args.document_open, guards.require_seal);
        let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
        session.warn_unless_sealed(&name, opened.report());
        opened.into_plaintext()
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

/// What is said of a value that is not there: where there is one, or what may have been meant.
fn what_is_missing(document: &Document, path: &ValuePath) -> String {
    let roots = document.tree().roots.len();
    let elsewhere = (0..roots).find(|root| document.tree().node(&ValuePath { root: *root, ..path.clone() }).is_some());
    if let Some(root) = elsewhere {
        return format!("no such value in document {}; document {1} has it: `--document {1}`", path.root + 1, root + 1);
    }
    let mut paths = Vec::new();
    document.tree().walk(|path, item| {
        if matches!(item, TreeItem::Leaf(_) | TreeItem::Enter(_)) {
            paths.push(path.clone());
        }
    });
    // The whole document, `.`, is like every short path, and never what is meant.
    let is_meant = |other: &ValuePath| other.root == path.root && !other.steps.is_empty();
    let names: Vec<String> = paths.into_iter().filter(is_meant).map(|path| path.to_string()).collect();
    match habits::nearest(&path.to_string(), names.iter().map(String::as_str)) {
        Some(name) => format!("no such value; did you mean `{name}`?"),
        None => "no such value".to_owned(),
    }
}

/// What is printed of a document.
fn found(document: &Document, args: &GetArgs, is_json: bool) -> Result<Zeroizing<Vec<u8>>> {
    let path = args.place.path();
    let fault = |fault: &str| DocumentError::Path { path: path.to_string(), fault: fault.to_owned() };
    if path.root >= document.tree().roots.len() {
        return Err(fault("the file has no such document").into());
    }
    let node = document
        .tree()
        .node(&path)
        .ok_or_else(|| DocumentError::Path { path: path.to_string(), fault: what_is_missing(document, &path) })?;
    if is_json {
        let mut text = serde_json::to_string(node)
            .map_err(|error| DocumentError::CannotCarry { notation: "JSON", what: error.to_string() })?;
        text.push('\n');
        let escaped = escaped(&text);
        drop(Zeroizing::new(text));
        return Ok(Zeroizing::new(escaped.into_bytes()));
    }
    let (mut bytes, is_text) = match node {
        Node::Leaf(Leaf { value, .. }) => {
            let is_text = document.format() != Format::Binary && !matches!(value, Value::Bytes(_));
            (value.bare(), is_text)
        }
        Node::Alias(_) => return Err(fault("it is an alias; the value is elsewhere").into()),
        Node::Mapping(_) | Node::Sequence(_) => {
            let format = args.output_type.map_or(document.format(), Format::from);
            let format = if format == Format::Binary { Format::Json } else { format };
            let mut text = Document::emit_part(format, node, None)?;
            (Zeroizing::new(std::mem::take(&mut *text).into_bytes()), true)
        }
    };
    if is_text && !args.no_newline && !bytes.ends_with(b"\n") {
        bytes.reserve_exact(1);
        bytes.push(b'\n');
    }
    Ok(bytes)
}
