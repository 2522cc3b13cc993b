//! What vouches for the keys that files name, before a data key is wrapped under them: the command line, the config,
//! and a person who is shown the other keys. The keys of a sealed document are vouched for by its seal, once it is
//! verified.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kenc::document::{DataKeyChange, Metadata};
use kenc::keys::{KeySpec, NamedKey, Rewrapper, Vouchers, WrappedKey};

use super::by_config::choose;
use super::{Content, Intent, Target};
use crate::failure::{Cause, Failure};
use crate::question::{Choice, ask};
use crate::report::{Reporter, printable};
use kenc::document::Format;
use kenc::ops::configs::Configs;
use kenc::ops::documents::keys::KeysOfDocuments;

/// Who confirms keys for which nothing else vouches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person, who is asked.
    Asked,
    /// The user, with `--yes`.
    Given,
}

impl Consent {
    pub fn of_flag(yes: bool) -> Self {
        if yes { Self::Given } else { Self::Asked }
    }
}

/// What vouches for the keys of the files of a run.
pub struct Vouching<'a> {
    pub configs: &'a Configs,
    pub documents: &'a KeysOfDocuments<'a>,
    /// The keys of -k.
    pub named: &'a [KeySpec],
    pub consent: Consent,
    /// The keys of each file that a person was shown and confirmed.
    approved: BTreeMap<PathBuf, Vec<NamedKey>>,
}

impl<'a> Vouching<'a> {
    pub fn new(
        configs: &'a Configs,
        documents: &'a KeysOfDocuments<'a>,
        named: &'a [KeySpec],
        consent: Consent,
    ) -> Self {
        Self { configs, documents, named, consent, approved: BTreeMap::new() }
    }

    /// For a kenc file.
    pub fn of_file(&self, target: &Target, slots: &[WrappedKey]) -> Result<Vouchers, Failure> {
        let vouchers = self.of(target)?;
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
    pub fn ask<'r>(
        &mut self,
        targets: &[Result<Target, Failure>],
        notation: Option<Format>,
        change: DataKeyChange,
        rewrapper_of: impl Fn(&Target) -> Result<&'r Rewrapper<'r>, Failure>,
        reporter: &Reporter,
    ) -> Result<(), Failure> {
        if self.consent == Consent::Given || !reporter.may_ask() {
            return Ok(());
        }
        let mut asked: BTreeMap<PathBuf, Vec<NamedKey>> = BTreeMap::new();
        for target in targets.iter().flatten() {
            let Some(path) = target.path() else { continue };
            let Ok((content, _)) = target.read(Intent::Read, notation) else { continue };
            let keys = match content {
                Content::Foreign(_) => Vec::new(),
                Content::File(_) if change == DataKeyChange::Kept => Vec::new(),
                Content::File(file) => {
                    let slots = &file.head.header.table.slots;
                    let keys =
                        rewrapper_of(target).ok().and_then(|rewrapper| rewrapper.recipients_of_header(slots).ok());
                    unvouched(keys.unwrap_or_default(), &self.of_file(target, slots)?)
                }
                // Whether the seal vouches for them is known only when it is opened.
                Content::Document(sealed) if sealed.metadata().has_seal() => Vec::new(),
                Content::Document(sealed) => {
                    let metadata = sealed.metadata();
                    let Ok(new) = self.documents.of(metadata, Some(path)) else { continue };
                    unvouched(new.recipients_of_document(metadata, change), &self.of_document(target, metadata)?)
                }
            };
            if !keys.is_empty() {
                asked.insert(path.to_owned(), keys);
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let question = format!(
            "Only {} names these keys. Wrap the data key under them?",
            if asked.len() == 1 { "the file itself" } else { "each file itself" }
        );
        let choices = [
            Choice { word: "no", meaning: "change nothing", value: false },
            Choice { word: "yes", meaning: "these are the right keys", value: true },
        ];
        match ask(&question, &choices, || reporter.show(&listed(&asked))) {
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

fn listed(keys: &BTreeMap<PathBuf, Vec<NamedKey>>) -> String {
    let mut lines = String::new();
    let mut line = |path: &Path, key: &NamedKey| {
        writeln!(lines, "{}", printable(&format!("{}: {key}", path.display())))
            .expect("writing to a string does not fail");
    };
    for (path, key) in keys.iter().flat_map(|(path, keys)| keys.iter().map(move |key| (path, key))) {
        line(path, key);
    }
    lines
}
