//! A run that changes the keys of many files: what is asked once, before the first of them is touched.

use std::path::PathBuf;

use super::by_config::{ByConfig, Rewrappers};
use super::new_form::NewForm;
use super::prepared_seals::PreparedSeals;
use super::preview::Preview;
use super::target_list::TargetList;
use super::targets::{ResultOptions, Target, check_named};
use super::vouching::{Consent, Vouching};
use crate::document::{DataKeyChange, Format};
use crate::keys::{KeyChange, Rewrapper};
use crate::ops::configs::Configs;
use crate::ops::documents::keys::{KeysOfDocuments, NewKeySource};
use crate::ops::documents::open::StatedRequirements;
use crate::ops::failure::Failure;
use crate::ops::report::DoneFiles;
use crate::ops::session::Session;
use crate::ops::shard::Shard;

/// What is to become of the keys of files.
pub struct KeyChangeOptions {
    /// The keys that come and go, unless the config says them.
    pub change: KeyChange,
    /// Who says the new keys.
    pub source: NewKeySource,
    /// Who says yes to keys for which nothing vouches, and to what the config changes.
    pub consent: Consent,
    /// The notation of documents, where the caller says it.
    pub notation: Option<Format>,
    /// What is demanded of documents.
    pub demanded: StatedRequirements,
    /// What files become when they are encrypted again.
    pub form: NewForm,
    /// How results are written.
    pub results: ResultOptions,
    /// Whether anything is written.
    pub extent: ChangeExtent,
    /// The shard to which the files belong, if there are several.
    pub shard: Option<Shard>,
    /// Files that an earlier run has done.
    pub done: DoneFiles,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeExtent {
    /// It is.
    Written,
    /// It is only said what would be. Keys are asked all the same, but no person.
    Shown,
}

impl KeyChangeOptions {
    /// Whether keys change at all, as far as it is known before a file is looked at.
    #[must_use]
    pub fn changes_keys(&self) -> bool {
        self.change != KeyChange::default() || self.source == NewKeySource::Config
    }
}

/// Everything with which the keys of each file of a run are changed.
pub struct KeyChanges<'a> {
    /// Whom to ask for keys.
    pub session: &'a Session,
    /// Where rules are.
    pub configs: &'a Configs,
    /// What is to be done.
    pub options: &'a KeyChangeOptions,
    /// What changes the keys of files that are encrypted as a whole.
    pub rewrappers: Rewrappers<'a>,
    /// What vouches for keys.
    pub vouching: Vouching<'a>,
    /// The data keys of files that are encrypted again.
    pub seals: PreparedSeals,
}

/// Looks at all targets, asks a person what has to be asked, and has `work` change them.
///
/// # Errors
/// If a config cannot be read, or the answer is no; those of `work`.
pub fn with_key_changes<T>(
    session: &Session,
    configs: &Configs,
    options: &KeyChangeOptions,
    (inputs, mut targets): (&[PathBuf], Vec<Result<Target, Failure>>),
    data_key: DataKeyChange,
    work: impl FnOnce(&KeyChanges<'_>, TargetList<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let KeyChangeOptions { change, source, consent, notation, demanded, extent, form, shard, done, .. } = options;
    let is_done = |target: &Target| target.path().is_some_and(|path| done.skips(path));
    targets.retain(|target| !target.as_ref().is_ok_and(is_done));
    if *extent == ChangeExtent::Written && targets.len() > 1 {
        check_named(inputs, &mut targets, *notation)?;
    }
    let targets = TargetList::new(session, targets, *shard, done);
    let follows_config = *source == NewKeySource::Config;
    let trusted = configs.trusted(inputs.first().map(PathBuf::as_path))?;
    let keyring = session.keyring_trusting(&trusted);
    let rewrapper = Rewrapper::new(&keyring, change.clone(), session.only().to_vec());
    let mut by_config = ByConfig::default();
    if follows_config {
        targets.visit_paths(|path| by_config.add(path, configs, session));
    }
    let keyrings = by_config.keyrings(session, &trusted);
    let rewrappers = Rewrappers {
        rewrapper: &rewrapper,
        by_config: follows_config.then_some(&by_config),
        of_config: by_config.rewrappers(&keyrings, session.only()),
        configs,
    };
    let documents = KeysOfDocuments { rewrapper: &rewrapper, configs, source: *source };
    let mut vouching = Vouching::new(configs, &documents, session, *consent);
    if *extent == ChangeExtent::Written {
        let observer = session.observer();
        if follows_config && *consent == Consent::Asked {
            let (vouching, rewrappers, demanded) = (&vouching, &rewrappers, *demanded);
            Preview { session, vouching, rewrappers, notation: *notation, demanded }.confirm(&targets)?;
        }
        let asked = (&targets, *notation, session.read_policy());
        vouching.ask(asked, (data_key, form), |target| rewrappers.of(target), observer)?;
    }
    work(&KeyChanges { session, configs, options, rewrappers, vouching, seals: PreparedSeals::default() }, targets)
}
