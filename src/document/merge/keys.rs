//! The metadata of three versions, merged.

use std::collections::BTreeSet;
use std::fmt;

use super::super::metadata::Metadata;
use super::super::sealed::Opened;
use super::super::stored_key::StoredKey;
use super::super::{MacScope, rekey};
use super::{Version, Versions};
use crate::crypto::DataKey;
use crate::crypto::digest::are_equal;
use crate::error::{DocumentError, Result};
use crate::keys::Keyring;

/// A part of the metadata on which both sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// Which values are encrypted.
    Rule,
    /// The key groups, or how many of them are needed.
    KeyGroups,
    /// Fields that this version does not know.
    UnknownFields,
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rule => "the rule that says what is encrypted",
            Self::KeyGroups => "the key groups",
            Self::UnknownFields => "unknown fields of the metadata",
        })
    }
}

/// What a merged document is encrypted under.
pub(super) struct MergedKeys<'a> {
    pub(super) metadata: Metadata,
    pub(super) data_key: &'a DataKey,
    pub(super) disputes: Vec<Dispute>,
}

/// Merges the metadata, and wraps the data key under keys that do not have it yet.
pub(super) fn merge<'a>(versions: &Versions<'a>, keyring: &Keyring<'_>) -> Result<MergedKeys<'a>> {
    let Versions { base, ours, theirs } = versions;
    let (ours, theirs) = match (ours.opened(), theirs.opened()) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (Some(only), None) | (None, Some(only)) => {
            return Ok(MergedKeys { metadata: only.metadata().clone(), data_key: &only.data_key, disputes: Vec::new() });
        }
        (None, None) => return Err(DocumentError::NotEncrypted.into()),
    };
    let base = base.and_then(Version::opened);
    let has_only_theirs_changed =
        base.is_some_and(|base| is_same(&base.data_key, &ours.data_key) && !is_same(&ours.data_key, &theirs.data_key));
    let data_key = if has_only_theirs_changed { &theirs.data_key } else { &ours.data_key };

    let (old, mut metadata, new) = (base.map(Opened::metadata), ours.metadata().clone(), theirs.metadata());
    let mut disputes = Vec::new();
    let mut note = |is_disputed: bool, dispute| {
        if is_disputed {
            disputes.push(dispute);
        }
    };
    let (rule, is_disputed) = one_of(old.map(|old| &old.rule), &metadata.rule, &new.rule);
    note(is_disputed, Dispute::Rule);
    metadata.rule = rule;
    let (scope, is_disputed) = one_of(old.map(|old| &old.mac_scope), &metadata.mac_scope, &new.mac_scope);
    metadata.mac_scope = if is_disputed { MacScope::All } else { scope };
    let names: BTreeSet<&String> = metadata.unknown.keys().chain(new.unknown.keys()).collect();
    let mut unknown = std::collections::BTreeMap::new();
    for name in names {
        let field = |metadata: &Metadata| metadata.unknown.get(name).cloned();
        let (value, is_disputed) = one_of(old.map(field).as_ref(), &field(&metadata), &field(new));
        note(is_disputed, Dispute::UnknownFields);
        unknown.extend(value.map(|value| (name.clone(), value)));
    }
    metadata.unknown = unknown;
    let sides = Sides { old, ours, theirs, data_key };
    let is_disputed = if ours.metadata().groups.len() == 1 && new.groups.len() == 1 {
        metadata.groups = vec![sides.group(keyring)?];
        metadata.threshold = 0;
        false
    } else {
        sides.groups(&mut metadata, keyring)?
    };
    note(is_disputed, Dispute::KeyGroups);
    disputes.dedup();
    Ok(MergedKeys { metadata, data_key, disputes })
}

/// Whether two versions of metadata say the same of everything but when they were written.
pub(super) fn says_the_same(left: &Metadata, right: &Metadata) -> bool {
    let Metadata { groups, threshold, rule, mac_scope, unknown, .. } = left;
    *groups == right.groups
        && *threshold == right.threshold
        && *rule == right.rule
        && *mac_scope == right.mac_scope
        && *unknown == right.unknown
}

pub(super) fn is_same(left: &DataKey, right: &DataKey) -> bool {
    are_equal(left.expose(), right.expose())
}

