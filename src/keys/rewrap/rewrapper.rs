//! The changes of one run.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::{KeyChange, Rewrapped, Way};
use super::plan::{PlannedSlot, SlotPlan};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, Result};
use crate::keys::aws_kms::KmsKey;
use crate::keys::cache::{Cache, UnwrappedKey, lock};
use crate::keys::keyring::{Keyring, access_of_file};
use crate::keys::provider::{Holder, Rewrapping, cannot_wrap};
use crate::keys::registry;
use crate::keys::spec::KeySpec;
use crate::keys::trust::TrustedKeys;
use crate::keys::unwrap::{FileSlots, most_tried};
use crate::keys::wrap::{check_for_file, check_number};
use crate::keys::wrapped::WrappedKey;

/// Changes wrapping keys, for many files in one run and from many threads.
pub struct Rewrapper<'a> {
    pub(super) keyring: Keyring<'a>,
    pub(super) change: KeyChange,
    only: Vec<KeySpec>,
    pub(super) cache: Arc<Cache>,
    lookup: AliasLookup,
}

/// Whether AWS KMS is asked which key an alias means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasLookup {
    /// It is.
    Permitted,
    /// It is not: aliases stay unknown.
    Forbidden,
}

impl<'a> Rewrapper<'a> {
    /// Makes `change` with the keys of `keyring`. With `only`, wrapped keys of other keys are left alone when one is needed
    /// to get at the data key. Nothing is asked yet.
    #[must_use]
    pub fn new(keyring: &Keyring<'a>, change: KeyChange, only: Vec<KeySpec>) -> Self {
        Self { keyring: *keyring, change, only, cache: Arc::default(), lookup: AliasLookup::Permitted }
    }

    /// Whether files get other keys in the place of all that they have.
    #[must_use]
    pub fn replaces_all(&self) -> bool {
        !self.change.replacement.is_empty()
    }

    /// The same for a file whose configs trust other keys. What was asked already is not asked again.
    #[must_use]
    pub fn trusting<'b>(&'b self, trusted: &'b TrustedKeys) -> Rewrapper<'b> {
        let Self { keyring, change, only, cache, lookup } = self;
        Rewrapper {
            keyring: keyring.trusting(trusted),
            change: change.clone(),
            only: only.clone(),
            cache: Arc::clone(cache),
            lookup: *lookup,
        }
    }

    /// The same with another choice of whether aliases are looked up.
    #[must_use]
    pub fn with_lookup(self, lookup: AliasLookup) -> Self {
        Self { lookup, ..self }
    }

