//! Work on several targets at the same time, with the outcomes in their order.

use std::collections::BTreeMap;
use std::iter::Fuse;
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::targets::Target;
use crate::ops::failure::Failure;
use crate::ops::session::Session;
use crate::threads;

/// Most outcomes that are known while one before them is not: so many are kept.
const MOST_AHEAD: usize = 4096;

/// Does `work` for every target, `at_once` of them at the same time. `report` gets the outcomes in the order of the targets. When it
/// returns, and when a failure ends the run, no further target is begun.
pub fn for_each<R: Send, T>(
    session: &Session,
    targets: impl IntoIterator<Item = Result<Target, Failure>, IntoIter: Send>,
    at_once: usize,
    work: impl Fn(&Target) -> Result<R, Failure> + Sync,
    report: impl FnOnce(&mut dyn Iterator<Item = Result<R, Failure>>) -> T,
) -> T {
    let targets = targets.into_iter();
    let workers = targets.size_hint().1.map_or(at_once, |count| at_once.min(count));
    let queue = Queue::new(targets);
    let (sender, receiver) = channel();
    let next = || {
        let (number, target) = queue.take()?;
        let is_going_on = session.check_cancelled().map_err(Failure::from);
        let outcome = target.and_then(|target| is_going_on.and_then(|()| work(&target)));
        if outcome.as_ref().is_err_and(Failure::ends_run) {
            queue.stop();
        }
        Some((number, outcome))
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            let started = threads::spawn_scoped(scope, || {
                let sender = sender;
                while let Some(outcome) = next() {
                    if sender.send(outcome).is_err() {
                        return;
                    }
                }
            });
            // Those that were started take what there is to do.
            if started.is_err() {
                break;
            }
        }
        drop(sender);
        let (mut known, mut number) = (BTreeMap::new(), 0);
        let mut outcomes = std::iter::from_fn(|| {
            while !known.contains_key(&number) {
                // With no thread but this one, it does the work itself.
                let (other, outcome) = receiver.recv().ok().or_else(&next)?;
                known.insert(other, outcome);
            }
            number += 1;
            queue.told(number);
            known.remove(&(number - 1))
        });
        let reported = report(&mut outcomes);
        queue.stop();
        reported
    })
}

/// The targets that nobody has taken.
struct Queue<I: Iterator> {
    state: Mutex<QueueState<I>>,
    changed: Condvar,
}

struct QueueState<I: Iterator> {
    targets: Fuse<I>,
    taken: usize,
    told: usize,
    is_stopped: bool,
}

impl<I: Iterator> Queue<I> {
    fn new(targets: I) -> Self {
        let state = QueueState { targets: targets.fuse(), taken: 0, told: 0, is_stopped: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next target with its number, as soon as not too many outcomes are ahead of those that were told.
    fn take(&self) -> Option<(usize, I::Item)> {
        let mut state = self.state();
        while state.taken - state.told >= MOST_AHEAD && !state.is_stopped {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_stopped {
            return None;
        }
        let target = state.targets.next()?;
        state.taken += 1;
        Some((state.taken - 1, target))
    }

    /// So many outcomes were told.
    fn told(&self, count: usize) {
        self.state().told = count;
        self.changed.notify_all();
    }

    fn stop(&self) {
        self.state().is_stopped = true;
        self.changed.notify_all();
    }

    /// A thread that panicked has taken a target or none.
    fn state(&self) -> MutexGuard<'_, QueueState<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::ops::report::fault::ReportFault;

    fn targets(count: usize) -> impl Iterator<Item = Result<Target, Failure>> + Send {
        (0..count).map(|number| Ok(Target::Itself(PathBuf::from(number.to_string()))))
    }

    #[test]
    fn outcomes_come_in_order_and_not_too_many_are_kept_while_one_is_missing() {
        let (session, begun, most) = (Session::new(), AtomicUsize::new(0), AtomicUsize::new(0));
        let count = 3 * MOST_AHEAD;
        let work = |target: &Target| {
            begun.fetch_add(1, Ordering::Relaxed);
            if target.name() == "0" {
                // The others go on until they are too far ahead.
                while begun.load(Ordering::Relaxed) < MOST_AHEAD {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_millis(20));
                most.store(begun.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            Ok(target.name())
        };
        let names = for_each(&session, targets(count), 4, work, |outcomes| {
            outcomes.map(|outcome| outcome.map_err(|failure| failure.cause.to_string())).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(names.unwrap(), (0..count).map(|number| number.to_string()).collect::<Vec<_>>());
        assert_eq!(most.into_inner(), MOST_AHEAD);
    }

    #[test]
    fn a_failure_that_ends_the_run_and_a_report_that_ends_early_begin_no_further_target() {
        let session = Session::new();
        for at_once in [1, 4] {
            let begun = AtomicUsize::new(0);
            let work = |target: &Target| {
                begun.fetch_add(1, Ordering::Relaxed);
                if target.name() == "5" {
                    return Err(ReportFault::NotWritten { path: PathBuf::new(), why: String::new() }.into());
                }
                Ok(())
            };
            let failed = for_each(&session, targets(1_000_000), at_once, work, |outcomes| {
                outcomes.enumerate().find_map(|(number, outcome)| outcome.is_err().then_some(number))
            });
            assert_eq!(failed, Some(5));
            assert!(begun.into_inner() < 1000);
            let begun = AtomicUsize::new(0);
            let work = |_: &Target| Ok(begun.fetch_add(1, Ordering::Relaxed));
            for_each(&session, targets(1_000_000), at_once, work, |outcomes| outcomes.take(3).for_each(drop));
            assert!(begun.into_inner() <= 3 + MOST_AHEAD);
        }
    }
}
