//! Drift: how an encrypted file differs from what its config says now.

use std::path::Path;

use crate::context::EncryptionContext;
use crate::document::{EncryptionRule, GroupDifference, Metadata};
use crate::formats::format::EncryptedFile;
use crate::keys::Rewrapper;
use crate::ops::documents::keys::KeysOfDocuments;
use crate::ops::failure::Failure;

/// How an encrypted file differs from what its config says.
#[derive(Debug, Default)]
pub struct Drift {
    /// Keys that the config adds and removes, group by group.
    pub keys: Vec<GroupDifference>,
    /// The threshold of key groups, of the document and of the config.
    pub threshold: Option<(usize, usize)>,
    /// The rule for which values are encrypted, of the document and of the config.
    pub rule: Option<(EncryptionRule, EncryptionRule)>,
    /// Pairs of the encryption context: the key, the file's value if it has one, and the config's.
    pub context: Vec<(String, Option<String>, String)>,
}

impl Drift {
    /// The drift of a file that is encrypted as a whole from the keys of `rewrapper` and the context of its rule.
    ///
    /// # Errors
    /// If an alias to be removed cannot be resolved.
    pub fn of_file(
        file: &dyn EncryptedFile,
        rewrapper: &Rewrapper<'_>,
        wanted: &EncryptionContext,
    ) -> Result<Self, Failure> {
        let (added, removed) = file.preview(rewrapper)?;
        let context = file.context();
        let added = added.iter().map(|key| ("key".to_owned(), key.to_string())).collect();
        let removed = removed.into_iter().map(|slot| (slot.provider, slot.key_id)).collect();
        let found = |key: &str| context.iter().find(|(other, _)| *other == key).map(|(_, value)| value.to_owned());
        let pairs = wanted.iter().map(|(key, value)| (key.to_owned(), found(key), value.to_owned()));
        Ok(Self {
            keys: vec![GroupDifference { added, removed }],
            context: pairs.filter(|(_, found, value)| found.as_ref() != Some(value)).collect(),
            ..Self::default()
        })
    }

    /// The drift of a document from the keys and the rule of its config. Contacts no key, but may resolve an alias.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid, or there is no rule for the document.
    pub fn of_document(
        metadata: &Metadata,
        path: Option<&Path>,
        documents: &KeysOfDocuments<'_>,
    ) -> Result<Self, Failure> {
        let rule = documents.rule(path)?;
        let new = documents.of(metadata, path)?;
        let needed = if new.threshold == 0 { new.groups.len() } else { new.threshold };
        let (old_needed, wanted) = (metadata.needed_groups(), rule.selection.unwrap_or_default());
        let keys = if new.is_of(metadata) { Vec::new() } else { new.difference(metadata) };
        Ok(Self {
            keys,
            threshold: (old_needed != needed).then_some((old_needed, needed)),
            rule: (metadata.rule != wanted).then(|| (metadata.rule.clone(), wanted)),
            context: Vec::new(),
        })
    }

    /// Whether the file is as its config says.
    #[must_use]
    pub fn is_none(&self) -> bool {
        let Self { keys, threshold, rule, context } = self;
        keys.iter().all(GroupDifference::is_empty) && threshold.is_none() && rule.is_none() && context.is_empty()
    }
}
