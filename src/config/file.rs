//! The content of a config file: every field that sops knows, and those of kenc.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use regex::Regex;

use super::fields::{Fields, Unknown, Word};
use super::rule::{Indents, OtherService, RuleFormat};
use super::yaml::{self, Content, Node};
use super::{Dialect, OwnConfig};
use crate::context::EncryptionContext;
use crate::document::EncryptionRule;
use crate::error::{ConfigError, ConfigFault};
use crate::keys::TrustedKeys;

/// Most keys that one rule may name, repeated ones included.
const MAX_KEYS: usize = 1000;
/// Most rules that a file may have, repeated ones included.
const MAX_RULES: usize = 1000;

/// What a config file says.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    /// `None` where there is no such field: then the file says nothing about which keys to use.
    pub(super) rules: Option<Vec<RuleEntry>>,
    pub(super) names: BTreeMap<String, Word>,
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
    /// With its line.
    pub(super) threshold: Option<(u64, i64)>,
    pub(super) selection: Option<EncryptionRule>,
    pub(super) mac_only_encrypted: bool,
    pub(super) context: EncryptionContext,
    pub(super) format: Option<RuleFormat>,
    pub(super) require_seal: bool,
}

/// A word for a key, and what the field says in which it stands.
#[derive(Clone, Debug)]
pub(super) struct KeyWord {
    pub(super) word: Word,
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

const FILE_FIELDS: &[&str] = &["creation_rules", "destination_rules", "stores"];
const OUR_FILE_FIELDS: &[&str] = &["keys", "context", "format", "require_seal", "trusted_keys"];
const OWN_FIELDS: &[&str] = &["trusted_keys", "require_seal", "safe_folders"];
const RULE_FIELDS: &[&str] = &[
    "path_regex",
    "kms",
    "aws_profile",
    "age",
    "pgp",
    "gcp_kms",
    "hckms",
    "azure_keyvault",
    "hc_vault_transit_uri",
    "plugins",
    "timeout",
    "key_groups",
    "shamir_threshold",
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
    "mac_only_encrypted",
];
const OUR_RULE_FIELDS: &[&str] = &["keys", "context", "format", "require_seal"];
/// Fields of a rule that name keys, in the order in which sops lists the keys.
const KEY_FIELDS: &[&str] =
    &["keys", "age", "pgp", "kms", "gcp_kms", "hckms", "azure_keyvault", "hc_vault_transit_uri", "plugins"];
const GROUP_FIELDS: &[&str] =
    &["merge", "kms", "gcp_kms", "hckms", "azure_keyvault", "hc_vault", "age", "pgp", "plugins"];
const OUR_GROUP_FIELDS: &[&str] = &["keys"];
const DESTINATION_FIELDS: &[&str] = &[
    "path_regex",
    "s3_bucket",
    "s3_prefix",
    "gcs_bucket",
    "gcs_prefix",
    "vault_path",
    "vault_address",
    "vault_kv_mount_name",
    "vault_kv_version",
    "recreation_rule",
    "omit_extensions",
];

/// Reads a config file.
pub(super) fn parse(path: &Path, text: &str, dialect: Dialect) -> Result<ConfigFile, ConfigError> {
    let roots = yaml::parse(path, text)?;
    if let (Dialect::Kenc, Some(second)) = (dialect, roots.get(1)) {
        let fault = ConfigFault::Syntax("a config is a single YAML document".to_owned());
        return Err(ConfigError::new(path, second.line, fault));
    }
    match roots.first() {
        Some(root) => Reader { path, dialect }.file(root),
        None => Ok(ConfigFile::default()),
    }
}

/// Reads the user's own config, which is about every file and so has no rules.
pub(super) fn parse_own(path: &Path, text: &str) -> Result<OwnConfig, ConfigError> {
    let roots = yaml::parse(path, text)?;
    let Some(root) = roots.first() else { return Ok(OwnConfig::default()) };
    let reader = Reader { path, dialect: Dialect::Kenc };
    let fields = reader.fields(root, "the user config", OWN_FIELDS, &[])?;
    let mut safe_folders = Vec::new();
    for item in fields.list("safe_folders")?.unwrap_or_default() {
        let Word { line, text } = fields.word(item, "safe_folders", "a list of folders")?;
        let folder = PathBuf::from(text);
        if !folder.is_absolute() {
            let wanted = "a list of absolute paths";
            return Err(fields.fault(line, ConfigFault::WrongKind { field: "safe_folders".to_owned(), wanted }));
        }
        safe_folders.push(folder);
    }
    Ok(OwnConfig { trusted_keys: trusted_keys(&fields)?, require_seal: fields.flag("require_seal")?, safe_folders })
}

/// Reads parts of a file.
#[derive(Clone, Copy)]
struct Reader<'a> {
    path: &'a Path,
    dialect: Dialect,
}

