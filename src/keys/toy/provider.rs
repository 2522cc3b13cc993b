//! `toy:NAME`: whoever knows the name unwraps.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::crypto::sha256;
use crate::error::{KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyFinding};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

const TOY: &str = "toy";
const PREFIX: &str = "toy:";

/// The provider.
pub(crate) struct Toy;

impl Provider for Toy {
    fn name(&self) -> &'static str {
        TOY
    }

    fn title(&self) -> &'static str {
        "toy"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        match word.strip_prefix(PREFIX) {
            None => Ok(None),
            Some("") => Err(KeyWordError::Invalid { word: word.to_owned(), fault: "the name is missing".to_owned() }),
            Some(_) => Ok(Some(KeySpec::new(TOY, word.to_owned()))),
        }
    }

    fn slot_id(&self, key: &KeySpec) -> String {
        key.as_str()[PREFIX.len()..].to_owned()
    }

    fn key_of(&self, slot: &WrappedKey) -> Result<KeySpec, KeyRefusal> {
        Ok(KeySpec::new(TOY, format!("{PREFIX}{}", slot.key_id)))
    }

    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch {
        if self.slot_id(key) == slot.key_id { KeyMatch::Exactly } else { KeyMatch::No }
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
        let wrap = |Wrapping { key, secret }: &Wrapping<'_>| {
            let key_id = self.slot_id(&key.key);
            WrappedKey { provider: TOY.to_owned(), ciphertext: masked(secret, &key_id).to_vec(), key_id }
        };
        Ok(wrappings.iter().map(wrap).collect())
    }

    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        Ok(masked(&unwrapping.slot.ciphertext, &unwrapping.slot.key_id))
    }

    fn check(&self, _checking: &Checking<'_>) -> KeyCheck {
        KeyCheck::Works(KeyFinding { provider: TOY, label: "toy", sentence: "always works" })
    }

    fn id_fields(&self) -> &'static [&'static str] {
        &["name"]
    }

    fn entry(&self, _key: &WrappingKey, WrappedKey { key_id, ciphertext, .. }: WrappedKey) -> Map<String, Json> {
        let digits = hex::encode(ciphertext);
        Map::from_iter([("name".to_owned(), key_id.into()), ("enc".to_owned(), digits.into())])
    }

    fn key_of_entry(&self, id: &str) -> Option<KeySpec> {
        Some(KeySpec::new(TOY, format!("{PREFIX}{id}")))
    }

    fn ciphertext_of_entry(&self, text: &str) -> Result<Vec<u8>, &'static str> {
        let digits = text.as_bytes().chunks(2).map(std::str::from_utf8);
        let bytes = digits.map(|pair| pair.ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()));
        bytes.collect::<Option<_>>().ok_or("is not hexadecimal")
    }
}

/// The secret under a mask that depends on the name; the same again takes it off.
fn masked(secret: &[u8], name: &str) -> Zeroizing<Vec<u8>> {
    let mask = sha256(name.as_bytes());
    Zeroizing::new(secret.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect())
}
