//! The changes of one run.

use std::sync::Arc;

use super::change::{KeyChange, Rewrapped, Way};
use super::memory::{Memory, Opened};
use super::plan::{Entry, Plan};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyAttempt, KeyRefusal, ReEncryptRefusal, Result};
use crate::keys::age::passphrase::MAX_PASSPHRASES;
use crate::keys::age::slot::is_passphrase;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::keyring::{Keyring, cannot_wrap};
use crate::keys::race::Patience;
use crate::keys::spec::KeySpec;
use crate::keys::trust::TrustedKeys;
use crate::keys::wrapped::{AWS_KMS, WrappedKey};

/// Changes wrapping keys, for many files in one run and from many threads.
pub struct Rewrapper<'a> {
    pub(super) keyring: Keyring<'a>,
    pub(super) change: KeyChange,
    only: Vec<KeySpec>,
    pub(super) memory: Arc<Memory>,
}

impl<'a> Rewrapper<'a> {
    /// Makes `change` with the keys of `keyring`. With `only`, wrapped keys of other keys are left alone when one is needed
    /// to get at the data key. Nothing is asked yet.
    #[must_use]
    pub fn new(keyring: &Keyring<'a>, change: KeyChange, only: Vec<KeySpec>) -> Self {
        Self { keyring: *keyring, change, only, memory: Arc::default() }
    }

    /// The same for a file whose configs trust other keys. What was asked already is not asked again.
    #[must_use]
    pub fn trusting<'b>(&'b self, trusted: &'b TrustedKeys) -> Rewrapper<'b> {
        let Self { keyring, change, only, memory } = self;
        Rewrapper {
            keyring: keyring.trusting(trusted),
            change: change.clone(),
            only: only.clone(),
            memory: Arc::clone(memory),
        }
    }

    /// The change that it makes.
    #[must_use]
    pub fn change(&self) -> &KeyChange {
        &self.change
    }

    /// The key that a word for one of KMS means: of an alias, the key behind it. Each is asked for once.
    ///
    /// # Errors
    /// [`Error::CannotFindKey`] if that cannot be known.
    pub fn resolved(&self, key: &KmsKey) -> Result<KmsKey> {
        self.memory.resolved(self.keyring.kms, key)
    }

    pub(super) fn plan(&self, wrapped: &[WrappedKey]) -> Result<Plan> {
        Plan::new(&self.change, wrapped, &|alias| self.resolved(alias))
    }

