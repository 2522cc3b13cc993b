//! The keys of documents as sops treats them.

use std::path::Path;

use crate::document::{Metadata, NewKey, NewKeys, OpenedDocument, StoredKey, WantedKey};
use crate::keys::{KeySpec, Vouchers, WrappingKey};
use crate::ops::configs::Configs;
use crate::ops::failure::Failure;

/// The keys of a document with some added to the first group, and some removed from all. How a key is used is ignored.
#[must_use]
pub fn keys_changed(metadata: &Metadata, added: Vec<WrappingKey>, removed: &[WrappingKey]) -> NewKeys {
    let is_removed = |key: &StoredKey| removed.iter().any(|removed| key.is_key(&removed.key));
    let mut groups: Vec<Vec<NewKey>> = Vec::new();
    for group in &metadata.groups {
        groups.push(group.iter().filter(|key| !is_removed(key)).cloned().map(NewKey::Kept).collect());
    }
    let is_there = |added: &WrappingKey| metadata.groups.iter().flatten().any(|key| key.is_key(&added.key));
    let new = added.into_iter().filter(|added| !is_there(added)).map(NewKey::Wrapping);
    match groups.first_mut() {
        Some(first) => first.extend(new),
        None => groups.push(new.collect()),
    }
    groups.retain(|group| !group.is_empty());
    let threshold = if groups.len() > 1 { metadata.threshold } else { 0 };
    NewKeys { groups, threshold, absent: Vec::new() }
}

/// What vouches for the keys of a document without a seal: the keys that were `given`, `trusted_keys`, and a rule that
/// names exactly its keys.
///
/// # Errors
/// If a config cannot be read or is invalid.
pub fn vouchers(
    path: &Path,
    opened: &OpenedDocument,
    given: &[KeySpec],
    configs: &Configs,
) -> Result<Vouchers, Failure> {
    let vouchers = Vouchers::none().and_named(given).and_trusted(&configs.trusted(Some(path))?);
    let metadata = opened.metadata();
    let is_named = is_named_by_rule(path, metadata, configs);
    Ok(if is_named { vouchers.and_approved(metadata.named_keys()) } else { vouchers })
}

fn is_named_by_rule(path: &Path, metadata: &Metadata, configs: &Configs) -> bool {
    let keys = || {
        let found = configs.of(Some(path)).ok()?;
        let rule = found.config.as_ref()?.rule_for(Some(path)).ok()??;
        let groups = rule.wrapping_keys().ok()?;
        let groups: Vec<Vec<WantedKey>> =
            groups.into_iter().map(|group| group.into_iter().map(WantedKey::Wrapping).collect()).collect();
        let threshold = rule.threshold.map_or(0, usize::from);
        // sops does not resolve aliases either: it accepts ARNs only.
        metadata.keys_listed(&groups, threshold, &|key| Ok(key.clone())).ok()
    };
    keys().is_some_and(|keys| keys.is_of(metadata))
}
