//! Wrapping a data key under several keys.

use super::groups::key::WrappingKey;
use super::keyring::{Keyring, access_of_file};
use super::provider::{Holder, Wrapping, cannot_wrap};
use super::registry::{self, PROVIDERS};
use super::spec::KeySpec;
use super::wrapped::WrappedKey;
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, Result};

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
    pub fn wrap_new(&self, keys: &[KeySpec], context: &EncryptionContext) -> Result<(DataKey, Vec<WrappedKey>)> {
        if keys.is_empty() {
            return Err(Error::NoKeyGiven);
        }
        check_for_file(keys)?;
        check_number(keys.iter().map(|key| (key.provider(), registry::of(key).slot_id(key))))?;
        let access = access_of_file(context);
        let keys: Vec<_> = keys.iter().map(|key| WrappingKey { key: key.clone(), access: access.clone() }).collect();
        self.generate(&keys, Holder::File)
    }

    /// As [`Keyring::wrap_new`], for messages of the AWS Encryption SDK.
    ///
    /// # Errors
    /// As [`Keyring::wrap_new`]; [`Error::NotForMessages`] if there is a key of age or a PGP key among them.
    pub fn wrap_new_for_messages(
        &self,
        keys: &[KeySpec],
        context: &EncryptionContext,
    ) -> Result<(DataKey, Vec<WrappedKey>)> {
        if keys.is_empty() {
            return Err(Error::NoKeyGiven);
        }
        check_for(keys, Holder::Message)?;
        let access = access_of_file(context);
        let keys: Vec<_> = keys.iter().map(|key| WrappingKey { key: key.clone(), access: access.clone() }).collect();
        self.generate(&keys, Holder::Message)
    }

    /// Wraps a data key that exists under every one of `keys`.
    pub(in crate::keys) fn wrap_for_file(
        &self,
        data_key: &DataKey,
        keys: &[&KeySpec],
        context: &EncryptionContext,
    ) -> Result<Vec<WrappedKey>> {
        let access = access_of_file(context);
        let keys: Vec<_> = keys.iter().map(|&key| WrappingKey { key: key.clone(), access: access.clone() }).collect();
        self.wrap_each(&each_with(&keys, data_key.expose()), Holder::File)
    }

    /// Makes a data key, by the first key that does so itself, and wraps it under all.
    ///
    /// Policies that were written for sops allow `Encrypt` and `Decrypt` only: where making one is denied, it is made here. If
    /// wrapping is denied as well, the first denial is told: it names the permission that kenc asks for first.
    pub(in crate::keys) fn generate(&self, keys: &[WrappingKey], holder: Holder) -> Result<(DataKey, Vec<WrappedKey>)> {
        let wrap_new = |key: &WrappingKey| registry::of(&key.key).wrap_new(self.credentials(), key, holder);
        let made = keys.iter().enumerate().find_map(|(at, key)| Some((at, wrap_new(key)?)));
        let (at, denial) = match made {
            None => {
                let data_key = DataKey::generate();
                let wrapped = self.wrap_each(&each_with(keys, data_key.expose()), holder)?;
                return Ok((data_key, wrapped));
            }
            Some((at, Ok((data_key, wrapped)))) => {
                let mut others = each_with(keys, data_key.expose());
                others.remove(at);
                let mut all = self.wrap_each(&others, holder)?;
                all.insert(at, wrapped);
                return Ok((data_key, all));
            }
            Some((at, Err(refusal))) if refusal.is_denial() => (at, refusal),
            Some((at, Err(refusal))) => return Err(cannot_wrap(&keys[at].key, refusal)),
        };
        let data_key = DataKey::generate();
        let wrapped = self.wrap_each(&each_with(keys, data_key.expose()), holder);
        let wrapped = wrapped.map_err(|error| match error {
            Error::CannotWrap { key, refusal } if key == keys[at].key.as_str() && refusal.is_denial() => {
                Error::CannotWrap { key, refusal: Box::new(denial) }
            }
            other => other,
        })?;
        Ok((data_key, wrapped))
    }

    /// Wraps each secret under its key: provider by provider, and the keys of a key service at the same time.
    pub(in crate::keys) fn wrap_each(&self, wrappings: &[Wrapping<'_>], holder: Holder) -> Result<Vec<WrappedKey>> {
        let mut wrapped: Vec<Option<WrappedKey>> = vec![None; wrappings.len()];
        for provider in PROVIDERS {
            let is_own = |at: &usize| wrappings[*at].key.key.provider() == provider.name();
            let own: Vec<usize> = (0..wrappings.len()).filter(is_own).collect();
            let some: Vec<_> = own.iter().map(|&at| wrappings[at]).collect();
            for (at, made) in own.into_iter().zip(provider.wrap(self.credentials(), &some, holder)?) {
                wrapped[at] = Some(made);
            }
        }
        Ok(wrapped.into_iter().map(|made| made.expect("every key has a provider, which wraps or refuses")).collect())
    }
}

/// The same secret for each key.
pub(in crate::keys) fn each_with<'a>(keys: &'a [WrappingKey], secret: &'a [u8]) -> Vec<Wrapping<'a>> {
    keys.iter().map(|key| Wrapping { key, secret }).collect()
}

/// Checks that each key can wrap the data keys of files.
pub(in crate::keys) fn check_for_file<'a>(keys: impl IntoIterator<Item = &'a KeySpec>) -> Result<()> {
    check_for(keys, Holder::File)
}

/// Checks that each key can wrap the data keys of what holds them.
fn check_for<'a>(keys: impl IntoIterator<Item = &'a KeySpec>, holder: Holder) -> Result<()> {
    let serves = |key: &KeySpec, holder: Holder| {
        let provider = registry::of(key);
        provider.serves(&provider.slot_id(key), holder)
    };
    match keys.into_iter().find(|key| !serves(key, holder)) {
        None => Ok(()),
        Some(key) if holder == Holder::Message => Err(Error::NotForMessages(key.to_string())),
        Some(key) if serves(key, Holder::Message) => Err(Error::ForMessagesOnly(key.to_string())),
        Some(key) => Err(Error::ForDocumentsOnly(key.to_string())),
    }
}

/// Checks that a file with these slots, each given by its provider and id, has no more of a kind than are tried.
pub(in crate::keys) fn check_number(slots: impl IntoIterator<Item = (&'static str, String)>) -> Result<()> {
    let mut numbers = std::collections::HashMap::new();
    for (provider, id) in slots {
        let most = registry::by_name(provider).and_then(|provider| provider.most_tried(&id));
        let number = numbers.entry((provider, id)).or_insert(0);
        *number += 1;
        if let Some(most) = most.filter(|most| *number > *most) {
            return Err(Error::TooManyPassphrases(most));
        }
    }
    Ok(())
}
