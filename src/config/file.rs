//! What a config file says, understood as far as it is for no file in particular.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;

use super::creation_rule::{Indents, OtherService, RuleFormat};
use super::dialect::Dialect;
use super::fields::{LineFault, Lined, read};
use super::model::{
    AzureFields, FileFields, GroupFields, KeyWords, KmsFields, Pairs, PluginFields, RuleFields, StoreFields,
    StoresFields,
};
use super::yaml;
use crate::context::EncryptionContext;
use crate::document::EncryptionRule;
use crate::error::{ConfigError, ConfigFault};
use crate::keys::TrustedKeys;
use crate::pattern;

/// Most keys that one rule may name, repeated ones included.
const MAX_KEYS: usize = 1000;
/// Most rules that a file may have, repeated ones included.
const MAX_RULES: usize = 1000;

/// What a config file says.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    /// `None` where there is no such field: then the file says nothing about which keys to use.
    pub(super) rules: Option<Vec<RuleEntry>>,
    pub(super) names: BTreeMap<String, Lined<String>>,
    pub(super) context: EncryptionContext,
    pub(super) format: Option<RuleFormat>,
    pub(super) require_seal: bool,
    pub(super) trusted_keys: Option<TrustedKeys>,
    pub(super) indents: Indents,
    pub(super) has_destination_rules: bool,
}

/// A rule, with key words that are read when it is the one to be used.
#[derive(Debug)]
pub(super) struct RuleEntry {
    pub(super) line: u64,
    /// `None` matches every path.
    pub(super) path: Option<Regex>,
    pub(super) groups: Vec<Vec<KeyWord>>,
    pub(super) threshold: Option<Lined<i64>>,
    pub(super) selection: Option<EncryptionRule>,
    pub(super) mac_only_encrypted: bool,
    pub(super) context: EncryptionContext,
    pub(super) format: Option<RuleFormat>,
    pub(super) require_seal: bool,
}

/// A word for a key, and what the field says in which it stands.
#[derive(Clone, Debug)]
pub(super) struct KeyWord {
    pub(super) word: Lined<String>,
    pub(super) kind: KeyKind,
}

#[derive(Clone, Debug)]
pub(super) enum KeyKind {
    /// May carry `+ROLE` and `|KEY:VALUE`, if it is of a rule itself.
    AwsKms {
        role: Option<String>,
        profile: Option<String>,
        context: EncryptionContext,
    },
    Age,
    Pgp,
    Other(OtherService),
    /// Any word for a key that `-k` takes: kenc's own field.
    Any,
}

/// Reads a config file.
pub(super) fn parse(path: &Path, text: &str, dialect: Dialect) -> Result<ConfigFile, ConfigError> {
    let roots = yaml::parse(path, text)?;
    if let (Dialect::Kenc, Some(second)) = (dialect, roots.get(1)) {
        let fault = ConfigFault::Syntax("a config is a single YAML document".to_owned());
        return Err(ConfigError::new(path, second.line, fault));
    }
    let Some(root) = roots.first() else { return Ok(ConfigFile::default()) };
    let understood = read(root, dialect).and_then(|fields| config_file(fields, dialect));
    understood.map_err(|LineFault { line, fault }| ConfigError::new(path, line, fault))
}

fn config_file(fields: FileFields, dialect: Dialect) -> Result<ConfigFile, LineFault> {
    let FileFields { creation_rules, destination_rules, stores, names, context, format, require_seal, trusted_keys } =
        fields;
    if let Some(one_more) = creation_rules.as_ref().and_then(|rules| rules.get(MAX_RULES)) {
        return Err(LineFault::new(one_more.line, ConfigFault::TooMuch));
    }
    // sops passes over a rule that is null.
    let is_read = |rule: &Lined<Option<RuleFields>>| dialect == Dialect::Kenc || rule.value.is_some();
    let entry = |rule| rule_entry(rule, dialect);
    let rules = creation_rules.map(|rules| rules.into_iter().filter(is_read).map(entry).collect());
    let mut words = BTreeMap::new();
    for (name, word) in names.0 {
        if word.value.starts_with('@') {
            return Err(LineFault::new(name.line, ConfigFault::NameOfName(name.value)));
        }
        words.insert(name.value, word);
    }
    Ok(ConfigFile {
        rules: rules.transpose()?,
        names: words,
        context: pairs(context)?,
        format: rule_format(format)?,
        require_seal: require_seal.unwrap_or_default(),
        trusted_keys: trusted_keys.map(trusted).transpose()?,
        indents: indents(stores.unwrap_or_default())?,
        has_destination_rules: destination_rules.is_some_and(|rules| !rules.is_empty()),
    })
}

