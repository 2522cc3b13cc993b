//! Trying the wrapped keys of a file: in which order, how many, and at which cost.

use std::ops::ControlFlow;

use super::age::passphrase::MAX_PASSPHRASES;
use super::age::slot::is_passphrase;
use super::keyring::Keyring;
use super::race::{self, Contest, Patience};
use super::wrapped::{AGE, AWS_KMS, WrappedKey};
use crate::error::{KeyAttempt, KeyRefusal};

/// What it costs to try a wrapped key. The cheapest come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// An identity that is here.
    Local,
    /// A passphrase that need not be typed.
    GivenPassphrase,
    /// A call of AWS KMS.
    KeyService,
    /// A person types something, or the provider is not known.
    Other,
}

impl Keyring<'_> {
    pub(super) fn cost(&self, key: &WrappedKey) -> Cost {
        match (key.provider.as_str(), is_passphrase(key)) {
            (AGE, false) => Cost::Local,
            (AGE, true) if !self.passphrases.must_be_typed() => Cost::GivenPassphrase,
            (AWS_KMS, _) => Cost::KeyService,
            _ => Cost::Other,
        }
    }

    /// Tries the slots of `order`, which is sorted by cost, until `accept` takes what one of them gives. Those that did not
    /// open are added to `attempts`.
    ///
    /// `ask` blocks until it has an answer or is told by its patience that none is wanted any more; for KMS it is called from
    /// other threads.
    pub(super) fn try_each<A: Send, T>(
        &self,
        wrapped: &[WrappedKey],
        order: &[usize],
        attempts: &mut Vec<KeyAttempt>,
        ask: &(dyn Fn(usize, &Patience) -> Result<A, KeyRefusal> + Sync),
        mut accept: impl FnMut(A) -> Option<T>,
    ) -> Option<T> {
        let cost = |slot: usize| self.cost(&wrapped[slot]);
        let start = order.partition_point(|&slot| cost(slot) < Cost::KeyService);
        let end = order.partition_point(|&slot| cost(slot) <= Cost::KeyService);
        let left = order[start..end].iter();
        let mut trial = Trial { wrapped, left, accept: &mut accept, found: None, passphrases: 0, attempts };
        let patience = Patience::new(self.kms.timeout());
        for &slot in &order[..start] {
            if trial.try_one(slot, || ask(slot, &patience)).is_break() {
                return trial.found;
            }
        }
        let patience = Patience::new(self.kms.timeout());
        match order[start..end] {
            [] => {}
            // Nobody else could be asked meanwhile.
            [slot] => drop(trial.try_one(slot, || ask(slot, &patience))),
            _ => race::run(&patience, &|slot| ask(slot, &patience), &mut trial),
        }
        let patience = Patience::new(self.kms.timeout());
        for &slot in &order[end..] {
            if trial.found.is_some() || trial.try_one(slot, || ask(slot, &patience)).is_break() {
                break;
            }
        }
        trial.found
    }
}

/// The slots of one file, as they are tried.
struct Trial<'a, A, T> {
    wrapped: &'a [WrappedKey],
    /// Those of KMS that are left.
    left: std::slice::Iter<'a, usize>,
    accept: &'a mut dyn FnMut(A) -> Option<T>,
    found: Option<T>,
    passphrases: usize,
    attempts: &'a mut Vec<KeyAttempt>,
}

impl<A, T> Trial<'_, A, T> {
    fn try_one(&mut self, slot: usize, ask: impl FnOnce() -> Result<A, KeyRefusal>) -> ControlFlow<()> {
        if !is_passphrase(&self.wrapped[slot]) {
            return self.take(slot, ask());
        }
        if self.passphrases == MAX_PASSPHRASES {
            return self.take(slot, Err(KeyRefusal::TooManyPassphrases { limit: MAX_PASSPHRASES }));
        }
        let answer = ask();
        if !matches!(answer, Err(KeyRefusal::NotAmongGiven | KeyRefusal::NotTrusted)) {
            self.passphrases += 1;
        }
        self.take(slot, answer)
    }

    fn take(&mut self, slot: usize, answer: Result<A, KeyRefusal>) -> ControlFlow<()> {
        let refusal = match answer.map(&mut self.accept) {
            Ok(Some(accepted)) => {
                self.found = Some(accepted);
                return ControlFlow::Break(());
            }
            Ok(None) => KeyRefusal::AnotherDataKey,
            Err(refusal) => refusal,
        };
        let WrappedKey { provider, key_id, .. } = self.wrapped[slot].clone();
        self.attempts.push(KeyAttempt { slot, provider, key_id, refusal });
        ControlFlow::Continue(())
    }
}

impl<A: Send, T> Contest for Trial<'_, A, T> {
    type Secret = A;

    fn next(&mut self) -> Option<usize> {
        self.left.next().copied()
    }

    fn answered(&mut self, slot: usize, answer: Result<A, KeyRefusal>) -> ControlFlow<()> {
        self.take(slot, answer)
    }
}
