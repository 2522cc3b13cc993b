//! The recipients that a document will have, after a change or from a list.

use crate::context::EncryptionContext;
use crate::document::operations::new_keys::{NewKey, NewKeys, WantedKey};
use crate::document::sops::metadata::Metadata;
use crate::document::sops::stored_key::StoredKey;
use crate::error::{DocumentError, Error, Result};
use crate::keys::{KeyChange, KeySpec, KmsAccess, WrappingKey};

/// Finds the key behind an alias.
pub type Resolve<'a> = &'a dyn Fn(&KeySpec) -> Result<KeySpec>;

impl Metadata {
    /// The recipients after a change of one group, numbered from 1. `context` applies to new KMS keys if the document
    /// has no KMS key; otherwise they get the pairs that all of its KMS keys share.
    ///
    /// # Errors
    /// If the group is ambiguous, none would be left in it, or an alias to be removed cannot be resolved.
    pub fn keys_changed(
        &self,
        change: &KeyChange,
        group: Option<usize>,
        context: &EncryptionContext,
        resolve: Resolve<'_>,
    ) -> Result<NewKeys> {
        let kept = |group: &Vec<StoredKey>| group.iter().cloned().map(NewKey::Kept).collect::<Vec<_>>();
        let mut groups: Vec<Vec<NewKey>> = self.groups.iter().map(kept).collect();
        let mut absent = Vec::new();
        if *change != KeyChange::default() {
            let at = self.group_to_change(group)?;
            (groups[at], absent) = self.group_changed(at, change, context, resolve)?;
        }
        let threshold = if groups.len() > 1 { self.needed_groups() } else { 0 };
        Ok(NewKeys { groups, threshold, absent })
    }

    fn group_to_change(&self, group: Option<usize>) -> Result<usize, DocumentError> {
        match (group, self.groups.len()) {
            (None, 1) => Ok(0),
            (None, groups) => Err(DocumentError::SeveralGroups(groups)),
            (Some(number), groups) if (1..=groups).contains(&number) => Ok(number - 1),
            (Some(number), groups) => Err(DocumentError::NoSuchGroup { number, groups }),
        }
    }

    fn group_changed(
        &self,
        at: usize,
        change: &KeyChange,
        context: &EncryptionContext,
        resolve: Resolve<'_>,
    ) -> Result<(Vec<NewKey>, Vec<KeySpec>)> {
        let KeyChange { replacement, added, removed } = change;
        let group = &self.groups[at];
        let removed: Vec<(&KeySpec, KeySpec)> =
            removed.iter().map(|typed| Ok((typed, resolve(typed)?))).collect::<Result<_>>()?;
        let means_one =
            |(typed, key): &(&KeySpec, KeySpec), stored: &StoredKey| means(typed, stored) || means(key, stored);
        let goes = |stored: &StoredKey| removed.iter().any(|key| means_one(key, stored));
        let (added, mut keys): (_, Vec<NewKey>) = if replacement.is_empty() {
            (added, group.iter().filter(|stored| !goes(stored)).cloned().map(NewKey::Kept).collect())
        } else {
            (replacement, Vec::new())
        };
        let context = self.context_for_new_keys(context);
        for key in added {
            let there = group.iter().find(|stored| !goes(stored) && means(key, stored));
            let new = there.cloned().map_or_else(|| NewKey::Wrapping(with_context(key, &context)), NewKey::Listed);
            let is_it = |known: &NewKey| match (known, &new) {
                (NewKey::Kept(known), NewKey::Listed(new)) => known == new,
                (known, new) => known == new,
            };
            match keys.iter().position(is_it) {
                Some(at) => keys[at] = new,
                None => keys.push(new),
            }
        }
        if keys.is_empty() {
            return Err(Error::LastKey);
        }
        let is_absent = |key: &&(&KeySpec, KeySpec)| !group.iter().any(|stored| means_one(key, stored));
        let absent = removed.iter().filter(is_absent).map(|(typed, _)| (*typed).clone()).collect();
        Ok((keys, absent))
    }

    /// The pairs that all KMS keys share.
    fn context_for_new_keys(&self, otherwise: &EncryptionContext) -> EncryptionContext {
        let kms = self.groups.iter().flatten().filter_map(StoredKey::wrapping_key);
        let mut contexts = kms.filter(|key| key.key.takes_context()).map(|key| key.access.context);
        let Some(first) = contexts.next() else { return otherwise.clone() };
        contexts.fold(first, |common, other| {
            let mut shared = EncryptionContext::new();
            for (name, value) in common.iter().filter(|pair| other.iter().any(|known| known == *pair)) {
                shared.insert(name, value).expect("a part of a context is a context");
            }
            shared
        })
    }

    /// The recipients of a list. Those that the document has already, with the same access, are kept.
    ///
    /// # Errors
    /// If it names a key of another service that the document does not have.
    pub fn keys_listed(
        &self,
        groups: &[Vec<WantedKey>],
        threshold: usize,
        resolve: Resolve<'_>,
    ) -> Result<NewKeys, DocumentError> {
        let new_key = |at: usize, wanted: &WantedKey| match wanted {
            WantedKey::Wrapping(key) => {
                let group = self.groups.get(at).map_or(&[][..], Vec::as_slice);
                Ok(stored_as(group, key, resolve).map_or_else(|| NewKey::Wrapping(key.clone()), NewKey::Listed))
            }
            WantedKey::Other { list, id } => {
                let is_it = |stored: &&StoredKey| stored.list() == *list && stored.id() == *id;
                let stored = self.groups.get(at).and_then(|group| group.iter().find(is_it));
                let fault = || DocumentError::CannotRewrap { key: id.clone(), list: (*list).to_owned() };
                stored.cloned().map(NewKey::Listed).ok_or_else(fault)
            }
        };
        let groups = groups.iter().zip(0..).map(|(group, at)| group.iter().map(|key| new_key(at, key)).collect());
        Ok(NewKeys { groups: groups.collect::<Result<_, _>>()?, threshold, absent: Vec::new() })
    }
}

fn with_context(key: &KeySpec, context: &EncryptionContext) -> WrappingKey {
    let context = if key.takes_context() { context.clone() } else { EncryptionContext::new() };
    WrappingKey { key: key.clone(), access: KmsAccess { context, ..KmsAccess::default() } }
}

/// The key of a group that matches `wanted`, with the same access. An alias is resolved if that is permitted: otherwise
/// it counts as new, and is resolved when it wraps.
fn stored_as(group: &[StoredKey], wanted: &WrappingKey, resolve: Resolve<'_>) -> Option<StoredKey> {
    let is_asked_so = |stored: &&StoredKey| stored.wrapping_key().is_some_and(|own| own.access == wanted.access);
    let find = |key: &KeySpec| group.iter().filter(is_asked_so).find(|stored| means(key, stored)).cloned();
    find(&wanted.key).or_else(|| if group.is_empty() { None } else { find(&resolve(&wanted.key).ok()?) })
}

/// Whether a key is the stored one. An alias matches only a stored alias.
fn means(key: &KeySpec, stored: &StoredKey) -> bool {
    stored.is_named_by(key).is_same_key()
}
