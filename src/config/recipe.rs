//! From a rule to keys, encryption context and options: for files that are encrypted whole, and for documents.

use std::collections::HashSet;
use std::path::Path;

use super::creation_rule::{CreationRule, RuleFormat, RuleKey};
use super::key_list::expand_lists;
use super::rules::Config;
use crate::context::EncryptionContext;
use crate::document::{CommentHandling, EmptySelection, EncryptionRecipe, EncryptionRule, MacScope};
use crate::error::{ConfigError, ConfigFault, Result, WholeFileFault};
use crate::keys::aws_kms::KmsRoutes;
use crate::keys::{KeySpec, KmsAccess, PgpFingerprint, WrappingKey};

/// How a file is encrypted as a whole. Such files have one set of keys and one encryption context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WholeFileRecipe {
    /// The keys. None if neither a word nor a rule names one.
    pub keys: Vec<KeySpec>,
    /// A role to assume before KMS is asked.
    pub role: Option<String>,
    /// The profile of the AWS configuration to ask KMS with.
    pub profile: Option<String>,
    /// The role and profile of each key of AWS KMS, where they differ.
    pub routes: KmsRoutes,
    /// Pairs that are bound to the file.
    pub context: EncryptionContext,
    /// The format of the file, where the config says it.
    pub format: Option<RuleFormat>,
    /// The line of the rule that names the keys, where there is one.
    pub line: Option<u64>,
}

impl WholeFileRecipe {
    /// The keys that `words` name, or those of the rule for the file; the context of the config and of the rule, and the
    /// pairs `given`.
    ///
    /// # Errors
    /// As [`Config::whole_file`]; if a word names no key; if a pair contradicts one of the config.
    pub fn new(
        config: Option<&Config>,
        words: &[String],
        given: &EncryptionContext,
        path: Option<&Path>,
    ) -> Result<Self> {
        let mut recipe = match config {
            None => Self::default(),
            Some(config) if words.is_empty() => config.whole_file(path)?,
            Some(config) => Self { context: config.context_for(path)?, ..Self::default() },
        };
        for word in &*expand_lists(words)? {
            let key = key_of_word(config, word)?;
            if !recipe.keys.contains(&key) {
                recipe.keys.push(key);
            }
        }
        recipe.context = match config {
            Some(config) => config.add_to_context(&recipe.context, given)?,
            None => given.clone(),
        };
        Ok(recipe)
    }
}

/// What the command line says of a document that is encrypted for the first time. It goes before the config.
#[derive(Clone, Debug, Default)]
pub struct DocumentOptions {
    /// Which values are encrypted.
    pub rule: Option<EncryptionRule>,
    /// How many key groups are needed. With it every word for keys is a group, with commas between its keys.
    pub threshold: Option<u8>,
    /// Which values the MAC covers.
    pub mac_scope: Option<MacScope>,
    /// What becomes of comments.
    pub comments: CommentHandling,
}

/// How a document is encrypted for the first time, and where that is said.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DocumentRecipe {
    /// Keys and options. The keys are one empty group if neither a word nor a rule names a key.
    pub recipe: EncryptionRecipe,
    /// The line of the rule for the document that was looked up for its keys, where there is one.
    pub line: Option<u64>,
}