impl<'a> Reader<'a> {
    fn fields(
        self,
        node: &'a Node,
        place: &'static str,
        known: &[&'static str],
        ours: &[&'static str],
    ) -> Result<Fields<'a>, ConfigError> {
        let known = match self.dialect {
            Dialect::Kenc => [known, ours].concat(),
            Dialect::Sops => known.to_vec(),
        };
        let unknown = if self.dialect == Dialect::Kenc { Unknown::Refused } else { Unknown::Ignored };
        Fields::new(self.path, node, place, &known, unknown)
    }

    fn file(self, root: &'a Node) -> Result<ConfigFile, ConfigError> {
        let fields = self.fields(root, "a config", FILE_FIELDS, OUR_FILE_FIELDS)?;
        let rules = match fields.list("creation_rules")? {
            Some(items) if items.len() > MAX_RULES => {
                return Err(fields.fault(items[MAX_RULES].line, ConfigFault::TooMuch));
            }
            Some(items) => Some(items.iter().map(|item| self.rule(item)).collect::<Result<Vec<_>, _>>()?),
            None => None,
        };
        let destinations = fields.list("destination_rules")?.unwrap_or_default();
        for destination in destinations {
            self.fields(destination, "a destination rule", DESTINATION_FIELDS, &[])?;
        }
        let indents = self.indents(&fields)?;
        let file = ConfigFile { rules, indents, has_destination_rules: !destinations.is_empty(), ..Default::default() };
        if self.dialect == Dialect::Sops {
            return Ok(file);
        }
        Ok(ConfigFile {
            names: names(&fields)?,
            context: fields.context("context")?,
            format: format(&fields)?,
            require_seal: fields.flag("require_seal")?,
            trusted_keys: trusted_keys(&fields)?,
            ..file
        })
    }

    fn indents(self, fields: &Fields<'a>) -> Result<Indents, ConfigError> {
        const STORES: &[&str] = &["dotenv", "ini", "json_binary", "json", "yaml"];
        let Some(stores) = fields.value("stores") else { return Ok(Indents::default()) };
        let stores = self.fields(stores, "stores", STORES, &[])?;
        let indent = |store: &'static str| -> Result<Option<u8>, ConfigError> {
            let Some(node) = stores.value(store) else { return Ok(None) };
            let fields = self.fields(node, store, &["indent"], &[])?;
            match fields.number("indent")? {
                // To sops this is the tab that it takes when nothing is said.
                None | Some((_, -1)) => Ok(None),
                Some((line, number)) => {
                    u8::try_from(number).ok().filter(|&number| number <= 16).map(Some).ok_or_else(|| {
                        let wanted = "a number of spaces from 0 to 16";
                        fields.fault(line, ConfigFault::WrongKind { field: "indent".to_owned(), wanted })
                    })
                }
            }
        };
        Ok(Indents {
            // sops takes its usual four spaces for 0.
            yaml: indent("yaml")?.filter(|&spaces| spaces > 0),
            json: indent("json")?,
            json_binary: indent("json_binary")?,
        })
    }