    /// What keys are asked with.
    pub(crate) fn keyring(&self) -> &Keyring<'a> {
        &self.keyring
    }

    /// The keys to open with; all, if there are none.
    pub(crate) fn only(&self) -> &[KeySpec] {
        &self.only
    }

    /// The change that it makes.
    #[must_use]
    pub fn change(&self) -> &KeyChange {
        &self.change
    }

    /// The key that a word means: of an alias, the key behind it. Each is asked for once.
    ///
    /// # Errors
    /// [`Error::CannotFindKey`] if that cannot be known.
    pub fn resolved(&self, key: &KeySpec) -> Result<KeySpec> {
        let resolve = || match self.lookup {
            AliasLookup::Permitted => registry::of(key).resolve(self.keyring.credentials(), key),
            AliasLookup::Forbidden if KmsKey::of(key).is_some_and(|key| key.is_alias()) => Err(KeyRefusal::NotLookedUp),
            AliasLookup::Forbidden => Ok(key.clone()),
        };
        self.cache.resolved(key, resolve)
    }

    pub(super) fn plan(&self, wrapped: &[WrappedKey]) -> Result<SlotPlan> {
        SlotPlan::new(&self.change, wrapped, &|key| self.resolved(key))
    }

    /// The keys that would be added and the wrapped keys that would be removed, without unwrapping any. An alias is
    /// resolved if that is permitted, and otherwise counts as new.
    ///
    /// # Errors
    /// [`Error::LastKey`] if none would be left, [`Error::CannotFindKey`] for an alias that is to go.
    pub fn preview(&self, wrapped: &[WrappedKey]) -> Result<(Vec<KeySpec>, Vec<WrappedKey>)> {
        let plan = self.plan(wrapped)?;
        let mut staying: Vec<usize> = plan.kept().collect();
        let mut added = Vec::new();
        for key in plan.new_keys() {
            let resolved = self.resolved(key);
            let names = |slot: &WrappedKey| resolved.as_ref().unwrap_or(key).names(slot).is_same_slot();
            match wrapped.iter().position(|slot| !plan.is_removed(slot) && names(slot)) {
                Some(slot) => staying.push(slot),
                None => added.push(key.clone()),
            }
        }
        let removed = (0..wrapped.len()).filter(|slot| !staying.contains(slot)).map(|slot| wrapped[slot].clone());
        Ok((added, removed.collect()))
    }

    /// What becomes of the wrapped keys of a file that has to be encrypted again: the new ones are still empty.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`].
    pub fn planned(&self, wrapped: &[WrappedKey]) -> Result<Rewrapped> {
        let absent = self.plan(wrapped)?.absent;
        let (added, removed) = self.preview(wrapped)?;
        let of_new = |key: &KeySpec| WrappedKey {
            provider: key.provider().to_owned(),
            key_id: registry::of(key).slot_id(key),
            ciphertext: Vec::new(),
        };
        let added: Vec<WrappedKey> = added.iter().map(of_new).collect();
        let kept = wrapped.iter().filter(|slot| !removed.contains(slot)).cloned();
        let slots = kept.chain(added.iter().cloned()).collect();
        let way = if added.is_empty() { Way::NoneNeeded } else { Way::Unwrapped };
        Ok(Rewrapped { slots, added, removed, absent, way })
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
        check_for_file(wanted.iter().copied())?;
        let limited = wanted.iter().map(|key| (registry::of(key), *key));
        let limited: Vec<_> = limited
            .map(|(provider, key)| (provider.name(), provider.slot_id(key)))
            .filter(|(name, id)| registry::by_name(name).is_some_and(|provider| provider.most_tried(id).is_some()))
            .collect();
        let kept = plan.kept().filter(|slot| most_tried(&wrapped[*slot]).is_some()).map(|slot| &wrapped[slot]);
        let like_new =
            |slot: &&WrappedKey| limited.iter().any(|(name, id)| *name == slot.provider && *id == slot.key_id);
        let kept: Vec<_> = kept.filter(like_new).map(|slot| (limited[0].0, slot.key_id.clone())).collect();
        check_number(kept.into_iter().chain(limited))?;
        let (made, way) = self.make(wrapped, context, &wanted, is_data_key)?;
        let mut made = made.into_iter();
        let mut slots: Vec<WrappedKey> = Vec::with_capacity(plan.entries.len());
        for entry in &plan.entries {
            let slot = match entry {
                PlannedSlot::Kept(slot) => wrapped[*slot].clone(),
                PlannedSlot::New(_) => {
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
        let slots = FileSlots { wrapped, context, only: &self.only, holder: Holder::File };
        self.keyring.open_first(&self.cache, slots, Vec::new(), |unwrapped, _| accept(&unwrapped.data_key))
    }

    fn make(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        wanted: &[&KeySpec],
        is_data_key: &dyn Fn(&DataKey) -> bool,
    ) -> Result<(Vec<WrappedKey>, Way)> {
        let Some(first) = wanted.first() else { return Ok((Vec::new(), Way::NoneNeeded)) };
        let mut attempts = Vec::new();
        if wanted.iter().all(|key| key.provider() == first.provider()) {
            let access = access_of_file(context);
            let key_to_ask = |slot: &WrappedKey| Ok(self.keyring.askable(slot, &access, Holder::File, &self.only)?.key);
            let rewrapping = Rewrapping {
                credentials: self.keyring.credentials(),
                wrapped,
                context,
                wanted,
                key_to_ask: &key_to_ask,
                cache: &self.cache,
            };
            if let Some(made) = registry::of(first).rewrap(&rewrapping, &mut attempts)? {
                return Ok((made, Way::InsideKms));
            }
        }
        let slots = FileSlots { wrapped, context, only: &self.only, holder: Holder::File };
        let made = self.keyring.open_first(&self.cache, slots, attempts, |unwrapped, _| {
            is_data_key(&unwrapped.data_key).then(|| self.wrap_again(unwrapped, wanted, context))
        })?;
        Ok((made?, Way::Unwrapped))
    }

    /// Wraps an unwrapped data key under each of `keys`: KMS keys at the same time, and each key once in a run.
    fn wrap_again(
        &self,
        UnwrappedKey { data_key, wrapped }: &UnwrappedKey,
        keys: &[&KeySpec],
        context: &EncryptionContext,
    ) -> Result<Vec<WrappedKey>> {
        let mut wrapped = lock(wrapped);
        let missing: Vec<&KeySpec> = keys.iter().copied().filter(|key| !wrapped.contains_key(key.as_str())).collect();
        match self.keyring.wrap_for_file(data_key, &missing, context) {
            Ok(made) => wrapped.extend(missing.iter().map(ToString::to_string).zip(made.into_iter().map(Ok))),
            // Whoever refused is not asked again.
            Err(Error::CannotWrap { key, refusal }) => drop(wrapped.insert(key, Err(*refusal))),
            Err(other) => return Err(other),
        }
        // Whoever refused is told of, even if others come before it and were not wrapped for its sake.
        if let Some((key, refusal)) = keys.iter().find_map(|key| refused(key, &wrapped)) {
            return Err(cannot_wrap(key, refusal));
        }
        let made = keys.iter().map(|key| match wrapped.get(key.as_str()) {
            Some(Ok(made)) => made.clone(),
            _ => unreachable!("every key has wrapped, or has been told of"),
        });
        Ok(made.collect())
    }
}

fn refused<'k>(
    key: &'k KeySpec,
    wrapped: &HashMap<String, Result<WrappedKey, KeyRefusal>>,
) -> Option<(&'k KeySpec, KeyRefusal)> {
    let refusal = wrapped.get(key.as_str())?.as_ref().err()?;
    Some((key, refusal.clone()))
}

/// Whether two wrapped keys are under the same wrapping key. Of passphrases that cannot be told.
pub(super) fn is_same_key(one: &WrappedKey, other: &WrappedKey) -> bool {
    let same_name = one.provider == other.provider && one.key_id == other.key_id;
    same_name && (most_tried(one).is_none() || one.ciphertext == other.ciphertext)
}
