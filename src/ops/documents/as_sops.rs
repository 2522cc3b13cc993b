//! Documents as sops takes them: by which notation, and with which keys.

use std::path::Path;

use crate::document::{
    Document, EncryptedDocument, Format, Metadata, NewKey, NewKeys, OpenedDocument, StoredKey, WantedKey,
};
use crate::error::Result;
use crate::formats::detect::parse;
use crate::keys::{KeySpec, Vouchers, WrappingKey};
use crate::ops::configs::Configs;
use crate::ops::failure::Failure;

/// The notation that a word names, or else the name of a file. A word that is no notation is no reason to stop: sops goes by
/// the name then. What sops does not know by its name, such as TOML, it takes as a whole.
#[must_use]
pub fn format_of(word: Option<&str>, name: Option<&Path>) -> Format {
    if let Some(format) = word.filter(|word| !word.is_empty()).and_then(Format::of_word) {
        return format;
    }
    let is_known = |name: &&Path| {
        let name = name.as_os_str().as_encoded_bytes();
        [".yaml", ".yml", ".json", ".env", ".ini"].iter().any(|end| name.ends_with(end.as_bytes()))
    };
    name.filter(is_known).map_or(Format::Binary, Format::of_name)
}

/// Who says in which notation a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatSource {
    /// The name of its file.
    Name,
    /// The caller.
    Caller,
}

/// An encrypted document.
///
/// # Errors
/// If it is none in this notation.
pub fn encrypted_document(whole: &[u8], format: Format, source: FormatSource) -> Result<EncryptedDocument> {
    // A document whose name sops takes for that of a binary file says itself what it is.
    let is_by_name = format == Format::Binary && source == FormatSource::Name;
    let document = match is_by_name.then(|| Document::recognise(whole)).flatten() {
        Some(document) => document,
        // What is called binary is JSON all the same, and may be the JSON of a tree.
        None if format == Format::Binary => parse(format, whole).or_else(|_| parse(Format::Json, whole))?,
        None => parse(format, whole)?,
    };
    Ok(EncryptedDocument::new(document)?)
}

/// The keys of a document with some added to the first group, and some removed from all. How a key is asked does not matter.
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

/// What vouches for the keys of a document without a seal: the keys that were `given`, `trusted_keys`, and a rule that names
/// exactly its keys.
///
/// # Errors
/// If a config cannot be read, or something in it is wrong.
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
        // sops looks no alias up either: it takes ARNs only.
        metadata.keys_listed(&groups, threshold, &|key| Ok(key.clone())).ok()
    };
    keys().is_some_and(|keys| keys.is_of(metadata))
}
