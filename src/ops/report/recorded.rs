//! Work on many files whose outcomes go to a report.

use std::path::Path;

use super::journal::{FileFate, Journal};
use crate::ops::failure::Failure;
use crate::ops::observer::Progress;
use crate::ops::tree::crew::{FileOutcome, TreeWork};
use crate::ops::tree::file::FileToDo;

/// Work on many files whose outcomes go to a report.
pub struct Recorded<'a, W: TreeWork> {
    /// The work.
    pub work: &'a W,
    /// The report.
    pub journal: &'a Journal,
    /// Bytes of a result.
    pub bytes: fn(&W::Done) -> u64,
    /// Whether files that the report of an earlier run calls done are passed over. Otherwise the work itself tells by the
    /// results that are there.
    pub trusts_report: bool,
}

impl<W: TreeWork> TreeWork for Recorded<'_, W> {
    type Done = W::Done;

    const IS_IN_ORDER: bool = W::IS_IN_ORDER;

    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<Self::Done>, Failure> {
        if self.trusts_report && self.journal.done().has(&file.path()) {
            return Ok(FileOutcome::WholeAlready);
        }
        self.work.run(file, progress, others)
    }

    fn ended(&self, path: Option<&Path>, outcome: &Result<FileOutcome<Self::Done>, Failure>) -> Result<(), Failure> {
        let fate = match outcome {
            Ok(FileOutcome::Done(done)) => FileFate::Done { bytes: Some((self.bytes)(done)) },
            Ok(FileOutcome::WholeAlready) => FileFate::DoneBefore,
            Ok(FileOutcome::NotEncrypted) => FileFate::NotEncrypted,
            Err(failure) => FileFate::Failed(failure),
        };
        self.journal.record(path, fate)
    }
}
