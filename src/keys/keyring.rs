//! Wrapping a data key under several keys, and unwrapping it by any of them.

use std::sync::Arc;

use super::access::KmsAccess;
use super::age::identities::Identities;
use super::age::passphrase::{MAX_PASSPHRASES, unwrap_with_passphrase, wrap_under_passphrase};
use super::age::slot::is_passphrase;
use super::age::wrap as age;
use super::aws_kms::AwsKms;
use super::aws_kms::key::KmsKey;
use super::memory::Memory;
use super::passphrase::PassphraseSource;
use super::race::Patience;
use super::spec::KeySpec;
use super::trust::TrustedKeys;
use super::wrapped::{AGE, AWS_KMS, WrappedKey};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, KmsRefusal, KmsRefusalKind, Result};

/// Everything with which keys are wrapped and unwrapped. Making one touches neither files nor the network.
#[derive(Clone, Copy)]
pub struct Keyring<'a> {
    /// The key service.
    pub kms: &'a AwsKms,
    /// Where age identities are found.
    pub identities: &'a Identities,
    /// Who is asked for passphrases.
    pub passphrases: &'a dyn PassphraseSource,
    /// Which keys may be asked because a header names them.
    pub trusted: &'a TrustedKeys,
}

impl<'a> Keyring<'a> {
    /// The same for a file whose configs trust other keys.
    #[must_use]
    pub fn trusting<'b>(&self, trusted: &'b TrustedKeys) -> Keyring<'b>
    where
        'a: 'b,
    {
        Keyring { trusted, ..*self }
    }
}

impl Keyring<'_> {
    /// Makes a new data key and wraps it under every one of `keys`.
    ///
    /// If a KMS key is among them, the first one makes the data key (`GenerateDataKey`); the others wrap it, KMS keys at
    /// the same time. Where making one is denied, the data key is made here, and all of them wrap it (`Encrypt`).
    ///
    /// # Errors
    /// [`Error::NoKeyGiven`] for an empty list, [`Error::TooManyPassphrases`] for more of them than are ever tried,
    /// [`Error::ForDocumentsOnly`] if there is a PGP key in it,
    /// [`Error::CannotWrap`] for the first key that refuses.
    ///
    /// # Panics
    /// Never: there is one wrapped key for each KMS key.
    pub fn wrap_new(&self, keys: &[KeySpec], context: &EncryptionContext) -> Result<(DataKey, Vec<WrappedKey>)> {
        if keys.is_empty() {
            return Err(Error::NoKeyGiven);
        }
        if let Some(key) = keys.iter().find(|key| matches!(key, KeySpec::Pgp(_))) {
            return Err(Error::ForDocumentsOnly(key.to_string()));
        }
        if keys.iter().filter(|key| **key == KeySpec::Passphrase).count() > MAX_PASSPHRASES {
            return Err(Error::TooManyPassphrases(MAX_PASSPHRASES));
        }
        let kms_keys: Vec<&KmsKey> =
            keys.iter().filter_map(|key| if let KeySpec::AwsKms(key) = key { Some(key) } else { None }).collect();
        let (data_key, kms_wrapped) = match kms_keys.split_first() {
            None => (DataKey::generate(), Vec::new()),
            Some((first, others)) => match self.kms.generate_data_key(first, context) {
                Ok((data_key, wrapped)) => {
                    let mut all = vec![wrapped];
                    let others = self.kms.encrypt_all(others, &data_key, context);
                    all.extend(others.map_err(|(key, refusal)| cannot_wrap(key, refusal))?);
                    (data_key, all)
                }
                Err(denial) if denial.kind == KmsRefusalKind::Denied => {
                    self.wrap_where_none_is_generated(&kms_keys, context, denial)?
                }
                Err(refusal) => return Err(cannot_wrap(first, refusal)),
            },
        };
        let mut kms_wrapped = kms_wrapped.into_iter();
        let wrapped = keys
            .iter()
            .map(|key| match key {
                KeySpec::AwsKms(_) => Ok(kms_wrapped.next().expect("one wrapped key was made for each KMS key")),
                KeySpec::Age(recipient) => age::wrap(recipient, &data_key),
                KeySpec::Passphrase => wrap_under_passphrase(&self.passphrases.new_passphrase()?, &data_key),
                KeySpec::Pgp(fingerprint) => Err(Error::ForDocumentsOnly(fingerprint.to_string())),
            })
            .collect::<Result<_>>()?;
        Ok((data_key, wrapped))
    }

    /// Makes the data key here, as policies want it that were written for sops and allow `Encrypt` and `Decrypt` only.
    ///
    /// If that is denied as well, `denial` is what is told: it names the permission that kenc asks for first.
    fn wrap_where_none_is_generated(
        &self,
        kms_keys: &[&KmsKey],
        context: &EncryptionContext,
        denial: Box<KmsRefusal>,
    ) -> Result<(DataKey, Vec<WrappedKey>)> {
        let data_key = DataKey::generate();
        match self.kms.encrypt_all(kms_keys, &data_key, context) {
            Ok(wrapped) => Ok((data_key, wrapped)),
            Err((key, refusal)) if refusal.kind == KmsRefusalKind::Denied && key == kms_keys[0] => {
                Err(cannot_wrap(key, denial))
            }
            Err((key, refusal)) => Err(cannot_wrap(key, refusal)),
        }
    }

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
        self.unwrap_with(&Memory::default(), wrapped, context, only, accept)
    }

    /// As [`Keyring::unwrap`], for one of many files: what `memory` knows from the others is not asked for again. All of
    /// them are to be opened by the same keyring and with the same `only`. Several threads may do so at the same time.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`].
    pub fn unwrap_with<T>(
        &self,
        memory: &Memory,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        let mut order: Vec<usize> = (0..wrapped.len()).collect();
        order.sort_by_key(|&slot| (self.cost(&wrapped[slot]), memory.is_slow(&wrapped[slot])));
        let ask = |slot: usize, patience: &Patience| {
            let key = &wrapped[slot];
            // Trust differs from file to file, so it is no part of what is remembered.
            if !self.may_be_asked(key, only) {
                return Err(KeyRefusal::NotTrusted);
            }
            let data_key = memory.answer(key, context, || self.unwrap_one(memory, key, context, only, patience))?;
            Ok((data_key, slot))
        };
        let mut attempts = Vec::new();
        let found = self.try_each(wrapped, &order, &mut attempts, &ask, |(data_key, slot): (Arc<DataKey>, usize)| {
            Some((accept(&data_key)?, slot))
        });
        attempts.sort_by_key(|attempt| attempt.slot);
        found.ok_or(Error::NoKeyOpens { attempts })
    }

    pub(super) fn unwrap_one(
        &self,
        memory: &Memory,
        key: &WrappedKey,
        context: &EncryptionContext,
        only: &[KeySpec],
        patience: &Patience,
    ) -> Result<DataKey, KeyRefusal> {
        if !self.may_be_asked(key, only) {
            return Err(KeyRefusal::NotTrusted);
        }
        match key.provider.as_str() {
            AGE if is_passphrase(key) => {
                if !only.is_empty() && !only.contains(&KeySpec::Passphrase) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                unwrap_with_passphrase(key, self.passphrases)
            }
            AGE => {
                let given =
                    |uri: &KeySpec| matches!(uri, KeySpec::Age(recipient) if recipient.to_string() == key.key_id);
                if !only.is_empty() && !only.iter().any(given) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                age::unwrap(key, self.identities, self.passphrases)
            }
            AWS_KMS => {
                let ask = self.kms_key_to_ask(key, only)?;
                memory
                    .ask(&ask, context, patience, || self.kms.decrypt_within(&ask, &key.ciphertext, context, patience))
            }
            unknown => Err(KeyRefusal::UnknownProvider(unknown.to_owned())),
        }
    }
}

