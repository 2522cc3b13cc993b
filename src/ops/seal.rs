//! Sealing files: one file, a stream, or one of many.

use std::path::Path;

use crate::error::Result;
use crate::formats::detect::is_whole_file;
use crate::formats::format::{PreparedSeal, Work};
use crate::fs::atomic::{Access, Existing, Sync};
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::Job;
use crate::ops::session::Session;
use crate::storage::output::{Destination, Output};
use crate::storage::payload::PayloadInput;

/// Opens the input and the output of a job, so that their problems are found before a key is asked.
///
/// # Errors
/// If one of them cannot be opened, the input is already encrypted and would be replaced, or it has other hard links.
pub fn open_job(session: &Session, job: &Job, existing: Existing, sync: Sync) -> Result<(Input, Output), Failure> {
    if let Some(path) = job.input.as_ref().filter(|path| path.is_dir()) {
        return Err(Cause::CannotEncryptDirectory(path.clone()).into());
    }
    let (input, held) = session.open_input_of(job)?;
    check_names(held.as_ref(), existing)?;
    let input = match &job.destination {
        Destination::Input { path } if existing == Existing::Refuse => refuse_encrypted(input, path)?,
        _ => input,
    };
    Ok((input, session.open_output(&job.destination, Access::Umask, sync, held)?))
}

/// A file that is encrypted in place must not stay in plaintext under another name.
///
/// # Errors
/// If the output exists, unless it may be replaced.
pub fn check_names(held: Option<&Held>, existing: Existing) -> Result<(), Cause> {
    match held {
        Some(held) if held.names() > 1 && existing == Existing::Refuse => {
            Err(Cause::PlaintextHasOtherNames { path: held.path().to_owned(), names: held.names() })
        }
        _ => Ok(()),
    }
}

/// A second run of a script must not encrypt again what the first one replaced.
fn refuse_encrypted(input: Input, path: &Path) -> Result<Input, Failure> {
    let (start, input) = input.peek()?;
    if is_whole_file(&start) { Err(Cause::EncryptedAlready(path.to_owned()).into()) } else { Ok(input) }
}

/// No sealed file of a plaintext of this length is longer, in any format and in armor, in bytes.
pub(super) fn longest_sealed(len: u64) -> u64 {
    len.saturating_add(len / 2).saturating_add(1 << 20)
}

/// Seals one input of a job. Returns how many bytes were written, without armor.
///
/// # Errors
/// Those of the input and the output, and an interruption.
pub fn seal_job(
    session: &Session,
    seal: &dyn PreparedSeal,
    (name, threads): (&str, usize),
    input: Input,
    mut output: Output,
) -> Result<u64> {
    let progress = session.observer().progress(name, input.len());
    if let Some(len) = input.len() {
        output.expect_len(longest_sealed(len));
    }
    let mut kind = input.kind;
    let work =
        Work { threads, progress: &|bytes| progress.advance(bytes), cancelled: session.cancelled(), workspace: None };
    let written = seal.seal(PayloadInput::of(&mut kind), &mut output, work)?;
    drop(progress);
    // Windows replaces no file that is open.
    drop(kind);
    output.commit_waiting(session)?;
    Ok(written)
}
