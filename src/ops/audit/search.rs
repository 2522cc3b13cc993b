//! The search through all logs: several at the same time.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::event::EventOutcome;
use super::level::AuditLevel;
use super::rows::{AuditRow, RowBuffer};
use super::trail::{AuditQuestion, LogCounts, may_be_log, read_log};
use crate::error::Error;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Progress, Skipped};
use crate::ops::result_name::ResultName;
use crate::ops::session::Session;
use crate::ops::tree::crew::{self, FileOutcome, TreeReport, TreeWork};
use crate::ops::tree::file::FileToDo;
use crate::ops::tree::request::{TreePlan, TreeRequest};

/// What is told on the way.
pub enum AuditNews {
    /// Events, sorted by their time.
    Rows(Vec<AuditRow>),
    /// A log could not be read to its end.
    Failed(Failure),
}

/// Everything that was found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditSummary {
    /// Logs that were read.
    pub logs: u64,
    /// Logs that were written before the time in question, and not read.
    pub older_logs: u64,
    /// Files in folders that are no logs.
    pub other_files: u64,
    /// Logs that could not be read to their end.
    pub failed: u64,
    /// Records in the logs, of all services.
    pub records: u64,
    /// Events that tell of one file.
    pub of_file: u64,
    /// Events with the key and the context of files.
    pub of_context: u64,
    /// Events of the keys.
    pub of_key: u64,
    /// Of all of them, those that a policy has denied.
    pub denied: u64,
    /// Of all of them, those in which something was unwrapped that matches no file.
    pub unknown: u64,
    /// Calls that name only an alias, which may mean a key of the files.
    pub by_alias: u64,
}

/// Searches logs: files, folders and objects; `-` is the standard input.
///
/// # Errors
/// If the work is interrupted, or a log cannot be looked for.
pub fn search(
    session: &Session,
    trails: &[PathBuf],
    question: AuditQuestion<'_>,
    threads: usize,
    progress: &dyn Progress,
    hear: &mut (dyn FnMut(AuditNews) + Send),
) -> Result<AuditSummary, Failure> {
    let sink = Mutex::new(AuditSink { buffer: RowBuffer::default(), summary: AuditSummary::default(), hear });
    let (standard, named): (Vec<_>, Vec<_>) = trails.iter().cloned().partition(|trail| trail.as_os_str() == "-");
    if !standard.is_empty() {
        let input = session.open_input(None)?;
        let give = &mut |rows| lock(&sink).rows(rows);
        let outcome = read_log(session, (input, "standard input"), question, progress, give);
        lock(&sink).log(outcome.map(FileOutcome::Done))?;
    }
    if !named.is_empty() {
        let request = TreeRequest::to_read(None, &named);
        let plan = request.plan(ResultName::Same)?;
        let work = SearchLog { plan: &plan, session, question, sink: &sink };
        crew::run(session, (&request, &plan), threads, &work, progress, &mut &sink)?;
    }
    let mut sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rest = sink.buffer.take();
    sink.give(rest);
    let AuditSummary { logs, older_logs, failed, .. } = sink.summary;
    // Silence must not be taken for an answer.
    if logs + older_logs + failed == 0 { Err(Cause::NoLogs.into()) } else { Ok(sink.summary) }
}

/// Gathers what is found in all logs.
struct AuditSink<'a> {
    buffer: RowBuffer,
    summary: AuditSummary,
    hear: &'a mut (dyn FnMut(AuditNews) + Send),
}

impl AuditSink<'_> {
    fn rows(&mut self, rows: Vec<AuditRow>) {
        for row in rows {
            if let Some(portion) = self.buffer.push(row) {
                self.give(portion);
            }
        }
    }

    fn give(&mut self, rows: Vec<AuditRow>) {
        for AuditRow { level, event, is_unknown, .. } in &rows {
            let count = match level {
                AuditLevel::File => &mut self.summary.of_file,
                AuditLevel::Context => &mut self.summary.of_context,
                AuditLevel::Key => &mut self.summary.of_key,
            };
            *count += 1;
            self.summary.denied += u64::from(matches!(event.outcome, EventOutcome::Denied(_)));
            self.summary.unknown += u64::from(*is_unknown);
        }
        if !rows.is_empty() {
            (self.hear)(AuditNews::Rows(rows));
        }
    }

    fn log(&mut self, outcome: Result<FileOutcome<LogCounts>, Failure>) -> Result<(), Failure> {
        match outcome {
            Ok(FileOutcome::Done(LogCounts { records, by_alias })) => {
                self.summary.logs += 1;
                self.summary.records += records;
                self.summary.by_alias += by_alias;
            }
            Ok(FileOutcome::WholeAlready) => self.summary.older_logs += 1,
            Ok(FileOutcome::NotEncrypted) => self.summary.other_files += 1,
            Err(failure @ Failure { cause: Cause::Library(Error::Interrupted), .. }) => return Err(failure),
            Err(failure) => {
                self.summary.failed += 1;
                (self.hear)(AuditNews::Failed(failure));
            }
        }
        Ok(())
    }
}

/// Reads each log.
struct SearchLog<'a, 'h> {
    plan: &'a TreePlan,
    session: &'a Session,
    question: AuditQuestion<'a>,
    sink: &'a Mutex<AuditSink<'h>>,
}

impl TreeWork for SearchLog<'_, '_> {
    type Done = LogCounts;

    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<LogCounts>, Failure> {
        if file.is_found && !self.question.filter.takes_log(&file.name.to_string_lossy()) {
            return Ok(FileOutcome::WholeAlready);
        }
        file.wait_for_storages(others);
        let name = file.display();
        let input = self.plan.open(self.session, file)?.take_input();
        let (start, input) = input.peek().map_err(Failure::about(&*name))?;
        if file.is_found && !may_be_log(&start) {
            return Ok(FileOutcome::NotEncrypted);
        }
        let give = &mut |rows| lock(self.sink).rows(rows);
        read_log(self.session, (input, &name), self.question, progress, give).map(FileOutcome::Done)
    }
}

impl TreeReport<LogCounts> for &Mutex<AuditSink<'_>> {
    fn file(&mut self, _: &Path, outcome: Result<FileOutcome<LogCounts>, Failure>) -> Result<(), Failure> {
        lock(self).log(outcome)
    }

    fn skipped(&mut self, _: &Path, _: Skipped) {}
}

/// A worker that panicked left nothing half-done behind the lock: rows are moved as a whole.
fn lock<'m, 'h>(sink: &'m Mutex<AuditSink<'h>>) -> MutexGuard<'m, AuditSink<'h>> {
    sink.lock().unwrap_or_else(PoisonError::into_inner)
}
