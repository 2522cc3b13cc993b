//! Which wrapped keys stay, which go and which must be made, before any key is used.

use super::change::KeyChange;
use crate::error::{Error, Result};
use crate::keys::age::slot::is_passphrase;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::{AGE, AWS_KMS, WrappedKey};

/// One wrapped key of the result.
pub(super) enum Entry {
    /// The one at this position stays.
    Kept(usize),
    /// It must be made.
    New(KeySpec),
}

pub(super) struct Plan {
    pub(super) entries: Vec<Entry>,
    pub(super) absent: Vec<KeySpec>,
    removed: Vec<KeySpec>,
}

impl Plan {
    pub(super) fn new_keys(&self) -> impl Iterator<Item = &KeySpec> {
        self.entries.iter().filter_map(|entry| if let Entry::New(key) = entry { Some(key) } else { None })
    }

    pub(super) fn is_removed(&self, slot: &WrappedKey) -> bool {
        self.removed.iter().any(|key| means(key, slot))
    }
}

impl Plan {
    /// What becomes of `wrapped`. `resolve` finds the key that an alias means.
    pub(super) fn new(
        change: &KeyChange,
        wrapped: &[WrappedKey],
        resolve: &dyn Fn(&KmsKey) -> Result<KmsKey>,
    ) -> Result<Self> {
        let removed = keys_to_remove(change, resolve)?;
        let mut plan = Self { entries: Vec::new(), absent: Vec::new(), removed };
        let (added, kept): (_, Vec<usize>) = if change.replacement.is_empty() {
            (&change.added, (0..wrapped.len()).filter(|&slot| !plan.is_removed(&wrapped[slot])).collect())
        } else {
            (&change.replacement, Vec::new())
        };
        plan.entries.extend(kept.into_iter().map(Entry::Kept));
        for key in added {
            let there = |slot: &WrappedKey| is_exactly(key, slot) && !plan.is_removed(slot);
            match wrapped.iter().position(there) {
                None => plan.entries.push(Entry::New(key.clone())),
                Some(slot) => {
                    let is_kept = |entry: &Entry| matches!(entry, Entry::Kept(kept) if *kept == slot);
                    if !plan.entries.iter().any(is_kept) {
                        plan.entries.push(Entry::Kept(slot));
                    }
                }
            }
        }
        if plan.entries.is_empty() {
            return Err(Error::LastKey);
        }
        let is_absent = |key: &KeySpec| !wrapped.iter().any(|slot| means(key, slot));
        // As they were typed: an alias is known to the user, and the key behind it perhaps is not.
        plan.absent = change
            .removed
            .iter()
            .zip(&plan.removed)
            .filter(|(_, key)| is_absent(key))
            .map(|(typed, _)| typed.clone())
            .collect();
        Ok(plan)
    }
}

/// The keys to remove, with the keys themselves in the place of aliases: to remove what an alias *might* mean would remove
/// too much.
fn keys_to_remove(change: &KeyChange, resolve: &dyn Fn(&KmsKey) -> Result<KmsKey>) -> Result<Vec<KeySpec>> {
    let resolved = |key: &KeySpec| match key {
        KeySpec::AwsKms(alias) => resolve(alias).map(KeySpec::AwsKms),
        other => Ok(other.clone()),
    };
    change.removed.iter().map(resolved).collect()
}

/// Whether a key that is to go is the one of a slot. A replica in another region is the same key.
fn means(key: &KeySpec, slot: &WrappedKey) -> bool {
    match key {
        KeySpec::AwsKms(key) => of_kms(slot).is_some_and(|slot| key.for_slot(&slot).is_some()),
        KeySpec::Passphrase => is_passphrase(slot),
        // PGP keys have no slots.
        KeySpec::Pgp(_) => false,
        KeySpec::Age(recipient) => slot.provider == AGE && slot.key_id == recipient.to_string(),
    }
}

/// Whether a key that is to be there is the one of a slot already. A replica in another region has a slot of its own. Of an
/// alias it is not known yet, and of a passphrase it cannot be.
pub(super) fn is_exactly(key: &KeySpec, slot: &WrappedKey) -> bool {
    match key {
        KeySpec::AwsKms(key) if key.is_alias() => false,
        KeySpec::AwsKms(key) => match key.region() {
            Some(_) => slot.provider == AWS_KMS && slot.key_id == key.to_string(),
            None => of_kms(slot).is_some_and(|slot| key.for_slot(&slot).is_some()),
        },
        KeySpec::Passphrase | KeySpec::Pgp(_) => false,
        KeySpec::Age(_) => means(key, slot),
    }
}

fn of_kms(slot: &WrappedKey) -> Option<KmsKey> {
    if slot.provider == AWS_KMS { KmsKey::from_slot(&slot.key_id) } else { None }
}