impl DocumentRecipe {
    /// The keys that `words` name, or those of the rule for the document, with the context of the config, of the rule and the
    /// pairs `given` added to every key of AWS KMS.
    ///
    /// # Errors
    /// As [`Config::rule_for`]; if a word names no key; if a key of the rule cannot encrypt a document; if a pair
    /// contradicts one of the config.
    pub fn new(
        config: Option<&Config>,
        words: &[String],
        given: &EncryptionContext,
        options: DocumentOptions,
        path: Option<&Path>,
    ) -> Result<Self> {
        let rule = match config {
            Some(config) if words.is_empty() => config.rule_for(path)?,
            Some(config) => config.settings_for(path)?,
            None => None,
        };
        let context = match (config, &rule) {
            (Some(config), Some(rule)) => config.add_to_context(&rule.context, given)?,
            (Some(config), None) => config.add_to_context(config.context(), given)?,
            (None, _) => given.clone(),
        };
        let DocumentOptions { rule: rule_given, threshold, mac_scope, comments } = options;
        let groups = match &rule {
            _ if !words.is_empty() => groups_of_words(words, threshold, config)?,
            Some(rule) if !rule.groups.is_empty() => rule.wrapping_keys()?,
            _ => vec![Vec::new()],
        };
        let mut with_context = Vec::new();
        for group in groups {
            with_context.push(group.into_iter().map(|key| add_context(key, &context)).collect::<Result<_>>()?);
        }
        let recipe = EncryptionRecipe {
            rule: rule_given.or_else(|| rule.as_ref()?.selection.clone()).unwrap_or_default(),
            groups: with_context,
            threshold: threshold.or(rule.as_ref().and_then(|rule| rule.threshold)).map_or(0, usize::from),
            mac_scope: mac_scope.or_else(|| Some(rule.as_ref()?.mac_scope())).unwrap_or_default(),
            comments,
            empty_selection: EmptySelection::Refused,
        };
        Ok(Self { recipe, line: rule.filter(|_| words.is_empty()).map(|rule| rule.line) })
    }
}

impl Config {
    /// What the rule for a file says, if the file is encrypted whole.
    ///
    /// # Errors
    /// As [`Config::rule_for`]; if the rule names no key, or says what only documents can have.
    pub fn whole_file(&self, path: Option<&Path>) -> Result<WholeFileRecipe> {
        let Some(rule) = self.rule_for(path)? else {
            return Ok(WholeFileRecipe { context: self.context().clone(), ..WholeFileRecipe::default() });
        };
        if rule.groups.is_empty() {
            return Err(rule.fault(ConfigFault::NoKeyInRule).into());
        }
        whole_file(&rule).map_err(|reason| {
            let file = path.map_or_else(|| "an input without a path".to_owned(), |path| path.display().to_string());
            rule.fault(ConfigFault::NotForWholeFile { file, reason }).into()
        })
    }

    /// The context that the config and the rule for a file have.
    ///
    /// # Errors
    /// If they contradict each other.
    pub fn context_for(&self, path: Option<&Path>) -> Result<EncryptionContext> {
        Ok(self.settings_for(path)?.map_or_else(|| self.context().clone(), |rule| rule.context))
    }

    /// The context for a file with `given` added.
    ///
    /// # Errors
    /// If a pair that was given contradicts one of the config.
    pub fn add_to_context(&self, context: &EncryptionContext, given: &EncryptionContext) -> Result<EncryptionContext> {
        self.joined(context, given, None)
    }
}

impl CreationRule {
    /// The role and profile of each key of AWS KMS for which the rule names one.
    pub fn add_routes(&self, routes: &mut KmsRoutes) {
        for key in self.groups.iter().flat_map(|group| &group.keys) {
            if let RuleKey::AwsKms { key, role, profile, .. } = key
                && (role.is_some() || profile.is_some())
            {
                let access = KmsAccess { role: role.clone(), profile: profile.clone(), ..KmsAccess::default() };
                routes.add(&key.clone().into(), access);
            }
        }
    }

    /// The keys under which the data key of a document is wrapped, group by group.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if one of them cannot be used to encrypt.
    pub fn wrapping_keys(&self) -> Result<Vec<Vec<WrappingKey>>> {
        self.groups.iter().map(|group| group.keys.iter().map(|key| self.wrapping_key(key)).collect()).collect()
    }

    /// A key of the rule as one that wraps the data key of a document.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if it cannot be used to encrypt.
    pub fn wrapping_key(&self, key: &RuleKey) -> Result<WrappingKey> {
        let fault = |fault| Err(self.fault(fault).into());
        Ok(match key {
            RuleKey::AwsKms { key, role, profile, context } => WrappingKey {
                key: key.clone().into(),
                access: KmsAccess { context: context.clone(), role: role.clone(), profile: profile.clone() },
            },
            RuleKey::Age(recipient) => KeySpec::from(recipient.clone()).into(),
            RuleKey::Passphrase => KeySpec::passphrase().into(),
            RuleKey::Key(key) => key.clone().into(),
            RuleKey::Pgp(name) => match PgpFingerprint::from_fingerprint(name) {
                Some(fingerprint) => KeySpec::from(fingerprint).into(),
                None => return fault(ConfigFault::NotAFingerprint(name.clone())),
            },
            RuleKey::Other { kind, id } => {
                return fault(ConfigFault::KeyOfOtherService { field: kind.field(), id: id.clone() });
            }
        })
    }

