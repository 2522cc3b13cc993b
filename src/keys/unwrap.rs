//! Unwrapping the data key of a file: its slots in the order of what they cost.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::cache::{Cache, UnwrappedKey};
use super::cost::Cost;
use super::keyring::{Keyring, access_of_file};
use super::provider::Holder;
use super::race::{self, Contest, Patience};
use super::registry;
use super::spec::KeySpec;
use super::wrapped::WrappedKey;
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyAttempt, KeyRefusal, Result};

/// What is unwrapped, and with which keys.
#[derive(Clone, Copy)]
pub(in crate::keys) struct FileSlots<'a> {
    pub wrapped: &'a [WrappedKey],
    pub context: &'a EncryptionContext,
    /// Slots of other keys are left out, if there are any.
    pub only: &'a [KeySpec],
    /// What they are in.
    pub holder: Holder,
}

impl Keyring<'_> {
    /// Unwraps the first of `wrapped` that gives a data key which `accept` takes. Returns what `accept` made of it, and the
    /// slot.
    ///
    /// Keys are tried in the order of what they cost: age identities first, then AWS KMS, then a passphrase (which comes
    /// before KMS when it need not be typed). With `only`, slots of other keys are left out. Each slot is asked once. Keys of
    /// KMS that do not answer soon are waited for together, within one time-out. Two passphrases are tried.
    ///
    /// # Errors
    /// [`Error::NoKeyOpens`] with the reason of every slot, in the order of the slots.
    pub fn unwrap<T>(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        self.unwrap_with(&Cache::default(), wrapped, context, only, accept)
    }

    /// As [`Keyring::unwrap`], for one of many files: what `cache` knows from the others is not asked for again. All of
    /// them are to be opened by the same keyring and with the same `only`. Several threads may do so at the same time.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`].
    pub fn unwrap_with<T>(
        &self,
        cache: &Cache,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        let slots = FileSlots { wrapped, context, only, holder: Holder::File };
        self.open_first(cache, slots, Vec::new(), |unwrapped, slot| Some((accept(&unwrapped.data_key)?, slot)))
    }

    /// As [`Keyring::unwrap_with`], for a message of the AWS Encryption SDK, the data key of which may have 16 or 24 bytes.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`].
    pub fn unwrap_of_message<T>(
        &self,
        cache: &Cache,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        let slots = FileSlots { wrapped, context, only, holder: Holder::Message };
        self.open_first(cache, slots, Vec::new(), |unwrapped, slot| Some((accept(&unwrapped.data_key)?, slot)))
    }

    /// Opens the first slot that gives what `accept` takes. A key that has refused already, and is among `attempts`, is not
    /// asked again in another way: no header may multiply calls.
    pub(in crate::keys) fn open_first<T>(
        &self,
        cache: &Cache,
        slots: FileSlots<'_>,
        mut attempts: Vec<KeyAttempt>,
        mut accept: impl FnMut(&UnwrappedKey, usize) -> Option<T>,
    ) -> Result<T> {
        let FileSlots { wrapped, .. } = slots;
        let is_left = |slot: &usize| !attempts.iter().any(|attempt: &KeyAttempt| attempt.slot == *slot);
        let mut order: Vec<usize> = (0..wrapped.len()).filter(is_left).collect();
        order.sort_by_key(|&slot| (self.cost(&wrapped[slot]), cache.is_slow(&wrapped[slot])));
        let ask =
            |slot: usize, patience: &Patience| Ok((self.unwrap_slot(cache, slots, &wrapped[slot], patience)?, slot));
        let take = |(unwrapped, slot): (Arc<UnwrappedKey>, usize)| accept(&unwrapped, slot);
        let found = self.try_each(wrapped, &order, &mut attempts, &ask, take);
        found.ok_or_else(|| {
            attempts.sort_by_key(|attempt| attempt.slot);
            Error::NoKeyOpens { attempts }
        })
    }

    /// The data key of one slot, if its key may be asked.
    pub(in crate::keys) fn unwrap_slot(
        &self,
        cache: &Cache,
        FileSlots { context, only, holder, .. }: FileSlots<'_>,
        slot: &WrappedKey,
        patience: &Patience,
    ) -> Result<Arc<UnwrappedKey>, KeyRefusal> {
        let access = access_of_file(context);
        // Trust differs from file to file, so it is no part of what is remembered.
        if let Some(refusal) = self.distrust(slot, &access, only) {
            return Err(refusal);
        }
        let no_data_key = || KeyRefusal::Damaged("it does not wrap a data key".to_owned());
        let unwrapped = cache.unwrapped(slot, context, only, || {
            let key = self.askable(slot, &access, holder, only)?;
            let _turn = most_tried(slot).map(|_| cache.passphrase_turn());
            let secret = self.ask(&key, patience, Some(cache))?;
            DataKey::of_message(&secret).ok_or_else(no_data_key)
        })?;
        // Only messages have shorter ones.
        if holder == Holder::Message || unwrapped.data_key.is_whole() { Ok(unwrapped) } else { Err(no_data_key()) }
    }

    /// Tries the slots of `order`, which is sorted by cost, until `accept` takes what one of them gives. Those that did not
    /// open are added to `attempts`.
    ///
    /// `ask` blocks until it has an answer or is told by its patience that none is wanted any more; for a key service it is
    /// called from other threads.
    fn try_each<A: Send, T>(
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
        let mut trial = Trial { wrapped, left, accept: &mut accept, found: None, tried: HashMap::new(), attempts };
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

/// How many slots like this one are tried of one file, if that is limited.
pub(in crate::keys) fn most_tried(slot: &WrappedKey) -> Option<usize> {
    registry::by_name(&slot.provider)?.most_tried(&slot.key_id)
}

/// The slots of one file, as they are tried.
struct Trial<'a, A, T> {
    wrapped: &'a [WrappedKey],
    /// Those of key services that are left.
    left: std::slice::Iter<'a, usize>,
    accept: &'a mut dyn FnMut(A) -> Option<T>,
    found: Option<T>,
    /// How many were tried of those of which only some are.
    tried: HashMap<&'a str, usize>,
    attempts: &'a mut Vec<KeyAttempt>,
}

impl<A, T> Trial<'_, A, T> {
    fn try_one(&mut self, slot: usize, ask: impl FnOnce() -> Result<A, KeyRefusal>) -> ControlFlow<()> {
        let key = &self.wrapped[slot];
        let Some(limit) = most_tried(key) else { return self.take(slot, ask()) };
        if self.tried.get(&*key.key_id) == Some(&limit) {
            return self.take(slot, Err(KeyRefusal::TooManyPassphrases { limit }));
        }
        let answer = ask();
        if !matches!(answer, Err(KeyRefusal::NotAmongGiven | KeyRefusal::NotTrusted)) {
            *self.tried.entry(&key.key_id).or_insert(0) += 1;
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

impl<A: Send, T> Contest<A> for Trial<'_, A, T> {
    fn next(&mut self) -> Option<usize> {
        self.left.next().copied()
    }

    fn answered(&mut self, slot: usize, answer: Result<A, KeyRefusal>) -> ControlFlow<()> {
        self.take(slot, answer)
    }
}
