//! The providers that kenc knows, and what words for keys mean to them.

use std::str::FromStr;

use serde_json::{Map, Value as Json};

use super::age::provider::Age;
use super::aws_kms::provider::AwsKmsProvider;
use super::groups::key::GroupSlot;
use super::key_match::KeyMatch;
use super::pgp::provider::Pgp;
use super::provider::Provider;
use super::raw::{RawAes, RawKeys, RawRsa};
use super::spec::KeySpec;
use super::wrapped::WrappedKey;
use crate::error::KeyWordError;

/// Every provider. A new one has its line here.
pub(crate) static PROVIDERS: &[&dyn Provider] = &[
    &AwsKmsProvider,
    &Age,
    &Pgp,
    &RawKeys::<RawAes>::PROVIDER,
    &RawKeys::<RawRsa>::PROVIDER,
    #[cfg(test)]
    &super::toy::provider::Toy,
];

/// A key service that documents may name and that kenc does not ask.
pub(crate) struct OtherKeyService {
    /// The list of a document's metadata in which its keys are.
    pub list: &'static str,
    /// Its name in sentences.
    pub title: &'static str,
    /// The fields that name a key.
    pub id_fields: &'static [&'static str],
}

/// Key services that kenc does not ask.
pub(crate) const OTHER_KEY_SERVICES: &[OtherKeyService] = &[
    OtherKeyService { list: "gcp_kms", title: "Google Cloud KMS", id_fields: &["resource_id"] },
    OtherKeyService { list: "hckms", title: "Huawei Cloud KMS", id_fields: &["key_id"] },
    OtherKeyService { list: "azure_kv", title: "Azure Key Vault", id_fields: &["vault_url", "name", "version"] },
    OtherKeyService {
        list: "hc_vault",
        title: "HashiCorp Vault",
        id_fields: &["vault_address", "engine_path", "key_name"],
    },
];

/// The provider of a name that a slot has.
pub(crate) fn by_name(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.name() == name)
}

/// The provider whose keys are in a list of a document's metadata.
pub(crate) fn by_list(list: &str) -> Option<&'static dyn Provider> {
    PROVIDERS.iter().copied().find(|provider| provider.list() == list)
}

/// The provider of a key.
pub(crate) fn of(key: &KeySpec) -> &'static dyn Provider {
    by_name(key.provider()).expect("only a provider of the registry makes a key")
}

impl FromStr for KeySpec {
    type Err = KeyWordError;

    fn from_str(word: &str) -> Result<Self, KeyWordError> {
        let word = word.trim();
        if word.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") || word.contains("PRIVATE KEY") {
            return Err(KeyWordError::SecretKey);
        }
        if let Some(name) = word.strip_prefix('@') {
            return Err(KeyWordError::Name(name.to_owned()));
        }
        if ["github:", "gitlab:", "http://", "https://"].iter().any(|begin| word.starts_with(begin)) {
            return Err(KeyWordError::Remote(word.to_owned()));
        }
        for provider in PROVIDERS {
            if let Some(key) = provider.parse(word)? {
                return Ok(key);
            }
        }
        if std::path::Path::new(word).exists() {
            return Err(KeyWordError::Path(word.to_owned()));
        }
        Err(KeyWordError::Unknown(word.to_owned()))
    }
}

impl WrappedKey {
    /// Whether kenc knows the provider that it names.
    pub(crate) fn has_known_provider(&self) -> bool {
        by_name(&self.provider).is_some()
    }

    /// The key in results for programs: `provider` and `id`.
    #[must_use]
    pub fn json_fields(&self) -> Map<String, Json> {
        let Self { provider, key_id, ciphertext: _ } = self;
        let named = [("provider".to_owned(), provider.as_str().into()), ("id".to_owned(), key_id.as_str().into())];
        let mut fields = Map::from_iter(named);
        if let Some(provider) = by_name(&self.provider) {
            fields.extend(provider.json_fields(&self.key_id));
        }
        fields
    }
}

impl GroupSlot {
    /// Whether an encryption context is bound to what is wrapped.
    #[must_use]
    pub fn takes_context(&self) -> bool {
        by_name(&self.wrapped.provider).is_some_and(Provider::takes_context)
    }
}

impl KeySpec {
    /// Whether this is the key of a wrapped key: the one answer to that question, with what it leaves open.
    #[must_use]
    pub fn names(&self, slot: &WrappedKey) -> KeyMatch {
        if slot.provider == self.provider() { of(self).names(self, slot) } else { KeyMatch::No }
    }

    /// Whether an encryption context is bound to what this key wraps in documents.
    #[must_use]
    pub fn takes_context(&self) -> bool {
        of(self).takes_context()
    }
}
