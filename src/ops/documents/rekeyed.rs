//! Documents with other keys, and the same data key or a new one.

use std::path::Path;

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::document::{
    ChangeOutcome, DataKeyRotation, Document, EncryptedDocument, EncryptedText, EncryptionRule, GroupDifference,
    MacScope, Metadata, NewKeys,
};
use crate::error::{Error, Result};
use crate::keys::{KeyChange, KeySpec, Vouchers};
use crate::ops::documents::keys::{KeysOfDocuments, NewKeySource};
use crate::ops::documents::open::{StatedRequirements, open_to_change};
use crate::ops::failure::Failure;
use crate::ops::input_name::about_one_of_many;
use crate::ops::session::Session;

/// A document with other keys. Nothing has been written yet.
pub struct RekeyedDocument {
    /// Its text; that of the old document if nothing changed.
    pub text: Zeroizing<String>,
    /// Whether the text changed.
    pub is_changed: bool,
    /// The differences of each group.
    pub groups: Vec<GroupDifference>,
    /// Keys that were to be removed, and are not there.
    pub absent: Vec<KeySpec>,
    /// Its metadata.
    pub metadata: Metadata,
}

/// Gives a document the keys `new`. The data key, and so every value, stays. No key is asked if nothing changes.
///
/// # Errors
/// If the document cannot be opened, nothing vouches for a key, or one cannot wrap.
pub fn rewrap(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    new: NewKeys,
    vouchers: impl FnOnce(&Metadata) -> Result<Vouchers, Failure>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<RekeyedDocument, Failure> {
    let old = sealed.metadata().clone();
    let done = |text, new_metadata: Option<Metadata>, absent| {
        let is_changed = new_metadata.is_some();
        let metadata = new_metadata.unwrap_or_else(|| old.clone());
        RekeyedDocument { text, is_changed, groups: GroupDifference::between(&old, &metadata), absent, metadata }
    };
    if new.is_of(&old) {
        return Ok(done(Zeroizing::new(sealed.document().text().to_owned()), None, new.absent));
    }
    let vouchers = vouchers(&old)?;
    let opened = open_to_change(sealed, path, demanded, session)?;
    let guards = session.guards(path)?;
    let keyring = session.keyring_trusting(&guards.trusted);
    let outcome = opened.with_keys(&new.groups, new.threshold, &keyring, &vouchers).map_err(about_one_of_many(path))?;
    Ok(match outcome {
        ChangeOutcome::Unchanged => done(Zeroizing::new(opened.document().text().to_owned()), None, new.absent),
        ChangeOutcome::Changed(EncryptedText { text, .. }) => {
            let metadata = metadata_of(opened.document(), &text).map_err(about_one_of_many(path))?;
            done(text, Some(metadata), new.absent)
        }
    })
}

/// What changes in a document with a new data key, besides its keys. `None` keeps the old setting.
#[derive(Clone, Debug, Default)]
pub struct RotationOptions {
    /// Which values are encrypted.
    pub rule: Option<EncryptionRule>,
    /// Which values the MAC covers.
    pub mac_scope: Option<MacScope>,
    /// The context of its keys of AWS KMS.
    pub context: Option<EncryptionContext>,
}

/// A document with a new data key. Nothing has been written yet.
pub struct RotatedDocument {
    /// Its text.
    pub text: Zeroizing<String>,
    /// The rule before the change.
    pub old_rule: EncryptionRule,
    /// Its metadata.
    pub metadata: Metadata,
}

/// Encrypts every value anew under a new data key: for the keys of `keys`, and by the rule of the config if the keys
/// come from it and `options` names no other.
///
/// # Errors
/// If the document cannot be opened, nothing vouches for a key, or one cannot wrap.
pub fn rotate(
    sealed: EncryptedDocument,
    path: Option<&Path>,
    keys: &KeysOfDocuments<'_>,
    options: RotationOptions,
    vouchers: impl FnOnce(&Metadata) -> Result<Vouchers, Failure>,
    demanded: StatedRequirements,
    session: &Session,
) -> Result<RotatedDocument, Failure> {
    let RotationOptions { mut rule, mut mac_scope, context } = options;
    let old = sealed.metadata();
    let follows_config = keys.source == NewKeySource::Config;
    let keeps_keys = !follows_config && *keys.rewrapper.change() == KeyChange::default();
    let new_keys = if keeps_keys { None } else { Some(keys.of(old, path)?) };
    if follows_config {
        let of_config = keys.rule(path)?;
        rule = rule.or_else(|| Some(of_config.selection.clone().unwrap_or_default()));
        mac_scope = mac_scope.or(Some(of_config.mac_scope()));
    }
    let old_rule = old.rule.clone();
    let vouchers = vouchers(old)?;
    let opened = open_to_change(sealed, path, demanded, session)?;
    let guards = session.guards(path)?;
    let keyring = session.keyring_trusting(&guards.trusted);
    let rotation = DataKeyRotation { keys: new_keys, rule, mac_scope, context };
    let encrypted = opened.rotate_with(&rotation, &keyring, &vouchers).map_err(about_one_of_many(path))?;
    let metadata = metadata_of(opened.document(), &encrypted.text).map_err(about_one_of_many(path))?;
    Ok(RotatedDocument { text: encrypted.text, old_rule, metadata })
}

/// The metadata of the result.
fn metadata_of(document: &Document, text: &str) -> Result<Metadata> {
    let document = Document::parse(document.format(), text.to_owned().into()).map_err(Error::from)?;
    Ok(EncryptedDocument::new(document)?.metadata().clone())
}
