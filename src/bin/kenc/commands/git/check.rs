//! `kenc git check`: what must not be committed.

use std::path::{Path, PathBuf};

use kenc::Session;
use kenc::config::{Config, KENC_CONFIG, SOPS_CONFIG};
use kenc::document::merge::unresolved;
use kenc::document::{Document, EncryptedDocument, Format, OpenRequirements};
use kenc::error::{DocumentError, Error};
use kenc::formats::detect;
use kenc::keys::{NamedKey, Vouchers};
use serde_json::json;
use zeroize::Zeroizing;

use super::repository::{Contents, Entry, last_commit, top};
use super::unasked;
use crate::args::git::GitCheckArgs;
use crate::documents;
use crate::failure::{Cause, CommandFault, Exit, Failure, GitFault};
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::formats::detect::is_native;
use kenc::ops::configs::Configs;
use kenc::ops::jobs::open_input;
use kenc::ops::tree::version_control;

pub fn run(args: &GitCheckArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    signals::handle()?;
    // Never prompt while git commits.
    let passphrases = Passphrases::new(args.passphrase.passphrase_from.clone(), false);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.paths)?;
    let mut check = Check { args, configs, reporter, session: &session, looked_at: 0, unopened: 0, problems: 0 };
    if args.paths.is_empty() {
        let top = top()?;
        let mut contents = Contents::open()?;
        for entry in Entry::of_index(args.all, &top)? {
            if version_control::owns_part_of(&entry.path) {
                reporter.note(&format!("{}: skipped, it belongs to version control", entry.path.display()));
                continue;
            }
            let path = top.join(&entry.path);
            if let Some(content) = contents.of(&entry, check.longest(&path)?)? {
                check.file(&entry.path.display().to_string(), &path, content)?;
            }
        }
    } else {
        for path in &args.paths {
            let (content, _) = open_input(Some(path))?.read_whole(detect::LONGEST_DOCUMENT)?;
            if let Some(mut content) = content {
                check.file(&path.display().to_string(), path, std::mem::take(&mut *content))?;
            }
        }
    }
    let Check { looked_at, unopened, problems, .. } = check;
    // Whoever commits may not be one who may read: that is no problem, and must not look like a check that was passed.
    if unopened > 0 {
        let what = if unopened == 1 { "1 file was".to_owned() } else { format!("{unopened} files were") };
        reporter
            .hint(&format!("{what} checked without a key, so the MAC and the seal were not checked; `-v` names each"));
    }
    if problems > 0 {
        return Ok(Exit::Problems);
    }
    reporter.note(&format!("files checked: {looked_at}; no problems"));
    if args.all {
        reporter.confirmation("", &json!({ "files": looked_at, "problems": 0 }))?;
    }
    Ok(Exit::Done)
}

struct Check<'a> {
    args: &'a GitCheckArgs,
    configs: &'a Configs,
    reporter: &'a Reporter,
    session: &'a Session,
    looked_at: usize,
    /// How many of them no key at hand opened.
    unopened: usize,
    problems: usize,
}

