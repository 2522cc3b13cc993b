//! Reports a run over many files: each outcome, and a sum at the end.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{BinaryBytes, HumanDuration};
use kenc::Session;
use kenc::ops::failure::Failure;
use kenc::ops::jobs::ResultChoice;
use kenc::ops::observer::Skipped;
use kenc::ops::open::Authentic;
use kenc::ops::report::Recorded;
use kenc::ops::shard::Shard;
use kenc::ops::tree::crew::{self, FileOutcome, TreeReport, TreeWork};
use kenc::ops::tree::request::{TreePlan, TreeRequest};
use serde_json::json;

use crate::args::ManyArgs;
use crate::failure::{CommandFault, Exit, HasExit};
use crate::progress::Bar;
use crate::report::{Reporter, counted, verified_document, verified_file};
use crate::run_report::RunReport;

/// The request for many files, checked as far as possible before a key is asked.
pub fn request<'a>(
    args: &'a ManyArgs,
    inputs: &'a [PathBuf],
    results: Option<&'a ResultChoice>,
    (resume, shard): (bool, Option<Shard>),
) -> Result<TreeRequest<'a>, Failure> {
    let ManyArgs { recursive, files0_from } = args;
    if files0_from.is_none() && inputs.is_empty() {
        return Err(CommandFault::NothingNamed.into());
    }
    let files0_from = files0_from.as_deref();
    let request = TreeRequest { files0_from, inputs, recursive: *recursive, results, resume, shard };
    request.check()?;
    Ok(request)
}

/// The same, with a line for each file in the report of the run. `trusts_report` says whether files are passed over that the
/// report of an earlier run calls done.
pub fn run_recorded<W: TreeWork<Done: TellDone>>(
    session: &Session,
    what: (&TreeRequest<'_>, &TreePlan),
    how: (usize, &str),
    (reporter, report, trusts): (&Reporter, &RunReport, ReportTrust),
    work: &W,
) -> Result<Exit, Failure> {
    let Some(journal) = report.journal() else { return run(session, what, how, reporter, work) };
    let trusts_report = trusts == ReportTrust::Full;
    run(session, what, how, reporter, &Recorded { work, journal, bytes: W::Done::bytes, trusts_report })
}

/// What tells that a file was done by an earlier run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ReportTrust {
    /// The report of that run.
    Full,
    /// Its result.
    None,
}

/// Processes all files, and reports. `done` is the past participle for the summary, as in "500 files encrypted".
pub fn run<W: TreeWork<Done: TellDone>>(
    session: &Session,
    (request, plan): (&TreeRequest<'_>, &TreePlan),
    (threads, done): (usize, &str),
    reporter: &Reporter,
    work: &W,
) -> Result<Exit, Failure> {
    let name = request.name();
    let bar = Bar::of_many(reporter.shows_progress(), &name);
    let mut tally = Tally {
        reporter,
        bar: &bar,
        done: 0,
        bytes: 0,
        whole: 0,
        plain: 0,
        links: 0,
        special: 0,
        version_control: 0,
        failed: 0,
        exit: Exit::Done,
        has_problems: false,
    };
    let since = Instant::now();
    reporter.gather();
    let ended = crew::run(session, (request, plan), threads, work, &bar, &mut tally);
    let Tally { failed, done: files, whole, exit, has_problems, .. } = tally;
    if ended.as_ref().is_err_and(|failure| failure.exit() == Exit::Interrupted) {
        return ended.map(|()| Exit::Interrupted);
    }
    bar.end();
    reporter.tell_gathered();
    tally.sum(&name, done, since)?;
    ended?;
    match failed {
        0 => Ok(if has_problems { Exit::Problems } else { Exit::Done }),
        failed => Err(CommandFault::SomeFailed { failed, all: failed + files + whole, exit }.into()),
    }
}

/// The outcome for a processed file.
pub trait TellDone: Send {
    /// Its size in bytes.
    fn bytes(&self) -> u64;

    fn tell(&self, name: &str, reporter: &Reporter) -> Result<Exit, Failure>;
}

impl TellDone for u64 {
    fn bytes(&self) -> u64 {
        *self
    }

    fn tell(&self, name: &str, reporter: &Reporter) -> Result<Exit, Failure> {
        if reporter.is_verbose() {
            reporter.note(&format!("{name}: {self} bytes written"));
        }
        Ok(Exit::Done)
    }
}

impl TellDone for Authentic {
    fn bytes(&self) -> u64 {
        match self {
            Self::File { bytes, .. } | Self::Document { bytes, .. } => *bytes,
        }
    }

    fn tell(&self, name: &str, reporter: &Reporter) -> Result<Exit, Failure> {
        match self {
            Self::File { bytes, head } => verified_file::tell(reporter, name, *bytes, head),
            Self::Document { verified, .. } => verified_document::tell(verified, name, reporter),
        }
    }
}

/// The outcomes so far.
struct Tally<'a> {
    reporter: &'a Reporter,
    bar: &'a Bar,
    done: usize,
    bytes: u64,
    whole: usize,
    /// Files that are not encrypted.
    plain: usize,
    links: usize,
    special: usize,
    version_control: usize,
    failed: usize,
    /// The exit code of the first failure.
    exit: Exit,
    has_problems: bool,
}

