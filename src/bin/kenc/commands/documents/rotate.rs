//! `kenc rotate` of a config document.

use kenc::context::EncryptionContext;
use kenc::document::{Demands, MacScope, Metadata, NewKey, NewKeys, Rotation, Rule, Sealed, StoredKey};
use kenc::error::{DocumentError, Error, Result};
use kenc::fs::held::Held;
use kenc::keys::{KeyChange, KeyUri, Keyring, WrappingKey};
use serde_json::{Value, json};

use super::keys::{KeysOfDocuments, keys_json};
use super::rewrap::metadata_of;
use crate::args::RotateArgs;
use crate::commands::changing::Target;
use crate::documents::{selection, selection_of_rule, warn_unless_sealed};
use crate::failure::{Cause, Failure};
use crate::report::{Reporter, printable};

/// Encrypts every value anew under a new data key; with other keys and another rule, if that was asked for.
pub fn run(
    sealed: Sealed,
    args: &RotateArgs,
    new_context: Option<&EncryptionContext>,
    (target, held): (&Target, Option<Held>),
    keys: &KeysOfDocuments<'_>,
    demands: &Demands,
    keyring: &Keyring<'_>,
    reporter: &Reporter,
) -> Result<Done, Failure> {
    if args.cipher.is_some() {
        return Err(Cause::CipherOfDocument(target.name()).into());
    }
    let old = sealed.metadata();
    let keeps_keys =
        !args.from_config.from_config && *keys.rewrapper.change() == KeyChange::default() && new_context.is_none();
    let mut new_keys = if keeps_keys { None } else { Some(keys.of(old, target)?) };
    if let (Some(context), Some(new_keys)) = (new_context, &mut new_keys) {
        give_context(new_keys, context).map_err(Error::from).map_err(target.about())?;
    }
    let (mut rule, mut mac_scope) =
        (selection(&args.selection), args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted));
    if args.from_config.from_config {
        let of_config = keys.rule(target)?;
        rule = rule.or_else(|| Some(selection_of_rule(&of_config).unwrap_or_default()));
        let scope = if of_config.mac_only_encrypted { MacScope::OnlyEncrypted } else { MacScope::All };
        mac_scope = mac_scope.or(Some(scope));
    }
    let old_rule = old.rule.clone();
    let opened = sealed.open(keyring, demands).map_err(target.about())?;
    warn_unless_sealed(reporter, &target.name(), opened.report());
    let rotation = Rotation { keys: new_keys, rule, mac_scope };
    let encrypted = opened.rotate_with(&rotation, keyring).map_err(target.about())?;
    let metadata = metadata_of(&opened, &encrypted.text).map_err(target.about())?;
    target.write(&encrypted.text, &args.files, held)?;
    Ok(Done { name: target.name(), is_apart: target.is_standard_output(), old_rule, metadata })
}

/// Another context for every key of AWS KMS.
fn give_context(keys: &mut NewKeys, context: &EncryptionContext) -> Result<(), DocumentError> {
    for key in keys.groups.iter_mut().flatten() {
        let mut wrapping = match key {
            NewKey::Wrapping(wrapping) => wrapping.clone(),
            NewKey::Kept(stored) => {
                let fault = || DocumentError::CannotRewrap { key: stored.id(), list: stored.list().to_owned() };
                stored.wrapping_key().ok_or_else(fault)?
            }
        };
        if let WrappingKey { key: KeyUri::AwsKms(_), access } = &mut wrapping {
            access.context = context.clone();
            *key = NewKey::Wrapping(wrapping);
        }
    }
    Ok(())
}

/// What became of one document.
pub struct Done {
    name: String,
    /// The result itself went to the standard output.
    pub is_apart: bool,
    old_rule: Rule,
    metadata: Metadata,
}

impl Done {
    pub fn text(&self) -> String {
        let Self { name, old_rule, metadata, .. } = self;
        let named = |key: &StoredKey| {
            let (kind, id) = key.named();
            format!("{kind} {id}")
        };
        let groups: Vec<String> =
            metadata.groups.iter().map(|group| group.iter().map(named).collect::<Vec<_>>().join(", ")).collect();
        let rule = if metadata.rule == *old_rule {
            String::new()
        } else {
            format!("; the rule is {} {}", metadata.rule.name(), metadata.rule.text())
        };
        format!("{}\n", printable(&format!("{name}: a new data key under {}{rule}", groups.join("; "))))
    }

    pub fn json(&self) -> Value {
        let Self { name, is_apart: _, old_rule: _, metadata } = self;
        json!({
            "file": name,
            "rotated": true,
            "groups": keys_json(metadata),
            "rule": { "name": metadata.rule.name(), "text": metadata.rule.text() },
            "mac_only_encrypted": metadata.mac_scope == MacScope::OnlyEncrypted,
        })
    }
}