impl Keyring<'_> {
    /// Whether a key may be asked although it is somebody else's header that names it.
    pub(super) fn may_be_asked(&self, slot: &WrappedKey, only: &[KeySpec]) -> bool {
        self.trusted.permits(slot) || only.iter().any(|uri| uri.is_whole_name_of(slot))
    }

    /// The key that KMS is asked to use for a slot: the slot's own, a replica of it, or the one that was given for it.
    pub(super) fn kms_key_to_ask(&self, slot: &WrappedKey, only: &[KeySpec]) -> Result<KmsKey, KeyRefusal> {
        if !self.may_be_asked(slot, only) {
            return Err(KeyRefusal::NotTrusted);
        }
        if !self.trusted.permits_access(slot, &KmsAccess::default()) {
            return Err(KeyRefusal::NotNamed);
        }
        let slot_key = KmsKey::from_slot(&slot.key_id)
            .ok_or_else(|| KeyRefusal::Damaged(format!("`{}` is not the ARN of a KMS key", slot.key_id)))?;
        if only.is_empty() {
            return Ok(self.kms.replica_to_ask(slot_key));
        }
        only.iter()
            .find_map(|uri| if let KeySpec::AwsKms(given) = uri { given.for_slot(&slot_key) } else { None })
            .ok_or(KeyRefusal::NotAmongGiven)
    }
}

pub(super) fn cannot_wrap(key: &KmsKey, refusal: Box<KmsRefusal>) -> Error {
    Error::CannotWrap { key: key.to_string(), refusal: Box::new(KeyRefusal::AwsKms(refusal)) }
}
