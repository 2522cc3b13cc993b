//! One wrapped key of a document, as its metadata has it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value as Json};

use crate::context::EncryptionContext;
use crate::document::sops::fields::is_empty;
use crate::document::sops::timestamp::now;
use crate::error::DocumentError;
use crate::keys::{
    AGE, AWS_KMS, AgeRecipient, GroupSlot, KeySpec, KmsAccess, KmsKey, NamedKey, PGP, PgpFingerprint, WrappedKey,
    WrappingKey,
};

/// The lists of keys that sops knows, in the order in which it has them.
pub(crate) const LISTS: [&str; 7] = [KMS, "gcp_kms", "hckms", "azure_kv", "hc_vault", PGP, AGE];
const KMS: &str = "kms";

/// A wrapped key of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    list: String,
    fields: BTreeMap<String, Json>,
}

/// Writes fields in their one form, whatever the notation makes of them: sorted, without those that are empty, and every
/// single value as text.
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

    /// A key that was just wrapped.
    pub(crate) fn from_wrapped(key: &WrappingKey, wrapped: WrappedKey) -> Self {
        let WrappedKey { provider, key_id, ciphertext } = wrapped;
        let armor = |bytes| Json::String(String::from_utf8(bytes).expect("armor is ASCII"));
        let mut fields = BTreeMap::new();
        let mut put = |name: &str, value: Json| {
            fields.insert(name.to_owned(), value);
        };
        let list = match provider.as_str() {
            AWS_KMS => {
                let KmsAccess { context, role, profile } = &key.access;
                // An ARN is kept as it was given, so that it is found again in the config that gave it. Words that are no
                // ARN say nothing without a region and an account.
                let given = key.key.to_string();
                put("arn", if given.starts_with("arn:") { given } else { key_id }.into());
                put("enc", BASE64_STANDARD.encode(ciphertext).into());
                put("aws_profile", profile.clone().unwrap_or_default().into());
                if let Some(role) = role {
                    put("role", role.as_str().into());
                }
                if !context.is_empty() {
                    put("context", Json::Object(context.iter().map(|(k, v)| (k.to_owned(), v.into())).collect()));
                }
                KMS
            }
            AGE => {
                put("recipient", key_id.into());
                put("enc", armor(ciphertext));
                AGE
            }
            _ => {
                put("fp", key_id.into());
                put("enc", armor(ciphertext));
                PGP
            }
        };
        if list != AGE {
            put("created_at", now().into());
        }
        Self { list: list.to_owned(), fields }
    }

    /// The list that it is in: `kms`, `age`, `pgp`, `gcp_kms`, `azure_kv`, `hc_vault`, `hckms`, or one that is not known.
    #[must_use]
    pub fn list(&self) -> &str {
        &self.list
    }

    /// The name of the key, whose form depends on the list.
    #[must_use]
    pub fn id(&self) -> String {
        let names: &[&str] = match self.list.as_str() {
            KMS => &["arn"],
            AGE => &["recipient"],
            PGP => &["fp"],
            "gcp_kms" => &["resource_id"],
            "hckms" => &["key_id"],
            "azure_kv" => &["vault_url", "name", "version"],
            "hc_vault" => &["vault_address", "engine_path", "key_name"],
            _ => &["id", "name", "key_id", "resource_id"],
        };
        let parts: Vec<&str> = names.iter().filter_map(|name| self.text(name)).collect();
        parts.join("/")
    }

    /// When it was wrapped, if that is stated.
    #[must_use]
    pub fn created_at(&self) -> Option<&str> {
        self.text("created_at")
    }

    /// The key as it would wrap anew, or `None` if kenc cannot have it do so. That it stands in a document does not vouch for
    /// it: only [`crate::document::operations::recipients`] has it wrap.
    #[must_use]
    pub(crate) fn wrapping_key(&self) -> Option<WrappingKey> {
        let key = match self.list.as_str() {
            KMS => KeySpec::AwsKms(KmsKey::from_document(self.text("arn")?)?),
            AGE => KeySpec::Age(AgeRecipient::from_word(self.text("recipient")?).ok()??),
            PGP => KeySpec::Pgp(PgpFingerprint::from_fingerprint(self.text("fp")?)?),
            _ => return None,
        };
        Some(WrappingKey { key, access: self.access().ok()? })
    }

    /// The key and how it is asked, for those who look at it. To wrap anew takes somebody who vouches for it.
    #[must_use]
    pub fn key_and_access(&self) -> Option<(KeySpec, KmsAccess)> {
        self.wrapping_key().map(|WrappingKey { key, access }| (key, access))
    }

    /// Whether it is a key; how that is asked does not matter.
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
        let provider = if self.list == KMS { AWS_KMS } else { &self.list };
        NamedKey::new(provider, &self.id(), self.access().unwrap_or_default(), self.identity())
    }

    /// What is to be unwrapped.
    pub(crate) fn slot(&self) -> Result<GroupSlot, DocumentError> {
        let enc = self.text("enc").unwrap_or_default();
        let (provider, ciphertext) = match self.list.as_str() {
            KMS => {
                let fault = || DocumentError::Metadata(format!("the wrapped key of {} is not base64", self.id()));
                (AWS_KMS, BASE64_STANDARD.decode(enc).map_err(|_| fault())?)
            }
            list => (list, enc.as_bytes().to_vec()),
        };
        let wrapped = WrappedKey { provider: provider.to_owned(), key_id: self.id(), ciphertext };
        Ok(GroupSlot { wrapped, access: self.access()? })
    }

    /// Everything that says which key it is and how it is asked, and nothing of what changes when it wraps anew.
    pub(crate) fn identity(&self) -> String {
        let mut identity = format!("{} ", self.list);
        canonical_fields(self.lasting_fields(), &mut identity);
        identity
    }

    /// All fields but the wrapped key and the time at which it was wrapped: what the seal covers.
    pub(crate) fn lasting_fields(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.fields.iter().filter(|(name, _)| !matches!(name.as_str(), "enc" | "created_at"))
    }

    pub(crate) fn to_json(&self) -> Map<String, Json> {
        self.fields.clone().into_iter().collect()
    }

    fn access(&self) -> Result<KmsAccess, DocumentError> {
        if self.list != KMS {
            return Ok(KmsAccess::default());
        }
        let fault = |fault: &str| DocumentError::Metadata(format!("the encryption context of {} {fault}", self.id()));
        let mut context = EncryptionContext::new();
        match self.fields.get("context") {
            None => {}
            Some(Json::Object(pairs)) => {
                for (key, value) in pairs {
                    let value = value.as_str().ok_or_else(|| fault("has a value that is not text"))?;
                    context.insert(key, value).map_err(|error| fault(&format!("cannot be used: {error}")))?;
                }
            }
            Some(_) => return Err(fault("is not a mapping")),
        }
        let named = |name: &str| self.text(name).map(str::to_owned);
        Ok(KmsAccess { context, role: named("role"), profile: named("aws_profile") })
    }

    /// A field, if it is text and not empty.
    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
    }
}
