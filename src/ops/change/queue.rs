//! Work on several targets at the same time, with the outcomes in their order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::targets::Target;
use crate::ops::failure::Failure;
use crate::ops::session::Session;
use crate::threads;

/// Does `work` for every target, `at_once` of them at the same time. `report` gets the outcomes in the order of the targets.
pub fn for_each<R: Send, T>(
    session: &Session,
    targets: Vec<Result<Target, Failure>>,
    at_once: usize,
    work: impl Fn(&Target) -> Result<R, Failure> + Sync,
    report: impl FnOnce(&mut dyn Iterator<Item = Result<R, Failure>>) -> T,
) -> T {
    let count = targets.len();
    let (mut given_up, mut open): (BTreeMap<usize, Failure>, BTreeMap<usize, Target>) = Default::default();
    for (number, target) in targets.into_iter().enumerate() {
        match target {
            Ok(target) => drop(open.insert(number, target)),
            Err(failure) => drop(given_up.insert(number, failure)),
        }
    }
    let queue: Vec<(usize, Target)> = open.into_iter().collect();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    let next = || {
        let (number, target) = queue.get(next.fetch_add(1, Ordering::Relaxed))?;
        Some((*number, session.check_cancelled().map_err(Failure::from).and_then(|()| work(target))))
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(queue.len()) {
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
        let mut done: BTreeMap<usize, Result<R, Failure>> =
            given_up.into_iter().map(|(number, failure)| (number, Err(failure))).collect();
        let mut outcomes = (0..count).map_while(|number| {
            while !done.contains_key(&number) {
                // With no thread but this one, it does the work itself.
                let (other, outcome) = receiver.recv().ok().or_else(&next)?;
                done.insert(other, outcome);
            }
            done.remove(&number)
        });
        report(&mut outcomes)
    })
}