    /// The keys that would come and the wrapped keys that would go, as far as that is known before a key is asked: an alias
    /// counts as new.
    ///
    /// # Errors
    /// [`Error::LastKey`] if none would be left, [`Error::CannotFindKey`] for an alias that is to go.
    pub fn preview(&self, wrapped: &[WrappedKey]) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
        let plan = self.plan(wrapped)?;
        let stays = |slot: &usize| plan.entries.iter().any(|entry| matches!(entry, Entry::Kept(kept) if kept == slot));
        let going = (0..wrapped.len()).filter(|slot| !stays(slot)).map(|slot| wrapped[slot].clone()).collect();
        Ok((plan.new_keys().cloned().collect(), going))
    }

    /// The wrapped keys that are to take the place of `wrapped`. `is_data_key` tells the data key that the payload commits
    /// to.
    ///
    /// # Errors
    /// [`Error::LastKey`] if none would be left, [`Error::NoKeyOpens`] and [`Error::CannotWrap`] if a key refuses,
    /// [`Error::CannotFindKey`] if it is not known what an alias means that is to go.
    ///
    /// # Panics
    /// Never: one wrapped key is made for each that is wanted.
    pub fn rewrap(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        is_data_key: &dyn Fn(&DataKey) -> bool,
    ) -> Result<Rewrapped> {
        let plan = self.plan(wrapped)?;
        let wanted: Vec<&KeySpec> = plan.new_keys().collect();
        // Before anything is asked: what could never be tried is not made.
        let passphrases = plan.entries.iter().filter(|entry| match entry {
            Entry::Kept(slot) => is_passphrase(&wrapped[*slot]),
            Entry::New(key) => *key == KeySpec::Passphrase,
        });
        if wanted.contains(&&KeySpec::Passphrase) && passphrases.count() > MAX_PASSPHRASES {
            return Err(Error::TooManyPassphrases(MAX_PASSPHRASES));
        }
        let (made, way) = self.make(wrapped, context, &wanted, is_data_key)?;
        let mut made = made.into_iter();
        let mut slots: Vec<WrappedKey> = Vec::with_capacity(plan.entries.len());
        for entry in &plan.entries {
            let slot = match entry {
                Entry::Kept(slot) => wrapped[*slot].clone(),
                Entry::New(_) => {
                    let made = made.next().expect("one was made for each that is wanted");
                    // Only now is it known which key an alias means: it may be one that stays.
                    let stays = |slot: &&WrappedKey| !plan.is_removed(slot) && is_same_key(slot, &made);
                    wrapped.iter().find(stays).cloned().unwrap_or(made)
                }
            };
            if !slots.iter().any(|other| is_same_key(other, &slot)) {
                slots.push(slot);
            }
        }
        let without = |all: &[WrappedKey], others: &[WrappedKey]| -> Vec<WrappedKey> {
            all.iter().filter(|slot| !others.contains(slot)).cloned().collect()
        };
        let (added, removed) = (without(&slots, wrapped), without(wrapped, &slots));
        Ok(Rewrapped { slots, added, removed, absent: plan.absent, way })
    }

    /// The data key of `wrapped`, from the first that opens.
    ///
    /// # Errors
    /// [`Error::NoKeyOpens`] with the reason of every slot.
    pub fn with_data_key<T>(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<T> {
        self.open_one(wrapped, context, Vec::new(), |opened| accept(&opened.data_key))
    }

    /// Opens the first slot that gives what `accept` takes. A key that has refused already, and is among `attempts`, is not
    /// asked again in another way: no header may multiply calls.
    fn open_one<T>(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        mut attempts: Vec<KeyAttempt>,
        mut accept: impl FnMut(&Opened) -> Option<T>,
    ) -> Result<T> {
        let is_left = |slot: &usize| !attempts.iter().any(|attempt: &KeyAttempt| attempt.slot == *slot);
        let mut order: Vec<usize> = (0..wrapped.len()).filter(is_left).collect();
        order.sort_by_key(|&slot| (self.keyring.cost(&wrapped[slot]), self.memory.is_slow(&wrapped[slot])));
        let ask = |slot: usize, patience: &Patience| {
            self.memory.opened(&self.keyring, &self.only, &wrapped[slot], context, patience)
        };
        let take = |opened: Arc<Opened>| accept(&opened);
        self.keyring.try_each(wrapped, &order, &mut attempts, &ask, take).ok_or_else(|| no_key_opens(attempts))
    }

    fn make(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        wanted: &[&KeySpec],
        is_data_key: &dyn Fn(&DataKey) -> bool,
    ) -> Result<(Vec<WrappedKey>, Way)> {
        if wanted.is_empty() {
            return Ok((Vec::new(), Way::NoneNeeded));
        }
        let mut attempts = Vec::new();
        if let Some(made) = self.inside_kms(wrapped, context, wanted, &mut attempts)? {
            return Ok((made, Way::InsideKms));
        }
        let made = self.open_one(wrapped, context, attempts, |opened| {
            is_data_key(&opened.data_key).then(|| opened.wrap(&self.keyring, wanted, context))
        })?;
        Ok((made?, Way::Unwrapped))
    }

    /// Wraps inside KMS, if every wanted key is one of KMS and a wrapped key is in the same region. The wrapped keys that
    /// refused are added to `attempts`.
    fn inside_kms(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        wanted: &[&KeySpec],
        attempts: &mut Vec<KeyAttempt>,
    ) -> Result<Option<Vec<WrappedKey>>> {
        let mut destinations: Vec<&KmsKey> = Vec::with_capacity(wanted.len());
        for key in wanted {
            let KeySpec::AwsKms(key) = key else { return Ok(None) };
            destinations.push(key);
        }
        let mut regions = destinations
            .iter()
            .map(|key| self.keyring.kms.region_of(key).map_err(|refusal| cannot_wrap(key, refusal)))
            .collect::<Result<Vec<String>>>()?;
        regions.dedup();
        let [region] = &regions[..] else { return Ok(None) };
        let patience = Patience::new(self.keyring.kms.timeout());
        for (slot, key) in wrapped.iter().enumerate().filter(|(_, key)| key.provider == AWS_KMS) {
            let Ok(source) = self.keyring.kms_key_to_ask(key, &self.only) else { continue };
            if source.region() != Some(region) {
                continue;
            }
            if let Some(refusal) = patience.refusal() {
                attempts.push(attempt(wrapped, slot, refusal));
                continue;
            }
            match self.re_encrypt(&source, key, &destinations, context, &patience) {
                Ok(made) => return Ok(Some(made)),
                // A stand-in for KMS may not have the operation at all: then nothing was refused.
                Err((_, ReEncryptRefusal::Source(refusal))) if refusal.is_unknown_operation() => return Ok(None),
                Err((_, ReEncryptRefusal::Source(refusal))) => {
                    attempts.push(attempt(wrapped, slot, refusal.into()));
                }
                Err((destination, ReEncryptRefusal::Destination(refusal))) => {
                    return Err(cannot_wrap(destination, refusal));
                }
            }
        }
        Ok(None)
    }

    fn re_encrypt<'k>(
        &self,
        source: &KmsKey,
        key: &WrappedKey,
        destinations: &[&'k KmsKey],
        context: &EncryptionContext,
        patience: &Patience,
    ) -> Result<Vec<WrappedKey>, (&'k KmsKey, ReEncryptRefusal)> {
        destinations
            .iter()
            .map(|&destination| {
                self.memory
                    .re_encrypted(&self.keyring, source, key, destination, context, patience)
                    .map_err(|refusal| (destination, refusal))
            })
            .collect()
    }
}

/// Whether two wrapped keys are under the same wrapping key. Of passphrases that cannot be told.
pub(super) fn is_same_key(one: &WrappedKey, other: &WrappedKey) -> bool {
    let same_name = one.provider == other.provider && one.key_id == other.key_id;
    same_name && (!is_passphrase(one) || one.ciphertext == other.ciphertext)
}

fn attempt(wrapped: &[WrappedKey], slot: usize, refusal: KeyRefusal) -> KeyAttempt {
    let WrappedKey { provider, key_id, .. } = wrapped[slot].clone();
    KeyAttempt { slot, provider, key_id, refusal }
}

fn no_key_opens(mut attempts: Vec<KeyAttempt>) -> Error {
    attempts.sort_by_key(|attempt| attempt.slot);
    Error::NoKeyOpens { attempts }
}
