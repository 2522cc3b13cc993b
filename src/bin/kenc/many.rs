//! Many files in one run: trees of folders, and lists.
//!
//! Every worker takes the next file from the walk and does all of it. There are as many workers as threads were asked
//! for, and more only while some wait for a key service.

mod list;
mod turns;
mod walk;

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Scope;
use std::time::{Instant, SystemTime};

use indicatif::{DecimalBytes, HumanDuration};
use kenc::error::Error;
use kenc::formats::native::Header;
use kenc::fs::atomic::{AtomicFile, Existing, Sync};
use kenc::fs::folder::{EntryKind, Folder, Made};
use kenc::fs::held::Held;
use kenc::threads;
use serde_json::json;

pub use turns::Turns;
pub use walk::FileToDo;

use crate::args::{ManyArgs, OutputArgs};
use crate::commands::verify;
use crate::failure::{Cause, CommandFault, Exit, Failure, HasExit};
use kenc::ops::jobs::{check_folder_of, is_input_folder};

use crate::progress::Bar;
use crate::report::{Reporter, counted, verified_document};
use crate::signals;
use kenc::ops::documents::verify::VerifiedDocument;
use list::Names;
use walk::{Step, Walk};

/// Most workers, of which all but as many as threads were asked for wait for a key service.
const MOST_WAITING: usize = 32;

/// What was typed, checked as far as it can be before a key is asked.
pub struct Request<'a> {
    many: &'a ManyArgs,
    inputs: &'a [PathBuf],
    output: Option<&'a OutputArgs>,
    resume: bool,
}

/// What to do with every file.
pub struct Plan {
    recursive: bool,
    results: Results,
    result_name: fn(&OsStr) -> OsString,
    /// Whether the result of a file that was named keeps its whole path.
    keeps_paths: bool,
    pub resume: bool,
    pub force: bool,
    sync: Sync,
}

/// Where results go.
enum Results {
    Nowhere,
    InPlace,
    Below {
        root: Folder,
        made: Made,
        /// Whether it stands for the one folder that was named.
        is_mirror: bool,
    },
}

impl<'a> Request<'a> {
    pub fn new(
        many: &'a ManyArgs,
        inputs: &'a [PathBuf],
        output: Option<&'a OutputArgs>,
        resume: bool,
    ) -> Result<Self, Failure> {
        if many.files0_from.is_none() {
            if inputs.is_empty() {
                return Err(CommandFault::NothingNamed.into());
            }
            if inputs.iter().any(|input| input.as_os_str() == "-") {
                let folder = output.and_then(|output| output.output.clone());
                return Err(folder.map_or(Cause::StandardInputInPlace, Cause::StandardInputToFolder).into());
            }
        }
        match output {
            Some(OutputArgs { output: Some(path), .. }) if path.as_os_str() != "-" => {
                if path.exists() && !path.is_dir() {
                    return Err(Cause::NotAFolder(path.clone()).into());
                }
                check_folder_of(path)?;
            }
            Some(OutputArgs { in_place: false, .. }) => return Err(Cause::NoFolderForResults.into()),
            Some(_) | None => {}
        }
        Ok(Self { many, inputs, output, resume })
    }

    /// The plan. The folder for the results is made.
    pub fn plan(&self, result_name: fn(&OsStr) -> OsString) -> Result<Plan, Failure> {
        let Self { many, inputs, output, resume } = *self;
        // A list that is not there is an error before a folder is made.
        drop(self.names()?);
        let keeps_paths = many.files0_from.is_some();
        let results = match output {
            None => Results::Nowhere,
            Some(OutputArgs { output: Some(path), .. }) => {
                let is_mirror = match inputs {
                    [input] if !keeps_paths => is_input_folder(input)?,
                    _ => false,
                };
                let made = make_folder(path)?;
                Results::Below { root: Folder::open(path)?, made, is_mirror }
            }
            Some(_) => Results::InPlace,
        };
        let must_sync = output.is_some_and(|output| output.sync);
        Ok(Plan {
            recursive: many.recursive,
            results,
            result_name,
            keeps_paths,
            resume,
            force: output.is_some_and(|output| output.force),
            sync: if must_sync { Sync::Always } else { Sync::WhenReplacing },
        })
    }

