//! age as a provider: recipients, and passphrases.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::armor;
use super::identities::Identities;
use super::passphrase::{MAX_PASSPHRASES, PASSPHRASE, unwrap_with_passphrase, wrap_under_passphrase};
use super::recipient::AgeRecipient;
use super::slot::{AGE, SCRYPT, is_passphrase};
use super::wrap::{unwrap, unwrap_secret, wrap, wrap_secret};
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{AgeKeyCheck, KeyCheck, KeyFinding, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Recipients of age, and passphrases.
pub(crate) struct Age;

impl Provider for Age {
    fn name(&self) -> &'static str {
        AGE
    }

    fn title(&self) -> &'static str {
        "age"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        if word == PASSPHRASE {
            return Ok(Some(KeySpec::passphrase()));
        }
        Ok(AgeRecipient::from_word(word)?.map(KeySpec::from))
    }

    fn slot_id(&self, key: &KeySpec) -> String {
        if key.is_passphrase() { SCRYPT.to_owned() } else { key.to_string() }
    }

    fn key_of(&self, slot: &WrappedKey) -> Result<KeySpec, KeyRefusal> {
        if is_passphrase(slot) {
            return Ok(KeySpec::passphrase());
        }
        let recipient = AgeRecipient::from_word(&slot.key_id).ok().flatten();
        recipient
            .map(KeySpec::from)
            .ok_or_else(|| KeyRefusal::Damaged(format!("`{}` is not an age recipient", slot.key_id)))
    }

    /// A document may have an ssh key with a comment behind it, which is no part of the recipient.
    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch {
        match (key.is_passphrase(), is_passphrase(slot)) {
            (true, true) => KeyMatch::Alike,
            (false, false) if slot.key_id == key.as_str() => KeyMatch::Exactly,
            (false, false) if slot.key_id.starts_with("ssh-") => {
                let stored = AgeRecipient::from_word(&slot.key_id).ok().flatten();
                if stored.is_some_and(|stored| stored.as_str() == key.as_str()) {
                    KeyMatch::Exactly
                } else {
                    KeyMatch::No
                }
            }
            _ => KeyMatch::No,
        }
    }

    fn serves(&self, slot_id: &str, holder: Holder) -> bool {
        match holder {
            Holder::File => true,
            Holder::Document => slot_id != SCRYPT,
            Holder::Message => false,
        }
    }

    fn cost(&self, slot: &WrappedKey, credentials: Credentials<'_>) -> Cost {
        match is_passphrase(slot) {
            false => Cost::Local,
            true if credentials.passphrases.must_be_typed() => Cost::Other,
            true => Cost::GivenPassphrase,
        }
    }

    fn most_tried(&self, slot_id: &str) -> Option<usize> {
        (slot_id == SCRYPT).then_some(MAX_PASSPHRASES)
    }

    fn wrap(
        &self,
        credentials: Credentials<'_>,
        wrappings: &[Wrapping<'_>],
        holder: Holder,
    ) -> Result<Vec<WrappedKey>> {
        let wrap = |Wrapping { key: WrappingKey { key, .. }, secret }: &Wrapping<'_>| {
            let wrapped = match AgeRecipient::of(key) {
                Some(recipient) => wrap_secret(&recipient, secret, credentials.passphrases)?,
                None if holder == Holder::Document => return Err(Error::NotForDocuments(key.to_string())),
                None => wrap_under_passphrase(&credentials.passphrases.new_passphrase()?, secret)?,
            };
            match holder {
                Holder::File | Holder::Message => Ok(wrapped),
                Holder::Document => {
                    let ciphertext = armor::to_armor(&wrapped.ciphertext)?.into_bytes();
                    Ok(WrappedKey { ciphertext, ..wrapped })
                }
            }
        };
        wrappings.iter().map(wrap).collect()
    }

    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        let Unwrapping { slot, credentials: Credentials { identities, passphrases, .. }, .. } = *unwrapping;
        let bytes = |data_key: DataKey| Zeroizing::new(data_key.expose().to_vec());
        match unwrapping.holder {
            Holder::File if is_passphrase(slot) => unwrap_with_passphrase(slot, passphrases).map(bytes),
            Holder::File | Holder::Message => unwrap(slot, identities, passphrases).map(bytes),
            Holder::Document => {
                let ciphertext = std::str::from_utf8(&slot.ciphertext).ok().and_then(armor::from_armor);
                let damaged = || KeyRefusal::Damaged("its age file is damaged".to_owned());
                let slot = WrappedKey { ciphertext: ciphertext.ok_or_else(damaged)?, ..slot.clone() };
                unwrap_secret(&slot, identities, passphrases)
            }
        }
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let check = |wrapped: Result<&WrappedKey, KeyRefusal>, recipient: &str| {
            let Credentials { identities, passphrases, .. } = checking.credentials;
            let opened = wrapped.and_then(|wrapped| unwrap(wrapped, identities, passphrases));
            let open_to_others = open_to_others(identities, recipient);
            KeyCheck::Age(AgeKeyCheck { opened: opened.map(drop), open_to_others })
        };
        match checking.key {
            KeyToCheck::Slot(slot) if !is_passphrase(slot) => check(Ok(slot), &slot.key_id),
            KeyToCheck::Named(key) if let Some(recipient) = AgeRecipient::of(key) => {
                let wrapped = wrap(&recipient, &DataKey::generate(), checking.credentials.passphrases);
                let wrapped = wrapped.map_err(|error| KeyRefusal::Damaged(error.to_string()));
                check(wrapped.as_ref().map_err(Clone::clone), recipient.as_str())
            }
            _ => KeyCheck::Unchecked(KeyFinding {
                provider: "passphrase",
                label: "passphrase",
                sentence: "nothing to check",
            }),
        }
    }

    fn id_fields(&self) -> &'static [&'static str] {
        &["recipient"]
    }

    fn entry(&self, _key: &WrappingKey, WrappedKey { key_id, ciphertext, .. }: WrappedKey) -> Map<String, Json> {
        let armor = String::from_utf8(ciphertext).expect("armor is ASCII");
        Map::from_iter([("recipient".to_owned(), key_id.into()), ("enc".to_owned(), armor.into())])
    }

    fn is_dated(&self) -> bool {
        false
    }

    fn key_of_entry(&self, id: &str) -> Option<KeySpec> {
        AgeRecipient::from_word(id).ok().flatten().map(KeySpec::from)
    }
}

/// Files of identities for `recipient` that somebody else than their owner may read or change.
fn open_to_others(identities: &Identities, recipient: &str) -> Vec<PathBuf> {
    let Identities { files, ssh_files, variable: _, texts: _ } = identities;
    let ssh_files = ssh_files.iter().filter(|_| recipient.starts_with("ssh-"));
    files.iter().chain(ssh_files).filter(|path| is_open_to_others(path)).cloned().collect()
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}