    fn rule(self, node: &'a Node) -> Result<RuleEntry, ConfigError> {
        let fields = self.fields(node, "a rule", RULE_FIELDS, OUR_RULE_FIELDS)?;
        if let Content::Null = node.content {
            return Err(fields.fault(node.line, ConfigFault::EmptyRule));
        }
        if let Content::Mapping(members) = &node.content
            && members.is_empty()
        {
            return Err(fields.fault(node.line, ConfigFault::EmptyRule));
        }
        let is_ours = self.dialect == Dialect::Kenc;
        let groups = match fields.list("key_groups")? {
            Some(items) if !items.is_empty() => {
                let own = KEY_FIELDS.iter().find(|field| (is_ours || **field != "keys") && fields.has(field));
                if let Some(field) = own.filter(|_| is_ours) {
                    return Err(fields.fault(node.line, ConfigFault::GroupsAndKeys(field)));
                }
                let group = |item: &'a Rc<Node>| {
                    let mut keys = Vec::new();
                    self.group(item, &mut keys).map(|()| keys)
                };
                items.iter().map(group).collect::<Result<_, _>>()?
            }
            _ => vec![self.keys_of_rule(&fields)?],
        };
        Ok(RuleEntry {
            line: node.line,
            path: fields.pattern("path_regex")?,
            groups,
            threshold: fields.number("shamir_threshold")?,
            selection: selection(&fields)?,
            mac_only_encrypted: fields.flag("mac_only_encrypted")?,
            context: if is_ours { fields.context("context")? } else { EncryptionContext::new() },
            format: if is_ours { format(&fields)? } else { None },
            require_seal: is_ours && fields.flag("require_seal")?,
        })
    }

    /// The keys that stand in the rule itself.
    fn keys_of_rule(self, fields: &Fields<'a>) -> Result<Vec<KeyWord>, ConfigError> {
        let profile = fields.text("aws_profile")?.map(|word| word.text);
        let mut keys = Vec::new();
        for &field in KEY_FIELDS {
            let kind = match field {
                "keys" if self.dialect == Dialect::Sops => continue,
                "keys" => KeyKind::Any,
                "age" => KeyKind::Age,
                "pgp" => KeyKind::Pgp,
                "kms" => KeyKind::AwsKms { role: None, profile: profile.clone(), context: EncryptionContext::new() },
                "gcp_kms" => KeyKind::Other(OtherService::GcpKms),
                "hckms" => KeyKind::Other(OtherService::HuaweiKms),
                "azure_keyvault" => KeyKind::Other(OtherService::AzureKeyVault),
                "hc_vault_transit_uri" => KeyKind::Other(OtherService::HashicorpVault),
                _ => {
                    keys.extend(self.plugins(fields)?);
                    continue;
                }
            };
            keys.extend(fields.words(field)?.into_iter().map(|word| KeyWord { word, kind: kind.clone() }));
        }
        Ok(keys)
    }

    /// Adds the keys of a group, those of the groups that it merges first.
    fn group(self, node: &'a Node, keys: &mut Vec<KeyWord>) -> Result<(), ConfigError> {
        let fields = self.fields(node, "a key group", GROUP_FIELDS, OUR_GROUP_FIELDS)?;
        for merged in fields.list("merge")?.unwrap_or_default() {
            let before = keys.len();
            self.group(merged, keys)?;
            // An empty group merged again and again would be work without end that no count of keys notices.
            if keys.len() == before || keys.len() > MAX_KEYS {
                return Err(if keys.len() > MAX_KEYS {
                    fields.fault(merged.line, ConfigFault::TooMuch)
                } else {
                    fields.fault(merged.line, ConfigFault::EmptyGroup)
                });
            }
        }
        let plain: &[(&str, KeyKind)] = &[("keys", KeyKind::Any), ("age", KeyKind::Age), ("pgp", KeyKind::Pgp)];
        for (field, kind) in plain.iter().filter(|(field, _)| self.dialect == Dialect::Kenc || *field != "keys") {
            keys.extend(fields.words(field)?.into_iter().map(|word| KeyWord { word, kind: kind.clone() }));
        }
        for item in fields.list("kms")?.unwrap_or_default() {
            let key = self.fields(item, "a KMS key", &["arn", "role", "context", "aws_profile"], &[])?;
            let kind = KeyKind::AwsKms {
                role: key.text("role")?.map(|word| word.text),
                profile: key.text("aws_profile")?.map(|word| word.text),
                context: key.context("context")?,
            };
            keys.push(KeyWord { word: required(&key, "arn")?, kind });
        }
        for item in fields.list("gcp_kms")?.unwrap_or_default() {
            let key = self.fields(item, "a GCP key", &["resource_id"], &[])?;
            keys.push(KeyWord { word: required(&key, "resource_id")?, kind: KeyKind::Other(OtherService::GcpKms) });
        }
        for item in fields.list("hckms")?.unwrap_or_default() {
            let key = self.fields(item, "a Huawei key", &["key_id"], &[])?;
            keys.push(KeyWord { word: required(&key, "key_id")?, kind: KeyKind::Other(OtherService::HuaweiKms) });
        }
        for item in fields.list("azure_keyvault")?.unwrap_or_default() {
            let key = self.fields(item, "an Azure key", &["vaultUrl", "key", "version"], &[])?;
            let (vault, name) = (required(&key, "vaultUrl")?, required(&key, "key")?);
            let mut text = format!("{}/keys/{}", vault.text.trim_end_matches('/'), name.text);
            if let Some(version) = key.text("version")? {
                text.extend(["/", &version.text]);
            }
            let word = Word { line: vault.line, text };
            keys.push(KeyWord { word, kind: KeyKind::Other(OtherService::AzureKeyVault) });
        }
        for word in fields.words("hc_vault")? {
            keys.push(KeyWord { word, kind: KeyKind::Other(OtherService::HashicorpVault) });
        }
        keys.extend(self.plugins(&fields)?);
        Ok(())
    }

    fn plugins(self, fields: &Fields<'a>) -> Result<Vec<KeyWord>, ConfigError> {
        const PLUGIN: &[&str] = &["timeout", "binary_name", "instance_id", "config"];
        let plugin = |item: &'a Rc<Node>| {
            let plugin = self.fields(item, "a plugin", PLUGIN, &[])?;
            Ok(KeyWord { word: required(&plugin, "binary_name")?, kind: KeyKind::Other(OtherService::Plugin) })
        };
        fields.list("plugins")?.unwrap_or_default().iter().map(plugin).collect()
    }
}

