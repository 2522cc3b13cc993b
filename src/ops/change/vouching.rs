//! What vouches for the keys that files name, before a data key is wrapped under them: the command line, the config,
//! and a person who is shown the other keys. The keys of a sealed document are vouched for by its seal, once it is
//! verified.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::by_config::choose;
use super::new_form::NewForm;
use super::target_list::TargetList;
use super::targets::{Content, Intent, Target};
use crate::document::{DataKeyChange, Format, Metadata};
use crate::formats::format::ReadPolicy;
use crate::keys::{KeySpec, NamedKey, Rewrapper, Vouchers, WrappedKey};
use crate::ops::configs::Configs;
use crate::ops::documents::keys::KeysOfDocuments;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Observer, Warning};
use crate::ops::places::{identities_open_to_all, identities_open_to_others};
use crate::ops::question::Question;
use crate::ops::session::Session;

/// Who confirms keys for which nothing else vouches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person, who is asked.
    Asked,
    /// The user, with `--yes`.
    Given,
}

/// What vouches for the keys of the files of a run.
pub struct Vouching<'a> {
    /// Where rules and `trusted_keys` are.
    pub configs: &'a Configs,
    /// The keys that documents are to have.
    pub documents: &'a KeysOfDocuments<'a>,
    /// The keys of -k.
    pub named: &'a [KeySpec],
    /// The recipients of the user's own identities. Whoever holds an identity loses nothing if its recipient gets a new data
    /// key of a kenc file: nobody else can have put another recipient there under the same name. Of documents they vouch for
    /// nothing, because a new data key there also follows the rule in the document.
    own: Vec<KeySpec>,
    /// Who says yes to the others.
    pub consent: Consent,
    /// The keys of each file that a person was shown and confirmed.
    approved: BTreeMap<PathBuf, Vec<NamedKey>>,
}

impl<'a> Vouching<'a> {
    /// What vouches before anybody was asked.
    #[must_use]
    pub fn new(
        configs: &'a Configs,
        documents: &'a KeysOfDocuments<'a>,
        session: &'a Session,
        consent: Consent,
    ) -> Self {
        // Into a file that others can write, they can put an identity of theirs.
        let (identities, named) = (session.identities(), session.only());
        let replaceable: Vec<_> = identities_open_to_others(identities).collect();
        for path in &replaceable {
            session.observer().warning(&Warning::IdentityOpenToOthers(path.to_path_buf()));
        }
        let open: Vec<_> = replaceable.into_iter().chain(identities_open_to_all(identities)).collect();
        let own = identities.own_recipients(&open).into_iter().map(KeySpec::from).collect();
        Self { configs, documents, named, own, consent, approved: BTreeMap::new() }
    }

    /// For a file that is encrypted as a whole.
    ///
    /// # Errors
    /// If a config cannot be read.
    pub fn of_file(&self, target: &Target, slots: &[WrappedKey]) -> Result<Vouchers, Failure> {
        let vouchers = self.of(target)?.and_named(&self.own);
        let keys: Vec<NamedKey> = slots.iter().map(NamedKey::of_slot).collect();
        if keys.iter().all(|key| vouchers.vouch_for(key)) {
            return Ok(vouchers);
        }
        let rule = target.path().and_then(|path| choose(self.configs, path).ok());
        let Some(rule) = rule else { return Ok(vouchers) };
        // What cannot be looked up vouches for nothing.
        let resolved = rule.keys.into_iter().map(|key| self.documents.rewrapper.resolved(&key).unwrap_or(key));
        let by_rule = Vouchers::none().and_named(&resolved.collect::<Vec<_>>());
        let is_named = keys.iter().all(|key| by_rule.vouch_for(key));
        Ok(if is_named { vouchers.and_approved(keys) } else { vouchers })
    }

    /// For a document, besides its seal.
    ///
    /// # Errors
    /// If a config cannot be read.
    pub fn of_document(&self, target: &Target, metadata: &Metadata) -> Result<Vouchers, Failure> {
        let vouchers = self.of(target)?;
        if metadata.named_keys().all(|key| vouchers.vouch_for(&key)) {
            return Ok(vouchers);
        }
        let by_rule = self.documents.of_rule(metadata, target.path());
        let is_named = by_rule.is_some_and(|keys| keys.is_of(metadata));
        Ok(if is_named { vouchers.and_approved(metadata.named_keys()) } else { vouchers })
    }

    fn of(&self, target: &Target) -> Result<Vouchers, Failure> {
        let Self { configs, named, consent, approved, .. } = self;
        let vouchers = match consent {
            Consent::Given => Vouchers::person(),
            Consent::Asked => Vouchers::none(),
        };
        let shown = target.path().and_then(|path| approved.get(path)).cloned().unwrap_or_default();
        Ok(vouchers.and_named(named).and_trusted(&configs.trusted(target.path())?).and_approved(shown))
    }

    /// Examines every target without asking a key, and shows a person the keys for which nothing else vouches. Without
    /// a terminal nobody is asked, and each such file is refused in its turn.
    ///
    /// # Errors
    /// If the answer is no, or a config cannot be read.
    pub fn ask<'r>(
        &mut self,
        (targets, notation, policy): (&TargetList<'_>, Option<Format>, &ReadPolicy),
        (change, form): (DataKeyChange, &NewForm),
        rewrapper_of: impl Fn(&Target) -> Result<&'r Rewrapper<'r>, Failure>,
        observer: &dyn Observer,
    ) -> Result<(), Failure> {
        if self.consent == Consent::Given || !observer.may_ask() {
            return Ok(());
        }
        let mut asked: BTreeMap<PathBuf, Vec<NamedKey>> = BTreeMap::new();
        targets.visit(|target| {
            let Some(path) = target.path() else { return Ok(()) };
            let Ok((content, _)) = target.read(Intent::Read, notation) else { return Ok(()) };
            let keys = match content {
                Content::File(file) if change == DataKeyChange::Kept && !form.reencrypts(file.format) => Vec::new(),
                Content::File(file) => {
                    let Ok(file) = file.read(policy) else { return Ok(()) };
                    let keys = rewrapper_of(target).ok().and_then(|rewrapper| file.unvouched_keys(rewrapper).ok());
                    unvouched(keys.unwrap_or_default(), &self.of_file(target, file.wrapped_keys())?)
                }
                // Whether the seal vouches for them is known only when it is opened.
                Content::Document(sealed) if sealed.metadata().has_seal() => Vec::new(),
                Content::Document(sealed) => {
                    let metadata = sealed.metadata();
                    let Ok(new) = self.documents.of(metadata, Some(path)) else { return Ok(()) };
                    unvouched(new.recipients_of_document(metadata, change), &self.of_document(target, metadata)?)
                }
            };
            if !keys.is_empty() {
                asked.insert(path.to_owned(), keys);
            }
            Ok(())
        })?;
        if asked.is_empty() {
            return Ok(());
        }
        match observer.ask(&Question::TrustKeys(&asked)) {
            Some(true) => {
                self.approved = asked;
                Ok(())
            }
            Some(false) => Err(Cause::Declined.into()),
            None => Ok(()),
        }
    }
}

fn unvouched(keys: Vec<NamedKey>, vouchers: &Vouchers) -> Vec<NamedKey> {
    keys.into_iter().filter(|key| !vouchers.vouch_for(key)).collect()
}
