//! The configs of a run: finds the one for each input, and answers what it says about keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::config::{Config, ConfigsAbove, FoundConfig, Guards, OwnConfig, WholeFileRecipe, expand_lists, key_of_word};
use crate::context::EncryptionContext;
use crate::formats::format::FileFormat;
use crate::formats::registry;
use crate::keys::aws_kms::KmsRoutes;
use crate::keys::{KeySpec, TrustedKeys};
use crate::ops::failure::{Cause, Failure};
use crate::ops::key_use_log::KeyUseLog;
use crate::ops::observer::{Observer, Warning};
use crate::ops::places::{local_key, own_config_file};
use crate::storage::s3::UrlSecrets;

/// The configs of a run. For every folder with inputs the config is looked up and read once, when it is first needed.
/// Clones share what was read.
#[derive(Clone)]
pub struct Configs(Arc<Known>);

struct Known {
    source: ConfigSource,
    observer: Arc<dyn Observer>,
    /// By the folder of the input; `None` for standard input.
    found: Mutex<BTreeMap<Option<PathBuf>, Arc<FoundConfig>>>,
    own: Mutex<Option<Arc<OwnConfig>>>,
    above: Mutex<BTreeMap<Option<PathBuf>, Arc<ConfigsAbove>>>,
    /// Tells what the command line names.
    named_inputs: OnceLock<fn() -> Vec<String>>,
    use_log: OnceLock<Option<Arc<KeyUseLog>>>,
    urls: OnceLock<UrlSecrets>,
}

/// Where configs come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigSource {
    /// This file, in the syntax of kenc.
    Named(PathBuf),
    /// This file, read as sops reads it.
    NamedForSops(PathBuf),
    /// Looked up from the folder of the input upward, then from the working folder.
    NearInput,
    /// Looked up from the working folder only, as sops does.
    NearWorkingFolder,
}

impl Configs {
    /// Configs from a source. Nothing is read yet.
    #[must_use]
    pub fn new(source: ConfigSource, observer: Arc<dyn Observer>) -> Self {
        Self(Arc::new(Known {
            source,
            observer,
            found: Mutex::default(),
            own: Mutex::default(),
            above: Mutex::default(),
            named_inputs: OnceLock::new(),
            use_log: OnceLock::new(),
            urls: OnceLock::new(),
        }))
    }

    /// Keeps the secrets of the URLs among the inputs of the run. The first ones stay.
    #[must_use]
    pub fn with_urls(self, urls: UrlSecrets) -> Self {
        let _ = self.0.urls.set(urls);
        self
    }

    /// The secrets of the URLs among the inputs.
    #[must_use]
    pub fn urls(&self) -> UrlSecrets {
        self.0.urls.get().cloned().unwrap_or_default()
    }

    /// The observer.
    #[must_use]
    pub fn observer(&self) -> &Arc<dyn Observer> {
        &self.0.observer
    }