    fn names(&self) -> Result<Names<'a>, Failure> {
        match &self.many.files0_from {
            Some(list) => Names::of_list(list),
            None => Ok(Names::of_words(self.inputs)),
        }
    }

    /// The whole as messages name it.
    fn name(&self) -> String {
        match (self.inputs, &self.many.files0_from) {
            ([input], _) => input.display().to_string(),
            (_, Some(list)) if list.as_os_str() != "-" => list.display().to_string(),
            (_, Some(_)) => "the list".to_owned(),
            (inputs, None) => format!("{} inputs", inputs.len()),
        }
    }
}

fn make_folder(path: &Path) -> Result<Made, Failure> {
    match std::fs::create_dir(path) {
        Ok(()) => Ok(Made::Now),
        Err(_) if path.is_dir() => Ok(Made::Before),
        Err(source) => Err(Error::io(format!("write {}", path.display()), source).into()),
    }
}

/// What a result of an earlier run is good for.
pub enum Earlier {
    /// There is none, or it may not be replaced.
    None,
    /// It is older than the input, or was asked to be replaced.
    Outdated,
    /// It is what would be made now.
    Whole,
}

impl Plan {
    pub fn is_in_place(&self) -> bool {
        matches!(self.results, Results::InPlace)
    }

    /// Finds out what an earlier run has left. `is_whole` looks at a result that has the time of its input.
    pub fn earlier(
        &self,
        file: &FileToDo,
        input: &std::fs::Metadata,
        is_whole: impl FnOnce(std::fs::File, &std::fs::Metadata) -> bool,
    ) -> Result<Earlier, Failure> {
        let Some(results) = file.branch.results.as_ref().filter(|_| self.resume) else { return Ok(Earlier::None) };
        if results.kind_of(&file.result_name)? != Some(EntryKind::File) {
            return Ok(Earlier::None);
        }
        let Ok(result) = results.open_file(&file.result_name) else { return Ok(Earlier::None) };
        let Ok(metadata) = result.metadata() else { return Ok(Earlier::None) };
        let time = |metadata: &std::fs::Metadata| metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let (of_result, of_input) = (time(&metadata), time(input));
        if of_result == of_input && is_whole(result, &metadata) {
            Ok(Earlier::Whole)
        } else if of_result <= of_input {
            Ok(Earlier::Outdated)
        } else {
            Ok(Earlier::None)
        }
    }

    /// Opens an input. One that is to be replaced is held: [`Plan::result`] needs that.
    pub fn open(&self, file: &FileToDo) -> Result<(File, Option<Held>), Failure> {
        let FileToDo { branch, name, .. } = file;
        if !self.is_in_place() {
            return Ok((branch.source.open_file(name)?, None));
        }
        if branch.source.kind_of(name)? != Some(EntryKind::File) {
            return Err(Cause::NotAFile(file.path()).into());
        }
        let held = Held::open_in(&branch.source, name)?;
        let about = || Failure::about(file.display());
        Ok((held.file().try_clone().map_err(Error::Read).map_err(about())?, Some(held)))
    }

    /// Begins the result of a file.
    pub fn result(&self, file: &FileToDo, earlier: &Earlier, held: Option<Held>) -> Result<AtomicFile, Failure> {
        let FileToDo { branch, name: _, result_name, is_found: _ } = file;
        let (folder, name, existing) = match &branch.results {
            None => {
                let held = held.expect("an input that is replaced is held from before it is read");
                return Ok(AtomicFile::replace(held)?);
            }
            Some(results) if self.force || matches!(earlier, Earlier::Outdated) => {
                (results, result_name, Existing::Replace)
            }
            Some(results) => (results, result_name, Existing::Refuse),
        };
        Ok(AtomicFile::create_in(folder, name, existing, self.sync)?)
    }

    /// Of two inputs whose results would have the same name, the one that needs no other name goes first: this fails for
    /// the other. `is_input` tells whether what has the result's name in the folder of the inputs would get the same.
    pub fn check_name(file: &FileToDo, is_input: impl FnOnce(EntryKind) -> bool) -> Result<(), Failure> {
        let FileToDo { branch, name, result_name, is_found } = file;
        let Some(results) = branch.results.as_ref().filter(|_| *is_found && name != result_name) else { return Ok(()) };
        if branch.source.kind_of(result_name)?.is_some_and(is_input) {
            let (first, second) = (branch.source.path_of(result_name), file.path());
            return Err(Cause::SameOutput { first, second, output: results.path_of(result_name) }.into());
        }
        Ok(())
    }
}