fn rule_entry(Lined { line, value }: Lined<Option<RuleFields>>, dialect: Dialect) -> Result<RuleEntry, LineFault> {
    // To sops, a rule that says nothing is for every file, and names no key.
    let rule = value.filter(|rule| dialect == Dialect::Sops || *rule != RuleFields::default());
    let mut rule = rule.ok_or_else(|| LineFault::new(line, ConfigFault::EmptyRule))?;
    let groups = match rule.key_groups.take() {
        Some(groups) if !groups.is_empty() => {
            if let (Dialect::Kenc, Some(field)) = (dialect, field_with_keys(&rule)) {
                return Err(LineFault::new(line, ConfigFault::GroupsAndKeys(field)));
            }
            groups.into_iter().map(|group| group_words(group.value)).collect::<Result<_, _>>()?
        }
        _ => vec![rule_words(&mut rule)],
    };
    if groups.iter().map(Vec::len).sum::<usize>() > MAX_KEYS {
        return Err(LineFault::new(line, ConfigFault::TooMuch));
    }
    Ok(RuleEntry {
        line,
        groups,
        selection: selection(&mut rule)?,
        path: rule.path_regex.map(|text| regex("path_regex", &text)).transpose()?,
        threshold: rule.shamir_threshold,
        mac_only_encrypted: rule.mac_only_encrypted.unwrap_or_default(),
        context: pairs(rule.context)?,
        format: rule_format(rule.format)?,
        require_seal: rule.require_seal.unwrap_or_default(),
    })
}

/// The keys that stand in the rule itself, in the order in which sops lists them.
fn rule_words(rule: &mut RuleFields) -> Vec<KeyWord> {
    let profile = rule.aws_profile.take().map(|profile| profile.value);
    let kms = KeyKind::AwsKms { role: None, profile, context: EncryptionContext::new() };
    let mut keys = Vec::new();
    for (words, kind) in [
        (&mut rule.keys, KeyKind::Any),
        (&mut rule.age, KeyKind::Age),
        (&mut rule.pgp, KeyKind::Pgp),
        (&mut rule.kms, kms),
        (&mut rule.gcp_kms, KeyKind::Other(OtherService::GcpKms)),
        (&mut rule.hckms, KeyKind::Other(OtherService::HuaweiKms)),
        (&mut rule.azure_keyvault, KeyKind::Other(OtherService::AzureKeyVault)),
        (&mut rule.hc_vault_transit_uri, KeyKind::Other(OtherService::HashicorpVault)),
    ] {
        keys.extend(key_words(std::mem::take(words), &kind));
    }
    keys.extend(plugins(rule.plugins.take()));
    keys
}

/// The first field of a rule itself that names keys.
fn field_with_keys(rule: &RuleFields) -> Option<&'static str> {
    let lists = [
        ("keys", &rule.keys),
        ("age", &rule.age),
        ("pgp", &rule.pgp),
        ("kms", &rule.kms),
        ("gcp_kms", &rule.gcp_kms),
        ("hckms", &rule.hckms),
        ("azure_keyvault", &rule.azure_keyvault),
        ("hc_vault_transit_uri", &rule.hc_vault_transit_uri),
    ];
    let with_keys = lists.into_iter().find(|(_, words)| !words.0.is_empty());
    with_keys.map(|(field, _)| field).or(rule.plugins.as_ref().map(|_| "plugins"))
}

/// The keys of a group, those of the groups that it merges first.
fn group_words(group: GroupFields) -> Result<Vec<KeyWord>, LineFault> {
    let GroupFields { merge, keys, age, pgp, kms, gcp_kms, hckms, azure_keyvault, hc_vault, plugins: of_plugins } =
        group;
    let mut words = Vec::new();
    for Lined { line, value } in merge.unwrap_or_default() {
        let merged = group_words(value)?;
        if merged.is_empty() {
            return Err(LineFault::new(line, ConfigFault::EmptyGroup));
        }
        words.extend(merged);
    }
    words.extend(key_words(keys, &KeyKind::Any));
    words.extend(key_words(age, &KeyKind::Age));
    words.extend(key_words(pgp, &KeyKind::Pgp));
    for KmsFields { arn, role, context, aws_profile } in kms.unwrap_or_default() {
        let (role, profile) = (role.map(|role| role.value), aws_profile.map(|profile| profile.value));
        words.push(KeyWord { word: arn, kind: KeyKind::AwsKms { role, profile, context: pairs(context)? } });
    }
    let other = |service| move |word| KeyWord { word, kind: KeyKind::Other(service) };
    words.extend(gcp_kms.into_iter().flatten().map(|key| key.resource_id).map(other(OtherService::GcpKms)));
    words.extend(hckms.into_iter().flatten().map(|key| key.key_id).map(other(OtherService::HuaweiKms)));
    words.extend(azure_keyvault.into_iter().flatten().map(azure_url).map(other(OtherService::AzureKeyVault)));
    words.extend(hc_vault.0.into_iter().map(other(OtherService::HashicorpVault)));
    words.extend(plugins(of_plugins));
    Ok(words)
}

