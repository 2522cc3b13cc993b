//! The configs of a run: which one is for which input, and what it says of keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kenc::config::{Config, ConfigsAbove, FoundConfig, Guards, OwnConfig, WholeFileRecipe, key_of_word};
use kenc::context::EncryptionContext;
use kenc::keys::{KeySpec, TrustedKeys};

use crate::args::GlobalArgs;
use crate::environment::{local_key, own_config_file, variable};
use crate::failure::{Cause, Failure};
use crate::report::Reporter;

/// The variable with which sops names its config.
const SOPS_CONFIG: &str = "SOPS_CONFIG";

/// The configs of a run. Each is looked for and read once for every folder with inputs, when it is first needed.
pub struct Configs<'a> {
    named: Option<NamedConfig>,
    search: ConfigSearch,
    reporter: &'a Reporter,
    /// By the folder of the input; none for the standard input.
    found: Mutex<BTreeMap<Option<PathBuf>, Arc<FoundConfig>>>,
    own: Mutex<Option<Arc<OwnConfig>>>,
    above: Mutex<BTreeMap<Option<PathBuf>, Arc<ConfigsAbove>>>,
}

/// Where a config is looked for that is not named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConfigSearch {
    /// From the folder of the input upward, then from the working folder.
    FromInput,
    /// From the working folder only, as sops does.
    FromWorkingFolder,
}

/// A config that was named.
enum NamedConfig {
    OnCommandLine(PathBuf),
    InVariable(PathBuf),
}

impl<'a> Configs<'a> {
    pub fn new(args: &GlobalArgs, reporter: &'a Reporter) -> Self {
        let on_command_line = args.config.clone().map(NamedConfig::OnCommandLine);
        let named = on_command_line.or_else(|| variable(SOPS_CONFIG).map(NamedConfig::InVariable));
        Self::searching(named, ConfigSearch::FromInput, reporter)
    }

    /// The configs as sops finds and reads them.
    pub fn of_sops(named: Option<PathBuf>, reporter: &'a Reporter) -> Self {
        let named = named.filter(|path| !path.as_os_str().is_empty()).or_else(|| variable(SOPS_CONFIG));
        Self::searching(named.map(NamedConfig::InVariable), ConfigSearch::FromWorkingFolder, reporter)
    }

    fn searching(named: Option<NamedConfig>, search: ConfigSearch, reporter: &'a Reporter) -> Self {
        let (found, own, above) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { named, search, reporter, found, own, above }
    }

