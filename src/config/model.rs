//! Every field that a config can have. The name of a type is what messages call such a part; a field whose name begins with
//! `kenc ` is kenc's own, and not read in a config of sops.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fields::Lined;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename = "a config")]
pub(super) struct FileFields {
    pub(super) creation_rules: Option<Vec<Lined<Option<RuleFields>>>>,
    pub(super) destination_rules: Option<Vec<DestinationFields>>,
    pub(super) stores: Option<StoresFields>,
    #[serde(rename = "kenc keys")]
    pub(super) names: KeyNames,
    #[serde(rename = "kenc context")]
    pub(super) context: Option<Pairs>,
    #[serde(rename = "kenc format", deserialize_with = "text")]
    pub(super) format: Option<Lined<String>>,
    #[serde(rename = "kenc require_seal")]
    pub(super) require_seal: Option<bool>,
    #[serde(rename = "kenc trusted_keys")]
    pub(super) trusted_keys: Option<Vec<Lined<String>>>,
}

/// The user's own config, which is about every file and so has no rules.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename = "the user config")]
pub(super) struct UserFields {
    pub(super) trusted_keys: Option<Vec<Lined<String>>>,
    pub(super) require_seal: Option<bool>,
    pub(super) safe_folders: Option<Vec<Lined<String>>>,
    pub(super) audit_log: Option<Lined<String>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename = "a rule")]
pub(super) struct RuleFields {
    #[serde(deserialize_with = "text")]
    pub(super) path_regex: Option<Lined<String>>,
    #[serde(rename = "kenc keys")]
    pub(super) keys: KeyWords,
    pub(super) age: KeyWords,
    pub(super) pgp: KeyWords,
    pub(super) kms: KeyWords,
    #[serde(deserialize_with = "text")]
    pub(super) aws_profile: Option<Lined<String>>,
    pub(super) gcp_kms: KeyWords,
    pub(super) hckms: KeyWords,
    pub(super) azure_keyvault: KeyWords,
    pub(super) hc_vault_transit_uri: KeyWords,
    pub(super) plugins: Option<Vec<Lined<PluginFields>>>,
    pub(super) timeout: IgnoredField,
    pub(super) key_groups: Option<Vec<Lined<GroupFields>>>,
    pub(super) shamir_threshold: Option<Lined<i64>>,
    #[serde(deserialize_with = "text")]
    pub(super) unencrypted_suffix: Option<Lined<String>>,
    #[serde(deserialize_with = "text")]
    pub(super) encrypted_suffix: Option<Lined<String>>,
    #[serde(deserialize_with = "text")]
    pub(super) unencrypted_regex: Option<Lined<String>>,
    #[serde(deserialize_with = "text")]
    pub(super) encrypted_regex: Option<Lined<String>>,
    #[serde(deserialize_with = "text")]
    pub(super) unencrypted_comment_regex: Option<Lined<String>>,
    #[serde(deserialize_with = "text")]
    pub(super) encrypted_comment_regex: Option<Lined<String>>,
    pub(super) mac_only_encrypted: Option<bool>,
    #[serde(rename = "kenc context")]
    pub(super) context: Option<Pairs>,
    #[serde(rename = "kenc format", deserialize_with = "text")]
    pub(super) format: Option<Lined<String>>,
    #[serde(rename = "kenc require_seal")]
    pub(super) require_seal: Option<bool>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename = "a key group")]
pub(super) struct GroupFields {
    pub(super) merge: Option<Vec<Lined<GroupFields>>>,
    #[serde(rename = "kenc keys")]
    pub(super) keys: KeyWords,
    pub(super) age: KeyWords,
    pub(super) pgp: KeyWords,
    pub(super) kms: Option<Vec<KmsFields>>,
    pub(super) gcp_kms: Option<Vec<GcpFields>>,
    pub(super) hckms: Option<Vec<HuaweiFields>>,
    pub(super) azure_keyvault: Option<Vec<AzureFields>>,
    pub(super) hc_vault: KeyWords,
    pub(super) plugins: Option<Vec<Lined<PluginFields>>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename = "a KMS key")]
pub(super) struct KmsFields {
    pub(super) arn: Lined<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) role: Option<Lined<String>>,
    #[serde(default)]
    pub(super) context: Option<Pairs>,
    #[serde(default, deserialize_with = "text")]
    pub(super) aws_profile: Option<Lined<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename = "a GCP key")]
pub(super) struct GcpFields {
    pub(super) resource_id: Lined<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename = "a Huawei key")]
pub(super) struct HuaweiFields {
    pub(super) key_id: Lined<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename = "an Azure key")]
