//! The keys that the config names for files that are encrypted as a whole, for `--from-config`.

use std::path::Path;
use std::sync::Arc;

use super::targets::Target;
use crate::config::WholeFileRecipe;
use crate::formats::registry;
use crate::keys::{AwsKms, KeyChange, KeySpec, Keyring, Rewrapper, TrustedKeys};
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::session::Session;

/// Each distinct choice of keys that the rules make for the targets of a run.
#[derive(Default)]
pub struct ByConfig {
    choices: Vec<(WholeFileRecipe, Arc<AwsKms>)>,
}

impl ByConfig {
    /// Looks a path up. A problem with the rule for it is reported in its turn.
    pub fn add(&mut self, path: &Path, configs: &Configs, session: &Session) {
        let Ok(choice) = choose(configs, path) else { return };
        if self.number_of(&choice).is_none() {
            let kms = session.kms_for_recipe(&choice);
            self.choices.push((choice, kms));
        }
    }

    fn number_of(&self, choice: &WholeFileRecipe) -> Option<usize> {
        self.choices.iter().position(|(other, _)| other == choice)
    }

    /// The keyrings, one for each choice.
    #[must_use]
    pub fn keyrings<'a>(&'a self, session: &'a Session, trusted: &'a TrustedKeys) -> Vec<Keyring<'a>> {
        self.choices.iter().map(|(_, kms)| session.keyring_of(kms, trusted)).collect()
    }

    /// The rewrappers, one for each choice.
    #[must_use]
    pub fn rewrappers<'a>(&self, keyrings: &'a [Keyring<'a>], only: &[KeySpec]) -> Vec<Rewrapper<'a>> {
        let rewrapper = |((choice, _), keyring): (&(WholeFileRecipe, Arc<AwsKms>), &'a Keyring<'a>)| {
            let change = KeyChange { replacement: choice.keys.clone(), ..KeyChange::default() };
            Rewrapper::new(keyring, change, only.to_vec())
        };
        self.choices.iter().zip(keyrings).map(rewrapper).collect()
    }
}

/// The rewrapper for every file of a run that is encrypted as a whole.
pub struct Rewrappers<'a> {
    /// The one for all, unless the config decides for each.
    pub rewrapper: &'a Rewrapper<'a>,
    /// What the config says, if it does.
    pub by_config: Option<&'a ByConfig>,
    /// Those for the choices of the config.
    pub of_config: Vec<Rewrapper<'a>>,
    /// Where rules are.
    pub configs: &'a Configs,
}

impl Rewrappers<'_> {
    /// The one for a target.
    ///
    /// # Errors
    /// If the config is to say its keys, and has no rule for it.
    pub fn of(&self, target: &Target) -> Result<&Rewrapper<'_>, Failure> {
        match target.path() {
            _ if self.by_config.is_none() => Ok(self.rewrapper),
            Some(path) => self.of_path(path),
            None => Err(Cause::NoRule(target.name()).into()),
        }
    }

    /// The one for the file at a path.
    ///
    /// # Errors
    /// As [`Rewrappers::of`].
    pub fn of_path(&self, path: &Path) -> Result<&Rewrapper<'_>, Failure> {
        let Self { rewrapper, by_config, of_config, configs } = self;
        let Some(by_config) = by_config else { return Ok(rewrapper) };
        let number = by_config.number_of(&choose(configs, path)?);
        number.map(|number| &of_config[number]).ok_or_else(|| Cause::NoRule(path.display().to_string()).into())
    }

    /// The number of the choice of the config for a target, if the config says its keys.
    #[must_use]
    pub fn choice_of(&self, target: &Target) -> Option<usize> {
        self.by_config?.number_of(&choose(self.configs, target.path()?).ok()?)
    }
}

/// A file was encrypted by the rule for its name without the ending that encrypting adds. If there is none, the rule for its own name applies.
///
/// # Errors
/// If a config cannot be read, or has no rule with keys for the file.
pub fn choose(configs: &Configs, path: &Path) -> Result<WholeFileRecipe, Failure> {
    let chosen = |path: &Path| {
        let found = configs.of(Some(path))?;
        let choice = found.config.as_ref().map(|config| config.whole_file(Some(path))).transpose()?;
        let choice = choice.filter(|choice| !choice.keys.is_empty());
        choice.ok_or_else(|| Failure::from(Cause::NoRule(path.display().to_string())))
    };
    if registry::by_ending(path).is_some() {
        return chosen(&path.with_extension("")).or_else(|_| chosen(path));
    }
    chosen(path)
}
