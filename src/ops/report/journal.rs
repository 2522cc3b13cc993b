//! A report that is being written: each file as it is done, so that a task that is killed leaves a readable beginning.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::done_files::{DoneFiles, DoneMarks};
use super::fault::ReportFault;
use super::lines::{EndLine, FileLine, FileOutcomeWord, ReadLine, ReportLine, RunLine, read_line};
use crate::error::{Class, Error, plain};
use crate::ops::failure::Failure;
use crate::storage::s3::ObjectName;

/// Longest time that a line is in the memory of the system only, while lines follow.
const SYNC_AFTER: Duration = Duration::from_secs(1);

/// A failure, as an error of kenc-json(5).
pub type Describe = Box<dyn Fn(&Failure) -> Value + Send + Sync>;

/// A report that is being written. Several threads may write at the same time.
pub struct Journal {
    path: PathBuf,
    state: Mutex<JournalState>,
    describe: Describe,
    done: DoneFiles,
}

struct JournalState {
    file: File,
    synced: Instant,
    counts: EndLine,
    /// Nothing is written behind what could not be written.
    fault: Option<ReportFault>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug)]
pub enum FileFate<'a> {
    /// It was done.
    Done {
        /// Bytes of the result, if they are known.
        bytes: Option<u64>,
    },
    /// There was nothing to do.
    Unchanged,
    /// An earlier run had done it.
    DoneBefore,
    /// It is not encrypted, so there is nothing to check.
    NotEncrypted,
    /// It failed.
    Failed(&'a Failure),
}

/// How a run ended.
pub struct RunFate<'a> {
    /// Its exit code.
    pub exit: u8,
    /// Why it failed as a whole, if it did.
    pub failure: Option<&'a Failure>,
}

/// What happens with a report that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExistingReport {
    /// It stays as it is.
    Refused,
    /// The run goes on with it, if it is the same run.
    Continued,
}

impl Journal {
    /// Begins a report, or continues the one of an earlier run.
    ///
    /// # Errors
    /// If it cannot be written, is there and may not be, or belongs to another run.
    pub fn begin(path: &Path, run: &RunLine, existing: ExistingReport, describe: Describe) -> Result<Self, Failure> {
        if ObjectName::is_meant(path) {
            return Err(ReportFault::Object(path.to_owned()).into());
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        match existing {
            ExistingReport::Refused => options.create_new(true),
            ExistingReport::Continued => options.create(true),
        };
        let failed = |source| Error::io(format!("write {}", path.display()), source);
        let mut file = options.open(path).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists => Failure::from(ReportFault::Exists(path.to_owned())),
            _ => failed(source).into(),
        })?;
        lock(&file, path)?;
        let (done, len) = earlier(path, &mut file, run)?;
        // What a killed task began to write is no line.
        file.set_len(len).map_err(failed)?;
        file.seek(SeekFrom::Start(len)).map_err(failed)?;
        let state = JournalState { file, synced: Instant::now(), counts: EndLine::default(), fault: None };
        let journal = Self { path: path.to_owned(), state: Mutex::new(state), describe, done };
        let run = RunLine { begun: now(), version: env!("CARGO_PKG_VERSION").to_owned(), ..run.clone() };
        let mut state = journal.state();
        journal.write(&mut state, &ReportLine::Run(run))?;
        journal.sync(&mut state)?;
        drop(state);
        Ok(journal)
    }

    /// The files that earlier runs have done, as their lines say.
    #[must_use]
    pub fn done(&self) -> &DoneFiles {
        &self.done
    }

    /// Notes what became of a file; of `None` if what failed is no file.
    ///
    /// # Errors
    /// If the report cannot be written.
    pub fn record(&self, path: Option<&Path>, fate: FileFate<'_>) -> Result<(), Failure> {
        let mut state = self.state();
        let counts = &mut state.counts;
        let (outcome, bytes, error) = match fate {
            FileFate::Done { bytes } => {
                counts.files += 1;
                counts.bytes += bytes.unwrap_or(0);
                (FileOutcomeWord::Done, bytes, None)
            }
            FileFate::Unchanged => {
                counts.files += 1;
                (FileOutcomeWord::Unchanged, None, None)
            }
            FileFate::DoneBefore => {
                counts.done_before += 1;
                return Ok(());
            }
            FileFate::NotEncrypted => {
                counts.not_encrypted += 1;
                return Ok(());
            }
            // Nothing is wrong with the file.
            FileFate::Failed(failure) if failure.class() == Class::Interrupted => return Ok(()),
            FileFate::Failed(failure) => {
                counts.failed += 1;
                (FileOutcomeWord::Failed, None, Some((self.describe)(failure)))
            }
        };
        let inexact = path.is_some_and(|path| path.to_str().is_none());
        let file = path.map(|path| path.display().to_string());
        self.write(&mut state, &ReportLine::File(FileLine { file, inexact, outcome, bytes, error }))?;
        if state.synced.elapsed() < SYNC_AFTER { Ok(()) } else { self.sync(&mut state) }
    }

    /// Writes the last line. A run that was interrupted has none.
    ///
    /// # Errors
    /// If the report cannot be written.
    pub fn end(&self, fate: &RunFate<'_>) -> Result<(), Failure> {
        if fate.failure.is_some_and(|failure| failure.class() == Class::Interrupted) {
            return self.sync(&mut self.state());
        }
        let error = fate.failure.map(|failure| (self.describe)(failure));
        let mut state = self.state();
        let done_before = state.counts.done_before + self.done.skipped();
        let end = EndLine { done_before, exit: fate.exit, ended: now(), error, ..state.counts.clone() };
        self.write(&mut state, &ReportLine::End(end))?;
        self.sync(&mut state)
    }

    fn write(&self, state: &mut JournalState, line: &ReportLine) -> Result<(), Failure> {
        if let Some(fault) = &state.fault {
            return Err(fault.clone().into());
        }
        let mut text = serde_json::to_vec(line).expect("a line has names and numbers only");
        text.push(b'\n');
        // In one piece: a reader sees whole lines, and at most the last one torn.
        let written = state.file.write_all(&text);
        self.check(state, written)
    }

    fn sync(&self, state: &mut JournalState) -> Result<(), Failure> {
        state.synced = Instant::now();
        let synced = state.file.sync_data();
        self.check(state, synced)
    }

    fn check(&self, state: &mut JournalState, outcome: std::io::Result<()>) -> Result<(), Failure> {
        outcome.map_err(|source| {
            let fault = ReportFault::NotWritten { path: self.path.clone(), why: plain(&source) };
            state.fault.insert(fault).clone().into()
        })
    }

    /// A thread that panicked has written a whole line or none.
    fn state(&self) -> MutexGuard<'_, JournalState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two tasks must not write to the same report. Where a file system has no locks, nobody holds one.
