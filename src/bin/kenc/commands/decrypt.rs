//! `kenc decrypt`.

use std::io::{IsTerminal, Read, Seek, SeekFrom, Write};

use kenc::Session;
use kenc::config::Guards;
use kenc::document::{EncryptedDocument, Format};
use kenc::error::{DocumentError, Error, Foreign, FormatError, Result};
use kenc::formats::detect::Detected;
use kenc::formats::native::pipeline::{self, Pipeline};
use kenc::formats::native::{ChunkCipher, Decryptor, SeekingDecryptor, read_error, write_error};
use kenc::fs::atomic::{Access, Sync};
use kenc::fs::input::Input;

use crate::args::documents::DocumentDecryptArgs;
use crate::args::{ByteRange, DecryptArgs};
use crate::commands::opening::threads;
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::habits::{self, Replacement};
use crate::many;
use crate::output::TextOnly;
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;
use kenc::ops::jobs::decrypted_name;
use kenc::ops::jobs::{Job, ResultChoice, plan};
use kenc::ops::observer::Progress as _;
use kenc::ops::tree::open::{OpenEach, TreeOpening};
use kenc::ops::tree::request::TreeRequest;
use kenc::ops::tree::turns::Turns;
use kenc::ops::values::part::content;
use kenc::storage::output::{Destination, Output};

use crate::progress::Bar;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place {
        habits::check_in_place(&args.inputs, Replacement::OfEncrypted(args.document_open.input_type.input_type))?;
    }
    if args.many.is_asked() {
        return many(args, configs, reporter);
    }
    let jobs = plan(&args.inputs, &ResultChoice::from(&args.output), decrypted_name)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let outcomes = jobs.iter().map(|job| {
        let guards = session.guards(job.input.as_deref())?;
        let (input, held) = job.open_input()?;
        let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
        let output = Output::open(&job.destination, Access::Owner, sync, held)?;
        Decryption { args, reporter, job, session: &session, guards: &guards }.run(input, output)?;
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}

/// Many files in one run.
fn many(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let request = TreeRequest {
        files0_from: args.many.files0_from.as_deref(),
        inputs: &args.inputs,
        recursive: args.many.recursive,
        results: Some(&results),
        resume: args.resume.resume,
    };
    many::check(&args.many, &request)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle()?;
    let plan = request.plan(decrypted_name)?;
    let threads = threads(&args.work);
    let demanded = sessions::demanded(&args.document_open);
    let opening = TreeOpening { plan: &plan, session: &session, demanded, turns: Turns::new(threads) };
    many::run(&session, (&request, &plan), (threads, "decrypted"), reporter, &OpenEach(opening))
}

/// The decryption of one file.
struct Decryption<'a> {
    args: &'a DecryptArgs,
    reporter: &'a Reporter,
    job: &'a Job,
    session: &'a Session,
    guards: &'a Guards,
}

impl Decryption<'_> {
    fn run(self, input: Input, mut output: Output) -> Result<(), Failure> {
        let Self { args, reporter, job, session, guards } = self;
        let about = || Failure::about(job.name());
        let notation = args.document_open.input_type.input_type;
        let detected = match Detected::new(input, job.input.as_deref(), notation).map_err(about())? {
            Detected::Document(sealed) => return self.document(*sealed, output),
            _ if args.document.is_for_documents_only() => {
                return Err(about()(DocumentError::NotEncrypted.into()));
            }
            other => other,
        };
        let NativeFile { head, mut payload, .. } = detected.native().map_err(|error| about_input(job, error))?;
        let input_len = payload.len().map(|len| len + head.len());
        let cipher = session.cipher(&head, &guards.trusted).map_err(about())?;

        let progress = Bar::new(reporter.shows_progress(), &job.name(), input_len);
        let pipeline = Pipeline {
            threads: threads(&args.work),
            progress: &|bytes| progress.advance(bytes),
            cancelled: session.cancelled(),
        };
        let releases_early = output.releases_early();
        let outcome = if let Some(range) = args.range {
            write_range(range, head.len(), payload, cipher, &mut *output.writer())
        } else if job.destination == (Destination::StandardOutput { forced: false }) && std::io::stdout().is_terminal()
        {
            let mut text = TextOnly::new(output.writer());
            let opened = pipeline.open(&cipher, payload.source(), pipeline::PayloadOutput::Stream(&mut text));
            if text.has_refused() {
                return Err(CommandFault::BinaryToTerminal { input: job.input.clone() }.into());
            }
            opened
        } else {
            output.write(&[], |sink| pipeline.open(&cipher, payload.source(), sink))
        };
        drop(progress);
        let written = outcome.map_err(|error| {
            let released = if releases_early { released(&error) } else { 0 };
            Failure { released, ..about()(error) }
        })?;
        output.commit().map_err(about())?;
        reporter.note(&format!("{}: {written} bytes written", job.name()));
        Ok(())
    }
}