pub(super) struct AzureFields {
    #[serde(rename = "vaultUrl")]
    pub(super) vault: Lined<String>,
    pub(super) key: Lined<String>,
    #[serde(default, deserialize_with = "text")]
    pub(super) version: Option<Lined<String>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename = "a plugin")]
pub(super) struct PluginFields {
    pub(super) binary_name: Lined<String>,
    #[serde(default)]
    pub(super) timeout: IgnoredField,
    #[serde(default)]
    pub(super) instance_id: IgnoredField,
    #[serde(default)]
    pub(super) config: IgnoredField,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename = "stores")]
pub(super) struct StoresFields {
    pub(super) dotenv: StoreFields,
    pub(super) ini: StoreFields,
    pub(super) json_binary: StoreFields,
    pub(super) json: StoreFields,
    pub(super) yaml: StoreFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename = "a store")]
pub(super) struct StoreFields {
    pub(super) indent: Option<Lined<i64>>,
}

/// Rules for `sops publish`, which kenc does not do.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename = "a destination rule")]
pub(super) struct DestinationFields {
    pub(super) path_regex: IgnoredField,
    pub(super) s3_bucket: IgnoredField,
    pub(super) s3_prefix: IgnoredField,
    pub(super) gcs_bucket: IgnoredField,
    pub(super) gcs_prefix: IgnoredField,
    pub(super) vault_path: IgnoredField,
    pub(super) vault_address: IgnoredField,
    pub(super) vault_kv_mount_name: IgnoredField,
    pub(super) vault_kv_version: IgnoredField,
    pub(super) recreation_rule: IgnoredField,
    pub(super) omit_extensions: IgnoredField,
}

/// A field that sops has and kenc does not use.
#[derive(Debug, Default, PartialEq)]
pub(super) struct IgnoredField;

impl<'de> Deserialize<'de> for IgnoredField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Words for keys: in a text with commas between them, in a list, or in such texts in a list.
#[derive(Debug, Default, PartialEq)]
pub(super) struct KeyWords(pub(super) Vec<Lined<String>>);

impl<'de> Deserialize<'de> for KeyWords {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Lined { line, value } = Lined::<WordTexts>::deserialize(deserializer)?;
        let texts = match value {
            WordTexts::One(text) => vec![Lined { line, value: text }],
            WordTexts::List(texts) => texts,
        };
        let mut words = Vec::new();
        for Lined { line, value } in texts {
            let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
            words.extend(parts.map(|part| Lined { line, value: part.to_owned() }));
        }
        Ok(Self(words))
    }
}

enum WordTexts {
    One(String),
    List(Vec<Lined<String>>),
}

impl<'de> Deserialize<'de> for WordTexts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordTextsVisitor)
    }
}

struct WordTextsVisitor;

impl<'de> Visitor<'de> for WordTextsVisitor {
    type Value = WordTexts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a comma-separated string or a list of strings")
    }

    fn visit_unit<E>(self) -> Result<WordTexts, E> {
        Ok(WordTexts::List(Vec::new()))
    }

    fn visit_str<E>(self, text: &str) -> Result<WordTexts, E> {
        Ok(WordTexts::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<WordTexts, A::Error> {
        let mut texts = Vec::new();
        while let Some(Lined { line, value }) = items.next_element::<Lined<WordTexts>>()? {
            match value {
                WordTexts::One(value) => texts.push(Lined { line, value }),
                WordTexts::List(list) if list.is_empty() => {}
                WordTexts::List(_) => return Err(serde::de::Error::invalid_type(serde::de::Unexpected::Seq, &self)),
            }
        }
        Ok(WordTexts::List(texts))
    }
}

/// Pairs of text, in their order. A value that is null is an empty text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Pairs(pub(super) Vec<(Lined<String>, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = members.next_entry::<_, Option<String>>()? {
            pairs.push((key, value.unwrap_or_default()));
        }
        Ok(Pairs(pairs))
    }
}

/// Names for keys. A list, such as configs for sops often begin with, holds anchors only, and names nothing.
#[derive(Debug, Default)]
pub(super) struct KeyNames(pub(super) Vec<(Lined<String>, Lined<String>)>);

impl<'de> Deserialize<'de> for KeyNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyNamesVisitor)
    }
}

struct KeyNamesVisitor;

impl<'de> Visitor<'de> for KeyNamesVisitor {
    type Value = KeyNames;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of names to keys")
    }

    fn visit_unit<E>(self) -> Result<KeyNames, E> {
        Ok(KeyNames::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<KeyNames, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(KeyNames::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<KeyNames, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = members.next_entry()? {
            names.push(name);
        }
        Ok(KeyNames(names))
    }
}

/// A text that is not empty: to sops an empty one is as good as none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Lined<String>>, D::Error> {
    Ok(Option::<Lined<String>>::deserialize(deserializer)?.filter(|text| !text.value.is_empty()))
}
