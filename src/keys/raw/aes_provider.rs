//! Raw AES keys as a provider.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::word::RAW_AES;
use super::{aes, file, word};
use crate::error::{KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyFinding, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping, cannot_wrap};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Raw AES keys.
pub(in crate::keys) struct RawAes;

const NO_AES_KEY: &str = "a raw AES key has 16, 24 or 32 bytes, and nothing else is in its file";

impl Provider for RawAes {
    fn name(&self) -> &'static str {
        RAW_AES
    }

    fn title(&self) -> &'static str {
        "raw AES"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        word::parse(word, RAW_AES, &["raw-aes:"])
    }

    fn slot_id(&self, key: &KeySpec) -> String {
        word::parts(key).id.to_owned()
    }

    /// A message does not say in which file a key is.
    fn key_of(&self, _slot: &WrappedKey) -> Result<KeySpec, KeyRefusal> {
        Err(KeyRefusal::NoKeyFile)
    }

    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch {
        if word::parts(key).id == slot.key_id { KeyMatch::Exactly } else { KeyMatch::No }
    }

    fn serves(&self, _slot_id: &str, holder: Holder) -> bool {
        holder == Holder::Message
    }

    /// What is in a file may differ from one machine to the next.
    fn may_be_trusted(&self, _key: &KeySpec) -> bool {
        false
    }

    fn cost(&self, _slot: &WrappedKey, _credentials: Credentials<'_>) -> Cost {
        Cost::Local
    }

    fn wrap(
        &self,
        _credentials: Credentials<'_>,
        wrappings: &[Wrapping<'_>],
        _holder: Holder,
    ) -> Result<Vec<WrappedKey>> {
        let wrap = |Wrapping { key: WrappingKey { key, access }, secret }: &Wrapping<'_>| {
            let word = word::parts(key);
            let content = file::read(&word.file).map_err(|refusal| cannot_wrap(key, refusal))?;
            let ciphertext = aes::wrap(&content, secret, &access.context);
            let ciphertext = ciphertext.ok_or_else(|| cannot_wrap(key, file::refusal(&word.file, NO_AES_KEY)))?;
            Ok(WrappedKey { provider: RAW_AES.to_owned(), key_id: word.id.to_owned(), ciphertext })
        };
        wrappings.iter().map(wrap).collect()
    }

    fn key_to_ask(
        &self,
        _credentials: Credentials<'_>,
        slot: &WrappedKey,
        _holder: Holder,
        only: &[KeySpec],
    ) -> Result<Option<KeySpec>, KeyRefusal> {
        match only.iter().find(|key| key.names(slot).is_possible()) {
            Some(key) => Ok(Some(key.clone())),
            None if only.is_empty() => Err(KeyRefusal::NoKeyFile),
            None => Err(KeyRefusal::NotAmongGiven),
        }
    }

    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        let key = word::parts(unwrapping.key.expect("a raw key is asked by a word that names its file"));
        let content = file::read(&key.file)?;
        if ![16, 24, 32].contains(&content.len()) {
            return Err(file::refusal(&key.file, NO_AES_KEY));
        }
        aes::open(&content, &unwrapping.slot.ciphertext, &unwrapping.access.context).ok_or_else(|| {
            file::refusal(&key.file, "it does not open the data key, or the encryption context is not the right one")
        })
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let KeyToCheck::Named(key) = checking.key else { return KeyCheck::Unusable(KeyRefusal::NoKeyFile) };
        let file = word::parts(key).file;
        match file::read(&file) {
            Err(refusal) => KeyCheck::Unusable(refusal),
            Ok(content) if aes::wrap(&content, &[], checking.context).is_none() => {
                KeyCheck::Unusable(file::refusal(&file, NO_AES_KEY))
            }
            Ok(_) => KeyCheck::Works(KeyFinding {
                provider: RAW_AES,
                label: "raw",
                sentence: "is an AES key: encrypts and decrypts AWS Encryption SDK messages",
            }),
        }
    }

    fn id_fields(&self) -> &'static [&'static str] {
        &["name"]
    }

    fn entry(&self, _key: &WrappingKey, _wrapped: WrappedKey) -> Map<String, Json> {
        unreachable!("raw keys serve messages only")
    }

    fn key_of_entry(&self, _id: &str) -> Option<KeySpec> {
        None
    }
}
