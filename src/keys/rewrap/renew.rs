//! A new data key in the place of an old one, under the same wrapping keys or others.

use std::sync::Arc;

use super::change::{KeyChange, Renewed};
use super::memory::{Fingerprint, lock};
use super::plan::{Entry, Plan, is_exactly};
use super::rewrapper::{Rewrapper, is_same_key};
use crate::codec::Writer;
use crate::context::EncryptionContext;
use crate::crypto::{DataKey, sha256};
use crate::error::{Error, KeyRefusal, Result};
use crate::keys::age::passphrase::wrap_under_passphrase;
use crate::keys::age::recipient::AgeRecipient;
use crate::keys::age::slot::is_passphrase;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::race::Patience;
use crate::keys::spec::KeySpec;
use crate::keys::vouch::{NamedKey, Vouchers};
use crate::keys::wrapped::{AGE, AWS_KMS, WrappedKey};

/// The old file, whose wrapping keys the new one gets unless it is told others.
pub struct Old<'a> {
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
    pub fn renew(&self, old: &Old<'_>, context: &EncryptionContext, vouchers: &Vouchers) -> Result<Arc<Renewed>> {
        let plan = self.plan(old.slots)?;
        // Slots are not authenticated: a key that somebody put into the header must not get the new data key.
        vouchers.check(&self.kept_recipients(&plan, old.slots))?;
        let mut keys: Vec<KeySpec> = Vec::new();
        let mut keeps_passphrase = false;
        for entry in &plan.entries {
            match entry {
                Entry::New(key) => keys.push(key.clone()),
                Entry::Kept(slot) if is_passphrase(&old.slots[*slot]) => {
                    self.check_passphrase(old, *slot)?;
                    keeps_passphrase = true;
                }
                // What the config forbids is not permitted by a person either.
                Entry::Kept(slot) if !self.keyring.trusted.permits(&old.slots[*slot]) => {
                    let key = old.slots[*slot].key_id.clone();
                    return Err(Error::CannotWrap { key, refusal: Box::new(KeyRefusal::NotTrusted) });
                }
                Entry::Kept(slot) => keys.push(key_of(&old.slots[*slot])?),
            }
        }
        let remembered = self.memory.renewed(fingerprint(&keys, keeps_passphrase, context));
        let mut remembered = lock(&remembered);
        if let Some(renewed) = &*remembered {
            return Ok(Arc::clone(renewed));
        }
        let (data_key, made) =
            if keys.is_empty() { (DataKey::generate(), Vec::new()) } else { self.keyring.wrap_new(&keys, context)? };
        let mut slots: Vec<WrappedKey> = Vec::with_capacity(made.len() + 1);
        for slot in made {
            if !slots.iter().any(|other| is_same_key(other, &slot)) {
                slots.push(slot);
            }
        }
        if keeps_passphrase {
            // The one that the old file was just found to open with.
            let passphrase = self.keyring.passphrases.passphrase(OLD_PASSPHRASE)?;
            slots.push(wrap_under_passphrase(&passphrase, &data_key)?);
        }
        let renewed = Arc::new(Renewed { data_key, slots });
        *remembered = Some(Arc::clone(&renewed));
        Ok(renewed)
    }

    /// The recipients that [`Self::renew`] takes from a header: those that are not named by the change. A passphrase is not
    /// among them: it is kept only if it is known and opens the old file.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`].
    pub fn recipients_of_header(&self, slots: &[WrappedKey]) -> Result<Vec<NamedKey>> {
        Ok(self.kept_recipients(&self.plan(slots)?, slots))
    }

    fn kept_recipients(&self, plan: &Plan, slots: &[WrappedKey]) -> Vec<NamedKey> {
        let is_named = |slot: &&WrappedKey| {
            let KeyChange { replacement, added, removed: _ } = &self.change;
            replacement.iter().chain(added).any(|key| is_exactly(key, slot))
        };
        let kept = plan.entries.iter().filter_map(|entry| match entry {
            Entry::Kept(slot) => Some(&slots[*slot]),
            Entry::New(_) => None,
        });
        kept.filter(|slot| !is_passphrase(slot) && !is_named(slot)).map(NamedKey::of_slot).collect()
    }

    /// A passphrase can only be kept if it is known, and it is known only if it opens.
    fn check_passphrase(&self, old: &Old<'_>, slot: usize) -> Result<()> {
        let patience = Patience::new(self.keyring.kms.timeout());
        let opened = self.memory.opened(&self.keyring, &[], &old.slots[slot], old.context, &patience);
        let refusal = match opened {
            Ok(opened) if (old.is_data_key)(&opened.data_key) => return Ok(()),
            Ok(_) => KeyRefusal::AnotherDataKey,
            Err(refusal) => refusal,
        };
        Err(Error::CannotWrap { key: KeySpec::Passphrase.to_string(), refusal: Box::new(refusal) })
    }
}

/// What the passphrase of an old file is asked for as.
const OLD_PASSPHRASE: &str = "the file";

/// The wrapping key of a slot, as a word names it.
fn key_of(slot: &WrappedKey) -> Result<KeySpec> {
    let refused = |refusal| Error::CannotWrap { key: slot.key_id.clone(), refusal: Box::new(refusal) };
    match slot.provider.as_str() {
        AWS_KMS => KmsKey::from_slot(&slot.key_id)
            .map(KeySpec::AwsKms)
            .ok_or_else(|| refused(KeyRefusal::Damaged(format!("`{}` is not the ARN of a KMS key", slot.key_id)))),
        AGE => match AgeRecipient::from_word(&slot.key_id) {
            Ok(Some(recipient)) => Ok(KeySpec::Age(recipient)),
            _ => Err(refused(KeyRefusal::Damaged(format!("`{}` is not an age recipient", slot.key_id)))),
        },
        unknown => Err(refused(KeyRefusal::UnknownProvider(unknown.to_owned()))),
    }
}

fn fingerprint(keys: &[KeySpec], keeps_passphrase: bool, context: &EncryptionContext) -> Fingerprint {
    let mut writer = Writer::new();
    writer.u8(usize::from(keeps_passphrase));
    for key in keys {
        writer.u16_prefixed(key.to_string().as_bytes());
    }
    writer.u16(0);
    context.encode(&mut writer);
    sha256(&writer.into_bytes())
}
