//! `kenc rotate` of a config document.

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::document::{
    DataKeyRotation, EncryptedDocument, EncryptionRule, MacScope, Metadata, OpenRequirements, StoredKey,
};
use kenc::fs::held::Held;
use kenc::keys::{KeyChange, Keyring};
use serde_json::{Value, json};

use super::keys::{KeysOfDocuments, keys_json};
use super::rewrap::metadata_of;
use crate::args::RotateArgs;
use crate::commands::changing::Target;
use crate::commands::changing::vouching::Vouching;
use crate::documents::selection;
use crate::failure::{Cause, Failure};
use crate::report::printable;

/// The rotation of one document.
pub struct Run<'a> {
    pub args: &'a RotateArgs,
    pub target: &'a Target,
    pub keys: &'a KeysOfDocuments<'a>,
    pub demands: &'a OpenRequirements,
    pub vouching: &'a Vouching<'a>,
    pub session: &'a Session,
}

impl Run<'_> {
    /// Encrypts every value anew under a new data key; with other keys and another rule, if that was asked for.
    pub fn document(
        self,
        sealed: EncryptedDocument,
        held: Option<Held>,
        new_context: Option<&EncryptionContext>,
        keyring: &Keyring<'_>,
    ) -> Result<Done, Failure> {
        let Self { args, target, keys, demands, vouching, session } = self;
        if args.cipher.is_some() {
            return Err(Cause::CipherOfDocument(target.name()).into());
        }
        let old = sealed.metadata();
        let keeps_keys = !args.from_config.from_config && *keys.rewrapper.change() == KeyChange::default();
        let new_keys = if keeps_keys { None } else { Some(keys.of(old, target)?) };
        let (mut rule, mut mac_scope) =
            (selection(&args.selection), args.mac_only_encrypted.then_some(MacScope::OnlyEncrypted));
        if args.from_config.from_config {
            let of_config = keys.rule(target)?;
            rule = rule.or_else(|| Some(of_config.selection.clone().unwrap_or_default()));
            mac_scope = mac_scope.or(Some(of_config.mac_scope()));
        }
        let old_rule = old.rule.clone();
        let vouchers = vouching.of_document(target, old)?;
        let opened = sealed.open(keyring, demands).map_err(target.about())?;
        session.warn_unless_sealed(&target.name(), opened.report());
        let rotation = DataKeyRotation { keys: new_keys, rule, mac_scope, context: new_context.cloned() };
        let encrypted = opened.rotate_with(&rotation, keyring, &vouchers).map_err(target.about())?;
        let metadata = metadata_of(&opened, &encrypted.text).map_err(target.about())?;
        target.write(&encrypted.text, &args.files, held)?;
        Ok(Done { name: target.name(), is_apart: target.is_standard_output(), old_rule, metadata })
    }
}

/// What became of one document.
pub struct Done {
    name: String,
    /// The result itself went to the standard output.
    pub is_apart: bool,
    old_rule: EncryptionRule,
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
            format!("; new rule: {} {}", metadata.rule.name(), metadata.rule.text())
        };
        format!("{}\n", printable(&format!("{name}: new data key under {}{rule}", groups.join("; "))))
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