fn key_words(words: KeyWords, kind: &KeyKind) -> impl Iterator<Item = KeyWord> {
    words.0.into_iter().map(|word| KeyWord { word, kind: kind.clone() })
}

fn azure_url(AzureFields { vault, key, version }: AzureFields) -> Lined<String> {
    let mut url = format!("{}/keys/{}", vault.value.trim_end_matches('/'), key.value);
    if let Some(version) = version {
        url.extend(["/", &version.value]);
    }
    Lined { line: vault.line, value: url }
}

fn plugins(plugins: Option<Vec<Lined<PluginFields>>>) -> impl Iterator<Item = KeyWord> {
    let kind = || KeyKind::Other(OtherService::Plugin);
    plugins.into_iter().flatten().map(move |plugin| KeyWord { word: plugin.value.binary_name, kind: kind() })
}

fn selection(rule: &mut RuleFields) -> Result<Option<EncryptionRule>, LineFault> {
    let fields = [
        rule.unencrypted_suffix.take(),
        rule.encrypted_suffix.take(),
        rule.unencrypted_regex.take(),
        rule.encrypted_regex.take(),
        rule.unencrypted_comment_regex.take(),
        rule.encrypted_comment_regex.take(),
    ];
    let mut selection: Option<EncryptionRule> = None;
    for (name, field) in EncryptionRule::NAMES.into_iter().zip(fields) {
        let Some(text) = field else { continue };
        if name.ends_with("regex") {
            regex(name, &text)?;
        }
        if let Some(first) = selection {
            let fault = ConfigFault::TwoSelections { first: first.name(), second: name };
            return Err(LineFault::new(text.line, fault));
        }
        selection = EncryptionRule::from_name(name, &text.value);
    }
    Ok(selection)
}

fn regex(field: &'static str, text: &Lined<String>) -> Result<Regex, LineFault> {
    pattern::compile(&text.value).map_err(|fault| LineFault::new(text.line, ConfigFault::Pattern { field, fault }))
}

fn rule_format(format: Option<Lined<String>>) -> Result<Option<RuleFormat>, LineFault> {
    let Some(Lined { line, value }) = format else { return Ok(None) };
    let format = RuleFormat::ALL.into_iter().find(|format| format.word() == value);
    let wrong = || {
        let (field, wanted) = ("format".to_owned(), "kenc, age, aws-esdk or values".to_owned());
        LineFault::new(line, ConfigFault::WrongKind { field, wanted })
    };
    format.map(Some).ok_or_else(wrong)
}

fn pairs(pairs: Option<Pairs>) -> Result<EncryptionContext, LineFault> {
    let mut context = EncryptionContext::new();
    for (key, value) in pairs.into_iter().flat_map(|pairs| pairs.0) {
        context.insert(&key.value, &value).map_err(|fault| LineFault::new(key.line, fault))?;
    }
    Ok(context)
}

pub(super) fn trusted(words: Vec<Lined<String>>) -> Result<TrustedKeys, LineFault> {
    let mut trusted = TrustedKeys::none();
    for Lined { line, value } in words {
        trusted.add(&value).map_err(|()| LineFault::new(line, ConfigFault::TrustedKey(value)))?;
    }
    Ok(trusted)
}

fn indents(StoresFields { json_binary, json, yaml, .. }: StoresFields) -> Result<Indents, LineFault> {
    Ok(Indents {
        // sops takes its usual four spaces for 0.
        yaml: indent(&yaml)?.filter(|&spaces| spaces > 0),
        json: indent(&json)?,
        json_binary: indent(&json_binary)?,
    })
}

fn indent(StoreFields { indent }: &StoreFields) -> Result<Option<u8>, LineFault> {
    match indent {
        // To sops this is the tab that it takes when nothing is said.
        None | Some(Lined { value: -1, .. }) => Ok(None),
        Some(Lined { line, value }) => {
            u8::try_from(*value).ok().filter(|&number| number <= 16).map(Some).ok_or_else(|| {
                let (field, wanted) = ("indent".to_owned(), "a number of spaces from 0 to 16".to_owned());
                LineFault::new(*line, ConfigFault::WrongKind { field, wanted })
            })
        }
    }
}
