//! `kenc git check`: finds what must not be committed.

use std::path::{Path, PathBuf};

use super::expected_keys::ExpectedKeys;
use super::fault::GitFault;
use super::program::{IndexContents, IndexEntry, last_commit, top};
use super::unasked;
use crate::config::{Config, KENC_CONFIG, SOPS_CONFIG};
use crate::document::merge::unresolved;
use crate::document::{EncryptedDocument, Format, MacRequirement, SealRequirement};
use crate::error::{At, Class, DocumentError, Error};
use crate::formats::detect::{document_with_values, is_whole_file};
use crate::keys::{AliasLookup, KeyChange, NamedKey, Rewrapper, TrustedKeys, Vouchers};
use crate::limits::{LONGEST_DOCUMENT, LONGEST_ENVELOPE};
use crate::ops::change::by_config::{ByConfig, Rewrappers};
use crate::ops::configs::Configs;
use crate::ops::documents::keys::{KeysOfDocuments, NewKeySource};
use crate::ops::drift::Drift;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::open_input;
use crate::ops::session::Session;
use crate::ops::tree::version_control;

/// Which files are checked.
pub enum CheckedFiles {
    /// Staged files.
    Staged,
    /// All tracked files.
    All,
    /// These, as they are in the working tree.
    Named(Vec<PathBuf>),
}

/// Whether files are also opened with the keys at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Yes.
    AtHand,
    /// No key is asked.
    NoKeys,
}

impl KeyUse {
    fn lookup(self) -> AliasLookup {
        match self {
            Self::AtHand => AliasLookup::Permitted,
            Self::NoKeys => AliasLookup::Forbidden,
        }
    }
}

/// How many files were checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckCounts {
    /// All of them.
    pub looked_at: usize,
    /// Those that no key at hand opened.
    pub unopened: usize,
    /// Those whose keys could not be compared with the config, because an alias in it could not be resolved.
    pub uncompared: usize,
    /// What was found.
    pub problems: usize,
}

/// Checks files, and calls `report` for each problem.
///
/// # Errors
/// If git fails, a config is wrong, or a file cannot be read.
pub fn check(
    session: &Session,
    configs: &Configs,
    files: &CheckedFiles,
    keys: KeyUse,
    report: &mut dyn FnMut(Failure),
) -> Result<CheckCounts, Failure> {
    let entries: Vec<(PathBuf, IndexEntry)> = if let CheckedFiles::Named(_) = files {
        Vec::new()
    } else {
        let top = top()?;
        let entries = IndexEntry::of_index(matches!(files, CheckedFiles::All), &top)?;
        entries.into_iter().map(|entry| (top.join(&entry.path), entry)).collect()
    };
    let named: &[PathBuf] = if let CheckedFiles::Named(paths) = files { paths } else { &[] };
    let paths = named.iter().chain(entries.iter().map(|(path, _)| path)).map(PathBuf::as_path);
    let mut recipes = ByConfig::default();
    paths.for_each(|path| recipes.add(path, configs, session));
    let (trusted, lookup) = (TrustedKeys::all(), keys.lookup());
    let keyrings = recipes.keyrings(session, &trusted);
    let keyring = session.keyring_trusting(&trusted);
    let rewrapper = Rewrapper::new(&keyring, KeyChange::default(), Vec::new()).with_lookup(lookup);
    let of_config = recipes.rewrappers(&keyrings, &[]).into_iter().map(|it| it.with_lookup(lookup)).collect();
    let expected = ExpectedKeys {
        documents: KeysOfDocuments { rewrapper: &rewrapper, configs, source: NewKeySource::Config },
        files: Rewrappers { rewrapper: &rewrapper, by_config: Some(&recipes), of_config, configs },
        configs,
    };
    let mut check = Check { session, configs, keys, expected, report, counts: CheckCounts::default() };
    if let CheckedFiles::Named(paths) = files {
        for path in paths {
            let (content, _) = open_input(Some(path))?.read_whole(LONGEST_DOCUMENT)?;
            if let Some(mut content) = content {
                check.file(&path.display().to_string(), path, std::mem::take(&mut *content))?;
            }
        }
        return Ok(check.counts);
    }
    let mut contents = IndexContents::open()?;
    for (path, entry) in entries {
        if version_control::owns_part_of(&entry.path) {
            let note = format!("{}: skipped, it belongs to version control", entry.path.display());
            session.observer().note(&note);
            continue;
        }
        if let Some(content) = contents.of(&entry, check.longest(&path)?)? {
            check.file(&entry.path.display().to_string(), &path, content)?;
        }
    }
    Ok(check.counts)
}

