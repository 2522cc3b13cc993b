//! The recipients that a document will have, and how they differ from its current ones.

use crate::context::EncryptionContext;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::stored_key::StoredKey;
use crate::keys::{KeyMatch, KeySpec, NamedKey, WrappingKey};

/// A recipient in a new list.
#[derive(Clone, Debug, PartialEq)]
pub enum NewKey {
    /// One of the document's own, named only by the document. If it must be wrapped anew, something has to vouch for
    /// it.
    Kept(StoredKey),
    /// One of the document's own that the user or a config rule names as well.
    Listed(StoredKey),
    /// One that may be new. If the document has it already, it is kept.
    Wrapping(WrappingKey),
}

/// The recipients that a document will have.
#[derive(Clone, Debug, PartialEq)]
pub struct NewKeys {
    /// Group by group.
    pub groups: Vec<Vec<NewKey>>,
    /// The threshold of groups; 0 means all.
    pub threshold: usize,
    /// Keys that were to be removed, and are not there.
    pub absent: Vec<KeySpec>,
}

/// A recipient in a list given by the user or a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedKey {
    /// One that kenc can wrap with.
    Wrapping(WrappingKey),
    /// One of another service, which can stay if the document has it already.
    Other {
        /// The list that it is in.
        list: &'static str,
        /// Its name.
        id: String,
    },
}

/// The difference of one key group. Keys are named as in messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GroupDifference {
    /// Added keys, each with its provider.
    pub added: Vec<(String, String)>,
    /// Removed keys.
    pub removed: Vec<(String, String)>,
}

/// A pair of an encryption context that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedPair {
    /// Its name.
    pub name: String,
    /// The value in the file, if it has the pair.
    pub found: Option<String>,
    /// The value in the config, if it has the pair.
    pub wanted: Option<String>,
}

impl NewKey {
    /// The recipient, if only the document names it.
    pub(crate) fn named_by_document(&self) -> Option<NamedKey> {
        match self {
            Self::Kept(key) => Some(key.named_key()),
            Self::Listed(_) | Self::Wrapping(_) => None,
        }
    }
}

impl NewKeys {
    /// The recipients that must be wrapped anew and that only the document names, when a document gets this list and
    /// keeps or replaces its data key.
    #[must_use]
    pub fn recipients_of_document(&self, old: &Metadata, data_key: DataKeyChange) -> Vec<NamedKey> {
        let keeps_wrapped = data_key == DataKeyChange::Kept && self.groups.len() == 1 && old.groups.len() == 1;
        if keeps_wrapped || (data_key == DataKeyChange::Kept && self.is_of(old)) {
            return Vec::new();
        }
        self.groups.iter().flatten().filter_map(NewKey::named_by_document).collect()
    }
}

/// Whether the data key of a document changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataKeyChange {
    /// It stays.
    Kept,
    /// It is another.
    Renewed,
}

