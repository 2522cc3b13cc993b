//! Limits how many files are processed at once to the thread count; waiting for a key service does not count.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::formats::format::Workspace;

/// Files longer than this use all threads at the same time, in bytes.
const LONG: u64 = 16 << 20;
/// With more threads than this, all work on every file that is not small: the memory for one pipeline each
/// would be too much.
const FEW_THREADS: usize = 8;

/// Turns, each with memory for a small file.
pub struct Turns {
    state: Mutex<TurnsState>,
    changed: Condvar,
    count: usize,
}

struct TurnsState {
    workspaces: Vec<Workspace>,
    /// The number of waiters for all permits. Nobody else gets one meanwhile, or a long file would wait for all short
    /// ones.
    waiting_for_all: usize,
}

/// The right to use some threads, until it is dropped.
pub struct Turn<'a> {
    turns: &'a Turns,
    workspaces: Vec<Workspace>,
}

impl Turns {
    /// As many permits as requested threads.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let workspaces = std::iter::repeat_with(|| Workspace::one_of(threads)).take(threads).collect();
        Self {
            state: Mutex::new(TurnsState { workspaces, waiting_for_all: 0 }),
            changed: Condvar::new(),
            count: threads,
        }
    }

    /// Waits for a permit: for a long file, one with all threads.
    pub fn wait(&self, len: u64) -> Turn<'_> {
        let mut state = self.lock();
        let workspaces = if len > LONG || (self.count > FEW_THREADS && !state.fits(len)) {
            state.waiting_for_all += 1;
            let waiting = |state: &mut TurnsState| state.workspaces.len() < self.count;
            state = self.changed.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
            state.waiting_for_all -= 1;
            std::mem::take(&mut state.workspaces)
        } else {
            let waiting = |state: &mut TurnsState| state.workspaces.is_empty() || state.waiting_for_all > 0;
            state = self.changed.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
            state.workspaces.pop().into_iter().collect()
        };
        Turn { turns: self, workspaces }
    }

    /// A thread that panicked left nothing half-done behind the lock.
    fn lock(&self) -> MutexGuard<'_, TurnsState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TurnsState {
    fn fits(&self, len: u64) -> bool {
        self.workspaces.first().is_some_and(|workspace| workspace.fits(len))
    }
}

impl Turn<'_> {
    /// The memory, if a payload of `len` bytes fits.
    pub fn workspace(&mut self, len: u64) -> Option<&mut Workspace> {
        self.workspaces.first_mut().filter(|workspace| workspace.fits(len))
    }

    /// Threads that may work.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.workspaces.len()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.lock().workspaces.append(&mut self.workspaces);
        self.turns.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn never_more_threads_work_than_there_are_turns_and_nobody_waits_for_ever() {
        const COUNT: usize = 3;
        let (turns, working, done) = (Turns::new(COUNT), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for number in 0..12 {
                let (turns, working, done) = (&turns, &working, &done);
                scope.spawn(move || {
                    for round in 0..200 {
                        let len = if (number + round) % 5 == 0 { LONG + 1 } else { 1 };
                        let turn = turns.wait(len);
                        assert_eq!(turn.threads(), if len > LONG { COUNT } else { 1 });
                        assert!(working.fetch_add(turn.threads(), Ordering::SeqCst) + turn.threads() <= COUNT);
                        working.fetch_sub(turn.threads(), Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 12 * 200);
    }
}
