//! The report of one shard, read.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::fault::ReportFault;
use super::lines::{EndLine, FileLine, FileOutcomeWord, ReadLine, ReportLine, RunLine, read_line};
use crate::error::Error;
use crate::ops::failure::Failure;

/// The report of one shard. Of a run that was continued, the last part counts.
#[derive(Clone, Debug)]
pub struct ShardReport {
    /// The file.
    pub path: PathBuf,
    /// What was to be done.
    pub run: RunLine,
    /// The last line, if the run came to its end.
    pub end: Option<EndLine>,
    /// Files that were done, in this run and in those before it that it continued.
    pub done: u64,
    /// Bytes of their results.
    pub bytes: u64,
    /// What failed, and was not done since.
    pub failed: Vec<FileLine>,
}

impl ShardReport {
    /// Reads a report.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let mut input = BufReader::new(File::open(path).map_err(failed)?);
        let mut report: Option<Self> = None;
        // Of a file that was done twice, because a power failure swallowed a line, only the name tells.
        let mut names: HashSet<u64> = HashSet::new();
        let mut number = 0;
        while let Some((line, _)) = read_line(&mut input).map_err(failed)? {
            number += 1;
            let not_a_report = || Failure::from(ReportFault::NotAReport(path.to_owned()));
            let line = match line {
                ReadLine::Line(line) => *line,
                _ if report.is_none() => return Err(not_a_report()),
                ReadLine::Torn => break,
                ReadLine::NotALine => {
                    return Err(ReportFault::Damaged { path: path.to_owned(), line: number }.into());
                }
            };
            match (line, &mut report) {
                (ReportLine::Run(run), None) => {
                    let path = path.to_owned();
                    report = Some(Self { path, run, end: None, done: 0, bytes: 0, failed: Vec::new() });
                }
                (_, None) => return Err(not_a_report()),
                (ReportLine::Run(run), Some(report)) => {
                    report.run = run;
                    report.end = None;
                    report.failed.clear();
                }
                (ReportLine::File(line), Some(report)) => report.add(line, &mut names),
                (ReportLine::End(end), Some(report)) => report.end = Some(end),
            }
        }
        report.ok_or_else(|| ReportFault::NotAReport(path.to_owned()).into())
    }

    fn add(&mut self, line: FileLine, names: &mut HashSet<u64>) {
        if line.outcome == FileOutcomeWord::Failed {
            self.failed.push(line);
        } else if line.file.as_deref().is_none_or(|name| names.insert(short_hash(name))) {
            self.done += 1;
            self.bytes += line.bytes.unwrap_or(0);
        }
    }

    /// Whether the run came to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.end.is_some()
    }

    /// Files that need no more work: those of this run, and those that were whole before.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.end.as_ref().map_or(self.done, |end| end.files + end.done_before)
    }

    /// Files that earlier runs had done.
    #[must_use]
    pub fn done_before(&self) -> u64 {
        self.end.as_ref().map_or(0, |end| end.done_before)
    }

    /// Files that are not encrypted, where only encrypted ones were looked for.
    #[must_use]
    pub fn not_encrypted(&self) -> u64 {
        self.end.as_ref().map_or(0, |end| end.not_encrypted)
    }

    /// Why the run as a whole failed, unless because of single files.
    #[must_use]
    pub fn error(&self) -> Option<&Value> {
        self.end.as_ref().and_then(|end| end.error.as_ref())
    }
}

fn short_hash(name: &str) -> u64 {
    let digest = crate::crypto::sha256(name.as_bytes());
    u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}
