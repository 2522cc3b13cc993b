//! Raw RSA keys as a provider.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::word::RAW_RSA;
use super::{file, rsa, word};
use crate::error::{KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyFinding, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping, cannot_wrap};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Raw RSA keys.
pub(in crate::keys) struct RawRsa;

/// Words for keys with OAEP, and with PKCS#1 v1.5. A message does not say which it was.
const PREFIXES: [&str; 2] = ["raw-rsa:", PKCS1];
const PKCS1: &str = "raw-rsa-pkcs1:";

fn padding(key: &KeySpec) -> rsa::Padding {
    if key.as_str().starts_with(PKCS1) { rsa::Padding::Pkcs1 } else { rsa::Padding::Oaep }
}

impl Provider for RawRsa {
    fn name(&self) -> &'static str {
        RAW_RSA
    }

    fn title(&self) -> &'static str {
        "raw RSA"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        word::parse(word, RAW_RSA, &PREFIXES)
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
        let wrap = |Wrapping { key: WrappingKey { key, .. }, secret }: &Wrapping<'_>| {
            let word = word::parts(key);
            let content = file::read(&word.file).map_err(|refusal| cannot_wrap(key, refusal))?;
            let ciphertext = rsa::wrap(&content, padding(key), secret);
            let ciphertext = ciphertext.map_err(|reason| cannot_wrap(key, file::refusal(&word.file, reason)))?;
            Ok(WrappedKey { provider: RAW_RSA.to_owned(), key_id: word.id.to_owned(), ciphertext })
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
        let key = unwrapping.key.expect("a raw key is asked by a word that names its file");
        let path = word::parts(key).file;
        let unwrapped = rsa::unwrap(&file::read(&path)?, padding(key), &unwrapping.slot.ciphertext);
        unwrapped.map_err(|reason| file::refusal(&path, reason))
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let KeyToCheck::Named(key) = checking.key else { return KeyCheck::Unusable(KeyRefusal::NoKeyFile) };
        let file = word::parts(key).file;
        match file::read(&file).and_then(|content| rsa::kind(&content).map_err(|reason| file::refusal(&file, reason))) {
            Err(refusal) => KeyCheck::Unusable(refusal),
            Ok(kind) => KeyCheck::Works(KeyFinding {
                provider: RAW_RSA,
                label: "raw",
                sentence: match kind {
                    rsa::Kind::Public => "is an RSA public key: encrypts AWS Encryption SDK messages",
                    rsa::Kind::Private => "is an RSA private key: encrypts and decrypts AWS Encryption SDK messages",
                },
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