    /// Where something is said to the user.
    pub fn reporter(&self) -> &'a Reporter {
        self.reporter
    }

    /// The config for an input: the one that was named, or the nearest.
    pub fn of(&self, input: Option<&Path>) -> Result<Arc<FoundConfig>, Failure> {
        let depends_on_input = self.named.is_none() && self.search == ConfigSearch::FromInput;
        let folder = if depends_on_input { folder_of(input) } else { None };
        let mut known = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&folder) {
            return Ok(Arc::clone(found));
        }
        let found = match &self.named {
            Some(NamedConfig::OnCommandLine(path)) => {
                FoundConfig { config: Some(Config::open(path)?), ..FoundConfig::default() }
            }
            Some(NamedConfig::InVariable(path)) => {
                FoundConfig { config: Some(Config::open_as_sops(path)?), ..FoundConfig::default() }
            }
            None => Config::find(input.filter(|_| depends_on_input), &*self.own()?)?,
        };
        let found = Arc::new(found);
        known.insert(folder, Arc::clone(&found));
        Ok(found)
    }

    /// The keys and the context for a file that is encrypted whole: the keys given, or those of the rule for the file, or
    /// the local key; the context of the config, and the pairs given.
    pub fn choose(
        &self,
        words: &[String],
        given: &EncryptionContext,
        input: Option<&Path>,
    ) -> Result<WholeFileRecipe, Failure> {
        let found = self.of(input)?;
        let FoundConfig { config, misnamed, is_hidden_from_sops: _ } = &*found;
        if let Some(path) = misnamed.as_ref().filter(|_| words.is_empty()) {
            self.reporter.hint_once(&format!("{} is not read: a config ends in .yaml", path.display()));
        }
        let mut recipe = WholeFileRecipe::new(config.as_ref(), words, given, input)?;
        if let (Some(config), Some(line)) = (config, recipe.line) {
            self.hint_if_hidden_from_sops(&found);
            let name = input.map_or_else(|| "the standard input".to_owned(), |path| path.display().to_string());
            self.reporter.note(&format!("{name}: the rule is in {}, line {line}", config.path().display()));
        }
        if recipe.keys.is_empty() {
            recipe.keys.push(local_key()?);
        }
        Ok(recipe)
    }

    /// Says whose rules are used, if sops would use others.
    pub fn hint_if_hidden_from_sops(&self, found: &FoundConfig) {
        if let (Some(config), true) = (&found.config, found.is_hidden_from_sops) {
            self.reporter.hint_once(&format!(
                "the rules are those of {}; sops would not find it from here, for it looks from the working folder only",
                config.path().display()
            ));
        }
    }

    /// The user's own config.
    fn own(&self) -> Result<Arc<OwnConfig>, Failure> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = &*own {
            return Ok(Arc::clone(own));
        }
        let read = own_config_file().map(|path| OwnConfig::read(&path)).transpose()?;
        Ok(Arc::clone(own.insert(Arc::new(read.unwrap_or_default()))))
    }

    /// What all configs together demand of an input.
    pub fn guards(&self, input: Option<&Path>) -> Result<Guards, Failure> {
        let named = self.named.as_ref().map(|_| self.of(input)).transpose()?;
        let named = named.as_ref().and_then(|found| found.config.as_ref());
        let own = self.own()?;
        let folder = folder_of(input);
        let mut known = self.above.lock().unwrap_or_else(PoisonError::into_inner);
        let above = if let Some(above) = known.get(&folder) {
            Arc::clone(above)
        } else {
            let above = Arc::new(ConfigsAbove::find(input, &own, named)?);
            for (path, fault) in &above.passed_over {
                self.reporter.hint_once(&format!("{}: {fault}", path.display()));
            }
            known.insert(folder, Arc::clone(&above));
            above
        };
        drop(known);
        Ok(above.guards(input, &own, named)?)
    }

    /// Whether a config demands a seal of the document.
    pub fn require_seal(&self, input: Option<&Path>) -> Result<bool, Failure> {
        Ok(self.guards(input)?.require_seal)
    }

    /// The keys that words name, each once. A name must mean the same key for every input.
    pub fn keys(&self, words: &[String], inputs: &[PathBuf]) -> Result<Vec<KeySpec>, Failure> {
        let mut keys = Vec::new();
        for word in words {
            if !word.trim().starts_with('@') {
                push_new(&mut keys, key_of_word(None, word)?);
                continue;
            }
            let mut meant: Option<(KeySpec, PathBuf)> = None;
            let standard_input = [PathBuf::from("-")];
            for input in if inputs.is_empty() { &standard_input[..] } else { inputs } {
                let found = self.of((input.as_os_str() != "-").then_some(input))?;
                let key = key_of_word(found.config.as_ref(), word)?;
                match &meant {
                    None => meant = Some((key, input.clone())),
                    Some((other, _)) if *other == key => {}
                    Some((_, first)) => {
                        let name = word.trim().trim_start_matches('@').to_owned();
                        let (first, second) = (first.clone(), input.clone());
                        return Err(Cause::NameOfSeveralKeys { name, first, second }.into());
                    }
                }
            }
            if let Some((key, _)) = meant {
                push_new(&mut keys, key);
            }
        }
        Ok(keys)
    }

    /// Which keys may be asked because the header of an input names them.
    pub fn trusted(&self, input: Option<&Path>) -> Result<TrustedKeys, Failure> {
        Ok(self.guards(input)?.trusted)
    }
}

fn folder_of(input: Option<&Path>) -> Option<PathBuf> {
    input.map(|path| path.parent().unwrap_or(path).to_owned())
}

fn push_new(keys: &mut Vec<KeySpec>, key: KeySpec) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}
