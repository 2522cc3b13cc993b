//! Which keys open which files: from their heads alone, without a key and without a network.
//!
//! What is kept in memory is a few numbers for each key, however many files there are. Files that depend on one key alone
//! are told one by one.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, FoundConfig};
use crate::document::Metadata;
use crate::error::{Error, Result};
use crate::formats::detect::Detected;
use crate::keys::{KeyMatch, KeySpec, WrappedKey};
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Progress, Skipped};
use crate::ops::result_name::ResultName;
use crate::ops::session::Session;
use crate::ops::tree::crew::{self, FileOutcome, TreeReport, TreeWork};
use crate::ops::tree::file::FileToDo;
use crate::ops::tree::request::{TreePlan, TreeRequest};

/// What is looked for.
pub struct UsageQuestion<'a> {
    /// The files and folders.
    pub request: &'a TreeRequest<'a>,
    /// Where the keys that should be used are looked up.
    pub configs: &'a Configs,
    /// Keys that no file should have any more.
    pub unwanted: &'a [KeySpec],
    /// How many files are read at the same time.
    pub threads: usize,
}

/// What is told of single files on the way.
pub enum UsageEvent<'a> {
    /// It could not be read, or is damaged.
    Failed(Failure),
    /// Only this key opens it.
    OneKeyOnly(&'a Path, &'a UsedKey),
    /// It has a key that the config does not name.
    NotInConfig(&'a Path, &'a UsedKey),
    /// It has a key that no file should have.
    Unwanted(&'a Path, &'a UsedKey),
}

/// A key as files name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsedKey {
    /// Its provider.
    pub provider: String,
    /// Its name there.
    pub id: String,
}

/// The files that have a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageOfKey {
    /// The names that configs give it.
    pub names: Vec<String>,
    /// How many have it.
    pub files: u64,
    /// How many of them nothing else opens.
    pub alone: u64,
    /// How many of them have a config that names keys, and not this one.
    pub not_in_config: u64,
    /// Whether no file should have it.
    pub is_unwanted: bool,
}

/// Everything that was found out.
#[derive(Clone, Debug, Default)]
pub struct KeyUsage {
    /// Encrypted files, documents among them.
    pub files: u64,
    /// Config documents.
    pub documents: u64,
    /// Files that are not encrypted.
    pub not_encrypted: u64,
    /// Files that failed.
    pub failed: u64,
    /// Whether a config names keys, so that the others are not in it.
    pub has_config: bool,
    /// Every key.
    pub keys: BTreeMap<UsedKey, UsageOfKey>,
}

impl KeyUsage {
    /// Whether a file has a key that its config does not name.
    #[must_use]
    pub fn has_drift(&self) -> bool {
        self.keys.values().any(|usage| usage.not_in_config > 0)
    }

    /// Whether a file has a key that no file should have.
    #[must_use]
    pub fn has_unwanted(&self) -> bool {
        self.keys.values().any(|usage| usage.is_unwanted)
    }
}

/// Looks at every file.
///
/// # Errors
/// If the list of names or a config cannot be read, or the work is interrupted.
pub fn usage(
    session: &Session,
    question: &UsageQuestion<'_>,
    progress: &dyn Progress,
    hear: &mut (dyn FnMut(UsageEvent<'_>) + Send),
) -> Result<KeyUsage, Failure> {
    let UsageQuestion { request, configs, unwanted, threads } = *question;
    let plan = request.plan(ResultName::Same)?;
    let mut tally = UsageTally { unwanted, known: HashMap::new(), usage: KeyUsage::default(), hear };
    crew::run(session, (request, &plan), threads, &ReadKeys { plan: &plan, session, configs }, progress, &mut tally)?;
    Ok(tally.usage)
}

/// Reads the keys of each file.
struct ReadKeys<'a> {
    plan: &'a TreePlan,
    session: &'a Session,
    configs: &'a Configs,
}

/// The keys of a file, and its config.
enum FileKeys {
    NotEncrypted,
    Encrypted { is_document: bool, keys: Vec<KeyOfFile>, config: Arc<FoundConfig> },
}

struct KeyOfFile {
    key: UsedKey,
    /// Whether the file does not open without it.
    is_needed: bool,
}

impl TreeWork for ReadKeys<'_> {
    type Done = FileKeys;

    fn run(&self, file: &FileToDo, _: &dyn Progress, _: &dyn Fn()) -> Result<FileOutcome<FileKeys>, Failure> {
        let path = file.path();
        let about = || Failure::about(path.display().to_string());
        let input = self.plan.open(self.session, file)?.take_input();
        let (is_document, keys) = match Detected::new(input, Some(&path), None).map_err(about())? {
            Detected::Document(document) => (true, keys_of_document(document.metadata())),
            detected @ Detected::File(_) => {
                let file = detected.file(self.session.read_policy()).map_err(about())?;
                (false, keys_of_file(file.wrapped_keys()))
            }
            Detected::Foreign(..) => return Ok(FileOutcome::Done(FileKeys::NotEncrypted)),
        };
        let config = self.configs.of(Some(&path))?;
        Ok(FileOutcome::Done(FileKeys::Encrypted { is_document, keys, config }))
    }
}

fn keys_of_file(slots: &[WrappedKey]) -> Vec<KeyOfFile> {
    let mut keys: Vec<KeyOfFile> = Vec::with_capacity(slots.len());
    for WrappedKey { provider, key_id, .. } in slots {
        let is_new = !keys.iter().any(|known| known.key.provider == *provider && known.key.id == *key_id);
        if is_new {
            let key = UsedKey { provider: provider.clone(), id: key_id.clone() };
            keys.push(KeyOfFile { key, is_needed: false });
        }
    }
    if let [only] = &mut keys[..] {
        // Two passphrases have the same name, and either opens the file.
        only.is_needed = slots.len() == 1;
    }
    keys
}

