//! Asks a key service for several wrapped keys: one after the other as long as each is answered soon, and more and more at
//! the same time if not. All of them share one time-out.
//!
//! The keys are named by somebody else's file. Asked strictly one after the other, keys that never answer would multiply
//! the wait; asked all at once, every file would call on keys that are not needed.

mod stop;

use std::ops::ControlFlow;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use self::stop::StopSignal;
use crate::error::KeyRefusal;

/// Most keys that are asked at the same time: as many as a header has.
const MOST_AT_ONCE: usize = 32;
/// Into how many steps the time-out is divided. After each in which nothing was answered, twice as many may be asked: after
/// five, all of them are, and each has three left.
const STEPS: u32 = 8;

/// How long answers are waited for: together, however many keys are asked.
pub(crate) struct Patience {
    limit: Duration,
    deadline: Instant,
    stop: StopSignal,
}

impl Patience {
    /// Begins to wait.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, deadline: Instant::now() + limit, stop: StopSignal::default() }
    }

    /// After how long without an answer others are asked as well.
    pub(super) fn step(&self) -> Duration {
        self.limit / STEPS
    }

    /// Whether no answer is wanted any more, because another one did.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_given()
    }

    /// The refusal to ask one more key, once it is too late for an answer.
    pub(super) fn refusal(&self) -> Option<KeyRefusal> {
        let is_over = self.is_stopped() || Instant::now() >= self.deadline;
        is_over.then_some(KeyRefusal::NotAsked { limit: self.limit })
    }

    /// The end of a call, or `None` if it does not come in time.
    #[cfg(feature = "aws")]
    pub(super) async fn wait_for<F: Future>(&self, call: F) -> Option<F::Output> {
        self.stop.or(self.deadline, call).await
    }
}

/// Which keys are asked, and what is made of the answers: of what a key gives, `A`, or its refusal.
pub(super) trait Contest<A: Send> {
    /// The next one to be asked, if any is still needed.
    fn next(&mut self) -> Option<usize>;

    /// Takes an answer, and breaks off if no other is needed.
    fn answered(&mut self, which: usize, answer: Result<A, KeyRefusal>) -> ControlFlow<()>;
}

/// Asks until the contest is decided or nobody is left. `ask` blocks, and ends soon after `patience` does.
pub(super) fn run<A: Send>(
    patience: &Patience,
    ask: &(dyn Fn(usize) -> Result<A, KeyRefusal> + Sync),
    contest: &mut impl Contest<A>,
) {
    thread::scope(|scope| {
        let (sender, answers) = mpsc::channel();
        let mut running: Vec<(usize, Instant)> = Vec::new();
        let (mut width, mut widened) = (1, Instant::now());
        loop {
            while running.len() < width {
                let Some(which) = contest.next() else { break };
                running.push((which, Instant::now()));
                let of_thread = sender.clone();
                // The receiver may have left with an answer that was enough.
                let in_thread = move || drop(of_thread.send((which, ask(which))));
                if thread::Builder::new().spawn_scoped(scope, in_thread).is_err() {
                    // Without threads one is asked after the other.
                    let _ = sender.send((which, ask(which)));
                }
            }
            let Some(oldest) = running.iter().map(|(_, start)| *start).min() else { return };
            let due = oldest.max(widened) + patience.step();
            match answers.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok((which, answer)) => {
                    running.retain(|(other, _)| *other != which);
                    if answer.as_ref().is_err_and(KeyRefusal::is_silence) {
                        width = (width * 2).min(MOST_AT_ONCE);
                    }
                    if contest.answered(which, answer).is_break() {
                        patience.stop.give();
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    width = (width * 2).min(MOST_AT_ONCE);
                    widened = Instant::now();
                }
                Err(RecvTimeoutError::Disconnected) => unreachable!("a sender is kept here"),
            }
        }
    });
}

#[cfg(all(test, feature = "aws"))]
mod tests;
