//! The report of a run over many files, if one was asked for, and its shard.

use std::path::{Path, PathBuf};

use kenc::ops::failure::Failure;
use kenc::ops::report::fault::ReportFault;
use kenc::ops::report::{ChangedKeyWords, DoneFiles, ExistingReport, FileFate, Journal, RunFate, RunLine};
use kenc::ops::shard::Shard;

use crate::args::ShardArgs;
use crate::failure::{CommandFault, Exit, HasExit};
use crate::report::error_json;

/// What is said of a run in the first line of its report.
pub struct RunWords<'a> {
    pub command: &'static str,
    pub inputs: &'a [PathBuf],
    /// The list of names, if they come from one.
    pub list: Option<&'a Path>,
    pub output: Option<&'a Path>,
    pub change: Option<ChangedKeyWords>,
    /// How many files there are, if that is known.
    pub files: Option<usize>,
    pub resume: bool,
}

/// The shard that is meant. `is_many` says whether there are many files.
pub fn shard(args: &ShardArgs, is_many: bool) -> Result<Option<Shard>, Failure> {
    if args.is_asked() && !is_many {
        return Err(CommandFault::ShardOfOneFile.into());
    }
    let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    Ok(args.shard.map(|word| word.shard(variable)).transpose()?)
}

/// The report of a run, if one was asked for.
pub struct RunReport(Option<Journal>);

impl RunReport {
    /// Begins it, before the first file is touched.
    pub fn begin(args: &ShardArgs, shard: Option<Shard>, words: RunWords<'_>) -> Result<Self, Failure> {
        let Some(path) = &args.report else { return Ok(Self(None)) };
        let RunWords { command, inputs, list, output, change, files, resume } = words;
        if let Some(folder) = inputs.iter().find(|input| is_in(path, input)) {
            return Err(ReportFault::AmongInputs { path: path.clone(), folder: folder.clone() }.into());
        }
        let text = |path: &Path| path.display().to_string();
        let run = RunLine {
            command: command.to_owned(),
            inputs: inputs.iter().map(|input| text(input)).chain(list.map(text)).collect(),
            output: output.map(text),
            change,
            shard: shard.map_or(1, Shard::number),
            shards: shard.map_or(1, Shard::count),
            files: files.map(|files| files as u64),
            ..RunLine::default()
        };
        let existing = if resume { ExistingReport::Continued } else { ExistingReport::Refused };
        Ok(Self(Some(Journal::begin(path, &run, existing, Box::new(error_json))?)))
    }

    pub fn journal(&self) -> Option<&Journal> {
        self.0.as_ref()
    }

    /// The files that need no more work, as the report says.
    pub fn done(&self) -> DoneFiles {
        self.0.as_ref().map(|journal| journal.done().clone()).unwrap_or_default()
    }

    /// Notes the outcome for a file, and returns it; `fate` says what it is if it is no failure.
    pub fn record<T>(
        &self,
        path: Option<&Path>,
        outcome: Result<T, Failure>,
        fate: impl Fn(&T) -> FileFate<'static>,
    ) -> Result<T, Failure> {
        if let Some(journal) = &self.0 {
            match &outcome {
                Ok(done) => journal.record(path, fate(done))?,
                Err(failure) => journal.record(path, FileFate::Failed(failure))?,
            }
        }
        outcome
    }

    /// Writes the last line, about how the command ended.
    pub fn end(&self, outcome: Result<Exit, Failure>) -> Result<Exit, Failure> {
        if let Some(journal) = &self.0 {
            let of_files =
                |failure: &Failure| matches!(failure.cause.caller_fault(), Some(CommandFault::SomeFailed { .. }));
            let exit = outcome.as_ref().map_or_else(HasExit::exit, |exit| *exit).code();
            journal.end(&RunFate { exit, failure: outcome.as_ref().err().filter(|failure| !of_files(failure)) })?;
        }
        outcome
    }
}

/// Whether a file that may not be there yet is in a folder.
fn is_in(path: &Path, folder: &Path) -> bool {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (std::fs::canonicalize(parent), std::fs::canonicalize(folder)) {
        (Ok(parent), Ok(folder)) => folder.is_dir() && parent.starts_with(folder),
        _ => false,
    }
}
