//! Finds which keys would be added and removed, and asks, before files get the keys of their rules.

use super::targets::{Content, Intent, Target};
use crate::document::{Format, GroupDifference};
use crate::formats::format::ReadPolicy;
use crate::keys::{Rewrapper, WrappedKey};
use crate::ops::documents::keys::KeysOfDocuments;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Observer;
use crate::ops::question::{KeyPreview, Question};

/// Examines every target without asking a key, and asks the user if any would change. A problem with one is reported in
/// its turn.
///
/// # Errors
/// If nobody answers, or the answer is no.
pub fn confirm<'r>(
    targets: &[Result<Target, Failure>],
    notation: Option<Format>,
    documents: &KeysOfDocuments<'_>,
    rewrapper_of: impl Fn(&Target) -> Result<&'r Rewrapper<'r>, Failure>,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let mut changes = Vec::new();
    for target in targets.iter().flatten() {
        // What cannot be read twice is changed only with --yes.
        if target.path().is_none() {
            return Err(Cause::NotConfirmed { count: 1 }.into());
        }
        let Ok((content, _)) = target.read(Intent::Read, notation) else { continue };
        let (groups, needed_groups) = match content {
            Content::Document(sealed) => {
                let Ok(new) = documents.of(sealed.metadata(), target.path()) else { continue };
                if new.is_of(sealed.metadata()) {
                    continue;
                }
                (new.difference(sealed.metadata()), Some(sealed.metadata().needed_groups()))
            }
            Content::File(file) => {
                let Ok(file) = file.read(&ReadPolicy::default()) else { continue };
                let preview = rewrapper_of(target).ok().and_then(|rewrapper| file.preview(rewrapper).ok());
                let Some((added, removed)) =
                    preview.filter(|(added, removed)| !added.is_empty() || !removed.is_empty())
                else {
                    continue;
                };
                let named = |slot: &WrappedKey| (slot.provider.clone(), slot.key_id.clone());
                let added = added.iter().map(|key| ("key".to_owned(), key.to_string())).collect();
                (vec![GroupDifference { added, removed: removed.iter().map(named).collect() }], None)
            }
        };
        changes.push(KeyPreview { name: target.name(), groups, needed_groups });
    }
    if changes.is_empty() {
        return Ok(());
    }
    match observer.ask(&Question::ChangeKeys(&changes)) {
        Some(true) => Ok(()),
        Some(false) => Err(Cause::Declined.into()),
        None => Err(Cause::NotConfirmed { count: changes.len() }.into()),
    }
}