fn required(fields: &Fields<'_>, field: &'static str) -> Result<Word, ConfigError> {
    fields.text(field)?.ok_or_else(|| {
        let wanted = "given";
        fields.fault(fields.node.line, ConfigFault::WrongKind { field: field.to_owned(), wanted })
    })
}

fn selection(fields: &Fields<'_>) -> Result<Option<EncryptionRule>, ConfigError> {
    let mut selection: Option<EncryptionRule> = None;
    for name in EncryptionRule::NAMES {
        let Some(word) = fields.text(name)? else { continue };
        if name.ends_with("regex") {
            fields.pattern(name)?;
        }
        if let Some(first) = selection {
            return Err(fields.fault(word.line, ConfigFault::TwoSelections { first: first.name(), second: name }));
        }
        selection = EncryptionRule::from_name(name, &word.text);
    }
    Ok(selection)
}

fn format(fields: &Fields<'_>) -> Result<Option<RuleFormat>, ConfigError> {
    let Some(Word { line, text }) = fields.text("format")? else { return Ok(None) };
    let format = RuleFormat::ALL.into_iter().find(|format| format.word() == text);
    let wanted = "kenc, aws-esdk or values";
    let wrong = || fields.fault(line, ConfigFault::WrongKind { field: "format".to_owned(), wanted });
    format.map(Some).ok_or_else(wrong)
}

/// Names for keys. A list, such as configs for sops often begin with, holds anchors only, and names nothing.
fn names(fields: &Fields<'_>) -> Result<BTreeMap<String, Word>, ConfigError> {
    let mut names = BTreeMap::new();
    let Some(node) = fields.value("keys") else { return Ok(names) };
    match &node.content {
        Content::Sequence(_) => {}
        Content::Mapping(members) => {
            for member in members {
                let word = fields.word(&member.value, &member.key, "a key")?;
                if word.text.starts_with('@') {
                    return Err(fields.fault(member.line, ConfigFault::NameOfName(member.key.clone())));
                }
                names.insert(member.key.clone(), word);
            }
        }
        _ => {
            let wanted = "a mapping of names to keys";
            return Err(fields.fault(node.line, ConfigFault::WrongKind { field: "keys".to_owned(), wanted }));
        }
    }
    Ok(names)
}

fn trusted_keys(fields: &Fields<'_>) -> Result<Option<TrustedKeys>, ConfigError> {
    let Some(items) = fields.list("trusted_keys")? else { return Ok(None) };
    let mut trusted = TrustedKeys::none();
    for item in items {
        let Word { line, text } = fields.word(item, "trusted_keys", "a list of strings")?;
        trusted.add(&text).map_err(|()| fields.fault(line, ConfigFault::TrustedKey(text)))?;
    }
    Ok(Some(trusted))
}