pub(super) fn copy(data_key: &DataKey) -> DataKey {
    DataKey::from_slice(data_key.expose()).expect("a data key is as long as a data key")
}

/// What two sides have made of a value, and whether they differ; then it is ours.
fn one_of<T: PartialEq + Clone>(base: Option<&T>, ours: &T, theirs: &T) -> (T, bool) {
    if ours == theirs || base == Some(theirs) {
        (ours.clone(), false)
    } else if base == Some(ours) {
        (theirs.clone(), false)
    } else {
        (ours.clone(), true)
    }
}

struct Sides<'a> {
    old: Option<&'a Metadata>,
    ours: &'a Opened,
    theirs: &'a Opened,
    /// That of the result.
    data_key: &'a DataKey,
}

impl Sides<'_> {
    /// The keys of a document with one group: ours without those that they removed, and those that they added.
    fn group(&self, keyring: &Keyring<'_>) -> Result<Vec<StoredKey>> {
        let identities = |metadata: &Metadata| -> BTreeSet<String> {
            metadata.groups.iter().flatten().map(StoredKey::identity).collect()
        };
        let (in_ours, in_theirs) = (identities(self.ours.metadata()), identities(self.theirs.metadata()));
        // Without a common base nothing was removed.
        let in_base = self.old.map(identities).unwrap_or_default();
        let stays = |key: &&StoredKey| {
            let identity = key.identity();
            !in_base.contains(&identity) || (in_ours.contains(&identity) && in_theirs.contains(&identity))
        };
        let is_new = |key: &&StoredKey| !in_ours.contains(&key.identity());
        let of = |opened: &'_ Opened| opened.metadata().groups[0].clone();
        let (ours, theirs) = (of(self.ours), of(self.theirs));
        let keys: Vec<&StoredKey> =
            ours.iter().filter(stays).chain(theirs.iter().filter(is_new).filter(stays)).collect();
        if keys.is_empty() {
            return Err(DocumentError::Unmergeable("the sides together removed every key").into());
        }
        let wrapped = |key: &StoredKey| {
            let has_it = [self.ours, self.theirs].into_iter().filter(|side| is_same(&side.data_key, self.data_key));
            let mut stored = has_it.flat_map(|side| &side.metadata().groups[0]);
            stored.find(|stored| stored.identity() == key.identity()).cloned()
        };
        let missing: Vec<&StoredKey> = keys.iter().copied().filter(|key| wrapped(key).is_none()).collect();
        let mut new = rekey::wrap(self.data_key, &[missing], 1, keyring)?.into_iter().flatten();
        Ok(keys.iter().map(|key| wrapped(key).unwrap_or_else(|| new.next().expect("each was wrapped"))).collect())
    }

    /// The key groups of a document whose data key is shared. Returns whether both sides have changed them.
    fn groups(&self, metadata: &mut Metadata, keyring: &Keyring<'_>) -> Result<bool> {
        type Shape = (Vec<Vec<String>>, usize);
        let shape = |metadata: &Metadata| -> Shape {
            let group = |group: &Vec<StoredKey>| group.iter().map(StoredKey::identity).collect();
            (metadata.groups.iter().map(group).collect(), metadata.needed_groups())
        };
        let [in_ours, in_theirs] = [self.ours, self.theirs].map(|side| shape(side.metadata()));
        let (wanted, is_disputed) = one_of(self.old.map(shape).as_ref(), &in_ours, &in_theirs);
        let sides = [(self.ours, &in_ours), (self.theirs, &in_theirs)];
        let (named, _) = sides.into_iter().find(|(_, shape)| **shape == wanted).expect("it is that of a side");
        metadata.threshold = named.metadata().threshold;
        let has_it = sides.into_iter().find(|(side, shape)| **shape == wanted && is_same(&side.data_key, self.data_key));
        metadata.groups = match has_it {
            Some((side, _)) => side.metadata().groups.clone(),
            None => {
                let keys: Vec<Vec<&StoredKey>> =
                    named.metadata().groups.iter().map(|group| group.iter().collect()).collect();
                rekey::wrap(self.data_key, &keys, named.metadata().needed_groups(), keyring)?
            }
        };
        Ok(is_disputed)
    }
}
