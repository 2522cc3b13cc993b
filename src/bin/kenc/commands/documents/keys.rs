//! Which keys `rewrap` and `rotate` give to config documents, and what they say of that.

use std::path::Path;

use kenc::config::{CreationRule, OtherService, RuleKey, add_context};
use kenc::context::EncryptionContext;
use kenc::document::{GroupDifference, Metadata, NewKeys, StoredKey, WantedKey};
use kenc::error::Error;
use kenc::keys::{KmsKey, Rewrapper};
use serde_json::{Value, json};

use crate::args::documents::{DocumentChangeArgs, FromConfigArgs};
use crate::commands::changing::Target;
use crate::failure::{Cause, Failure};
use kenc::ops::configs::Configs;

/// Where the keys of documents come from in a run.
pub struct KeysOfDocuments<'a> {
    /// Knows the change that was typed, and what aliases mean.
    pub rewrapper: &'a Rewrapper<'a>,
    pub configs: &'a Configs,
    pub args: &'a DocumentChangeArgs,
    pub from_config: &'a FromConfigArgs,
}

impl KeysOfDocuments<'_> {
    /// The keys that a document is to have. No key is asked for it; what an alias means may be looked up.
    pub fn of(&self, metadata: &Metadata, target: &Target) -> Result<NewKeys, Failure> {
        let Self { rewrapper, args, from_config, .. } = self;
        let resolve = |key: &KmsKey| rewrapper.resolved(key);
        let path = target.path();
        if !from_config.from_config {
            let group = args.group.map(usize::from);
            let context = self.context(path)?;
            return metadata.keys_changed(rewrapper.change(), group, &context, &resolve).map_err(target.about());
        }
        self.listed(&self.rule(target)?, metadata, target)
    }

    /// The keys that the rule for a document has, if there is one.
    pub fn of_rule(&self, metadata: &Metadata, target: &Target) -> Option<NewKeys> {
        let found = self.configs.of(target.path()).ok()?;
        let rule = found.config.as_ref()?.rule_for(target.path()).ok()??;
        self.listed(&rule, metadata, target).ok()
    }

    fn listed(&self, rule: &CreationRule, metadata: &Metadata, target: &Target) -> Result<NewKeys, Failure> {
        let resolve = |key: &KmsKey| self.rewrapper.resolved(key);
        let threshold = rule.threshold.map_or(0, usize::from);
        let groups = self.wanted(rule, target.path())?;
        metadata.keys_listed(&groups, threshold, &resolve).map_err(Error::from).map_err(target.about())
    }

    /// The rule for a document.
    pub fn rule(&self, target: &Target) -> Result<CreationRule, Failure> {
        let found = self.configs.of(target.path())?;
        let rule = found.config.as_ref().map(|config| config.rule_for(target.path())).transpose()?.flatten();
        let rule = rule.filter(|rule| !rule.groups.is_empty()).ok_or_else(|| Cause::NoRule(target.name()))?;
        self.configs.hint_if_hidden_from_sops(&found);
        Ok(rule)
    }

    /// The context that the config has for a path.
    fn context(&self, path: Option<&Path>) -> Result<EncryptionContext, Failure> {
        let found = self.configs.of(path)?;
        let Some(config) = &found.config else { return Ok(EncryptionContext::new()) };
        Ok(config.context_for(path)?)
    }

    fn wanted(&self, rule: &CreationRule, path: Option<&Path>) -> Result<Vec<Vec<WantedKey>>, Failure> {
        let context = self.context(path)?;
        let key = |key: &RuleKey| match key {
            RuleKey::Other { kind, id } if let Some(list) = list_of(*kind) => {
                Ok(WantedKey::Other { list, id: id_in_list(*kind, id) })
            }
            key => {
                let key = add_context(rule.wrapping_key(key)?, &context)?;
                Ok(WantedKey::Wrapping(key))
            }
        };
        rule.groups.iter().map(|group| group.keys.iter().map(key).collect()).collect()
    }
}

/// The list of a document in which keys of another service are.
fn list_of(kind: OtherService) -> Option<&'static str> {
    match kind {
        OtherService::GcpKms => Some("gcp_kms"),
        OtherService::HuaweiKms => Some("hckms"),
        OtherService::AzureKeyVault => Some("azure_kv"),
        OtherService::HashicorpVault => Some("hc_vault"),
        OtherService::Plugin => None,
    }
}

/// The name of a key of another service as its parts in a document make it.
fn id_in_list(kind: OtherService, id: &str) -> String {
    match kind {
        OtherService::AzureKeyVault => id.replacen("/keys/", "/", 1),
        OtherService::HashicorpVault => id.replacen("/v1/", "/", 1).replacen("/keys/", "/", 1),
        OtherService::GcpKms | OtherService::HuaweiKms | OtherService::Plugin => id.to_owned(),
    }
}

/// How a change of keys is reported after it was made: an addition and a removal.
pub const DONE: [&str; 2] = ["added", "removed"];

/// How a change of keys is reported before it is made.
pub const WOULD: [&str; 2] = ["would add", "would remove"];

/// The changes of the keys, one sentence for each; names the group if there are several.
pub fn changes_of_groups(groups: &[GroupDifference], [add, remove]: [&str; 2]) -> Vec<String> {
    let mut changes = Vec::new();
    for (group, number) in groups.iter().zip(1..) {
        let which = if groups.len() > 1 { format!(" (group {number})") } else { String::new() };
        let GroupDifference { added, removed } = group;
        changes.extend(added.iter().map(|(kind, id)| format!("{add} {kind} {id}{which}")));
        changes.extend(removed.iter().map(|(kind, id)| format!("{remove} {kind} {id}{which}")));
    }
    changes
}

/// The keys of a document as results for programs name them, group by group.
pub fn keys_json(metadata: &Metadata) -> Value {
    let key = |key: &StoredKey| named_json(&key.named());
    metadata.groups.iter().map(|group| group.iter().map(key).collect::<Value>()).collect()
}

/// A key as results for programs name it.
pub fn named_json((kind, id): &(String, String)) -> Value {
    json!({ "provider": kind, "id": id })
}
