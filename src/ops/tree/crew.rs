//! The workers of a run over many files.
//!
//! Every worker takes the next file from the walk and processes it completely. There are as many workers as requested
//! threads, and more only while some wait for a key service.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Scope;

use super::file::FileToDo;
use super::request::{TreePlan, TreeRequest};
use super::size::{FileProgress, size};
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

    /// Whether outcomes are reported in the order of the walk, and not as soon as they are known.
    const IS_IN_ORDER: bool = false;

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

    /// Called by the worker as soon as the outcome for a file is known, in no order; with no path if what failed is no file.
    ///
    /// # Errors
    /// What ends the run.
    fn ended(&self, path: Option<&Path>, outcome: &Result<FileOutcome<Self::Done>, Failure>) -> Result<(), Failure> {
        let _ = (path, outcome);
        Ok(())
    }
}

/// The outcome for a file.
pub enum FileOutcome<D> {
    /// It was done.
    Done(D),
    /// An earlier run has done it.
    WholeAlready,
    /// It is not encrypted, so there is nothing to check.
    NotEncrypted,
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
        walk: Mutex::new(Walk::new(session, plan, request.names()?)),
        work,
        progress,
        steps: AtomicUsize::new(0),
        told: Mutex::new(ReportQueue { report, stopped_by: None, next: 0, waiting: BTreeMap::new() }),
        workers: AtomicUsize::new(thread_count),
        most_workers: thread_count.max(MOST_WAITING),
    };
    let has_ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        if progress.wants_size() {
            // Without a thread for it the size stays unknown.
            let _ = threads::spawn_scoped(scope, || {
                let goes_on = || !has_ended.load(Ordering::Relaxed) && session.check_cancelled().is_ok();
                if let Some(size) = size(request, plan, goes_on) {
                    progress.expect(size);
                }
            });
        }
        for _ in 1..thread_count {
            if threads::spawn_scoped(scope, || crew.work(scope)).is_err() {
                crew.workers.fetch_sub(1, Ordering::Relaxed);
            }
        }
        crew.work(scope);
        has_ended.store(true, Ordering::Relaxed);
    });
    let Crew { walk, told, .. } = crew;
    // Folders that are still open get their times before the error is reported.
    drop(walk);
    session.check_cancelled()?;
    let ReportQueue { stopped_by, .. } = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    stopped_by.map_or(Ok(()), Err)
}

/// Everything that the workers share.
struct Crew<'a, W: TreeWork> {
    session: &'a Session,
    walk: Mutex<Walk<'a>>,
    /// How many steps the walk has made.
    steps: AtomicUsize,
    work: &'a W,
    progress: &'a dyn Progress,
    told: Mutex<ReportQueue<'a, W::Done>>,
    workers: AtomicUsize,
    most_workers: usize,
}

struct ReportQueue<'a, D> {
    report: &'a mut dyn TreeReport<D>,
    stopped_by: Option<Failure>,
    /// The number of the next event in order.
    next: usize,
    /// Events that came too early.
    waiting: BTreeMap<usize, TreeEvent<D>>,
}

enum TreeEvent<D> {
    File(PathBuf, Result<FileOutcome<D>, Failure>),
    LeftOut(PathBuf, Skipped),
}

impl<D> ReportQueue<'_, D> {
    fn tell(&mut self, event: TreeEvent<D>) {
        let told = match event {
            TreeEvent::File(path, outcome) => self.report.file(&path, outcome),
            TreeEvent::LeftOut(path, why) => {
                self.report.skipped(&path, why);
                Ok(())
            }
        };
        if let Err(failure) = told {
            self.stopped_by.get_or_insert(failure);
        }
    }
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
        while let Some((number, step)) = self.next() {
            let event = match step {
                TreeStep::File(file) => {
                    let progress = FileProgress::new(self.progress, || file.path());
                    let outcome = self.work.run(&file, &progress, &others);
                    progress.end(matches!(outcome, Ok(FileOutcome::Done(_))));
                    self.stop_if_failed(self.work.ended(Some(&file.path()), &outcome));
                    TreeEvent::File(file.path(), outcome)
                }
                TreeStep::LeftOut(why, path) => TreeEvent::LeftOut(path, why),
                TreeStep::Failed(failure) => {
                    let outcome = Err(failure);
                    self.stop_if_failed(self.work.ended(None, &outcome));
                    TreeEvent::File(PathBuf::new(), outcome)
                }
            };
            self.tell(number, event);
        }
    }

    fn stop_if_failed(&self, ended: Result<(), Failure>) {
        if let Err(failure) = ended {
            lock(&self.told).stopped_by.get_or_insert(failure);
        }
    }

    fn next(&self) -> Option<(usize, TreeStep)> {
        if self.session.check_cancelled().is_err() || lock(&self.told).stopped_by.is_some() {
            return None;
        }
        let mut walk = lock(&self.walk);
        let step = walk.next()?;
        // Under the lock: the numbers follow the walk.
        Some((self.steps.fetch_add(1, Ordering::Relaxed), step))
    }

    /// One at a time, so that lines do not mix.
    fn tell(&self, number: usize, event: TreeEvent<W::Done>) {
        let mut told = lock(&self.told);
        if !W::IS_IN_ORDER {
            return told.tell(event);
        }
        told.waiting.insert(number, event);
        let ReportQueue { next, waiting, .. } = &mut *told;
        let mut ready = Vec::new();
        while let Some(event) = waiting.remove(next) {
            ready.push(event);
            *next += 1;
        }
        for event in ready {
            told.tell(event);
        }
    }
}

/// A worker that panicked left nothing half-done behind the locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
