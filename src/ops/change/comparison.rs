//! Compares encrypted files with their configs.

use std::path::Path;

use crate::context::EncryptionContext;
use crate::document::{ChangedPair, GroupDifference, Metadata};
use crate::formats::format::EncryptedFile;
use crate::keys::Rewrapper;
use crate::ops::documents::keys::KeysOfDocuments;
use crate::ops::drift::Drift;
use crate::ops::failure::Failure;

/// The drift of a file that is encrypted as a whole from the keys of `rewrapper` and the context of its rule.
///
/// # Errors
/// If a key would differ and an alias cannot be resolved that may be one of the file's keys.
pub fn drift_of_file(
    file: &dyn EncryptedFile,
    rewrapper: &Rewrapper<'_>,
    wanted: &EncryptionContext,
) -> Result<Drift, Failure> {
    let context = file.context();
    let (added, removed) = file.preview(rewrapper)?;
    for key in added.iter().filter(|key| removed.iter().any(|slot| key.names(slot).is_possible())) {
        rewrapper.resolved(key)?;
    }
    let added = added.iter().map(|key| (key.provider().to_owned(), key.to_string())).collect();
    let removed = removed.into_iter().map(|slot| (slot.provider, slot.key_id)).collect();
    let found = |key: &str| context.iter().find(|(other, _)| *other == key).map(|(_, value)| value.to_owned());
    let pair = |(name, value): (&str, &str)| ChangedPair {
        name: name.to_owned(),
        found: found(name),
        wanted: Some(value.to_owned()),
    };
    Ok(Drift {
        keys: vec![GroupDifference { added, removed }],
        context: wanted.iter().map(pair).filter(|pair| pair.found != pair.wanted).collect(),
        ..Drift::default()
    })
}

/// The drift of a document from the keys and the rule of its config. Contacts no key, but may resolve an alias.
///
/// # Errors
/// If a config cannot be read or is invalid, or there is no rule for the document; if a key would differ and an alias
/// cannot be resolved that may be one of the document's keys.
pub fn drift_of_document(
    metadata: &Metadata,
    path: Option<&Path>,
    documents: &KeysOfDocuments<'_>,
) -> Result<Drift, Failure> {
    let rule = documents.rule(path)?;
    let new = documents.of(metadata, path)?;
    let needed = if new.threshold == 0 { new.groups.len() } else { new.threshold };
    let (old_needed, wanted) = (metadata.needed_groups(), rule.selection.unwrap_or_default());
    let mut keys = if new.is_of(metadata) { Vec::new() } else { new.difference(metadata) };
    // Of a key that stays, only its context or its access differs.
    for GroupDifference { added, removed } in &mut keys {
        let both: Vec<_> = added.iter().filter(|key| removed.contains(key)).cloned().collect();
        if !new.contexts_changed(metadata).is_empty() {
            added.retain(|key| !both.contains(key));
            removed.retain(|key| !both.contains(key));
        }
    }
    for alias in new.aliases_for(metadata) {
        documents.rewrapper.resolved(alias)?;
    }
    Ok(Drift {
        keys,
        threshold: (old_needed != needed).then_some((old_needed, needed)),
        rule: (metadata.rule != wanted).then(|| (metadata.rule.clone(), wanted)),
        context: new.contexts_changed(metadata),
    })
}
