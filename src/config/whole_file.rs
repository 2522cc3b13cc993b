//! A rule as it serves whole files, which have one set of keys and one context.

use std::path::Path;

use super::rule::{Rule, RuleFormat, RuleKey};
use super::{Config, ConfigFault};
use crate::context::EncryptionContext;
use crate::error::{Result, WholeFileFault};
use crate::keys::KeySpec;

/// What a config says for a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WholeFile {
    /// The keys. None if the config has no rules.
    pub keys: Vec<KeySpec>,
    /// A role to assume before KMS is asked.
    pub role: Option<String>,
    /// The profile of the AWS configuration to ask KMS with.
    pub profile: Option<String>,
    /// Pairs that are bound to the file.
    pub context: EncryptionContext,
    /// The line of the rule, where there is one.
    pub line: Option<u64>,
}

impl Config {
    /// What the rule for a file says, if the file is encrypted whole.
    ///
    /// # Errors
    /// As [`Config::rule_for`]; if the rule names no key, or says what only documents can have.
    pub fn whole_file(&self, path: Option<&Path>) -> Result<WholeFile> {
        let Some(rule) = self.rule_for(path)? else {
            return Ok(WholeFile { context: self.context().clone(), ..WholeFile::default() });
        };
        if rule.groups.is_empty() {
            return Err(self.fault(rule.line, ConfigFault::NoKeyInRule));
        }
        let line = rule.line;
        whole_file(rule).map_err(|reason| {
            let file = path.map_or_else(|| "an input without a path".to_owned(), |path| path.display().to_string());
            self.fault(line, ConfigFault::NotForWholeFile { file, reason })
        })
    }

    /// The context for a whole file with `given` added.
    ///
    /// # Errors
    /// If a pair that was given contradicts one of the config.
    pub fn add_to_context(&self, context: &EncryptionContext, given: &EncryptionContext) -> Result<EncryptionContext> {
        self.joined(context, given, None)
    }
}

fn whole_file(rule: Rule) -> Result<WholeFile, WholeFileFault> {
    let Rule { groups, context, format, line, .. } = rule;
    if let Some(format @ (RuleFormat::AwsEncryptionSdk | RuleFormat::Values)) = format {
        return Err(WholeFileFault::Format(format.word()));
    }
    let [group] = &groups[..] else { return Err(WholeFileFault::Groups) };
    let mut settings = None;
    let mut keys = Vec::new();
    for key in &group.keys {
        keys.push(match key {
            RuleKey::Age(recipient) => KeySpec::Age(recipient.clone()),
            RuleKey::Passphrase => KeySpec::Passphrase,
            RuleKey::Pgp(id) => return Err(WholeFileFault::Kind { kind: "pgp", id: id.clone() }),
            RuleKey::Other { kind, id } => {
                return Err(WholeFileFault::Kind { kind: kind.field(), id: id.clone() });
            }
            RuleKey::AwsKms { key, context, .. } if !context.is_empty() => {
                return Err(WholeFileFault::KeyContext(key.to_string()));
            }
            RuleKey::AwsKms { key, role, profile, .. } => {
                if *settings.get_or_insert((role, profile)) != (role, profile) {
                    return Err(WholeFileFault::Settings);
                }
                KeySpec::AwsKms(key.clone())
            }
        });
    }
    let asked = settings.map(|(role, profile)| (role.clone(), profile.clone())).unwrap_or_default();
    Ok(WholeFile { keys, role: asked.0, profile: asked.1, context, line: Some(line) })
}