/// What is done with each file.
pub trait Work: std::marker::Sync {
    /// In the past tense, as it reads after "files".
    const DONE: &'static str;

    /// Does one file. Calls `others` before it waits for a key service.
    fn run(&self, file: &FileToDo, progress: &Bar, others: &dyn Fn()) -> Result<Outcome, Failure>;
}

pub enum Outcome {
    /// So many bytes were written.
    Written(u64),
    /// So many bytes are authentic.
    Authentic(u64, Box<Header>),
    /// A document of so many bytes is authentic.
    Verified(u64, Box<VerifiedDocument>),
    /// An earlier run has done it.
    WholeAlready,
    LeftOut(LeftOut),
}

/// Why something is no input.
#[derive(Clone, Copy)]
pub enum LeftOut {
    Link,
    Special,
    /// The folder of the results.
    Results,
    /// An output of a run that was killed.
    Unfinished,
    /// A folder of version control.
    VersionControl,
}

impl LeftOut {
    fn reason(self) -> &'static str {
        match self {
            Self::Link => "a symbolic link",
            Self::Special => "not a regular file",
            Self::Results => "the output folder",
            Self::Unfinished => "an unfinished output",
            Self::VersionControl => "it belongs to version control",
        }
    }
}

/// Does all files. Each failure is reported, and the others go on.
pub fn run<W: Work>(
    request: &Request<'_>,
    plan: &Plan,
    thread_count: usize,
    reporter: &Reporter,
    work: &W,
) -> Result<Exit, Failure> {
    let name = request.name();
    let crew = Crew {
        walk: Mutex::new(Walk::new(plan, request.names()?)),
        work,
        reporter,
        progress: Bar::of_many(reporter.shows_progress(), &name),
        tally: Mutex::new(Tally::default()),
        workers: AtomicUsize::new(thread_count),
        most_workers: thread_count.max(MOST_WAITING),
    };
    let since = Instant::now();
    std::thread::scope(|scope| {
        for _ in 1..thread_count {
            if threads::spawn_scoped(scope, || crew.work(scope)).is_err() {
                crew.workers.fetch_sub(1, Ordering::Relaxed);
            }
        }
        crew.work(scope);
    });
    let Crew { walk, progress, tally, .. } = crew;
    // The folders that are still open get their times before anything is said.
    drop((walk, progress));
    if signals::is_cancelled() {
        return Err(Error::Interrupted.into());
    }
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.tell(&name, W::DONE, since, reporter)?;
    if let Some(failure) = tally.stopped_by {
        return Err(failure);
    }
    match tally.failed {
        0 => Ok(if tally.has_problems { Exit::Problems } else { Exit::Done }),
        failed => {
            Err(CommandFault::SomeFailed { failed, all: failed + tally.done + tally.whole, exit: tally.exit }.into())
        }
    }
}

/// State shared by the workers.
struct Crew<'a, W> {
    walk: Mutex<Walk<'a>>,
    work: &'a W,
    reporter: &'a Reporter,
    progress: Bar,
    tally: Mutex<Tally>,
    workers: AtomicUsize,
    most_workers: usize,
}

