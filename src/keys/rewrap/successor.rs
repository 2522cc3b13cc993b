//! The keys of a file that takes the place of another: encrypted again, in the same format or in another one.

use super::plan::PlannedSlot;
use super::renew::key_of;
use super::rewrapper::Rewrapper;
use crate::error::{Error, KeyRefusal, Result};
use crate::keys::age::slot::is_passphrase;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// The keys of a file that takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuccessorKeys {
    /// As words name them.
    pub keys: Vec<KeySpec>,
    /// Where the passphrase among them comes from.
    pub passphrase: SuccessorPassphrase,
}

/// Where the passphrase of a successor comes from, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuccessorPassphrase {
    /// It is the one that opened the old file.
    Kept,
    /// It is a new one.
    New,
}

impl Rewrapper<'_> {
    /// The keys of a successor of a file with these wrapped keys. Nobody is asked, except what an alias means that goes.
    ///
    /// What stays is taken from the header: [`Rewrapper::recipients_of_header`] says who must be vouched for.
    ///
    /// # Errors
    /// As [`Rewrapper::preview`], and [`Error::CannotWrap`] for a wrapped key whose key no word names here.
    pub fn successor(&self, slots: &[WrappedKey]) -> Result<SuccessorKeys> {
        let plan = self.plan(slots)?;
        let mut keys: Vec<KeySpec> = Vec::new();
        let mut passphrase = SuccessorPassphrase::New;
        for entry in &plan.entries {
            let key = match entry {
                PlannedSlot::New(key) => key.clone(),
                PlannedSlot::Kept(slot) if is_passphrase(&slots[*slot]) => {
                    // It opened the file only if nothing else could.
                    if plan.entries.len() > 1 || slots.len() > 1 {
                        return Err(Error::PassphraseAmongKeys);
                    }
                    passphrase = SuccessorPassphrase::Kept;
                    KeySpec::passphrase()
                }
                PlannedSlot::Kept(slot) => self.kept_key(&slots[*slot])?,
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(SuccessorKeys { keys, passphrase })
    }

    /// The key of a wrapped key that stays: as the command line names it, else as the header does.
    fn kept_key(&self, slot: &WrappedKey) -> Result<KeySpec> {
        if let Some(named) = self.only().iter().find(|key| key.names(slot).is_certain()) {
            return Ok(named.clone());
        }
        // What the config forbids is not permitted by a person either.
        if !self.keyring.trusted.permits(slot) {
            let refusal = Box::new(KeyRefusal::NotTrusted);
            return Err(Error::CannotWrap { key: slot.key_id.clone(), refusal });
        }
        key_of(slot)
    }
}
