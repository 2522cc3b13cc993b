//! Raw keys as a provider.

use std::marker::PhantomData;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::cipher::RawCipher;
use super::{file, word};
use crate::error::{KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyFinding, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping, cannot_wrap};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Raw keys of one kind.
pub(in crate::keys) struct RawKeys<C>(PhantomData<C>);

impl<C> RawKeys<C> {
    pub(in crate::keys) const PROVIDER: Self = Self(PhantomData);
}

impl<C: RawCipher> Provider for RawKeys<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn title(&self) -> &'static str {
        C::TITLE
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        word::parse(word, C::NAME, C::PREFIXES)
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
            let ciphertext = C::wrap(key, &content, secret, &access.context);
            let ciphertext = ciphertext.map_err(|reason| cannot_wrap(key, file::refusal(&word.file, reason)))?;
            Ok(WrappedKey { provider: C::NAME.to_owned(), key_id: word.id.to_owned(), ciphertext })
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
        let content = file::read(&path)?;
        let unwrapped = C::unwrap(key, &content, &unwrapping.slot.ciphertext, &unwrapping.access.context);
        unwrapped.map_err(|reason| file::refusal(&path, reason))
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let KeyToCheck::Named(key) = checking.key else { return KeyCheck::Unusable(KeyRefusal::NoKeyFile) };
        let path = word::parts(key).file;
        let finding =
            file::read(&path).and_then(|content| C::finding(&content).map_err(|reason| file::refusal(&path, reason)));
        match finding {
            Err(refusal) => KeyCheck::Unusable(refusal),
            Ok(sentence) => KeyCheck::Works(KeyFinding { provider: C::NAME, label: "raw", sentence }),
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
