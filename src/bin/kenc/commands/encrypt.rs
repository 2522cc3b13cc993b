//! `kenc encrypt`.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::error::{Error, Result};
use kenc::fs::atomic::{Access, Sync};
use kenc::fs::input::{Input, Kind};
use kenc::keys::{Identities, Keyring, WrappedKey};
use kenc::stream::armor::ArmorWriter;
use kenc::stream::pipeline::{self, Pipeline};
use kenc::stream::{NewFile, Parameters, write_error};

use crate::args::{Cipher, EncryptArgs};
use crate::commands::encrypt_many;
use crate::commands::opening::{is_kenc_file, source_in_file, threads};
use crate::environment::{encryption_keys, key_service};
use crate::failure::{Cause, Exit, Failure};
use crate::output::{self, Job, Output, Place};
use crate::progress::Progress;
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::signals;

pub fn run(args: &EncryptArgs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.many.is_asked() {
        return encrypt_many::run(args, reporter);
    }
    let jobs = output::plan(&args.inputs, &args.output, encrypted_name)?;
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let keys = encryption_keys(&args.keys)?;
    for job in &jobs {
        // Armor is text, made for terminals too.
        if !args.armor && output::is_unasked_terminal(&job.place) {
            return Err(Cause::CiphertextToTerminal { input: job.input.clone() }.into());
        }
    }
    signals::handle();
    // What is wrong with a single file is found before a key is asked. Many are opened one by one, for a process may not
    // have many files open.
    let mut opened = if let [job] = &jobs[..] { Some(open(job, args)?) } else { None };

    let passphrases = Passphrases::new(args.passphrase.passphrase_from.clone(), reporter.may_ask());
    let (kms, identities) = (key_service(&args.aws), Identities::default());
    let keyring = Keyring { kms: &kms, identities: &identities, passphrases: &passphrases };
    let (data_key, wrapped) = keyring.wrap_new(&keys, &context)?;
    let recipe = Recipe { parameters: Parameters { suite: suite(args.cipher), context }, wrapped, data_key };

    let outcomes = jobs.iter().map(|job| {
        let (input, output) = opened.take().map_or_else(|| open(job, args), Ok)?;
        let bytes = seal(args, reporter, job, &recipe, input, output).map_err(Failure::about(job.name()))?;
        reporter.note(&format!("{}: {bytes} bytes written", job.name()));
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}

/// What all files of one run share. Each has a salt of its own, so a key and nonces of its own.
pub struct Recipe {
    pub parameters: Parameters,
    pub wrapped: Vec<WrappedKey>,
    pub data_key: DataKey,
}

impl Recipe {
    /// Begins a file.
    pub fn new_file(&self) -> Result<NewFile> {
        let Self { parameters, wrapped, data_key } = self;
        NewFile::new(parameters.clone(), wrapped.clone(), data_key, Backend::default())
    }
}

pub fn suite(cipher: Cipher) -> Suite {
    match cipher {
        Cipher::Aes256Gcm => Suite::Aes256Gcm,
        Cipher::ChaCha20Poly1305 => Suite::ChaCha20Poly1305,
    }
}

pub fn encrypted_name(name: &OsStr) -> OsString {
    let mut name = name.to_owned();
    name.push(".kenc");
    name
}

fn open(job: &Job, args: &EncryptArgs) -> Result<(Input, Output), Failure> {
    if let Some(path) = job.input.as_ref().filter(|path| path.is_dir()) {
        return Err(Cause::CannotEncryptDirectory(path.clone()).into());
    }
    let input = job.open_input()?;
    let input = match &job.place {
        Place::Input { path } if !args.output.force => refuse_kenc_file(input, path)?,
        _ => input,
    };
    let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
    Ok((input, Output::open(&job.place, Access::Umask, sync)?))
}

/// A second run of a script must not encrypt twice what it replaced the first time.
fn refuse_kenc_file(input: Input, path: &Path) -> Result<Input, Failure> {
    let (start, input) = input.peek()?;
    if is_kenc_file(&start) { Err(Cause::EncryptedAlready(path.to_owned()).into()) } else { Ok(input) }
}

/// Seals one input. Returns how many bytes were written, without armor.
fn seal(
    args: &EncryptArgs,
    reporter: &Reporter,
    job: &Job,
    recipe: &Recipe,
    input: Input,
    mut output: Output,
) -> Result<u64> {
    let NewFile { head, cipher } = recipe.new_file()?;
    let progress = Progress::new(reporter.shows_progress(), &job.name(), input.len());
    let pipeline = Pipeline {
        threads: threads(&args.work),
        progress: &|bytes| progress.advance(bytes),
        cancelled: &signals::CANCELLED,
    };
    let mut kind = input.kind;
    let source = match &mut kind {
        Kind::File { file, start, len } => source_in_file(file, *start, *len),
        Kind::Stream(stream) => pipeline::Input::Stream(&mut **stream),
    };
    let sealed = if args.armor {
        let mut armor = ArmorWriter::new(output.writer()).map_err(write_error)?;
        armor.write_all(&head).map_err(write_error)?;
        let sealed = pipeline.seal(&cipher, source, pipeline::Output::Stream(&mut armor))?;
        armor.finish().map_err(write_error)?;
        sealed
    } else {
        output.write(&head, |sink| pipeline.seal(&cipher, source, sink))?
    };
    drop(progress);
    output.commit()?;
    Ok(head.len() as u64 + sealed)
}
