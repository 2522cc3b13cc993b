//! Sealing files: one, a stream, or one of many.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

use crate::config::WholeFileRecipe;
use crate::crypto::{Backend, DataKey, Suite};
use crate::error::Result;
use crate::formats::detect::is_native;
use crate::formats::native::armor::ArmorWriter;
use crate::formats::native::pipeline::{PayloadInput, PayloadOutput, Pipeline};
use crate::formats::native::{NewFile, Parameters, write_error};
use crate::fs::atomic::{Access, Existing, Sync};
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::keys::WrappedKey;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::Job;
use crate::ops::observer::Progress;
use crate::ops::session::Session;
use crate::storage::output::{Destination, Output};

/// What all files with the same keys and encryption context share. Each has a salt of its own, so a key and nonces of its own.
pub struct SealRecipe {
    /// Cipher and encryption context.
    pub parameters: Parameters,
    /// The data key under each of the keys.
    pub wrapped: Vec<WrappedKey>,
    /// The data key.
    pub data_key: DataKey,
}

impl SealRecipe {
    /// Makes a data key, and wraps it.
    ///
    /// # Errors
    /// If a key refuses, or there is none.
    pub fn new(choice: WholeFileRecipe, suite: Suite, session: &Session) -> Result<Self> {
        let (data_key, wrapped) = session.wrap_new(&choice)?;
        Ok(Self { parameters: Parameters { suite, context: choice.context }, wrapped, data_key })
    }

    /// Begins a file.
    ///
    /// # Errors
    /// If there are too many keys for the format.
    pub fn new_file(&self) -> Result<NewFile> {
        let Self { parameters, wrapped, data_key } = self;
        NewFile::new(parameters.clone(), wrapped.clone(), data_key, Backend::default())
    }
}

/// How files are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Binary,
    /// As text.
    Armored,
}

/// The name of the encrypted file.
#[must_use]
pub fn encrypted_name(name: &OsStr) -> OsString {
    let mut name = name.to_owned();
    name.push(".kenc");
    name
}

/// Opens the input and the output of a job. What is wrong with either is found before a key is asked.
///
/// # Errors
/// If one of them cannot be opened, the input is encrypted already and would be replaced, or it has other names.
pub fn open_job(job: &Job, existing: Existing, sync: Sync) -> Result<(Input, Output), Failure> {
    if let Some(path) = job.input.as_ref().filter(|path| path.is_dir()) {
        return Err(Cause::CannotEncryptDirectory(path.clone()).into());
    }
    let (input, held) = job.open_input()?;
    check_names(held.as_ref(), existing)?;
    let input = match &job.destination {
        Destination::Input { path } if existing == Existing::Refuse => refuse_native(input, path)?,
        _ => input,
    };
    Ok((input, Output::open(&job.destination, Access::Umask, sync, held)?))
}

/// A file that is encrypted in its place must not stay in plaintext under another name.
///
/// # Errors
/// If it has one, unless whatever is there may be replaced.
pub fn check_names(held: Option<&Held>, existing: Existing) -> Result<(), Cause> {
    match held {
        Some(held) if held.names() > 1 && existing == Existing::Refuse => {
            Err(Cause::PlaintextHasOtherNames { path: held.path().to_owned(), names: held.names() })
        }
        _ => Ok(()),
    }
}

/// A second run of a script must not encrypt twice what it replaced the first time.
fn refuse_native(input: Input, path: &Path) -> Result<Input, Failure> {
    let (start, input) = input.peek()?;
    if is_native(&start) { Err(Cause::EncryptedAlready(path.to_owned()).into()) } else { Ok(input) }
}

/// Seals one input of a job. Returns how many bytes were written, without armor.
///
/// # Errors
/// Those of the input and the output, and an interruption.
pub fn seal_job(
    session: &Session,
    recipe: &SealRecipe,
    (name, encoding, threads): (&str, Encoding, usize),
    input: Input,
    mut output: Output,
) -> Result<u64> {
    let progress = session.observer().progress(name, input.len());
    let mut kind = input.kind;
    let written = seal(session, recipe, (encoding, threads), PayloadInput::of(&mut kind), &mut output, &*progress)?;
    drop(progress);
    output.commit()?;
    Ok(written)
}

/// Seals a payload. Returns how many bytes were written, without armor.
///
/// # Errors
/// Those of the input and the output, and an interruption.
pub fn seal(
    session: &Session,
    recipe: &SealRecipe,
    (encoding, threads): (Encoding, usize),
    input: PayloadInput<'_>,
    output: &mut Output,
    progress: &dyn Progress,
) -> Result<u64> {
    let NewFile { head, cipher } = recipe.new_file()?;
    let pipeline = Pipeline { threads, progress: &|bytes| progress.advance(bytes), cancelled: session.cancelled() };
    let sealed = match encoding {
        Encoding::Armored => write_armored(output, |armor| {
            armor.write_all(&head).map_err(write_error)?;
            let mut armor = armor;
            pipeline.seal(&cipher, input, PayloadOutput::Stream(&mut armor))
        })?,
        Encoding::Binary => output.write(&head, |sink| pipeline.seal(&cipher, input, sink))?,
    };
    Ok(head.len() as u64 + sealed)
}

/// Has `write` write through armor, and ends it.
///
/// # Errors
/// Those of the output, and those of `write`.
pub fn write_armored<T>(output: &mut Output, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<T>) -> Result<T> {
    let mut armor = ArmorWriter::new(output.writer()).map_err(write_error)?;
    let written = write(&mut armor)?;
    armor.finish().map_err(write_error)?;
    Ok(written)
}
