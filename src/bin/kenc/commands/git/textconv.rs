//! `kenc git textconv`: what `git diff` shows of an encrypted file. git reads it from a pipe, and stores nothing of it.

use std::fmt::Write as _;
use std::io::{Read, Seek, SeekFrom};

use kenc::crypto::sha256;
use kenc::document::{MacRequirement, SealRequirement};
use kenc::error::{Error, Result};
use kenc::formats::detect::Detected;
use kenc::formats::native::{Decryptor, read_error};
use kenc::fs::input::Input;
use kenc::keys::WrappedKey;
use zeroize::Zeroizing;

use super::{notes, unasked};
use crate::args::git::GitTextconvArgs;
use crate::commands::inspect;
use crate::failure::{Cause, Exit, Failure};
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::sessions;
use kenc::formats::detect::is_native;
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;
use kenc::ops::jobs::open_input;

/// Longest plaintext of a kenc file that is shown, in bytes.
const MAX_TEXT: u64 = 16 << 20;

pub fn run(args: &GitTextconvArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = args.file.as_path();
    let shown = match plaintext(args, configs) {
        Ok(shown) => shown,
        Err(failure) => {
            let (start, input) = open_input(Some(path))?.peek()?;
            let shown =
                if is_native(&start) { Zeroizing::new(inspect::text(input)?.into_bytes()) } else { whole(input)? };
            let reason = match &failure.cause {
                Cause::Library(Error::NoKeyOpens { attempts }) => {
                    attempts.last().map(|last| format!(": {}", last.refusal))
                }
                _ => None,
            };
            let reason = reason.unwrap_or_default();
            reporter.hint(&format!("{}: shown encrypted: {}{reason}", path.display(), failure.cause));
            match &failure.cause {
                // What is wrong with the document itself is a part of what a commit changes.
                Cause::Library(Error::Document(fault)) => with_notes(&shown, &notes::of_fault(fault)),
                _ => shown,
            }
        }
    };
    kenc::storage::standard::print(&shown)?;
    Ok(Exit::Done)
}

fn plaintext(args: &GitTextconvArgs, configs: &Configs) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let path = Some(args.file.as_path());
    // git runs this for every file of every commit that it shows, so it must not prompt.
    let passphrases = Passphrases::new(None, false);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(&args.file))?;
    let trusted = |wrapped: &[WrappedKey]| unasked::trusted(configs, &args.file, &session, wrapped);
    let input = match Detected::new(open_input(path)?, path, None)? {
        Detected::Document(sealed) => {
            let trusted = trusted(&sealed.metadata().wrapped_keys())?;
            let demands = session.document_demands(MacRequirement::Right, SealRequirement::NotBroken);
            let opened = sealed.open(&session.keyring_trusting(&trusted), &demands)?;
            session.warn_unless_sealed(&args.file.display().to_string(), opened.report());
            let notes = notes::of_document(opened.metadata(), opened.report().seal);
            return Ok(with_notes(&opened.into_plaintext().plaintext(&[]).map_err(Error::from)?, &notes));
        }
        Detected::Native(input) => input,
        Detected::Foreign(input, _) => return Ok(whole(input)?),
    };
    let NativeFile { head, payload, .. } = NativeFile::read(input)?;
    let slots = &head.header.table.slots;
    let notes = notes::of_file(slots);
    let trusted = trusted(slots)?;
    let cipher = session.cipher(&head, &trusted)?;
    let stream: Box<dyn Read + Send> = match payload {
        Payload::Stream(stream) => stream,
        Payload::File { mut file, start, .. } => {
            file.seek(SeekFrom::Start(start)).map_err(Error::Read)?;
            Box::new(file)
        }
    };
    let mut text = Zeroizing::new(Vec::new());
    Decryptor::new(stream, cipher).take(MAX_TEXT + 1).read_to_end(&mut text).map_err(read_error)?;
    let is_text = text.len() as u64 <= MAX_TEXT && !text.contains(&0) && std::str::from_utf8(&text).is_ok();
    if is_text {
        return Ok(with_notes(&text, &notes));
    }
    // What is no text is told by its head and, if it is not long, by its digest: so a diff shows that it changed.
    let mut summary = inspect::text(open_input(path)?)?;
    if text.len() as u64 <= MAX_TEXT {
        summary.push_str("  SHA-256   ");
        for byte in sha256(&text) {
            write!(summary, "{byte:02x}").expect("writing to a string does not fail");
        }
        summary.push('\n');
    }
    Ok(Zeroizing::new(summary.into_bytes()))
}

/// A text with lines about it behind it.
fn with_notes(text: &[u8], notes: &str) -> Zeroizing<Vec<u8>> {
    let mut all = Zeroizing::new(Vec::with_capacity(text.len() + notes.len() + 1));
    all.extend_from_slice(text);
    if !text.is_empty() && !text.ends_with(b"\n") {
        all.push(b'\n');
    }
    all.extend_from_slice(notes.as_bytes());
    all
}

fn whole(input: Input) -> Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let mut stream: Box<dyn Read> = match input.kind {
        kenc::fs::input::InputKind::File { file, .. } => Box::new(file),
        kenc::fs::input::InputKind::Stream(stream) => stream,
    };
    stream.read_to_end(&mut bytes).map_err(Error::Read)?;
    Ok(bytes)
}