    /// The config for an input: the one that was named, or the nearest.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn of(&self, input: Option<&Path>) -> Result<Arc<FoundConfig>, Failure> {
        let depends_on_input = self.0.source == ConfigSource::NearInput;
        let folder = if depends_on_input { folder_of(input) } else { None };
        let mut known = self.0.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&folder) {
            return Ok(Arc::clone(found));
        }
        let found = match &self.0.source {
            ConfigSource::Named(path) => FoundConfig { config: Some(Config::open(path)?), ..FoundConfig::default() },
            ConfigSource::NamedForSops(path) => {
                FoundConfig { config: Some(Config::open_as_sops(path)?), ..FoundConfig::default() }
            }
            ConfigSource::NearInput => Config::find(input, &*self.own()?)?,
            ConfigSource::NearWorkingFolder => Config::find(None, &*self.own()?)?,
        };
        let found = Arc::new(found);
        known.insert(folder, Arc::clone(&found));
        Ok(found)
    }

    /// The keys and the context for a file that is encrypted whole: the keys given, else those of the rule for the
    /// file, else the local key; the context of the config plus the pairs given.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid, or there is no key at all.
    pub fn choose(
        &self,
        words: &[String],
        given: &EncryptionContext,
        input: Option<&Path>,
    ) -> Result<WholeFileRecipe, Failure> {
        let found = self.of(input)?;
        let FoundConfig { config, misnamed, is_hidden_from_sops: _ } = &*found;
        if let Some(path) = misnamed.as_ref().filter(|_| words.is_empty()) {
            let reason = "ignored, because the name of a config ends in .yaml".to_owned();
            self.0.observer.warning(&Warning::ConfigIgnored { path: path.clone(), reason });
        }
        let mut recipe = WholeFileRecipe::new(config.as_ref(), words, given, input)?;
        if let (Some(config), Some(line)) = (config, recipe.line) {
            self.hint_if_hidden_from_sops(&found);
            let name = input.map_or_else(|| "the standard input".to_owned(), |path| path.display().to_string());
            self.0.observer.note(&format!("{name}: the rule is in {}, line {line}", config.path().display()));
        }
        if recipe.keys.is_empty() {
            recipe.keys.push(local_key()?);
        }
        Ok(recipe)
    }

    /// Notes which rules are used, if sops would use others.
    pub fn hint_if_hidden_from_sops(&self, found: &FoundConfig) {
        if let (Some(config), true) = (&found.config, found.is_hidden_from_sops) {
            self.0.observer.hint_once(&format!(
                "the rules come from {}; sops would not find it from here, because it searches from the working folder only",
                config.path().display()
            ));
        }
    }

    /// The user's own config.
    fn own(&self) -> Result<Arc<OwnConfig>, Failure> {
        let mut own = self.0.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = &*own {
            return Ok(Arc::clone(own));
        }
        let read = own_config_file().map(|path| OwnConfig::read(&path)).transpose()?;
        Ok(Arc::clone(own.insert(Arc::new(read.unwrap_or_default()))))
    }

    /// Has `inputs` asked for the files that the log of key uses names, if there is one.
    pub fn name_inputs(&self, inputs: fn() -> Vec<String>) {
        let _ = self.0.named_inputs.set(inputs);
    }

    /// The log of key uses that the user's own config asks for. A config that came along with files has no say in what is
    /// written where.
    ///
    /// # Errors
    /// If the user's config cannot be read or is invalid.
    pub fn key_use_log(&self) -> Result<Option<Arc<KeyUseLog>>, Failure> {
        if let Some(known) = self.0.use_log.get() {
            return Ok(known.clone());
        }
        let own = self.own()?;
        let inputs = || self.0.named_inputs.get().map_or_else(Vec::new, |inputs| inputs());
        let log = || own.audit_log().map(|path| Arc::new(KeyUseLog::new(path.to_owned(), inputs())));
        Ok(self.0.use_log.get_or_init(log).clone())
    }

    /// The requirements of all configs together for an input.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn guards(&self, input: Option<&Path>) -> Result<Guards, Failure> {
        let is_named = matches!(self.0.source, ConfigSource::Named(_) | ConfigSource::NamedForSops(_));
        let named = is_named.then(|| self.of(input)).transpose()?;
        let named = named.as_ref().and_then(|found| found.config.as_ref());
        let own = self.own()?;
        let folder = folder_of(input);
        let mut known = self.0.above.lock().unwrap_or_else(PoisonError::into_inner);
        let above = if let Some(above) = known.get(&folder) {
            Arc::clone(above)
        } else {
            let above = Arc::new(ConfigsAbove::find(input, &own, named)?);
            for (path, fault) in &above.passed_over {
                self.0.observer.warning(&Warning::ConfigIgnored { path: path.clone(), reason: fault.to_string() });
            }
            known.insert(folder, Arc::clone(&above));
            above
        };
        drop(known);
        Ok(above.guards(input, &own, named)?)
    }

    /// Whether a config demands a seal of the document.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn require_seal(&self, input: Option<&Path>) -> Result<bool, Failure> {
        Ok(self.guards(input)?.require_seal)
    }

    /// The keys that words name, each once. A name must mean the same key for every input.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid, or a word names no key.
    pub fn keys(&self, words: &[String], inputs: &[PathBuf]) -> Result<Vec<KeySpec>, Failure> {
        let mut keys = Vec::new();
        for word in &*expand_lists(words)? {
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

    /// The roles and profiles with which the configs of the inputs ask their keys of AWS KMS. A config that cannot be read has
    /// none here: what is wrong with it is said where it matters.
    #[must_use]
    pub fn kms_routes(&self, inputs: &[PathBuf]) -> KmsRoutes {
        let mut routes = KmsRoutes::default();
        let standard_input = [PathBuf::from("-")];
        for input in if inputs.is_empty() { &standard_input[..] } else { inputs } {
            let found = self.of((input.as_os_str() != "-").then_some(input));
            let Some(rules) = found.ok().and_then(|found| found.config.as_ref()?.rules().ok()) else { continue };
            for rule in rules {
                rule.add_routes(&mut routes);
            }
        }
        routes
    }

    /// Which keys may be asked because the header of an input names them.
    ///
    /// # Errors
    /// If a config cannot be read or is invalid.
    pub fn trusted(&self, input: Option<&Path>) -> Result<TrustedKeys, Failure> {
        Ok(self.guards(input)?.trusted)
    }
}

/// The format of a file, where a rule says it.
#[must_use]
pub fn format_of_rule(recipe: &WholeFileRecipe) -> Option<&'static dyn FileFormat> {
    registry::by_name(recipe.format?.word())
}

fn folder_of(input: Option<&Path>) -> Option<PathBuf> {
    input.map(|path| path.parent().unwrap_or(path).to_owned())
}

fn push_new(keys: &mut Vec<KeySpec>, key: KeySpec) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}