fn lock(file: &File, path: &Path) -> Result<(), Failure> {
    // On Windows, nobody could read a report that is locked.
    if cfg!(unix) && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Err(ReportFault::InUse(path.to_owned()).into());
    }
    Ok(())
}

/// What the report of an earlier run says, and how long it is without what is torn.
fn earlier(path: &Path, file: &mut File, run: &RunLine) -> Result<(DoneFiles, u64), Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let not_a_report = || Failure::from(ReportFault::NotAReport(path.to_owned()));
    let mut input = BufReader::new(file);
    let (mut done, mut whole, mut line) = (DoneMarks::default(), 0, 0);
    while let Some((read, len)) = read_line(&mut input).map_err(failed)? {
        line += 1;
        let read = match read {
            // Killed while it wrote the first line.
            ReadLine::Torn if line == 1 && !is_begun(&mut input, len).map_err(failed)? => return Err(not_a_report()),
            ReadLine::Torn => break,
            ReadLine::Line(read) => *read,
            ReadLine::NotALine if line == 1 => return Err(not_a_report()),
            ReadLine::NotALine => return Err(ReportFault::Damaged { path: path.to_owned(), line }.into()),
        };
        match read {
            ReportLine::Run(found) => check_same(path, &found, run)?,
            _ if line == 1 => return Err(not_a_report()),
            ReportLine::File(file) => done.note(&file),
            ReportLine::End(_) => {}
        }
        whole += len;
    }
    Ok((done.into_files(), whole))
}

/// Whether a file of `len` bytes is the beginning of a first line.
fn is_begun(input: &mut BufReader<&mut File>, len: u64) -> std::io::Result<bool> {
    use std::io::Read as _;
    const BEGINNING: &[u8] = b"{\"run\":{\"command\":\"";
    let len = usize::try_from(len).unwrap_or(usize::MAX).min(BEGINNING.len());
    let mut start = vec![0; len];
    input.rewind()?;
    input.read_exact(&mut start)?;
    Ok(start == BEGINNING[..len])
}

fn check_same(path: &Path, found: &RunLine, run: &RunLine) -> Result<(), Failure> {
    let shard = |run: &RunLine| format!("{}/{}", run.shard, run.shards);
    let output = |run: &RunLine| run.output.clone().unwrap_or_default();
    let own = [("shard", shard(found), shard(run)), ("output", output(found), output(run))];
    let difference = found.difference(run).or_else(|| own.into_iter().find(|(_, one, other)| one != other));
    match difference {
        None => Ok(()),
        Some((what, found, wanted)) => {
            Err(ReportFault::OfOtherRun { path: path.to_owned(), what, found, wanted }.into())
        }
    }
}

/// The time in UTC, to the second.
fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let text = now.replace_nanosecond(0).ok().and_then(|now| now.format(&Rfc3339).ok());
    text.unwrap_or_default()
}
