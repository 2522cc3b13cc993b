//! The sum of the reports of all shards of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::fault::ReportFault;
use super::lines::RunLine;
use super::shard_report::ShardReport;
use crate::error::Error;
use crate::ops::failure::Failure;

/// The ending of reports in a folder.
const ENDING: &str = "jsonl";

/// What the reports of a run say together.
#[derive(Debug)]
pub struct RunSum {
    /// What was to be done.
    pub run: RunLine,
    /// Shards that came to their end.
    pub complete: BTreeSet<u32>,
    /// Shards without a report.
    pub missing: BTreeSet<u32>,
    /// Shards that began, and did not come to their end: they are running, or were killed.
    pub incomplete: BTreeSet<u32>,
    /// Shards with several reports. One that is complete counts.
    pub twice: BTreeMap<u32, Vec<PathBuf>>,
    /// Files that need no more work.
    pub files: u64,
    /// Bytes of the results that the reports name.
    pub bytes: u64,
    /// Files that were whole before.
    pub done_before: u64,
    /// Files that are not encrypted, where only encrypted ones were looked for.
    pub not_encrypted: u64,
    /// What failed.
    pub failed: Vec<FailedPart>,
    /// The failures by cause, the most frequent first.
    pub causes: Vec<CauseCount>,
}

/// Something that failed.
#[derive(Clone, Debug)]
pub struct FailedPart {
    /// The shard.
    pub shard: u32,
    /// The file. `None` if the shard failed as a whole.
    pub file: Option<String>,
    /// The error, as kenc-json(5) has it.
    pub error: Value,
}

/// How often a cause was the reason of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseCount {
    /// The message, with `FILE` in the place of names.
    pub cause: String,
    /// The exit code that belongs to it.
    pub exit: u64,
    /// How often.
    pub count: usize,
}

impl RunSum {
    /// Whether every shard has one report, came to its end, and nothing failed.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.missing.is_empty() && self.incomplete.is_empty() && self.twice.is_empty() && self.failed.is_empty()
    }
}

/// Adds up reports. A folder stands for the reports in it.
///
/// # Errors
/// If one cannot be read, is no report, or belongs to another run.
pub fn sum(paths: &[PathBuf]) -> Result<RunSum, Failure> {
    let mut by_shard: BTreeMap<u32, Vec<ShardReport>> = BTreeMap::new();
    let mut run: Option<RunLine> = None;
    for path in reports(paths)? {
        let report = ShardReport::read(&path)?;
        match &run {
            None => run = Some(report.run.clone()),
            Some(run) => {
                if let Some((what, found, wanted)) = report.run.difference(run) {
                    return Err(ReportFault::OfOtherRun { path, what, found, wanted }.into());
                }
            }
        }
        by_shard.entry(report.run.shard).or_default().push(report);
    }
    let run = run.ok_or_else(|| ReportFault::NoReportIn(paths.first().cloned().unwrap_or_default()))?;
    let mut sum = RunSum {
        complete: BTreeSet::new(),
        missing: (1..=run.shards).filter(|shard| !by_shard.contains_key(shard)).collect(),
        incomplete: BTreeSet::new(),
        twice: BTreeMap::new(),
        files: 0,
        bytes: 0,
        done_before: 0,
        not_encrypted: 0,
        failed: Vec::new(),
        causes: Vec::new(),
        run,
    };
    for (shard, reports) in by_shard {
        sum.add(shard, reports);
    }
    sum.causes = causes(&sum.failed);
    Ok(sum)
}

impl RunSum {
    fn add(&mut self, shard: u32, reports: Vec<ShardReport>) {
        if reports.len() > 1 {
            self.twice.insert(shard, reports.iter().map(|report| report.path.clone()).collect());
        }
        // The one that got farthest.
        let best = reports.into_iter().max_by_key(|report| (report.is_complete(), report.files()));
        let Some(report) = best else { return };
        if report.is_complete() {
            self.complete.insert(shard)
        } else {
            self.incomplete.insert(shard)
        };
        self.files += report.files();
        self.bytes += report.bytes;
        self.done_before += report.done_before();
        self.not_encrypted += report.not_encrypted();
        if let Some(error) = report.error() {
            self.failed.push(FailedPart { shard, file: None, error: error.clone() });
        }
        for line in report.failed {
            let error = line.error.unwrap_or_default();
            // A folder that cannot be read is told by every shard.
            let is_known = line.file.is_none()
                && self.failed.iter().any(|known| known.file.is_none() && known.error["message"] == error["message"]);
            if !is_known {
                self.failed.push(FailedPart { shard, file: line.file, error });
            }
        }
    }
}

/// The reports that are meant.
fn reports(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let entries = std::fs::read_dir(path).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let mut found: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        found.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
        if found.is_empty() {
            return Err(ReportFault::NoReportIn(path.clone()).into());
        }
        found.sort();
        all.append(&mut found);
    }
    Ok(all)
}

/// Counts causes.
fn causes(failed: &[FailedPart]) -> Vec<CauseCount> {
    let mut counts: BTreeMap<(String, u64), usize> = BTreeMap::new();
    for FailedPart { file, error, .. } in failed {
        let message = error["message"].as_str().unwrap_or("unknown");
        let key = (cause_of(message, file.as_deref()), error["exit"].as_u64().unwrap_or(1));
        *counts.entry(key).or_default() += 1;
    }
    let mut all: Vec<_> = counts.into_iter().map(|((cause, exit), count)| CauseCount { cause, exit, count }).collect();
    all.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    all
}

/// A message without the name of the file that it is about, and without that of its result.
fn cause_of(message: &str, file: Option<&str>) -> String {
    let Some(file) = file.filter(|file| !file.is_empty()) else { return message.to_owned() };
    if let Some(cause) = message.strip_prefix(file).and_then(|rest| rest.strip_prefix(": ")) {
        return cause.to_owned();
    }
    let replaced = message.replace(file, "FILE");
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.strip_suffix(".kenc").unwrap_or(name);
    // A name that is a common word says nothing.
    if stem.len() < 3 && !message.contains(&format!("/{stem}")) {
        return replaced;
    }
    let words = replaced.split(' ').map(|word| {
        let is_name = word.contains(&format!("/{stem}")) || word.starts_with(stem) && word != stem;
        if is_name || word == name { "FILE" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_about_different_files_have_the_same_cause() {
        for (message, file, cause) in [
            ("tree/a.kenc: no key opens it", "tree/a.kenc", "no key opens it"),
            ("cannot read tree/b c: Permission denied", "tree/b c", "cannot read FILE: Permission denied"),
            ("out/sub/photo.jpg.kenc already exists", "in/sub/photo.jpg", "FILE already exists"),
            ("out/sub/7.kenc already exists", "in/sub/7", "FILE already exists"),
            ("out/photo.jpg already exists", "s3://b/photo.jpg.kenc", "FILE already exists"),
            ("the key is denied", "a", "the key is denied"),
        ] {
            assert_eq!(cause_of(message, Some(file)), cause);
        }
        assert_eq!(cause_of("no key", None), "no key");
    }
}
