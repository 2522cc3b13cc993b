//! Contests between keys that answer late, or never.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::error::{KmsRefusal, KmsRefusalKind};

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

impl Contest<()> for First {
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
        context: Vec::new(),
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
