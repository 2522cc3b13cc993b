//! One wrapped key of a document, as its metadata holds it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::context::EncryptionContext;
use crate::document::sops::fields::is_empty;
use crate::document::sops::timestamp::now;
use crate::error::DocumentError;
use crate::keys::provider::Provider;
use crate::keys::registry::{self, OTHER_KEY_SERVICES};
use crate::keys::{GroupSlot, KeyMatch, KeySpec, KmsAccess, NamedKey, WrappedKey, WrappingKey};

/// The lists of keys that sops knows, in its order.
pub(crate) const LISTS: [&str; 7] = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp", "age"];

/// A wrapped key of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    list: String,
    fields: BTreeMap<String, Json>,
}

/// Writes fields in canonical form, for every notation: sorted, without empty ones, and every single value as text.
fn canonical_fields<'a>(fields: impl Iterator<Item = (&'a String, &'a Json)>, to: &mut String) {
    let sorted: BTreeMap<_, _> = fields.filter(|(_, value)| !is_empty(value)).collect();
    to.push('{');
    for (name, value) in sorted {
        push_quoted(name, to);
        to.push(':');
        canonical(value, to);
        to.push(',');
    }
    to.push('}');
}

fn canonical(value: &Json, to: &mut String) {
    match value {
        Json::Object(fields) => canonical_fields(fields.iter(), to),
        Json::Array(items) => {
            to.push('[');
            for item in items {
                canonical(item, to);
                to.push(',');
            }
            to.push(']');
        }
        Json::String(text) => push_quoted(text, to),
        Json::Null => push_quoted("", to),
        Json::Bool(_) | Json::Number(_) => push_quoted(&value.to_string(), to),
    }
}

fn push_quoted(text: &str, to: &mut String) {
    to.push_str(&serde_json::to_string(text).expect("text can be quoted"));
}

impl StoredKey {
    pub(crate) fn new(list: &str, fields: Map<String, Json>) -> Self {
        Self { list: list.to_owned(), fields: fields.into_iter().filter(|(_, value)| !value.is_null()).collect() }
    }

    /// A key that has just been wrapped.
    pub(crate) fn from_wrapped(key: &WrappingKey, wrapped: WrappedKey) -> Self {
        let provider = registry::of(&key.key);
        let mut fields = provider.entry(key, wrapped);
        if provider.is_dated() {
            fields.insert("created_at".to_owned(), now().into());
        }
        Self { list: provider.list().to_owned(), fields: fields.into_iter().collect() }
    }

    /// The list that it is in: `kms`, `age`, `pgp`, `gcp_kms`, `azure_kv`, `hc_vault`, `hckms`, or an unknown one.
    #[must_use]
    pub fn list(&self) -> &str {
        &self.list
    }

    /// The name of the key, in the form of its list.
    #[must_use]
    pub fn id(&self) -> String {
        const OF_OTHERS: &[&str] = &["id", "name", "key_id", "resource_id"];
        let other = || OTHER_KEY_SERVICES.iter().find(|service| service.list == self.list);
        let names = match self.provider() {
            Some(provider) => provider.id_fields(),
            None => other().map_or(OF_OTHERS, |service| service.id_fields),
        };
        let parts: Vec<&str> = names.iter().filter_map(|name| self.text(name)).collect();
        parts.join("/")
    }

    /// When it was wrapped, if that is stated.
    #[must_use]
    pub fn created_at(&self) -> Option<&str> {
        self.text("created_at")
    }

    /// The encryption context with which its provider is asked. Nothing if the metadata has one of another form.
    #[must_use]
    pub fn context(&self) -> EncryptionContext {
        self.access().map(|access| access.context).unwrap_or_default()
    }

    /// The key for wrapping anew, or `None` if kenc cannot wrap with it. Being in a document does not vouch for it:
    /// only [`crate::document::operations::recipients`] has it wrap.
    #[must_use]
    pub(crate) fn wrapping_key(&self) -> Option<WrappingKey> {
        let key = self.provider()?.key_of_entry(&self.id())?;
        Some(WrappingKey { key, access: self.access().ok()? })
    }

    /// The key and how it is used, for display. Wrapping anew needs something that vouches for it.
    #[must_use]
    pub fn key_and_access(&self) -> Option<(KeySpec, KmsAccess)> {
        self.wrapping_key().map(|WrappingKey { key, access }| (key, access))
    }

    /// Whether a key specification names it. One that kenc cannot wrap with is named by none.
    pub(crate) fn is_named_by(&self, key: &KeySpec) -> KeyMatch {
        if self.wrapping_key().is_some() { key.names(&self.name()) } else { KeyMatch::No }
    }

    /// Whether it is exactly the named key, compared as sops does; how it is used is ignored.
    #[must_use]
    pub fn is_key(&self, key: &KeySpec) -> bool {
        self.wrapping_key().is_some_and(|own| own.key == *key)
    }

    /// Whether it is what `key` would make.
    #[must_use]
    pub fn is_of(&self, key: &WrappingKey) -> bool {
        self.wrapping_key().is_some_and(|own| own == *key)
    }

    /// The recipient, as the document names it.
    #[must_use]
    pub fn named_key(&self) -> NamedKey {
        NamedKey::new(self.provider_name(), &self.id(), self.access().unwrap_or_default(), self.identity())
    }

    /// The input for unwrapping.
    pub(crate) fn slot(&self) -> Result<GroupSlot, DocumentError> {
        let text = self.text("enc").unwrap_or_default();
        let ciphertext = match self.provider() {
            Some(provider) => provider
                .ciphertext_of_entry(text)
                .map_err(|fault| DocumentError::Metadata(format!("the wrapped key of {} {fault}", self.id())))?,
            None => text.as_bytes().to_vec(),
        };
        let wrapped = WrappedKey { ciphertext, ..self.name() };
        Ok(GroupSlot { wrapped, access: self.access()? })
    }

    /// Everything that identifies the key and how it is used, and nothing that changes when it wraps anew.
    pub(crate) fn identity(&self) -> String {
        let mut identity = format!("{} ", self.list);
        canonical_fields(self.lasting_fields(), &mut identity);
        identity
    }

    /// All fields but the wrapped key and its time: what the seal covers.
    pub(crate) fn lasting_fields(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.fields.iter().filter(|(name, _)| !matches!(name.as_str(), "enc" | "created_at"))
    }

    pub(crate) fn to_json(&self) -> Map<String, Json> {
        self.fields.clone().into_iter().collect()
    }

    fn access(&self) -> Result<KmsAccess, DocumentError> {
        let Some(provider) = self.provider() else { return Ok(KmsAccess::default()) };
        let access = provider.access_of_entry(&|name| self.fields.get(name).cloned());
        access.map_err(|fault| DocumentError::Metadata(format!("the encryption context of {} {fault}", self.id())))
    }

    /// The provider that wrapped it, if kenc knows it.
    fn provider(&self) -> Option<&'static dyn Provider> {
        registry::by_list(&self.list)
    }

    /// The name of its provider, as in messages and results.
    pub(crate) fn provider_name(&self) -> &str {
        self.provider().map_or(&*self.list, |provider| provider.name())
    }

    /// The slot that names it, without a wrapped key.
    fn name(&self) -> WrappedKey {
        WrappedKey { provider: self.provider_name().to_owned(), key_id: self.id(), ciphertext: Vec::new() }
    }

    /// A field, if it is text and not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
    }
}