    /// Which values of a document its MAC covers.
    #[must_use]
    pub fn mac_scope(&self) -> MacScope {
        if self.mac_only_encrypted { MacScope::OnlyEncrypted } else { MacScope::All }
    }

    fn fault(&self, fault: ConfigFault) -> ConfigError {
        ConfigError::new(&self.config, self.line, fault)
    }
}

/// The key that a word means, names of a config included.
///
/// # Errors
/// If it means none.
pub fn key_of_word(config: Option<&Config>, word: &str) -> Result<KeySpec> {
    match config {
        Some(config) => config.key(word),
        None => Ok(word.parse::<KeySpec>()?),
    }
}

/// Adds pairs to the context of a key of AWS KMS. What the key has already stays, unless it contradicts.
///
/// # Errors
/// [`crate::error::Error::Context`] if the key has another value for a name.
pub fn add_context(mut key: WrappingKey, given: &EncryptionContext) -> Result<WrappingKey> {
    let WrappingKey { key: spec, access } = &mut key;
    if spec.takes_context() {
        for (name, value) in given.iter() {
            let is_there = access.context.iter().any(|pair| pair == (name, value));
            if !is_there {
                access.context.insert(name, value)?;
            }
        }
    }
    Ok(key)
}

/// All keys in one group; or with a threshold a group for each word, whose keys have commas between.
fn groups_of_words(words: &[String], threshold: Option<u8>, config: Option<&Config>) -> Result<Vec<Vec<WrappingKey>>> {
    let words = &*expand_lists(words)?;
    let groups: Vec<Vec<&str>> = match threshold {
        Some(_) => words.iter().map(|word| word.split(',').collect()).collect(),
        None => vec![words.iter().map(String::as_str).collect()],
    };
    let group = |words: Vec<&str>| {
        let mut seen = HashSet::new();
        let keys = words.into_iter().map(|word| key_of_word(config, word)).collect::<Result<Vec<_>>>()?;
        Ok(keys.into_iter().filter(|key| seen.insert(key.to_string())).map(WrappingKey::from).collect())
    };
    groups.into_iter().map(group).collect()
}

fn whole_file(rule: &CreationRule) -> Result<WholeFileRecipe, WholeFileFault> {
    if let Some(format @ RuleFormat::Values) = rule.format {
        return Err(WholeFileFault::Format(format.word()));
    }
    let [group] = &rule.groups[..] else { return Err(WholeFileFault::Groups) };
    let (mut settings, mut differ) = (None, false);
    let mut routes = KmsRoutes::default();
    let mut keys: Vec<KeySpec> = Vec::new();
    for key in &group.keys {
        keys.push(match key {
            RuleKey::Age(recipient) => recipient.clone().into(),
            RuleKey::Passphrase => KeySpec::passphrase(),
            RuleKey::Key(key) => key.clone(),
            RuleKey::Pgp(id) => return Err(WholeFileFault::Kind { kind: "pgp", id: id.clone() }),
            RuleKey::Other { kind, id } => {
                return Err(WholeFileFault::Kind { kind: kind.field(), id: id.clone() });
            }
            RuleKey::AwsKms { key, context, .. } if !context.is_empty() => {
                return Err(WholeFileFault::KeyContext(key.to_string()));
            }
            RuleKey::AwsKms { key, role, profile, .. } => {
                differ |= *settings.get_or_insert((role, profile)) != (role, profile);
                let key = KeySpec::from(key.clone());
                let access = KmsAccess { role: role.clone(), profile: profile.clone(), ..KmsAccess::default() };
                routes.add(&key, access);
                key
            }
        });
    }
    let settings = settings.filter(|_| !differ).map(|(role, profile)| (role.clone(), profile.clone()));
    let settings = settings.unwrap_or_default();
    let routes = if differ { routes } else { KmsRoutes::default() };
    Ok(WholeFileRecipe {
        keys,
        role: settings.0,
        profile: settings.1,
        routes,
        context: rule.context.clone(),
        format: rule.format,
        line: Some(rule.line),
    })
}