struct Check<'a> {
    session: &'a Session,
    configs: &'a Configs,
    keys: KeyUse,
    expected: ExpectedKeys<'a>,
    report: &'a mut dyn FnMut(Failure),
    counts: CheckCounts,
}

impl Check<'_> {
    /// Maximum length of a file that is examined.
    fn longest(&self, path: &Path) -> Result<u64, Failure> {
        let may_be_long = Format::of_name(path) != Format::Binary || self.is_named_by_a_rule(path)?;
        Ok(if may_be_long { LONGEST_DOCUMENT as u64 } else { LONGEST_ENVELOPE })
    }

    /// A rule for all paths says which keys are used, not which files are secret.
    fn is_named_by_a_rule(&self, path: &Path) -> Result<bool, Failure> {
        let is_config = path.file_name().is_some_and(|name| name == KENC_CONFIG || name == SOPS_CONFIG);
        let found = self.configs.of(Some(path))?;
        Ok(!is_config && found.config.as_ref().is_some_and(|config| config.names_file(path)))
    }

    fn file(&mut self, name: &str, path: &Path, content: Vec<u8>) -> Result<(), Failure> {
        self.counts.looked_at += 1;
        if is_whole_file(&content) {
            let drift = self.expected.drift_of_file(path, content);
            return self.differs(name, drift);
        }
        let sealed = match document_with_values(content, path) {
            Ok(Some(sealed)) => sealed,
            Ok(None) | Err(DocumentError::NotEncrypted | DocumentError::ForeignSopsKey(_)) => {
                if self.is_named_by_a_rule(path)? {
                    self.problem(name, GitFault::ShouldBeEncrypted(PathBuf::from(name)));
                }
                return Ok(());
            }
            Err(fault) => {
                self.problem(name, Error::Document(fault));
                return Ok(());
            }
        };
        let metadata = sealed.metadata().clone();
        let mut problems = sealed.problems_without_key();
        self.against_last_commit(name, path, &sealed)?;
        for (at, path) in self.exposed_by_rule(&sealed, path)? {
            let is_known = problems.iter().any(|known| {
                matches!(known, DocumentError::InTheClear { path: other, .. } if *other == path)
                    || matches!(known, DocumentError::Unresolved { .. })
            });
            if !is_known {
                self.problem(name, GitFault::InTheClearByConfig { at, path });
            }
        }
        if self.keys == KeyUse::AtHand {
            for problem in self.with_keys(name, path, sealed)? {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        for problem in problems {
            self.problem(name, Error::Document(problem));
        }
        self.differs(name, self.expected.drift_of_document(path, &metadata))
    }

    /// Reports how a file differs from its config, as far as that is known without a permission that the user lacks.
    fn differs(&mut self, name: &str, drift: Result<Drift, Failure>) -> Result<(), Failure> {
        match drift {
            Ok(drift) if drift.is_none() => Ok(()),
            Ok(drift) => {
                self.problem(name, GitFault::Drift(Box::new(drift)));
                Ok(())
            }
            Err(Failure { cause: Cause::Library(error @ Error::CannotFindKey { .. }), .. }) => {
                self.counts.uncompared += 1;
                self.session.observer().note(&format!("{name}: its keys were not compared with the config: {error}"));
                Ok(())
            }
            // A rule with keys that only documents can have says nothing of a file that is encrypted as a whole.
            Err(Failure { cause: Cause::NoRule(_) | Cause::Library(Error::Config(_)), .. }) => Ok(()),
            Err(Failure { cause: Cause::Library(error), .. }) if error.class() == Class::NotAuthentic => {
                self.problem(name, error);
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Changes in a commit that the values do not show: a removed seal, or added keys that nothing vouches for.
    fn against_last_commit(&mut self, name: &str, path: &Path, sealed: &EncryptedDocument) -> Result<(), Failure> {
        let old = last_commit(path).and_then(|old| EncryptedDocument::new(old).ok());
        let (Some(old), new) = (old, sealed.metadata()) else { return Ok(()) };
        let old = old.metadata();
        if old.has_seal() && !new.has_seal() && !new.is_marked_as_sealed() {
            self.problem(name, GitFault::SealGone);
        }
        let is_new = |key: &NamedKey| !old.named_keys().any(|known| known == *key);
        let added: Vec<NamedKey> = new.named_keys().filter(is_new).collect();
        // A seal over the old list does not fit the new one: without keys at hand, an unchanged seal shows that.
        let is_resealed = new.has_seal() && !new.has_same_seal(old);
        if added.is_empty() || is_resealed {
            return Ok(());
        }
        let vouchers = Vouchers::none().and_named(self.session.only()).and_trusted(&self.configs.trusted(Some(path))?);
        let by_rule = self.names_of_rule(path)?;
        let unknown = added.iter().filter(|key| !vouchers.vouch_for(key) && !by_rule.contains(&key.to_string()));
        let unknown: Vec<String> = unknown.map(ToString::to_string).collect();
        if !unknown.is_empty() {
            self.problem(name, GitFault::KeysAdded(unknown));
        }
        Ok(())
    }

    /// The keys that the rule for a file names, as messages name keys.
    fn names_of_rule(&self, path: &Path) -> Result<Vec<String>, Failure> {
        let found = self.configs.of(Some(path))?;
        let rule = found.config.as_ref().and_then(|config| config.rule_for(Some(path)).ok().flatten());
        let groups = rule.map(|rule| rule.wrapping_keys()).transpose()?.unwrap_or_default();
        Ok(groups.iter().flatten().map(|key| NamedKey::of_wrapping_key(key).to_string()).collect())
    }

    /// Values that the rule of the config selects, and the rule of the document does not.
    fn exposed_by_rule(&self, sealed: &EncryptedDocument, path: &Path) -> Result<Vec<(At, String)>, Failure> {
        let found = self.configs.of(Some(path))?;
        let rule = found.config.as_ref().map(|config| Config::settings_for(config, Some(path))).transpose()?.flatten();
        match rule.and_then(|rule| rule.selection) {
            Some(rule) if rule != sealed.metadata().rule => {
                Ok(sealed.in_the_clear_under(&rule).map_err(Error::from)?)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Problems found with the keys at hand. None if no key opens it: whoever commits may not be able to read it.
    fn with_keys(&mut self, name: &str, path: &Path, sealed: EncryptedDocument) -> Result<Vec<DocumentError>, Failure> {
        let session = self.session;
        let trusted = unasked::trusted(self.configs, path, session, &sealed.metadata().wrapped_keys())?;
        let keyring = session.keyring_trusting(&trusted);
        let require_seal = self.configs.require_seal(Some(path))?;
        let seal = if require_seal { SealRequirement::Verified } else { SealRequirement::NotBroken };
        let demands = session.document_demands(MacRequirement::Right, seal);
        // Whether a binary file is merged shows only in its plaintext.
        let outcome = if sealed.document().format() == Format::Binary {
            sealed.open(&keyring, &demands).map(|opened| {
                let unresolved = unresolved(opened.plaintext()).into_iter();
                unresolved.map(|(at, path)| DocumentError::Unresolved { at, path: path.to_string() }).collect()
            })
        } else {
            sealed.verify(&keyring, &demands).map(|(problems, _)| problems)
        };
        match outcome {
            Ok(problems) => Ok(problems),
            Err(Error::Document(problem)) => Ok(vec![problem]),
            Err(Error::Interrupted) => Err(Error::Interrupted.into()),
            Err(error) => {
                self.counts.unopened += 1;
                self.session.observer().note(&format!("{name}: checked without a key: {error}"));
                Ok(Vec::new())
            }
        }
    }

    fn problem(&mut self, name: &str, cause: impl Into<Cause>) {
        let cause = cause.into();
        self.counts.problems += 1;
        let subject = (!matches!(cause, Cause::Git(GitFault::ShouldBeEncrypted(_)))).then(|| name.to_owned());
        (self.report)(Failure { subject, cause, released: 0 });
    }
}
