//! The new keys of documents.

use std::path::Path;

use crate::config::{CreationRule, OtherService, RuleKey, add_context};
use crate::context::EncryptionContext;
use crate::document::{Metadata, NewKeys, WantedKey};
use crate::error::Error;
use crate::keys::{KeySpec, Rewrapper};
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::{about_one_of_many, name_of};

/// The source of the new keys of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewKeySource {
    /// The change of the rewrapper. It applies to one group, counted from 1, of a document that has several.
    Change {
        /// The group.
        group: Option<usize>,
    },
    /// The rule for each document.
    Config,
}

/// Where the new keys of documents are looked up.
pub struct KeysOfDocuments<'a> {
    /// Has the change, and resolves aliases.
    pub rewrapper: &'a Rewrapper<'a>,
    /// Where rules are looked up.
    pub configs: &'a Configs,
    /// Which of the two applies.
    pub source: NewKeySource,
}

impl KeysOfDocuments<'_> {
    /// The keys that a document will have. Contacts no key, but may resolve an alias.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid, there is no rule, or the change is impossible.
    pub fn of(&self, metadata: &Metadata, path: Option<&Path>) -> Result<NewKeys, Failure> {
        match self.source {
            NewKeySource::Change { group } => {
                let context = self.context(path)?;
                let resolve = |key: &KeySpec| self.rewrapper.resolved(key);
                let new = metadata.keys_changed(self.rewrapper.change(), group, &context, &resolve);
                new.map_err(about_one_of_many(path))
            }
            NewKeySource::Config => self.listed(&self.rule(path)?, metadata, path),
        }
    }

    /// The keys that the rule for a document has, if there is one.
    #[must_use]
    pub fn of_rule(&self, metadata: &Metadata, path: Option<&Path>) -> Option<NewKeys> {
        let found = self.configs.of(path).ok()?;
        let rule = found.config.as_ref()?.rule_for(path).ok()??;
        self.listed(&rule, metadata, path).ok()
    }

    fn listed(&self, rule: &CreationRule, metadata: &Metadata, path: Option<&Path>) -> Result<NewKeys, Failure> {
        let resolve = |key: &KeySpec| self.rewrapper.resolved(key);
        let threshold = rule.threshold.map_or(0, usize::from);
        let groups = self.wanted(rule, path)?;
        metadata.keys_listed(&groups, threshold, &resolve).map_err(Error::from).map_err(about_one_of_many(path))
    }

    /// The rule for a document.
    ///
    /// # Errors
    /// If there is none that names keys.
    pub fn rule(&self, path: Option<&Path>) -> Result<CreationRule, Failure> {
        let found = self.configs.of(path)?;
        let rule = found.config.as_ref().map(|config| config.rule_for(path)).transpose()?.flatten();
        let rule = rule.filter(|rule| !rule.groups.is_empty()).ok_or_else(|| Cause::NoRule(name_of(path)))?;
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

/// The metadata list that holds keys of another service.
fn list_of(kind: OtherService) -> Option<&'static str> {
    match kind {
        OtherService::GcpKms => Some("gcp_kms"),
        OtherService::HuaweiKms => Some("hckms"),
        OtherService::AzureKeyVault => Some("azure_kv"),
        OtherService::HashicorpVault => Some("hc_vault"),
        OtherService::Plugin => None,
    }
}

/// The name of a key of another service, built from its fields in a document.
fn id_in_list(kind: OtherService, id: &str) -> String {
    match kind {
        OtherService::AzureKeyVault => id.replacen("/keys/", "/", 1),
        OtherService::HashicorpVault => id.replacen("/v1/", "/", 1).replacen("/keys/", "/", 1),
        OtherService::GcpKms | OtherService::HuaweiKms | OtherService::Plugin => id.to_owned(),
    }
}