impl<W: Work> Crew<'_, W> {
    fn work<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        let others = || {
            let more = |workers| (workers < self.most_workers).then_some(workers + 1);
            if self.workers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok() {
                // Whoever waits for the key service then waits alone.
                if threads::spawn_scoped(scope, || self.work(scope)).is_err() {
                    self.workers.fetch_sub(1, Ordering::Relaxed);
                }
            }
        };
        while let Some(step) = self.next() {
            match step {
                Step::File(file) => {
                    let outcome = self.work.run(&file, &self.progress, &others);
                    self.progress.file_done();
                    self.report(&file.path(), outcome);
                }
                Step::LeftOut(why, path) => self.report(&path, Ok(Outcome::LeftOut(why))),
                Step::Failed(failure) => self.report(Path::new(""), Err(failure)),
            }
        }
    }

    fn next(&self) -> Option<Step> {
        if signals::is_cancelled() || lock(&self.tally).stopped_by.is_some() {
            return None;
        }
        lock(&self.walk).next()
    }

    /// Counts an outcome, and says what there is to say. One at a time, so that lines of several do not mix.
    fn report(&self, path: &Path, outcome: Result<Outcome, Failure>) {
        let mut tally = lock(&self.tally);
        let name = || path.display().to_string();
        match outcome {
            Ok(Outcome::Written(bytes)) => {
                tally.done += 1;
                tally.bytes += bytes;
                if self.reporter.is_verbose() {
                    self.progress.suspend(|| self.reporter.note(&format!("{}: {bytes} bytes written", name())));
                }
            }
            Ok(Outcome::Authentic(bytes, header)) => {
                tally.done += 1;
                tally.bytes += bytes;
                match self.progress.suspend(|| verify::tell(self.reporter, &name(), bytes, &header)) {
                    Ok(exit) => tally.has_problems |= exit == Exit::Problems,
                    // Standard output is closed, so stop.
                    Err(failure) => tally.stopped_by = Some(failure),
                }
            }
            Ok(Outcome::Verified(bytes, verified)) => {
                tally.done += 1;
                tally.bytes += bytes;
                match self.progress.suspend(|| verified_document::tell(&verified, &name(), self.reporter)) {
                    Ok(exit) => tally.has_problems |= exit == Exit::Problems,
                    Err(failure) => tally.stopped_by = Some(failure),
                }
            }
            Ok(Outcome::WholeAlready) => {
                tally.whole += 1;
                self.progress.suspend(|| self.reporter.note(&format!("{}: already done", name())));
            }
            Ok(Outcome::LeftOut(why)) => {
                match why {
                    LeftOut::Link => tally.links += 1,
                    LeftOut::Special => tally.special += 1,
                    LeftOut::VersionControl => tally.version_control += 1,
                    LeftOut::Results | LeftOut::Unfinished => {}
                }
                self.progress.suspend(|| self.reporter.note(&format!("{}: skipped, {}", name(), why.reason())));
            }
            // The end of the run says that once, for all.
            Err(failure) if failure.exit() == Exit::Interrupted => {}
            Err(failure) => {
                let exit = self.progress.suspend(|| self.reporter.failure(&failure));
                tally.failed += 1;
                if tally.failed == 1 {
                    tally.exit = exit;
                }
            }
        }
    }
}

/// What became of the files.
struct Tally {
    done: usize,
    bytes: u64,
    whole: usize,
    links: usize,
    special: usize,
    version_control: usize,
    failed: usize,
    /// The exit code of the first failure.
    exit: Exit,
    has_problems: bool,
    stopped_by: Option<Failure>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            done: 0,
            bytes: 0,
            whole: 0,
            links: 0,
            special: 0,
            version_control: 0,
            failed: 0,
            exit: Exit::Done,
            has_problems: false,
            stopped_by: None,
        }
    }
}

impl Tally {
    fn tell(&self, name: &str, done: &str, since: Instant, reporter: &Reporter) -> Result<(), Failure> {
        let Self { done: files, bytes, whole, links, special, version_control, failed, .. } = *self;
        let left_out =
            [(links, "symbolic link"), (special, "special file"), (version_control, "version-control folder")];
        let left_out = left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(*count, what));
        let left_out = left_out.collect::<Vec<_>>().join(" and ");
        let mut text = format!("{name}: {} {done}, {}", counted(files, "file"), DecimalBytes(bytes));
        if whole > 0 {
            let _ = write!(text, ", {whole} already done");
        }
        if !left_out.is_empty() {
            let _ = write!(text, ", {left_out} skipped");
        }
        let _ = write!(text, ", {failed} failed in {}", HumanDuration(since.elapsed()));
        let value = json!({ "summary": {
            "files": files, "bytes": bytes, "done_before": whole, "links": links, "special": special,
            "version_control": version_control, "failed": failed,
        } });
        reporter.summary(&text, &value)?;
        if !left_out.is_empty() && !reporter.is_verbose() {
            reporter.hint(&format!("skipped {left_out}; `-v` names what is skipped"));
        }
        Ok(())
    }
}

/// A worker that panicked left nothing half-done behind the locks that another could trip over.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
