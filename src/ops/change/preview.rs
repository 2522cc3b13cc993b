//! Finds which keys would be added and removed, and asks, before files get the keys of their rules.

use super::by_config::Rewrappers;
use super::target_list::TargetList;
use super::targets::{Content, Intent, Target};
use super::vouching::Vouching;
use crate::document::{EncryptedDocument, Format, GroupDifference};
use crate::formats::detect::DetectedFile;
use crate::keys::{KeySpec, Rewrapped, WrappedKey};
use crate::ops::documents::open::StatedRequirements;
use crate::ops::documents::rekeyed::rewrap;
use crate::ops::failure::{Cause, Failure};
use crate::ops::question::{KeyPreview, Question};
use crate::ops::session::Session;

/// Finds what would change.
pub struct Preview<'a> {
    /// Whom to ask.
    pub session: &'a Session,
    /// The keys that documents are to have, and what vouches for keys.
    pub vouching: &'a Vouching<'a>,
    /// What changes the keys of files that are encrypted as a whole.
    pub rewrappers: &'a Rewrappers<'a>,
    /// The notation of documents, where the caller says it.
    pub notation: Option<Format>,
    /// What is demanded of documents.
    pub demanded: StatedRequirements,
}

impl Preview<'_> {
    /// Examines every target, and asks the user if any would change. A problem with one is reported in its turn.
    ///
    /// No key is asked, unless the config names an alias that may not be looked up and that may be one of the keys that
    /// are there: only wrapping under it shows which key it means.
    ///
    /// # Errors
    /// If nobody answers, or the answer is no.
    pub fn confirm(&self, targets: &TargetList<'_>) -> Result<(), Failure> {
        let mut changes = Vec::new();
        targets.visit(|target| {
            // What cannot be read twice is changed only with --yes.
            if target.path().is_none() {
                return Err(Cause::NotConfirmed { count: 1 }.into());
            }
            let Ok((content, _)) = target.read(Intent::Read, self.notation) else { return Ok(()) };
            let change = match content {
                Content::Document(sealed) => self.of_document(target, *sealed),
                Content::File(file) => self.of_file(target, file),
            };
            changes.extend(change);
            Ok(())
        })?;
        if changes.is_empty() {
            return Ok(());
        }
        match self.session.observer().ask(&Question::ChangeKeys(&changes)) {
            Some(true) => Ok(()),
            Some(false) => Err(Cause::Declined.into()),
            None => Err(Cause::NotConfirmed { count: changes.len() }.into()),
        }
    }

    fn of_document(&self, target: &Target, sealed: EncryptedDocument) -> Option<KeyPreview> {
        let Self { session, vouching, demanded, .. } = self;
        let old = sealed.metadata().clone();
        let new = vouching.documents.of(&old, target.path()).ok()?;
        if new.is_of(&old) {
            return None;
        }
        let groups = new.difference(&old);
        let preview = |groups| KeyPreview { name: target.name(), groups, needed_groups: Some(old.needed_groups()) };
        let is_unknown = |alias: &KeySpec| vouching.documents.rewrapper.resolved(alias).is_err();
        if !new.aliases_for(&old).any(is_unknown) {
            return Some(preview(groups));
        }
        let vouchers = |old: &_| vouching.of_document(target, old);
        match rewrap(sealed, target.path(), new, vouchers, *demanded, session) {
            Ok(rekeyed) if !rekeyed.is_changed => None,
            Ok(rekeyed) => Some(preview(rekeyed.groups)),
            Err(_) => Some(preview(groups)),
        }
    }

    fn of_file(&self, target: &Target, file: DetectedFile) -> Option<KeyPreview> {
        let file = file.read(self.session.read_policy()).ok()?;
        let rewrapper = self.rewrappers.of(target).ok()?;
        let (added, removed) = file.preview(rewrapper).ok()?;
        let may_be_old = |key: &KeySpec| removed.iter().any(|slot| key.names(slot).is_possible());
        let is_uncertain = added.iter().any(|key| may_be_old(key) && rewrapper.resolved(key).is_err());
        let named = |slot: &WrappedKey| (slot.provider.clone(), slot.key_id.clone());
        let trusted = self.vouching.configs.trusted(target.path()).ok()?;
        let dry = is_uncertain.then(|| file.rewrap(&rewrapper.trusting(&trusted)));
        let (added, removed): (Vec<_>, Vec<_>) = if let Some(Ok(done)) = dry {
            let Rewrapped { added, removed, .. } = done.rewrapped;
            (added.iter().map(named).collect(), removed.iter().map(named).collect())
        } else {
            let added = added.iter().map(|key| (key.provider().to_owned(), key.to_string()));
            (added.collect(), removed.iter().map(named).collect())
        };
        if added.is_empty() && removed.is_empty() {
            return None;
        }
        let groups = vec![GroupDifference { added, removed }];
        Some(KeyPreview { name: target.name(), groups, needed_groups: None })
    }
}
