//! The config of a folder: which of its rules is for a file, and what its words for keys mean.

use std::path::{Path, PathBuf};

use super::creation_rule::{CreationRule, Indents, KeyGroup, RuleFormat, RuleKey};
use super::dialect::Dialect;
use super::fields::Lined;
use super::file::{self, ConfigFile, KeyKind, KeyWord, RuleEntry};
use super::source::absolute;
use crate::context::EncryptionContext;
use crate::error::{ConfigError, ConfigFault, KeyWordError, Result};
use crate::keys::{AGE, KeySpec, KmsKey, TrustedKeys};

/// A config file that was read.
#[derive(Debug)]
pub struct Config {
    path: PathBuf,
    /// The folder of the file, absolute, to which the paths of rules are relative.
    folder: PathBuf,
    dialect: Dialect,
    file: ConfigFile,
}

impl Config {
    /// Parses the text of a config file at `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] with the line of what is wrong.
    pub fn parse(path: &Path, text: &str, dialect: Dialect) -> Result<Self> {
        let file = file::parse(path, text, dialect)?;
        let folder = absolute(path).parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Ok(Self { path: path.to_owned(), folder, dialect, file })
    }

    /// Where the file is, as it was found or given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it was read.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The rule for a file. `None` if the config has no rules at all: then it says nothing about keys, as in sops.
    /// Without a path, as for a pipe, only a rule for all paths matches.
    ///
    /// # Errors
    /// If there are rules and none matches, or if a key of the one that matches cannot be read.
    pub fn rule_for(&self, path: Option<&Path>) -> Result<Option<CreationRule>> {
        if self.file.rules.is_none() {
            return Ok(None);
        }
        if let Some(rule) = self.matching_rule(path) {
            return self.resolve(rule, &rule.groups).map(Some);
        }
        let name = path.map_or_else(|| "an input without a path".to_owned(), |path| self.relative(path));
        Err(self.fault(None, ConfigFault::NoRule(name)))
    }

    fn matching_rule(&self, path: Option<&Path>) -> Option<&RuleEntry> {
        let relative = path.map(|path| self.relative(path));
        let matches = |rule: &&RuleEntry| match (&rule.path, &relative) {
            (None, _) => true,
            (Some(pattern), Some(relative)) => pattern.is_match(relative),
            (Some(_), None) => false,
        };
        self.file.rules.iter().flatten().find(matches)
    }

    /// Whether the rule for a file has a `path_regex`: such a rule says that the file must be encrypted. A rule for all
    /// paths only says which keys it gets if it is.
    #[must_use]
    pub fn names_file(&self, path: &Path) -> bool {
        self.matching_rule(Some(path)).is_some_and(|rule| rule.path.is_some())
    }

    /// Every rule.
    ///
    /// # Errors
    /// If a key word of one cannot be read.
    pub fn rules(&self) -> Result<Vec<CreationRule>> {
        self.file.rules.iter().flatten().map(|rule| self.resolve(rule, &rule.groups)).collect()
    }

    /// The rule for a file without its keys, for callers that have keys already: then no rule needs to match, and the
    /// rule may name keys of services that kenc does not support.
    ///
    /// # Errors
    /// If its encryption context contradicts that of the config.
    pub fn settings_for(&self, path: Option<&Path>) -> Result<Option<CreationRule>> {
        let rule = self.matching_rule(path).map(|rule| self.resolve(rule, &[]));
        rule.transpose()
    }

    /// The key that a word names: a name of this config behind `@`, or anything that is a key by itself.
    ///
    /// # Errors
    /// If it is neither.
    pub fn key(&self, word: &str) -> Result<KeySpec> {
        match word.trim().strip_prefix('@') {
            None => Ok(word.parse::<KeySpec>()?),
            Some(name) => self.named_key(name, None),
        }
    }