impl<D: TellDone> TreeReport<D> for Tally<'_> {
    fn file(&mut self, path: &Path, outcome: Result<FileOutcome<D>, Failure>) -> Result<(), Failure> {
        let (reporter, bar) = (self.reporter, self.bar);
        let name = || path.display().to_string();
        bar.file_done();
        match outcome {
            Ok(FileOutcome::Done(done)) => {
                self.done += 1;
                self.bytes += done.bytes();
                let exit = done.tell(&name(), reporter)?;
                self.has_problems |= exit == Exit::Problems;
            }
            Ok(FileOutcome::WholeAlready) => {
                self.whole += 1;
                reporter.note(&format!("{}: already done", name()));
            }
            Ok(FileOutcome::NotEncrypted) => {
                self.plain += 1;
                reporter.note(&format!("{}: not encrypted", name()));
            }
            // The end of the run reports that once, for all.
            Err(failure) if failure.exit() == Exit::Interrupted => {}
            Err(failure) => {
                let exit = reporter.failure(&failure);
                self.failed += 1;
                if self.failed == 1 {
                    self.exit = exit;
                }
            }
        }
        Ok(())
    }

    fn skipped(&mut self, path: &Path, why: Skipped) {
        match why {
            Skipped::Link => self.links += 1,
            Skipped::Special => self.special += 1,
            Skipped::VersionControl => self.version_control += 1,
            _ => {}
        }
        self.reporter.note(&format!("{}: skipped, {why}", path.display()));
    }
}

impl Tally<'_> {
    fn sum(&self, name: &str, done: &str, since: Instant) -> Result<(), Failure> {
        let Self { done: files, bytes, whole, plain, links, special, version_control, failed, .. } = *self;
        let left_out =
            [(links, "symbolic link"), (special, "special file"), (version_control, "version-control folder")];
        let left_out = left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count, what));
        let left_out = left_out.collect::<Vec<_>>().join(" and ");
        let mut text = format!("{name}: {} {done}, {}", counted(files, "file"), BinaryBytes(bytes));
        if whole > 0 {
            let _ = write!(text, ", {whole} already done");
        }
        if plain > 0 {
            let _ = write!(text, ", {plain} not encrypted");
        }
        if !left_out.is_empty() {
            let _ = write!(text, ", {left_out} skipped");
        }
        let _ = write!(text, ", {failed} failed in {}", HumanDuration(since.elapsed()));
        let value = json!({ "summary": {
            "files": files, "bytes": bytes, "done_before": whole, "links": links, "special": special,
            "version_control": version_control, "not_encrypted": plain, "failed": failed,
        } });
        self.reporter.summary(&text, &value)?;
        if plain > 0 && !self.reporter.is_verbose() {
            let are = if plain == 1 { "is" } else { "are" };
            self.reporter.say(&format!("{} {are} not encrypted", counted(plain, "file")));
        }
        if !left_out.is_empty() && !self.reporter.is_verbose() {
            self.reporter.hint(&format!("skipped {left_out}; `-v` names what is skipped"));
        }
        Ok(())
    }
}