fn keys_of_document(metadata: &Metadata) -> Vec<KeyOfFile> {
    let groups: Vec<Vec<UsedKey>> = metadata
        .groups
        .iter()
        .map(|group| {
            let key =
                |key: &crate::document::StoredKey| UsedKey { provider: key.provider_name().to_owned(), id: key.id() };
            group.iter().map(key).collect()
        })
        .collect();
    let needed = metadata.needed_groups();
    let mut keys: Vec<KeyOfFile> = Vec::new();
    for key in groups.iter().flatten() {
        if keys.iter().all(|known| known.key != *key) {
            let without = groups.iter().filter(|group| group.iter().any(|other| other != key)).count();
            keys.push(KeyOfFile { key: key.clone(), is_needed: without < needed });
        }
    }
    keys
}

/// What is known of a key below one config.
#[derive(Clone)]
struct KnownKey {
    names: Vec<String>,
    /// `None` if the config names no keys at all.
    is_in_config: Option<bool>,
    is_unwanted: bool,
}

struct UsageTally<'a> {
    unwanted: &'a [KeySpec],
    /// By config and key, so that words are compared once and not for every file. The config is kept, so that no other gets
    /// its address.
    known: HashMap<PathBuf, HashMap<UsedKey, KnownKey>>,
    usage: KeyUsage,
    hear: &'a mut (dyn FnMut(UsageEvent<'_>) + Send),
}

impl TreeReport<FileKeys> for UsageTally<'_> {
    fn file(&mut self, path: &Path, outcome: Result<FileOutcome<FileKeys>, Failure>) -> Result<(), Failure> {
        match outcome {
            Ok(FileOutcome::Done(FileKeys::Encrypted { is_document, keys, config })) => {
                self.usage.files += 1;
                self.usage.documents += u64::from(is_document);
                keys.into_iter().try_for_each(|key| self.key(path, key, &config))
            }
            Ok(FileOutcome::Done(FileKeys::NotEncrypted) | FileOutcome::WholeAlready | FileOutcome::NotEncrypted) => {
                self.usage.not_encrypted += 1;
                Ok(())
            }
            Err(failure @ Failure { cause: Cause::Library(Error::Config(_) | Error::Interrupted), .. }) => Err(failure),
            Err(failure) => {
                self.usage.failed += 1;
                (self.hear)(UsageEvent::Failed(failure));
                Ok(())
            }
        }
    }

    fn skipped(&mut self, _: &Path, _: Skipped) {}
}

impl UsageTally<'_> {
    fn key(&mut self, path: &Path, of_file: KeyOfFile, found: &FoundConfig) -> Result<(), Failure> {
        let KeyOfFile { key, is_needed } = of_file;
        let config_path = found.config.as_ref().map_or_else(|| Path::new(""), Config::path);
        if !self.known.contains_key(config_path) {
            self.known.insert(config_path.to_owned(), HashMap::new());
        }
        let known_here = self.known.get_mut(config_path).expect("it was just put there");
        if !known_here.contains_key(&key) {
            known_here.insert(key.clone(), known_key(&key, found.config.as_ref(), self.unwanted)?);
        }
        let KnownKey { names, is_in_config, is_unwanted } = &known_here[&key];
        let is_missing = *is_in_config == Some(false);
        self.usage.has_config |= is_in_config.is_some();
        if is_needed {
            (self.hear)(UsageEvent::OneKeyOnly(path, &key));
        }
        if is_missing {
            (self.hear)(UsageEvent::NotInConfig(path, &key));
        }
        if *is_unwanted {
            (self.hear)(UsageEvent::Unwanted(path, &key));
        }
        if !self.usage.keys.contains_key(&key) {
            self.usage.keys.insert(key.clone(), UsageOfKey::default());
        }
        let usage = self.usage.keys.get_mut(&key).expect("it was just put there");
        usage.files += 1;
        usage.alone += u64::from(is_needed);
        usage.not_in_config += u64::from(is_missing);
        usage.is_unwanted |= is_unwanted;
        for name in names {
            if !usage.names.contains(name) {
                usage.names.push(name.clone());
            }
        }
        Ok(())
    }
}

fn known_key(key: &UsedKey, config: Option<&Config>, unwanted: &[KeySpec]) -> Result<KnownKey, Failure> {
    let slot = WrappedKey { provider: key.provider.clone(), key_id: key.id.clone(), ciphertext: Vec::new() };
    // Only KMS knows the key of an alias.
    let is_unwanted = unwanted.iter().any(|word| !matches!(word.names(&slot), KeyMatch::No | KeyMatch::Perhaps));
    let Some(config) = config else { return Ok(KnownKey { names: Vec::new(), is_in_config: None, is_unwanted }) };
    let names_it = |word: &&str| word.parse::<KeySpec>().is_ok_and(|spec| spec.names(&slot).is_certain());
    let names = config.names().filter(|(_, word)| names_it(word)).map(|(name, _)| name.to_owned()).collect();
    let mut specs: Vec<KeySpec> = config.names().filter_map(|(_, word)| word.parse().ok()).collect();
    let mut has_others = false;
    for rule in config.rules()? {
        for key in rule.groups.iter().flat_map(|group| &group.keys) {
            match rule.wrapping_key(key) {
                Ok(key) => specs.push(key.key),
                Err(_) => has_others = true,
            }
        }
    }
    let is_named = specs.iter().any(|spec| spec.names(&slot).is_possible());
    // Keys of other services are told apart only by those.
    let is_other = has_others && !slot.has_known_provider();
    let is_in_config = (!specs.is_empty() || has_others).then_some(is_named || is_other);
    Ok(KnownKey { names, is_in_config, is_unwanted })
}