impl NewKeys {
    /// New keys that are aliases, and may lead to a key of the same group of `old` that is to go.
    pub fn aliases_for<'a>(&'a self, old: &Metadata) -> impl Iterator<Item = &'a KeySpec> {
        let may_be_old = |(group, at): &(&NewKey, usize)| match group {
            NewKey::Wrapping(key) => old.groups.get(*at).is_some_and(|old| {
                let is_left = |stored: &&StoredKey| !self.groups[*at].iter().any(|key| key.is_stored_as(stored));
                old.iter().filter(is_left).any(|stored| stored.is_named_by(&key.key) == KeyMatch::Perhaps)
            }),
            _ => false,
        };
        let keys = self.groups.iter().zip(0..).flat_map(|(group, at)| group.iter().map(move |key| (key, at)));
        let aliases: Vec<_> = keys.filter(may_be_old).collect();
        aliases.into_iter().filter_map(|(key, _)| match key {
            NewKey::Wrapping(key) => Some(&key.key),
            _ => None,
        })
    }

    /// The pairs in which the context of a key differs that stays: the name, the value in `old`, and the new one.
    #[must_use]
    pub fn contexts_changed(&self, old: &Metadata) -> Vec<ChangedPair> {
        let mut changed = Vec::new();
        for (new, old) in self.groups.iter().zip(&old.groups) {
            for key in new {
                let NewKey::Wrapping(WrappingKey { key, access }) = key else { continue };
                let stays = |stored: &&StoredKey| stored.is_named_by(key).is_same_key();
                let Some((_, of_old)) = old.iter().find(stays).and_then(StoredKey::key_and_access) else { continue };
                let value = |context: &EncryptionContext, name: &str| {
                    context.iter().find(|(other, _)| *other == name).map(|(_, value)| value.to_owned())
                };
                let names = access.context.iter().chain(of_old.context.iter()).map(|(name, _)| name);
                for name in names {
                    let (found, wanted) = (value(&of_old.context, name), value(&access.context, name));
                    let pair = ChangedPair { name: name.to_owned(), found, wanted };
                    if pair.found != pair.wanted && !changed.contains(&pair) {
                        changed.push(pair);
                    }
                }
            }
        }
        changed
    }

    /// The differences of each group of `old`, and of new ones.
    #[must_use]
    pub fn difference(&self, old: &Metadata) -> Vec<GroupDifference> {
        let difference = |at: usize| {
            let new: &[NewKey] = self.groups.get(at).map_or(&[], Vec::as_slice);
            let old: &[StoredKey] = old.groups.get(at).map_or(&[], Vec::as_slice);
            let comes = |key: &&NewKey| !old.iter().any(|stored| key.is_stored_as(stored));
            let goes = |stored: &&StoredKey| !new.iter().any(|key| key.is_stored_as(stored));
            GroupDifference {
                added: new.iter().filter(comes).map(NewKey::named).collect(),
                removed: old.iter().filter(goes).map(StoredKey::named).collect(),
            }
        };
        (0..self.groups.len().max(old.groups.len())).map(difference).collect()
    }

    /// Whether it is one that the document has.
    #[must_use]
    pub fn is_of(&self, old: &Metadata) -> bool {
        let needed = match (self.groups.len(), self.threshold) {
            (0 | 1, _) => 1,
            (all, 0) => all,
            (_, threshold) => threshold,
        };
        let is_same_size = |(new, old): (&Vec<NewKey>, &Vec<StoredKey>)| new.len() == old.len();
        self.groups.len() == old.groups.len()
            && needed == old.needed_groups()
            && self.groups.iter().zip(&old.groups).all(is_same_size)
            && self.difference(old).iter().all(GroupDifference::is_empty)
    }
}

impl GroupDifference {
    /// The words for a change after it was made.
    pub const DONE: [&'static str; 2] = ["added", "removed"];
    /// The words for a change before it is made.
    pub const WOULD: [&'static str; 2] = ["would add", "would remove"];

    /// The changes of all groups, one sentence for each; names the group if there are several.
    #[must_use]
    pub fn sentences(groups: &[Self], [add, remove]: [&str; 2]) -> Vec<String> {
        let mut sentences = Vec::new();
        for (group, number) in groups.iter().zip(1..) {
            let which = if groups.len() > 1 { format!(" (group {number})") } else { String::new() };
            let Self { added, removed } = group;
            sentences.extend(added.iter().map(|(kind, id)| format!("{add} {kind} {id}{which}")));
            sentences.extend(removed.iter().map(|(kind, id)| format!("{remove} {kind} {id}{which}")));
        }
        sentences
    }

    /// Between the recipients before and after a change.
    #[must_use]
    pub fn between(old: &Metadata, new: &Metadata) -> Vec<Self> {
        let without = |one: &[StoredKey], other: &[StoredKey]| {
            let is_there = |key: &&StoredKey| other.iter().any(|known| known.identity() == key.identity());
            one.iter().filter(|key| !is_there(key)).map(StoredKey::named).collect()
        };
        let difference = |at: usize| {
            let new: &[StoredKey] = new.groups.get(at).map_or(&[], Vec::as_slice);
            let old: &[StoredKey] = old.groups.get(at).map_or(&[], Vec::as_slice);
            Self { added: without(new, old), removed: without(old, new) }
        };
        (0..old.groups.len().max(new.groups.len())).map(difference).collect()
    }

    /// Whether nothing was added and nothing removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl NewKey {
    /// Whether it is this key of the document, used in the same way.
    fn is_stored_as(&self, stored: &StoredKey) -> bool {
        match self {
            Self::Kept(kept) | Self::Listed(kept) => kept == stored,
            Self::Wrapping(key) => stored.is_of(key),
        }
    }

    fn named(&self) -> (String, String) {
        match self {
            Self::Kept(stored) | Self::Listed(stored) => stored.named(),
            Self::Wrapping(key) => (key.key.provider().to_owned(), key.key.to_string()),
        }
    }
}

impl StoredKey {
    /// The provider and name, as in messages.
    #[must_use]
    pub fn named(&self) -> (String, String) {
        (self.provider_name().to_owned(), self.id())
    }
}
