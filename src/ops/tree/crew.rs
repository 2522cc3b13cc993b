//! The workers of a run over many files.
//!
//! Every worker takes the next file from the walk and processes it completely. There are as many workers as requested
//! threads, and more only while some wait for a key service.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use super::file::FileToDo;
use super::request::{TreePlan, TreeRequest};
use super::walk::{TreeStep, Walk};
use crate::ops::failure::Failure;
use crate::ops::observer::{Progress, Skipped};
use crate::ops::session::Session;
use crate::threads;

/// Maximum number of workers. All but the requested threads wait for a key service.
const MOST_WAITING: usize = 32;

/// The task for each file.
pub trait TreeWork: Sync {
    /// The outcome for a file.
    type Done: Send;

    /// Processes one file. Calls `others` before it waits for a key service.
    ///
    /// # Errors
    /// Why it failed.
    fn run(
        &self,
        file: &FileToDo,
        progress: &dyn Progress,
        others: &dyn Fn(),
    ) -> Result<FileOutcome<Self::Done>, Failure>;
}

/// The outcome for a file.
pub enum FileOutcome<D> {
    /// It was done.
    Done(D),
    /// An earlier run has done it.
    WholeAlready,
}

/// Receives the outcomes, one at a time.
pub trait TreeReport<D>: Send {
    /// A file was processed, or failed. An error ends the run: nobody hears the rest.
    ///
    /// # Errors
    /// If the report cannot be written.
    fn file(&mut self, path: &Path, outcome: Result<FileOutcome<D>, Failure>) -> Result<(), Failure>;

    /// Something was found that is not an input.
    fn skipped(&mut self, path: &Path, why: Skipped);
}

/// Processes all files. Each failure is reported, and the others continue.
///
/// # Errors
/// If the list of names cannot be read, a signal ended the work, or the report cannot be written.
pub fn run<W: TreeWork>(
    session: &Session,
    (request, plan): (&TreeRequest<'_>, &TreePlan),
    thread_count: usize,
    work: &W,
    progress: &dyn Progress,
    report: &mut dyn TreeReport<W::Done>,
) -> Result<(), Failure> {
    let crew = Crew {
        session,
        walk: Mutex::new(Walk::new(plan, request.names()?)),
        work,
        progress,
        told: Mutex::new(Told { report, stopped_by: None }),
        workers: AtomicUsize::new(thread_count),
        most_workers: thread_count.max(MOST_WAITING),
    };
    std::thread::scope(|scope| {
        for _ in 1..thread_count {
            if threads::spawn_scoped(scope, || crew.work(scope)).is_err() {
                crew.workers.fetch_sub(1, Ordering::Relaxed);
            }
        }
        crew.work(scope);
    });
    let Crew { walk, told, .. } = crew;
    // Folders that are still open get their times before the error is reported.
    drop(walk);
    session.check_cancelled()?;
    let Told { stopped_by, .. } = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    stopped_by.map_or(Ok(()), Err)
}

/// Everything that the workers share.
struct Crew<'a, W: TreeWork> {
    session: &'a Session,
    walk: Mutex<Walk<'a>>,
    work: &'a W,
    progress: &'a dyn Progress,
    told: Mutex<Told<'a, W::Done>>,
    workers: AtomicUsize,
    most_workers: usize,
}

struct Told<'a, D> {
    report: &'a mut dyn TreeReport<D>,
    stopped_by: Option<Failure>,
}

impl<W: TreeWork> Crew<'_, W> {
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
                TreeStep::File(file) => {
                    let outcome = self.work.run(&file, self.progress, &others);
                    self.tell(|report| report.file(&file.path(), outcome));
                }
                TreeStep::LeftOut(why, path) => self.tell(|report| {
                    report.skipped(&path, why);
                    Ok(())
                }),
                TreeStep::Failed(failure) => self.tell(|report| report.file(Path::new(""), Err(failure))),
            }
        }
    }

    fn next(&self) -> Option<TreeStep> {
        if self.session.check_cancelled().is_err() || lock(&self.told).stopped_by.is_some() {
            return None;
        }
        lock(&self.walk).next()
    }

    /// One at a time, so that lines do not mix.
    fn tell(&self, say: impl FnOnce(&mut dyn TreeReport<W::Done>) -> Result<(), Failure>) {
        let mut told = lock(&self.told);
        if let Err(failure) = say(told.report) {
            told.stopped_by.get_or_insert(failure);
        }
    }
}

/// A worker that panicked left nothing half-done behind the locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