impl Decryption<'_> {
    fn document(self, sealed: EncryptedDocument, mut output: Output) -> Result<(), Failure> {
        let Self { args, reporter, job, session, guards } = self;
        let about = || Failure::about(job.name());
        if args.range.is_some() {
            return Err(Cause::RangeOfDocument(job.name()).into());
        }
        let demands = sessions::demands(session, &args.document_open, guards.require_seal);
        let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
        session.warn_unless_sealed(&job.name(), opened.report());
        let DocumentDecryptArgs { extract, output_type } = &args.document;
        let format = *output_type;
        let plaintext = content(&opened.into_plaintext(), extract.as_ref(), format).map_err(about())?;
        let is_to_terminal =
            job.destination == (Destination::StandardOutput { forced: false }) && std::io::stdout().is_terminal();
        let written = if is_to_terminal {
            let mut text = TextOnly::new(output.writer());
            let written = text.write_all(&plaintext);
            if text.has_refused() {
                return Err(CommandFault::BinaryToTerminal { input: job.input.clone() }.into());
            }
            written
        } else {
            output.writer().write_all(&plaintext)
        };
        written.map_err(|error| about()(Error::Write(error)))?;
        output.commit().map_err(about())?;
        reporter.note(&format!("{}: {} bytes written", job.name(), plaintext.len()));
        Ok(())
    }
}

/// An input whose name is that of a document is said to be none that is encrypted.
fn about_input(job: &Job, error: Error) -> Failure {
    match (&job.input, &error) {
        (Some(path), Error::Format(FormatError::NotKenc(Foreign::Unknown)))
            if Format::of_name(path) != Format::Binary =>
        {
            Cause::NotEncrypted(path.clone()).into()
        }
        _ => Failure::about(job.name())(error),
    }
}

/// How many bytes had been written when a pipe failed.
fn released(error: &Error) -> u64 {
    if let Error::Authentication(fault) = error { fault.authentic() } else { 0 }
}

/// Writes some bytes of the plaintext. From a file only what is needed is read.
fn write_range(
    range: ByteRange,
    head_len: u64,
    payload: Payload,
    cipher: ChunkCipher,
    output: &mut dyn Write,
) -> Result<u64> {
    let ByteRange { start, end } = range;
    match payload {
        Payload::File { file, start: payload_start, .. } if payload_start == head_len => {
            let mut plaintext = SeekingDecryptor::new(file, cipher)?;
            let available = plaintext.plaintext_len();
            if end.is_some_and(|end| end > available) || start > available {
                return Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available });
            }
            let end = end.unwrap_or(available);
            plaintext.seek(SeekFrom::Start(start)).map_err(read_error)?;
            copy(&mut plaintext.take(end - start), output)
        }
        Payload::File { mut file, start: payload_start, .. } => {
            file.seek(SeekFrom::Start(payload_start)).map_err(read_error)?;
            write_range_of_stream(range, Decryptor::new(file, cipher), output)
        }
        Payload::Stream(stream) => write_range_of_stream(range, Decryptor::new(stream, cipher), output),
    }
}

fn write_range_of_stream(range: ByteRange, mut plaintext: impl Read, output: &mut dyn Write) -> Result<u64> {
    let ByteRange { start, end } = range;
    let skipped = copy(&mut plaintext.by_ref().take(start), &mut std::io::sink())?;
    let wanted = end.map_or(u64::MAX, |end| end - start);
    let written = if skipped == start { copy(&mut plaintext.by_ref().take(wanted), output)? } else { 0 };
    match end {
        _ if skipped < start => Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available: skipped }),
        Some(end) if written < wanted => Err(Error::RangeBeyondEnd { start, end, available: start + written }),
        _ => {
            // What follows is read as well: only the last chunk tells that nothing was cut off.
            copy(&mut plaintext, &mut std::io::sink())?;
            Ok(written)
        }
    }
}

/// Copies everything, and tells a failing input from a failing output.
pub fn copy(input: &mut dyn Read, output: &mut dyn Write) -> Result<u64> {
    let mut buffer = zeroize::Zeroizing::new(vec![0; 64 << 10]);
    let mut count = 0;
    loop {
        if signals::is_cancelled() {
            return Err(Error::Interrupted);
        }
        let filled = input.read(&mut buffer).map_err(read_error)?;
        if filled == 0 {
            return Ok(count);
        }
        output.write_all(&buffer[..filled]).map_err(write_error)?;
        count += filled as u64;
    }
}
