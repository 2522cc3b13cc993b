//! A new data key in the place of an old one, under the same wrapping keys or others.

use std::sync::Arc;

use super::change::{KeyChange, Renewed};
use super::plan::{PlannedSlot, SlotPlan};
use super::rewrapper::{Rewrapper, is_same_key};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, Result};
use crate::keys::age::passphrase::wrap_under_passphrase;
use crate::keys::age::slot::is_passphrase;
use crate::keys::provider::Holder;
use crate::keys::race::Patience;
use crate::keys::registry;
use crate::keys::spec::KeySpec;
use crate::keys::unwrap::FileSlots;
use crate::keys::vouch::{NamedKey, Vouchers};
use crate::keys::wrapped::WrappedKey;

/// The old file, whose wrapping keys the new one gets unless it is told others.
pub struct FileToRenew<'a> {
    /// Its wrapped keys.
    pub slots: &'a [WrappedKey],
    /// Its context.
    pub context: &'a EncryptionContext,
    /// Tells the data key that its payload commits to.
    pub is_data_key: &'a dyn Fn(&DataKey) -> bool,
}

impl Rewrapper<'_> {
    /// Makes a data key in the place of that of `old`, under its wrapping keys as they are to be changed, with `context`.
    ///
    /// Files of one run with the same keys and context get the same data key: each payload has a salt, so a key of its own.
    ///
    /// # Errors
    /// As [`Rewrapper::rewrap`], [`Error::NotVouchedFor`] if nothing vouches for a key that stays, and [`Error::CannotWrap`] for a wrapped key that cannot be made anew.
    pub fn renew(
        &self,
        old: &FileToRenew<'_>,
        context: &EncryptionContext,
        vouchers: &Vouchers,
    ) -> Result<Arc<Renewed>> {
        let plan = self.plan(old.slots)?;
        // Slots are not authenticated: a key that somebody put into the header must not get the new data key.
        vouchers.check(&self.kept_recipients(&plan, old.slots))?;
        let mut keys: Vec<KeySpec> = Vec::new();
        let mut keeps_passphrase = false;
        for entry in &plan.entries {
            match entry {
                PlannedSlot::New(key) => keys.push(key.clone()),
                PlannedSlot::Kept(slot) if is_passphrase(&old.slots[*slot]) => {
                    self.check_passphrase(old, *slot)?;
                    keeps_passphrase = true;
                }
                // What the config forbids is not permitted by a person either.
                PlannedSlot::Kept(slot) if !self.keyring.trusted.permits(&old.slots[*slot]) => {
                    let key = old.slots[*slot].key_id.clone();
                    return Err(Error::CannotWrap { key, refusal: Box::new(KeyRefusal::NotTrusted) });
                }
                PlannedSlot::Kept(slot) => keys.push(key_of(&old.slots[*slot])?),
            }
        }
        self.cache.renewed(&keys, keeps_passphrase, context, || {
            let (data_key, made) = if keys.is_empty() {
                (DataKey::generate(), Vec::new())
            } else {
                self.keyring.wrap_new(&keys, context)?
            };
            let mut slots: Vec<WrappedKey> = Vec::with_capacity(made.len() + 1);
            for slot in made {
                if !slots.iter().any(|other| is_same_key(other, &slot)) {
                    slots.push(slot);
                }
            }
            if keeps_passphrase {
                // The one that the old file was just found to open with.
                let passphrase = self.keyring.passphrases.passphrase(OLD_PASSPHRASE)?;
                slots.push(wrap_under_passphrase(&passphrase, data_key.expose())?);
            }
            Ok(Renewed { data_key, slots })
        })
    }

    /// The recipients that [`Self::renew`] takes from a header: those that are not named by the change. A passphrase is not
    /// among them: it is kept only if it is known and opens the old file.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`].
    pub fn recipients_of_header(&self, slots: &[WrappedKey]) -> Result<Vec<NamedKey>> {
        Ok(self.kept_recipients(&self.plan(slots)?, slots))
    }

    fn kept_recipients(&self, plan: &SlotPlan, slots: &[WrappedKey]) -> Vec<NamedKey> {
        let is_named = |slot: &&WrappedKey| {
            let KeyChange { replacement, added, removed: _ } = &self.change;
            replacement.iter().chain(added).any(|key| key.names(slot).is_same_slot())
        };
        let kept = plan.entries.iter().filter_map(|entry| match entry {
            PlannedSlot::Kept(slot) => Some(&slots[*slot]),
            PlannedSlot::New(_) => None,
        });
        kept.filter(|slot| !is_passphrase(slot) && !is_named(slot)).map(NamedKey::of_slot).collect()
    }

    /// A passphrase can only be kept if it is known, and it is known only if it opens.
    fn check_passphrase(&self, old: &FileToRenew<'_>, slot: usize) -> Result<()> {
        let patience = Patience::new(self.keyring.kms.timeout());
        let slots = FileSlots { wrapped: old.slots, context: old.context, only: &[], holder: Holder::File };
        let opened = self.keyring.unwrap_slot(&self.cache, slots, &old.slots[slot], &patience);
        let refusal = match opened {
            Ok(opened) if (old.is_data_key)(&opened.data_key) => return Ok(()),
            Ok(_) => KeyRefusal::AnotherDataKey,
            Err(refusal) => refusal,
        };
        Err(Error::CannotWrap { key: KeySpec::passphrase().to_string(), refusal: Box::new(refusal) })
    }
}

/// What the passphrase of an old file is asked for as.
const OLD_PASSPHRASE: &str = "the file";

/// The wrapping key of a slot, as a word names it.
pub(super) fn key_of(slot: &WrappedKey) -> Result<KeySpec> {
    let refused = |refusal| Error::CannotWrap { key: slot.key_id.clone(), refusal: Box::new(refusal) };
    let Some(provider) = registry::by_name(&slot.provider) else {
        return Err(refused(KeyRefusal::UnknownProvider(slot.provider.clone())));
    };
    provider.key_of(slot).map_err(refused)
}
