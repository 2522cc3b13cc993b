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

use self::stop::Stop;
use super::{KeyRefusal, KmsRefusalKind};

/// Most keys that are asked at the same time: as many as a header has.
const MOST_AT_ONCE: usize = 32;
/// Into how many steps the time-out is divided. After each in which nothing was answered, twice as many may be asked: after
/// five, all of them are, and each has three left.
const STEPS: u32 = 8;

/// How long answers are waited for: together, however many keys are asked.
pub(super) struct Patience {
    limit: Duration,
    deadline: Instant,
    stop: Stop,
}

impl Patience {
    /// Begins to wait.
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, deadline: Instant::now() + limit, stop: Stop::default() }
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

/// Which keys are asked, and what is made of the answers.
pub(super) trait Contest {
    /// What a key gives.
    type Secret: Send;

    /// The next one to be asked, if any is still needed.
    fn next(&mut self) -> Option<usize>;

    /// Takes an answer, and breaks off if no other is needed.
    fn answered(&mut self, which: usize, answer: Result<Self::Secret, KeyRefusal>) -> ControlFlow<()>;
}

/// Asks until the contest is decided or nobody is left. `ask` blocks, and ends soon after `patience` does.
pub(super) fn run<C: Contest>(
    patience: &Patience,
    ask: &(dyn Fn(usize) -> Result<C::Secret, KeyRefusal> + Sync),
    contest: &mut C,
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
                    if is_silence(&answer) {
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

/// Whether nobody answered, so that it is not known how long the others would take to do so.
fn is_silence<T>(answer: &Result<T, KeyRefusal>) -> bool {
    use KmsRefusalKind::{Network, ServiceFault, TimedOut};
    matches!(answer, Err(KeyRefusal::AwsKms(refusal)) if matches!(refusal.kind, Network | ServiceFault | TimedOut))
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::context::EncryptionContext;
    use crate::keys::KmsRefusal;

    /// Asks `0..count` until one answers.
    struct First {
        left: std::ops::Range<usize>,
        refused: Vec<usize>,
        found: Option<usize>,
    }

    impl First {
        fn of(count: usize) -> Self {
            Self { left: 0..count, refused: Vec::new(), found: None }
        }
    }

    impl Contest for First {
        type Secret = ();

        fn next(&mut self) -> Option<usize> {
            self.left.next()
        }

        fn answered(&mut self, which: usize, answer: Result<(), KeyRefusal>) -> ControlFlow<()> {
            if answer.is_ok() {
                self.found = Some(which);
                return ControlFlow::Break(());
            }
            self.refused.push(which);
            ControlFlow::Continue(())
        }
    }

    /// What a call does at a key that never answers: it ends when the patience does.
    fn never_answers(patience: &Patience) -> Result<(), KeyRefusal> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert!(runtime.block_on(patience.wait_for(std::future::pending::<()>())).is_none());
        Err(KeyRefusal::WrongPassphrase)
    }

    /// What a call does where nobody listens.
    fn nobody_there() -> Result<(), KeyRefusal> {
        Err(KeyRefusal::AwsKms(Box::new(KmsRefusal {
            kind: KmsRefusalKind::Network,
            operation: "Decrypt",
            key: String::new(),
            region: None,
            context: EncryptionContext::new(),
            code: None,
            message: String::new(),
            request_id: None,
            profile: None,
        })))
    }

    #[test]
    fn keys_behind_a_connection_that_breaks_are_not_tried_one_after_the_other() {
        // After each round of silence twice as many are asked at once: the barriers hold every round until it is complete.
        let rounds: Vec<Barrier> = [1, 2, 4, 8, 16].map(Barrier::new).into();
        let patience = Patience::new(Duration::from_hours(1));
        let mut contest = First::of(31);
        let ask = |which: usize| {
            rounds[(which + 1).ilog2() as usize].wait();
            nobody_there()
        };
        run(&patience, &ask, &mut contest);
        assert_eq!((contest.found, contest.refused.len()), (None, 31));
    }

    #[test]
    fn keys_that_answer_are_asked_one_after_the_other_and_no_more_than_needed() {
        let (patience, at_once) = (Patience::new(Duration::from_hours(1)), AtomicUsize::new(0));
        let mut contest = First::of(32);
        let ask = |which| {
            assert_eq!(at_once.fetch_add(1, Ordering::SeqCst), 0, "{which} is asked beside another");
            at_once.fetch_sub(1, Ordering::SeqCst);
            if which == 7 { Ok(()) } else { Err(KeyRefusal::WrongPassphrase) }
        };
        run(&patience, &ask, &mut contest);
        assert_eq!((contest.refused, contest.found, contest.left), ((0..7).collect(), Some(7), 8..32));
    }

    #[test]
    fn keys_that_never_answer_are_waited_for_together() {
        // Only when all of them are being asked does the last one answer: one after the other, it never would.
        let (patience, all) = (Patience::new(Duration::from_secs(2)), Barrier::new(32));
        let mut contest = First::of(32);
        let ask = |which| {
            if which < 31 {
                // The last one does not wait for those that are not asked yet, and they wait for nobody else.
                all.wait();
                never_answers(&patience)
            } else {
                all.wait();
                Ok(())
            }
        };
        run(&patience, &ask, &mut contest);
        assert_eq!(contest.found, Some(31));
        assert!(patience.is_stopped());
    }

    #[test]
    fn when_the_time_is_over_those_that_are_left_are_not_asked() {
        let (patience, asked) = (Patience::new(Duration::from_millis(40)), AtomicUsize::new(0));
        let mut contest = First::of(1000);
        let ask = |_| {
            if patience.refusal().is_none() {
                asked.fetch_add(1, Ordering::SeqCst);
                return never_answers(&patience);
            }
            Err(KeyRefusal::WrongPassphrase)
        };
        run(&patience, &ask, &mut contest);
        assert_eq!((contest.refused.len(), contest.found), (1000, None));
        assert!(asked.load(Ordering::SeqCst) <= MOST_AT_ONCE);
    }
}
