//! How much memory all uploads of a session together take for their parts, and all downloads: the number of objects that are
//! worked on at the same time does not multiply it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// For the parts of uploads, in bytes.
pub(super) const FOR_UPLOADS: u64 = 20 << 20;
/// For what is read ahead of objects, in bytes.
pub(super) const FOR_DOWNLOADS: u64 = 12 << 20;
/// How often a wait looks whether the work was cancelled.
const LOOK: Duration = Duration::from_millis(100);

/// Memory of which shares are taken.
#[derive(Clone)]
pub(super) struct MemoryBudget(Arc<Budget>);

struct Budget {
    all: u64,
    taken: Mutex<u64>,
    given_back: Condvar,
}

/// Some of it, until it is dropped.
pub(super) struct MemoryShare {
    budget: MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    pub(super) fn new(all: u64) -> Self {
        Self(Arc::new(Budget { all, taken: Mutex::new(0), given_back: Condvar::new() }))
    }

    /// Takes a share as soon as there is enough. What is more than everything gets everything.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub(super) fn take(&self, bytes: u64, cancelled: &AtomicBool) -> Result<MemoryShare> {
        let bytes = bytes.min(self.0.all);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken + bytes > self.0.all {
            if cancelled.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            taken = self.0.given_back.wait_timeout(taken, LOOK).map_or_else(|error| error.into_inner().0, |it| it.0);
        }
        *taken += bytes;
        Ok(MemoryShare { budget: self.clone(), bytes })
    }

    /// Takes a share if there is enough now.
    pub(super) fn try_take(&self, bytes: u64) -> Option<MemoryShare> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if *taken + bytes > self.0.all {
            return None;
        }
        *taken += bytes;
        Some(MemoryShare { budget: self.clone(), bytes })
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        let Budget { taken, given_back, .. } = &*self.budget.0;
        *taken.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        given_back.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is_and_what_is_given_back_can_be_taken_again() {
        let (budget, goes_on) = (MemoryBudget::new(10), AtomicBool::new(false));
        let first = budget.take(6, &goes_on).unwrap();
        assert!(budget.try_take(5).is_none());
        let second = budget.try_take(4).unwrap();
        let waiting = std::thread::spawn({
            let budget = budget.clone();
            move || budget.take(1000, &AtomicBool::new(false)).map(drop)
        });
        drop((first, second));
        waiting.join().unwrap().unwrap();
        let _all = budget.take(10, &goes_on).unwrap();
        assert!(matches!(budget.take(1, &AtomicBool::new(true)), Err(Error::Interrupted)));
    }
}
