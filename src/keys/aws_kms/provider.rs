//! AWS KMS as a provider.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::key::{AWS_KMS, KmsKey, kms_key};
use super::service::AwsKms;
use super::{move_inside, wrap_many};
use crate::context::EncryptionContext;
use crate::crypto::secret::MESSAGE_KEY_LENGTHS;
use crate::crypto::{DATA_KEY_LEN, DataKey};
use crate::error::{KeyAttempt, KeyRefusal, KeyWordError, Result};
use crate::keys::access::KmsAccess;
use crate::keys::cost::Cost;
use crate::keys::credentials::Credentials;
use crate::keys::finding::{KeyCheck, KeyToCheck};
use crate::keys::groups::key::WrappingKey;
use crate::keys::key_match::KeyMatch;
use crate::keys::provider::{Checking, Holder, Provider, Rewrapping, Unwrapping, Wrapping};
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Keys of AWS KMS.
pub(crate) struct AwsKmsProvider;

/// The list of keys of AWS KMS in the metadata of a document.
const LIST: &str = "kms";
/// Longest pattern, in bytes: the longest ARN is shorter.
const MAX_PATTERN: usize = 1024;

impl Provider for AwsKmsProvider {
    fn name(&self) -> &'static str {
        AWS_KMS
    }

    fn title(&self) -> &'static str {
        "AWS KMS"
    }

    fn parse(&self, word: &str) -> Result<Option<KeySpec>, KeyWordError> {
        Ok(KmsKey::from_word(word)?.map(KeySpec::from))
    }

    fn key_of(&self, slot: &WrappedKey) -> Result<KeySpec, KeyRefusal> {
        KmsKey::from_slot(&slot.key_id).map(KeySpec::from).ok_or_else(|| no_arn(slot))
    }

    fn names(&self, key: &KeySpec, slot: &WrappedKey) -> KeyMatch {
        KmsKey::from_document(&slot.key_id).map_or(KeyMatch::No, |stored| kms_key(key).matches(&stored))
    }

    fn resolve(&self, credentials: Credentials<'_>, key: &KeySpec) -> Result<KeySpec, KeyRefusal> {
        let key = kms_key(key);
        let service = credentials.kms.for_key(&key);
        Ok(service.as_deref().unwrap_or(credentials.kms).resolve(&key)?.into())
    }

    fn takes_context(&self) -> bool {
        true
    }

    /// An account, or an ARN in which `*` stands for any text.
    fn is_pattern(&self, word: &str) -> bool {
        is_account(word) || (word.starts_with("arn:") && word.len() <= MAX_PATTERN && word.split(':').count() >= 6)
    }

    fn pattern_matches(&self, pattern: &str, slot: &WrappedKey) -> bool {
        if is_account(pattern) {
            return KmsKey::from_slot(&slot.key_id).is_some_and(|key| key.account() == Some(pattern));
        }
        // What is no ARN of a key is refused elsewhere, and never asked.
        super::pattern::matches(pattern.as_bytes(), slot.key_id.as_bytes())
    }

    /// What an alias or a bare key id means depends on who asks; an ARN is a pattern.
    fn may_be_trusted(&self, _key: &KeySpec) -> bool {
        false
    }

    fn cost(&self, _slot: &WrappedKey, _credentials: Credentials<'_>) -> Cost {
        Cost::KeyService
    }

    fn wrap_new(
        &self,
        credentials: Credentials<'_>,
        WrappingKey { key, access }: &WrappingKey,
        holder: Holder,
    ) -> Option<Result<(DataKey, WrappedKey), KeyRefusal>> {
        let key = kms_key(key);
        let service = match holder {
            Holder::File | Holder::Message => credentials.kms.for_key(&key),
            Holder::Document => credentials.kms.acting_as(access),
        };
        let service = service.as_deref().unwrap_or(credentials.kms);
        Some(service.generate_data_key(&key, &access.context).map_err(KeyRefusal::from))
    }

    fn wrap(
        &self,
        credentials: Credentials<'_>,
        wrappings: &[Wrapping<'_>],
        holder: Holder,
    ) -> Result<Vec<WrappedKey>> {
        match holder {
            Holder::File | Holder::Message => wrap_many::for_file(credentials.kms, wrappings),
            Holder::Document => wrap_many::for_document(credentials.kms, wrappings),
        }
    }

    /// The slot's own key, a replica of it, or the one that was given for it.
    fn key_to_ask(
        &self,
        credentials: Credentials<'_>,
        slot: &WrappedKey,
        holder: Holder,
        only: &[KeySpec],
    ) -> Result<Option<KeySpec>, KeyRefusal> {
        let named = match holder {
            Holder::File | Holder::Message => KmsKey::from_slot(&slot.key_id),
            Holder::Document => KmsKey::from_document(&slot.key_id),
        };
        let named = named.ok_or_else(|| no_arn(slot))?;
        if only.is_empty() {
            return Ok(Some(credentials.kms.replica_to_ask(named).into()));
        }
        let given = only.iter().filter_map(KmsKey::of).find_map(|given| given.for_slot(&named));
        given.map(|key| Some(key.into())).ok_or(KeyRefusal::NotAmongGiven)
    }

    fn unwrap(&self, unwrapping: &Unwrapping<'_>) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
        let Unwrapping { credentials: Credentials { kms, .. }, slot, access, patience, .. } = *unwrapping;
        let key = kms_key(unwrapping.key.expect("KMS names the key to ask"));
        if unwrapping.holder == Holder::Document {
            if let Some(refusal) = patience.refusal() {
                return Err(refusal);
            }
            let service = kms.acting_as(access);
            let service = service.as_deref().unwrap_or(kms);
            return Ok(service.decrypt_secret(&key, &slot.ciphertext, &access.context, patience)?);
        }
        let lengths = if unwrapping.holder == Holder::Message { &MESSAGE_KEY_LENGTHS[..] } else { &[DATA_KEY_LEN] };
        let service = kms.for_key(&key);
        let service = service.as_deref().unwrap_or(kms);
        let call = || service.decrypt_within(&key, &slot.ciphertext, &access.context, patience, lengths);
        let data_key = match unwrapping.cache {
            Some(cache) => cache.ask(&key, &access.context, patience, call)?,
            None => call()?,
        };
        Ok(Zeroizing::new(data_key.in_use().to_vec()))
    }

    fn rewrap(&self, rewrapping: &Rewrapping<'_>, attempts: &mut Vec<KeyAttempt>) -> Result<Option<Vec<WrappedKey>>> {
        move_inside::rewrap(rewrapping, attempts)
    }

    fn check(&self, checking: &Checking<'_>) -> KeyCheck {
        let Checking { credentials: Credentials { kms, .. }, context, purpose, cache, .. } = *checking;
        let check = |kms: &AwsKms, key: &KmsKey, wrapped: Option<&[u8]>| {
            let service = kms.for_key(key);
            let kms = service.as_deref().unwrap_or(kms);
            KeyCheck::AwsKms(cache.ask_place(key, || kms.check(key, wrapped, context, purpose)))
        };
        match checking.key {
            KeyToCheck::Named(key) => check(kms, &kms_key(key), None),
            KeyToCheck::Slot(slot) => match KmsKey::from_slot(&slot.key_id) {
                Some(key) => check(kms, &kms.replica_to_ask(key), Some(&slot.ciphertext)),
                None => KeyCheck::Unusable(no_arn(slot)),
            },
        }
    }

    fn list(&self) -> &'static str {
        LIST
    }

    fn id_fields(&self) -> &'static [&'static str] {
        &["arn"]
    }

    fn entry(&self, key: &WrappingKey, WrappedKey { key_id, ciphertext, .. }: WrappedKey) -> Map<String, Json> {
        let KmsAccess { context, role, profile } = &key.access;
        // An ARN is kept as it was given, so that it is found again in the config that gave it. Words that are no
        // ARN say nothing without a region and an account.
        let given = key.key.to_string();
        let mut fields = Map::new();
        let mut put = |name: &str, value: Json| {
            fields.insert(name.to_owned(), value);
        };
        put("arn", if given.starts_with("arn:") { given } else { key_id }.into());
        put("enc", BASE64_STANDARD.encode(ciphertext).into());
        put("aws_profile", profile.clone().unwrap_or_default().into());
        if let Some(role) = role {
            put("role", role.as_str().into());
        }
        if !context.is_empty() {
            put("context", Json::Object(context.iter().map(|(name, value)| (name.to_owned(), value.into())).collect()));
        }
        fields
    }

    fn key_of_entry(&self, id: &str) -> Option<KeySpec> {
        KmsKey::from_document(id).map(KeySpec::from)
    }

    fn ciphertext_of_entry(&self, text: &str) -> Result<Vec<u8>, &'static str> {
        BASE64_STANDARD.decode(text).map_err(|_| "is not base64")
    }

    fn access_of_entry(&self, field: &dyn Fn(&str) -> Option<Json>) -> Result<KmsAccess, String> {
        let mut context = EncryptionContext::new();
        match field("context") {
            None => {}
            Some(Json::Object(pairs)) => {
                for (name, value) in &pairs {
                    let value = value.as_str().ok_or("has a value that is not text")?;
                    context.insert(name, value).map_err(|error| format!("cannot be used: {error}"))?;
                }
            }
            Some(_) => return Err("is not a mapping".to_owned()),
        }
        let named = |name: &str| field(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(KmsAccess { context, role: named("role"), profile: named("aws_profile") })
    }
}

fn is_account(word: &str) -> bool {
    word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn no_arn(slot: &WrappedKey) -> KeyRefusal {
    KeyRefusal::Damaged(format!("`{}` is not the ARN of a KMS key", slot.key_id))
}
