//! A run that changes the keys of files: which files, and what its report says.

use kenc::document::Format;
use kenc::ops::change::targets::Target;
use kenc::ops::failure::Failure;
use kenc::ops::report::{ChangedKeyWords, FileFate};
use kenc::ops::shard::Shard;
use kenc::storage::s3::ObjectName;

use crate::args::documents::FromConfigArgs;
use crate::args::{ChangedFilesArgs, KeyChangeArgs, RewrapArgs, RotateArgs, ShardArgs};
use crate::failure::Exit;
use crate::habits::{self, Replacement};
use crate::report::Reporter;
use crate::run_report::{RunReport, RunWords, shard};
use crate::targets;

/// A change as it was typed.
pub struct ChangeWords<'a> {
    pub command: &'static str,
    pub files: &'a ChangedFilesArgs,
    pub keys: (&'a KeyChangeArgs, &'a FromConfigArgs),
    /// The new format.
    pub format: Option<&'static str>,
    /// The notation of documents, where it was typed.
    pub notation: Option<Format>,
    /// The shard, and whether a report is continued.
    pub shard: (&'a ShardArgs, bool),
}

impl<'a> From<&'a RewrapArgs> for ChangeWords<'a> {
    fn from(args: &'a RewrapArgs) -> Self {
        Self {
            command: "rewrap",
            files: &args.files,
            keys: (&args.change, &args.from_config),
            format: args.conversion.format.map(|format| format.format().name()),
            notation: args.document.input_type.input_type,
            shard: (&args.shard, args.resume.resume),
        }
    }
}

impl<'a> From<&'a RotateArgs> for ChangeWords<'a> {
    fn from(args: &'a RotateArgs) -> Self {
        Self {
            command: "rotate",
            files: &args.files,
            keys: (&args.change, &args.from_config),
            format: None,
            notation: args.document.input_type.input_type,
            shard: (&args.shard, args.resume.resume),
        }
    }
}

/// Files to change. What cannot be looked at is a failure among them.
pub type Targets = Vec<Result<Target, Failure>>;

/// A run that has begun.
pub struct ChangeRun {
    /// The files, with the names of a list in their place.
    pub files: ChangedFilesArgs,
    pub shard: Option<Shard>,
    pub report: RunReport,
}

impl ChangeRun {
    /// Finds the files, has `change` change them, and writes the report of that.
    pub fn reported(
        words: &ChangeWords<'_>,
        reporter: &Reporter,
        change: impl FnOnce(&Self, Targets) -> Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let (run, targets) = Self::begin(words, reporter)?;
        run.report.end(change(&run, targets))
    }

    fn begin(words: &ChangeWords<'_>, reporter: &Reporter) -> Result<(Self, Targets), Failure> {
        let ChangeWords { command, files, keys: (change, from_config), format, notation, shard: (args, resume) } =
            words;
        let shard = shard(args, files.recursive || files.files0_from.is_some())?;
        let files = targets::files(files)?;
        if files.in_place {
            habits::check_in_place(&files.inputs, Replacement::OfEncrypted(*notation))?;
        }
        let targets = targets::targets(&files, shard, reporter)?;
        let KeyChangeArgs { to, add, remove } = (*change).clone();
        let has_prefix = targets.iter().flatten().filter_map(Target::path).any(ObjectName::is_meant);
        let words = RunWords {
            command,
            inputs: &files.inputs,
            list: None,
            output: None,
            change: Some(ChangedKeyWords {
                to,
                add,
                remove,
                from_config: from_config.from_config,
                format: format.map(str::to_owned),
            }),
            files: (!has_prefix).then_some(targets.len()),
            resume: *resume,
        };
        let report = RunReport::begin(args, shard, words)?;
        Ok((Self { files, shard, report }, targets))
    }

    /// Whether a line about all files ends the run: it changed several, or a folder, and was not interrupted.
    pub fn is_summed_up(&self, count: usize, outcome: &Result<Exit, Failure>) -> bool {
        let has_ended_early = outcome.as_ref().is_err_and(Failure::ends_run);
        (count > 1 || self.files.recursive) && !has_ended_early
    }

    /// Notes the outcome for a target in the report.
    pub fn record<T>(
        &self,
        target: &Target,
        outcome: Result<T, Failure>,
        is_changed: impl Fn(&T) -> bool,
    ) -> Result<T, Failure> {
        self.report.record(target.path(), outcome, |done| {
            if is_changed(done) { FileFate::Done { bytes: None } } else { FileFate::Unchanged }
        })
    }
}
