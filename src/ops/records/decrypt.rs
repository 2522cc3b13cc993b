//! Decrypting some fields or some records of a file, or the beginning of one.

use std::io::Write;
use std::path::Path;

use crate::error::{Error, RecordFault, Result};
use crate::formats::detect::Detected;
use crate::formats::format::{EncryptedFile, UnlockedFile, Work};
use crate::formats::records::selection::{OpenedRecords, RecordSelection};
use crate::fs::input::Input;
use crate::ops::failure::Failure;
use crate::ops::input_name::name_of;
use crate::ops::open::unlock;
use crate::ops::session::Session;
use crate::storage::output::Output;
use crate::storage::payload::PayloadOutput;

/// What is to come out of a file of records.
pub struct RecordsDecryption<'a> {
    /// Its path; `None` for the standard input.
    pub path: Option<&'a Path>,
    /// Which fields of which records.
    pub selection: &'a RecordSelection,
    /// The file whose header belongs to these records, if they have none.
    pub header: Option<&'a Path>,
    /// Threads to work with.
    pub threads: usize,
}

/// Decrypts what is selected.
///
/// # Errors
/// If it is no file of records, cannot be opened, or is not authentic; those of the output.
pub fn decrypt(
    session: &Session,
    decryption: &RecordsDecryption<'_>,
    input: Input,
    mut output: Output,
) -> Result<OpenedRecords, Failure> {
    let about = || Failure::about(name_of(decryption.path));
    let unlocked = decryption.unlock(session, input)?;
    let mut opened = Err(Error::Interrupted);
    let written = output.write(&[], |sink| {
        opened = decryption.open(session, unlocked, sink);
        // The outcome with its error is taken below.
        Ok(opened.as_ref().map_or(0, |opened| opened.bytes))
    });
    let opened = written.and(opened).map_err(about())?;
    output.commit_waiting(session).map_err(about())?;
    Ok(opened)
}

/// The same, to a writer.
///
/// # Errors
/// As [`decrypt`].
pub(super) fn decrypt_to(
    session: &Session,
    decryption: &RecordsDecryption<'_>,
    input: Input,
    writer: &mut (dyn Write + Send),
) -> Result<OpenedRecords, Failure> {
    let unlocked = decryption.unlock(session, input)?;
    let opened = decryption.open(session, unlocked, PayloadOutput::Stream(writer));
    opened.map_err(Failure::about(name_of(decryption.path)))
}

/// A file whose data key is known, and its length where it is known.
struct RecordsToOpen {
    unlocked: Box<dyn UnlockedFile>,
    len: Option<u64>,
}

impl RecordsDecryption<'_> {
    fn unlock(&self, session: &Session, input: Input) -> Result<RecordsToOpen, Failure> {
        let name = name_of(self.path);
        let about = || Failure::about(name.clone());
        let guards = session.guards(self.header.or(self.path))?;
        let file = match self.header {
            None => read(session, input, self.path).map_err(about())?,
            Some(header) => {
                let head = session.open_input(Some(header))?;
                let head = read(session, head, Some(header)).map_err(Failure::about(name_of(Some(header))))?;
                head.with_records_of(input).map_err(about())?
            }
        };
        let len = file.len();
        let unlocked = unlock(session, (file, &name), &guards, || ()).map_err(about())?;
        Ok(RecordsToOpen { unlocked, len })
    }

    fn open(
        &self,
        session: &Session,
        RecordsToOpen { unlocked, len }: RecordsToOpen,
        output: PayloadOutput<'_>,
    ) -> Result<OpenedRecords> {
        let progress = session.observer().progress(&name_of(self.path), len);
        let work = Work {
            threads: self.threads,
            progress: &|bytes| progress.advance(bytes),
            cancelled: session.cancelled(),
            workspace: None,
        };
        unlocked.open_records(self.selection, output, work)
    }
}

fn read(session: &Session, input: Input, path: Option<&Path>) -> Result<Box<dyn EncryptedFile>> {
    match Detected::new(input, path, None)? {
        Detected::Document(_) => Err(RecordFault::NotRecords.into()),
        other => other.file(session.read_policy()),
    }
}