    /// The names for keys, with the words that they stand for.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.file.names.iter().map(|(name, word)| (name.as_str(), word.value.as_str()))
    }

    /// Pairs for every whole file, where a rule does not add others.
    #[must_use]
    pub fn context(&self) -> &EncryptionContext {
        &self.file.context
    }

    /// What is written where no rule says it.
    #[must_use]
    pub fn format(&self) -> Option<RuleFormat> {
        self.file.format
    }

    /// Which keys kenc may use because a header names them; `None` if the config does not restrict them.
    #[must_use]
    pub fn trusted_keys(&self) -> Option<&TrustedKeys> {
        self.file.trusted_keys.as_ref()
    }

    /// Whether every document must carry a seal.
    #[must_use]
    pub fn require_seal(&self) -> bool {
        self.file.require_seal
    }

    /// How documents are indented when they are written anew.
    #[must_use]
    pub fn indents(&self) -> Indents {
        self.file.indents
    }

    /// Whether there are rules for `sops publish`, a command that kenc does not have.
    #[must_use]
    pub fn has_destination_rules(&self) -> bool {
        self.file.has_destination_rules
    }

    /// A path as rules see it: relative to the folder of the config if it is in there, else absolute. Links are not
    /// followed, and the separator is `/` everywhere.
    fn relative(&self, path: &Path) -> String {
        let path = absolute(path);
        let relative = path.strip_prefix(&self.folder).unwrap_or(&path).to_string_lossy();
        if std::path::MAIN_SEPARATOR == '/' { relative.into_owned() } else { relative.replace('\\', "/") }
    }

    pub(super) fn fault(&self, line: impl Into<Option<u64>>, fault: impl Into<ConfigFault>) -> crate::error::Error {
        ConfigError::new(&self.path, line, fault).into()
    }

    fn named_key(&self, name: &str, line: Option<u64>) -> Result<KeySpec> {
        let word = self.file.names.get(name);
        let word = word.ok_or_else(|| self.fault(line, ConfigFault::UnknownName(name.to_owned())))?;
        word.value.parse().map_err(|fault: KeyWordError| self.fault(word.line, fault))
    }

    fn resolve(&self, rule: &RuleEntry, groups: &[Vec<KeyWord>]) -> Result<CreationRule> {
        let RuleEntry { line, path: _, groups: _, threshold, selection, mac_only_encrypted, .. } = rule;
        let RuleEntry { context, format, require_seal, .. } = rule;
        let groups: Vec<KeyGroup> = groups.iter().map(|keys| self.group(keys)).collect::<Result<_>>()?;
        let groups = match &groups[..] {
            [only] if only.keys.is_empty() => Vec::new(),
            several if several.iter().any(|group| group.keys.is_empty()) => {
                return Err(self.fault(*line, ConfigFault::EmptyGroup));
            }
            _ => groups,
        };
        Ok(CreationRule {
            config: self.path.clone(),
            line: *line,
            threshold: self.threshold(threshold.as_ref(), groups.len())?,
            groups,
            selection: selection.clone(),
            mac_only_encrypted: *mac_only_encrypted,
            context: self.joined(&self.file.context, context, Some(*line))?,
            format: format.or(self.file.format),
            require_seal: *require_seal || self.file.require_seal,
        })
    }

    /// With one group there is nothing to share, and 0 stands for all groups.
    fn threshold(&self, threshold: Option<&Lined<i64>>, groups: usize) -> Result<Option<u8>> {
        match threshold {
            None | Some(Lined { value: 0, .. }) => Ok(None),
            Some(_) if groups < 2 => Ok(None),
            Some(Lined { line, value }) => match u8::try_from(*value) {
                Ok(number) if (2..=groups).contains(&usize::from(number)) => Ok(Some(number)),
                _ => Err(self.fault(*line, ConfigFault::Threshold { threshold: *value, groups })),
            },
        }
    }

    /// Two contexts in one. The same pair in both is no contradiction; another value for the same key is.
    pub(super) fn joined(
        &self,
        one: &EncryptionContext,
        other: &EncryptionContext,
        line: Option<u64>,
    ) -> Result<EncryptionContext> {
        let mut all = one.clone();
        for (key, value) in other.iter() {
            match one.iter().find(|(known, _)| *known == key) {
                Some((_, ours)) if ours == value => {}
                Some((_, ours)) => {
                    return Err(self.fault(
                        line,
                        ConfigFault::ContextConflict {
                            giver: if line.is_some() { "the rule has" } else { "-c gives" },
                            key: key.into(),
                            ours: ours.into(),
                            given: value.into(),
                        },
                    ));
                }
                None => all.insert(key, value).map_err(|fault| self.fault(line, fault))?,
            }
        }
        Ok(all)
    }

    fn group(&self, words: &[KeyWord]) -> Result<KeyGroup> {
        let mut keys: Vec<RuleKey> = Vec::new();
        for word in words {
            let key = self.rule_key(word)?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(KeyGroup { keys })
    }

    fn rule_key(&self, KeyWord { word, kind }: &KeyWord) -> Result<RuleKey> {
        let of_another_kind =
            |wanted| self.fault(word.line, ConfigFault::KeyOfAnotherKind { word: word.value.clone(), wanted });
        match kind {
            KeyKind::Any => Ok(self.key_in_rule(&word.value, word.line)?.into()),
            KeyKind::Age => match self.key_in_rule(&word.value, word.line)? {
                key if key.provider() == AGE => Ok(key.into()),
                _ => Err(of_another_kind("an age recipient")),
            },
            KeyKind::Pgp => {
                let fingerprint: String = word.value.trim_start_matches("pgp:").split_whitespace().collect();
                Ok(RuleKey::Pgp(fingerprint))
            }
            KeyKind::AwsKms { role, profile, context } => {
                let parts = KmsWord::new(&word.value);
                let Some(key) = KmsKey::of(&self.key_in_rule(parts.key, word.line)?) else {
                    return Err(of_another_kind("an AWS KMS key"));
                };
                let mut context = context.clone();
                for pair in parts.context {
                    let wanted = || "ARN, ARN+ROLE or ARN+ROLE|KEY:VALUE".to_owned();
                    let (key, value) = pair.split_once(':').ok_or_else(|| {
                        self.fault(word.line, ConfigFault::WrongKind { field: "kms".to_owned(), wanted: wanted() })
                    })?;
                    context.insert(key, value).map_err(|fault| self.fault(word.line, fault))?;
                }
                let role = role.clone().or_else(|| parts.role.map(str::to_owned));
                Ok(RuleKey::AwsKms { key, role, profile: profile.clone(), context })
            }
            KeyKind::Other(kind) => Ok(RuleKey::Other { kind: *kind, id: word.value.clone() }),
        }
    }

    fn key_in_rule(&self, word: &str, line: u64) -> Result<KeySpec> {
        match word.strip_prefix('@') {
            Some(name) => self.named_key(name, Some(line)),
            None => word.parse().map_err(|fault: KeyWordError| self.fault(line, fault)),
        }
    }
}

/// A KMS key as sops writes it: `ARN`, `ARN+ROLE`, and either with `|KEY:VALUE` behind it.
struct KmsWord<'a> {
    key: &'a str,
    role: Option<&'a str>,
    context: Vec<&'a str>,
}

impl<'a> KmsWord<'a> {
    fn new(word: &'a str) -> Self {
        let mut parts = word.split('|').map(str::trim);
        let key = parts.next().unwrap_or_default();
        let (key, role) = match key.find("+arn:") {
            Some(plus) => (&key[..plus], Some(&key[plus + 1..])),
            None => (key, None),
        };
        Self { key, role, context: parts.filter(|part| !part.is_empty()).collect() }
    }
}