impl Check<'_> {
    /// The longest content of a file that is looked at. Where neither its name nor a rule says that it may be a document,
    /// only a text in an envelope is one, and such a file is small.
    fn longest(&self, path: &Path) -> Result<u64, Failure> {
        const LONGEST_ENVELOPE: u64 = 4 << 20;
        let may_be_long = Format::of_name(path) != Format::Binary || self.is_named_by_a_rule(path)?;
        Ok(if may_be_long { detect::LONGEST_DOCUMENT as u64 } else { LONGEST_ENVELOPE })
    }

    /// A rule for all paths says which keys are used, and not which files are secret.
    fn is_named_by_a_rule(&self, path: &Path) -> Result<bool, Failure> {
        let is_config = path.file_name().is_some_and(|name| name == KENC_CONFIG || name == SOPS_CONFIG);
        let found = self.configs.of(Some(path))?;
        Ok(!is_config && found.config.as_ref().is_some_and(|config| config.names_file(path)))
    }

    fn file(&mut self, name: &str, path: &Path, content: Vec<u8>) -> Result<(), Failure> {
        self.looked_at += 1;
        if is_native(&content) {
            return Ok(());
        }
        let sealed = match document(path, content).and_then(|document| document.map(EncryptedDocument::new).transpose())
        {
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
        if !self.args.no_keys {
            for problem in self.with_keys(name, path, sealed)? {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        for problem in problems {
            self.problem(name, Error::Document(problem));
        }
        Ok(())
    }

    /// What a commit would change that nobody sees in the values: that a seal goes, or that keys come for which nothing
    /// vouches.
    fn against_last_commit(&mut self, name: &str, path: &Path, sealed: &EncryptedDocument) -> Result<(), Failure> {
        let old = last_commit(path).and_then(|old| EncryptedDocument::new(old).ok());
        let (Some(old), new) = (old, sealed.metadata()) else { return Ok(()) };
        let old = old.metadata();
        if old.has_seal() && !new.has_seal() && !new.is_marked_as_sealed() {
            self.problem(name, GitFault::SealGone);
        }
        let is_new = |key: &NamedKey| !old.named_keys().any(|known| known == *key);
        let added: Vec<NamedKey> = new.named_keys().filter(is_new).collect();
        // A seal over the old list is not one over the new: without keys at hand the same text shows that.
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
    fn exposed_by_rule(
        &self,
        sealed: &EncryptedDocument,
        path: &Path,
    ) -> Result<Vec<(kenc::error::At, String)>, Failure> {
        let found = self.configs.of(Some(path))?;
        let rule = found.config.as_ref().map(|config| Config::settings_for(config, Some(path))).transpose()?.flatten();
        match rule.and_then(|rule| rule.selection) {
            Some(rule) if rule != sealed.metadata().rule => {
                Ok(sealed.in_the_clear_under(&rule).map_err(Error::from)?)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What is found with the keys at hand. If none opens it, nothing: whoever commits may not be one who may read.
    fn with_keys(&mut self, name: &str, path: &Path, sealed: EncryptedDocument) -> Result<Vec<DocumentError>, Failure> {
        let session = self.session;
        let trusted = unasked::trusted(self.configs, path, session, &sealed.metadata().wrapped_keys())?;
        let keyring = session.keyring_trusting(&trusted);
        let require_seal = self.configs.require_seal(Some(path))?;
        let demands: OpenRequirements = sessions::demands(session, &documents::no_demands(), require_seal);
        // The text of a binary file shows only in the clear whether it is merged.
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
                self.unopened += 1;
                self.reporter.note(&format!("{name}: checked without a key: {error}"));
                Ok(Vec::new())
            }
        }
    }

    fn problem(&mut self, name: &str, cause: impl Into<Cause>) {
        let cause = cause.into();
        self.problems += 1;
        let subject = if matches!(cause.caller_fault(), Some(CommandFault::Git(GitFault::ShouldBeEncrypted(_)))) {
            None
        } else {
            Some(name.to_owned())
        };
        self.reporter.failure(&Failure { subject, cause, released: 0 });
    }
}

/// The document that a file is, or none. That it is none is a fault where it has encrypted values.
fn document(path: &Path, content: Vec<u8>) -> Result<Option<Document>, DocumentError> {
    let Ok(text) = String::from_utf8(content) else { return Ok(None) };
    let format = Format::of_name(path);
    let has_values = text.contains("ENC[AES256_GCM,data:");
    if !has_values {
        return Ok(None);
    }
    if format == Format::Binary {
        return Ok(Document::recognise(text.as_bytes()));
    }
    match Document::parse(format, Zeroizing::new(text)) {
        Ok(document) => Ok(document.metadata().is_some().then_some(document)),
        Err(fault) => Err(fault),
    }
}
