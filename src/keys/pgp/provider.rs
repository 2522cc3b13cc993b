//! PGP keys as a provider.

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::fingerprint::{PGP, PgpFingerprint};
use super::gpg;
use crate::crypto::DataKey;
use crate::error::{KeyRefusal, KeyWordError, Result};
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyFinding, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Unwrapping, Wrapping, cannot_wrap};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// PGP keys of documents.
pub(crate) struct Pgp;

impl Provider for Pgp {
    fn name(&self) -> &'static str {
        PGP
    }

    fn title(&self) -> &'static str {
        "PGP"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        Ok(PgpFingerprint::from_word(word)?.map(KeySpec::from))
    }

    fn slot_id(&self, key: &KeySpec) -> String {
        fingerprint(key).as_str().to_owned()
    }

    /// Files have no such slots.
    fn key_of(&self, _slot: &WrappedKey) -> Result<KeySpec, KeyRefusal> {
        Err(KeyRefusal::UnknownProvider(PGP.to_owned()))
    }

    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch {
        fingerprint(key).matches(&slot.key_id)
    }

    fn serves(&self, _slot_id: &str, holder: Holder) -> bool {
        holder == Holder::Document
    }

    fn cost(&self, _slot: &WrappedKey, _credentials: Credentials<'_>) -> Cost {
        Cost::Program
    }

    fn wrap(
        &self,
        _credentials: Credentials<'_>,
        wrappings: &[Wrapping<'_>],
        _holder: Holder,
    ) -> Result<Vec<WrappedKey>> {
        let wrap = |wrapping: &Wrapping<'_>| {
            let fingerprint = fingerprint(&wrapping.key.key);
            let armor = gpg::wrap(&fingerprint, wrapping.secret);
            let armor = armor.map_err(|refusal| cannot_wrap(&wrapping.key.key, refusal))?;
            let key_id = fingerprint.as_str().to_owned();
            Ok(WrappedKey { provider: PGP.to_owned(), key_id, ciphertext: armor.into_bytes() })
        };
        wrappings.iter().map(wrap).collect()
    }

    fn key_to_ask(
        &self,
        _credentials: Credentials<'_>,
        slot: &WrappedKey,
        holder: Holder,
        only: &[KeySpec],
    ) -> Result<Option<KeySpec>, KeyRefusal> {
        if holder != Holder::Document {
            return Err(KeyRefusal::UnknownProvider(PGP.to_owned()));
        }
        let is_given = only.is_empty() || only.iter().any(|key| key.names(slot).is_possible());
        if is_given { Ok(None) } else { Err(KeyRefusal::NotAmongGiven) }
    }

    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        let armor = std::str::from_utf8(&unwrapping.slot.ciphertext);
        let armor = armor.map_err(|_| KeyRefusal::Damaged("its PGP message is damaged".to_owned()))?;
        Ok(gpg::unwrap(armor)?)
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let KeyToCheck::Named(key) = checking.key else {
            return KeyCheck::Unusable(KeyRefusal::UnknownProvider(PGP.to_owned()));
        };
        match gpg::wrap(&fingerprint(key), DataKey::generate().expose()) {
            Ok(_) => KeyCheck::Works(KeyFinding {
                provider: PGP,
                label: "gpg",
                sentence: "can encrypt; decryption was not tried, because gpg may prompt for a passphrase",
            }),
            Err(refusal) => KeyCheck::Unusable(refusal.into()),
        }
    }

    fn id_fields(&self) -> &'static [&'static str] {
        &["fp"]
    }

    fn entry(&self, _key: &WrappingKey, WrappedKey { key_id, ciphertext, .. }: WrappedKey) -> Map<String, Json> {
        let armor = String::from_utf8(ciphertext).expect("armor is ASCII");
        Map::from_iter([("fp".to_owned(), key_id.into()), ("enc".to_owned(), armor.into())])
    }

    fn key_of_entry(&self, id: &str) -> Option<KeySpec> {
        PgpFingerprint::from_fingerprint(id).map(KeySpec::from)
    }
}

fn fingerprint(key: &KeySpec) -> PgpFingerprint {
    PgpFingerprint::of(key).expect("it is a key of this provider")
}
