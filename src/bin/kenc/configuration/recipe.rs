//! What a config says for a new document.

use std::path::Path;

use kenc::config::{Config, Rule as ConfigRule, RuleKey};
use kenc::context::EncryptionContext;
use kenc::document::{MacScope, Recipe, Rule};
use kenc::error::{Error, Result};
use kenc::keys::{KeyUri, KeyWordError, KmsAccess, PgpFingerprint, WrappingKey};

use super::{Configs, key};
use crate::environment::local_key;
use crate::failure::Failure;

impl Configs<'_> {
    /// How a new document is encrypted: under the keys given, or those of the rule for it, or the local key; which values,
    /// as the rule says. Pairs of the context that are given go with every key of KMS.
    pub fn recipe(&self, words: &[String], given: &EncryptionContext, input: &Path) -> Result<Recipe, Failure> {
        let found = self.of(Some(input))?;
        let config = found.config.as_ref();
        let rule = match config {
            None => None,
            Some(config) if words.is_empty() => config.rule_for(Some(input))?,
            Some(config) => config.settings_for(Some(input))?,
        };
        let context = match (config, &rule) {
            (Some(config), Some(rule)) => config.add_to_context(&rule.context, given)?,
            (Some(config), None) => config.add_to_context(config.context(), given)?,
            (None, _) => given.clone(),
        };
        let mut groups = match &rule {
            Some(rule) if words.is_empty() => groups(config, rule, &context)?,
            _ => Vec::new(),
        };
        if groups.is_empty() {
            let keys: Result<Vec<KeyUri>, Failure> = words.iter().map(|word| key(config, word)).collect();
            let keys = if words.is_empty() { vec![local_key()?] } else { keys? };
            let mut group: Vec<WrappingKey> = Vec::new();
            for key in keys {
                let access = KmsAccess { context: context_for(&key, &context), ..KmsAccess::default() };
                let key = WrappingKey { key, access };
                if !group.contains(&key) {
                    group.push(key);
                }
            }
            groups.push(group);
        }
        let mut recipe = Recipe { groups, ..Recipe::default() };
        if let Some(ConfigRule { threshold, selection, mac_only_encrypted, .. }) = rule {
            recipe.threshold = threshold.map_or(0, usize::from);
            recipe.mac_scope = if mac_only_encrypted { MacScope::OnlyEncrypted } else { MacScope::All };
            if let Some(rule) = selection.and_then(|selection| Rule::from_name(selection.kind.field(), &selection.text))
            {
                recipe.rule = rule;
            }
        }
        Ok(recipe)
    }
}

fn groups(
    config: Option<&Config>,
    rule: &ConfigRule,
    context: &EncryptionContext,
) -> Result<Vec<Vec<WrappingKey>>, Failure> {
    let wrapping = |key: &RuleKey| wrapping_key(config, key, context);
    rule.groups.iter().map(|group| group.keys.iter().map(wrapping).collect()).collect()
}

fn wrapping_key(config: Option<&Config>, key: &RuleKey, context: &EncryptionContext) -> Result<WrappingKey, Failure> {
    let unusable =
        |word: &str, fault: &str| Error::from(KeyWordError::Invalid { word: word.to_owned(), fault: fault.to_owned() });
    Ok(match key {
        RuleKey::AwsKms { key, role, profile, context: own } => {
            let context = match config {
                Some(config) => config.add_to_context(own, context)?,
                None => own.clone(),
            };
            let access = KmsAccess { context, role: role.clone(), profile: profile.clone() };
            WrappingKey { key: KeyUri::AwsKms(key.clone()), access }
        }
        RuleKey::Age(recipient) => KeyUri::Age(recipient.clone()).into(),
        RuleKey::Passphrase => KeyUri::Passphrase.into(),
        RuleKey::Pgp(name) => {
            let fingerprint = PgpFingerprint::from_fingerprint(name);
            KeyUri::Pgp(fingerprint.ok_or_else(|| unusable(name, "it is no fingerprint"))?).into()
        }
        RuleKey::Other { kind, id } => {
            return Err(unusable(id, &format!("kenc does not ask what stands under `{}`", kind.field())).into());
        }
    })
}

fn context_for(key: &KeyUri, context: &EncryptionContext) -> EncryptionContext {
    if matches!(key, KeyUri::AwsKms(_)) { context.clone() } else { EncryptionContext::default() }
}
