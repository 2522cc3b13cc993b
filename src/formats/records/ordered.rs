//! Works on parts of a stream in several threads, and delivers what came of them in order.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use crate::error::{Error, Result};
use crate::threads;

/// Parts that a thread may have: one that it works on, and one that waits.
const PARTS_EACH: usize = 2;

/// A thread, and what goes to and comes from it.
struct Lane<T, R> {
    parts: SyncSender<T>,
    results: Receiver<Result<R>>,
}

/// Takes parts from `next`, works on them, and delivers the results in order. `next` and `deliver` are called by this thread.
///
/// A single part costs no thread. Where the system refuses threads, fewer do the work, or this one alone.
///
/// # Errors
/// The first one in the order of the parts.
pub(super) fn in_order<T: Send, R: Send>(
    threads: usize,
    mut next: impl FnMut() -> Result<Option<T>>,
    work: impl Fn(T) -> Result<R> + Sync,
    mut deliver: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let work = &work;
    std::thread::scope(|scope| {
        let mut lanes: Vec<Lane<T, R>> = Vec::new();
        let mut in_work: VecDeque<usize> = VecDeque::new();
        let mut turn = 0;
        let mut ahead = next()?;
        let end = loop {
            let following = next();
            let Some(part) = ahead.take() else { break following.map(drop) };
            // What was read before the reading failed is delivered first.
            let (following, failed) = following.map_or_else(|error| (None, Some(error)), |following| (following, None));
            let is_last = following.is_none();
            ahead = following;
            if is_last && lanes.is_empty() {
                break work(part).and_then(&mut deliver).and(failed.map_or(Ok(()), Err));
            }
            if lanes.len() < threads.max(1) && turn == lanes.len() {
                // Continue with fewer threads.
                lanes.extend(lane(scope, work).ok());
            }
            if lanes.is_empty() {
                work(part).and_then(&mut deliver)?;
                match failed {
                    Some(error) => break Err(error),
                    None => continue,
                }
            }
            turn %= lanes.len();
            if in_work.len() >= PARTS_EACH * lanes.len() {
                take(&lanes, &mut in_work)?.map_or(Ok(()), &mut deliver)?;
            }
            if lanes[turn].parts.send(part).is_err() {
                break Err(Error::Interrupted);
            }
            in_work.push_back(turn);
            turn += 1;
            if let Some(error) = failed {
                break Err(error);
            }
        };
        while let Some(result) = take(&lanes, &mut in_work)? {
            deliver(result)?;
        }
        end
    })
}

/// The oldest result.
fn take<T, R>(lanes: &[Lane<T, R>], in_work: &mut VecDeque<usize>) -> Result<Option<R>> {
    let Some(lane) = in_work.pop_front() else { return Ok(None) };
    // A thread that is gone has panicked, and the scope passes that on.
    lanes[lane].results.recv().unwrap_or(Err(Error::Interrupted)).map(Some)
}

fn lane<'scope, T: Send + 'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: &'scope (impl Fn(T) -> Result<R> + Sync),
) -> Result<Lane<T, R>> {
    let (parts, to_do) = sync_channel(PARTS_EACH);
    let (done, results) = sync_channel(PARTS_EACH);
    threads::spawn_scoped(scope, move || {
        // It ends when the other side of a channel is dropped.
        while let Ok(part) = to_do.recv() {
            if done.send(work(part)).is_err() {
                break;
            }
        }
    })?;
    Ok(Lane { parts, results })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RecordFault;

    #[test]
    fn results_come_in_order_and_the_first_error_is_the_one_that_counts() {
        for threads in [1, 2, 7] {
            for count in [0u64, 1, 2, 3, 500] {
                let (mut parts, mut delivered) = (0..count, Vec::new());
                let done = in_order(
                    threads,
                    || Ok(parts.next()),
                    |part| Ok(part * 2),
                    |result| {
                        delivered.push(result);
                        Ok(())
                    },
                );
                assert!(done.is_ok());
                assert_eq!(delivered, (0..count).map(|part| part * 2).collect::<Vec<_>>());
            }
            let (mut parts, mut delivered) = (0..500u64, 0);
            let fails = |part| if part >= 100 { Err(RecordFault::TooManyValues(part).into()) } else { Ok(part) };
            let failed = in_order(
                threads,
                || Ok(parts.next()),
                fails,
                |_| {
                    delivered += 1;
                    Ok(())
                },
            );
            assert!(matches!(failed, Err(Error::Record(RecordFault::TooManyValues(100)))));
            assert_eq!(delivered, 100);
        }
    }

    #[test]
    fn what_was_read_before_a_failed_reading_is_delivered() {
        for count in [0, 1, 2, 30] {
            let (mut parts, mut delivered) = (0..count, 0);
            let next = || parts.next().map(Some).ok_or(RecordFault::NoField.into());
            let failed = in_order(2, next, Ok, |_: i32| {
                delivered += 1;
                Ok(())
            });
            assert!(matches!(failed, Err(Error::Record(RecordFault::NoField))));
            assert_eq!(delivered, count);
        }
    }
}
