//! `kenc keys check`.

use std::path::{Path, PathBuf};
use std::thread;

use kenc::context::EncryptionContext;
use kenc::document::{EncryptedDocument, StoredKey};
use kenc::error::Error;
use kenc::formats::detect::Detected;
use kenc::keys::age::recipient_of_file;
use kenc::keys::{Cache, KeyCheck, KeySpec, KeyToCheck, KmsAccess, KmsKey, WrappedKey, WrappingKey};

use super::table::{Checked, Report};
use crate::args::KeysCheckArgs;
use crate::failure::{Cause, Exit, Failure};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;
use kenc::ops::jobs::{STANDARD_INPUT, open_input};
use kenc::ops::places::{identities, local_key_file};

pub fn run(args: &KeysCheckArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs)
        .with_identity_places(identities(&args.identities));
    let guards = session.guards(args.files.first().map(PathBuf::as_path))?;
    let keyring = session.keyring_trusting(&guards.trusted);
    signals::handle()?;

    let mut unread = None;
    let mut subjects = named(args, configs, &context)?;
    for path in &args.files {
        match of_file(path, &context) {
            Ok(found) => found.into_iter().for_each(|subject| add(&mut subjects, subject)),
            Err(failure) if args.files.len() + args.keys.len() == 1 => return Err(failure),
            Err(failure) => unread = Some(reporter.failure(&failure)),
        }
    }

    let caller = subjects.iter().find_map(Subject::kms_key).map(|key| session.kms().caller(&key));
    let cache = Cache::default();
    let checks = of_each(&subjects, |subject| {
        keyring.check(subject.key.to_check(), &subject.context, args.purpose.purpose(), &cache)
    });
    let keys = subjects.into_iter().zip(checks).map(|(subject, check)| Checked {
        name: subject.key.name(),
        files: subject.files,
        context: subject.context,
        check,
    });
    let report = Report { caller, keys: keys.collect(), purpose: args.purpose.purpose() };
    reporter.result(&report.text(reporter), &report.json())?;
    for hint in report.hints() {
        reporter.hint(&hint);
    }
    Ok(unread.unwrap_or(report.exit()))
}

/// Most keys that are checked at the same time.
const AT_ONCE: usize = 8;

/// Checks every key, a few at the same time, so that those that do not answer are not waited for one after the other.
fn of_each(subjects: &[Subject], check: impl Fn(&Subject) -> KeyCheck + Sync) -> Vec<KeyCheck> {
    let mut checks = Vec::with_capacity(subjects.len());
    for some in subjects.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let check = &check;
            let start =
                |subject| thread::Builder::new().spawn_scoped(scope, move || check(subject)).map_err(|_| subject);
            let started: Vec<_> = some.iter().map(start).collect();
            checks.extend(started.into_iter().map(|started| match started {
                Ok(running) => running.join().expect("a check does not panic"),
                // Without threads one is checked after the other.
                Err(subject) => check(subject),
            }));
        });
    }
    checks
}

/// A key to check, with the context that is sent for it.
struct Subject {
    key: Key,
    context: EncryptionContext,
    /// The files in whose headers it stands.
    files: Vec<String>,
}

enum Key {
    Named(KeySpec),
    Slot(WrappedKey),
}

impl Key {
    fn to_check(&self) -> KeyToCheck<'_> {
        match self {
            Self::Named(key) => KeyToCheck::Named(key),
            Self::Slot(slot) => KeyToCheck::Slot(slot),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Named(key) => key.to_string(),
            Self::Slot(slot) => slot.key_id.clone(),
        }
    }
}

impl Subject {
    fn named(key: KeySpec, context: &EncryptionContext) -> Self {
        Self { key: Key::Named(key), context: context.clone(), files: Vec::new() }
    }

    fn kms_key(&self) -> Option<KmsKey> {
        match &self.key {
            Key::Named(key) => KmsKey::of(key),
            Key::Slot(slot) => KmsKey::from_slot(&slot.key_id),
        }
    }
}

/// The keys on the command line; if there are none and no files, those in use.
fn named(args: &KeysCheckArgs, configs: &Configs, context: &EncryptionContext) -> Result<Vec<Subject>, Failure> {
    let keys = configs.keys(&args.keys, &[])?;
    if keys.is_empty() && args.files.is_empty() {
        return keys_in_use(configs, context);
    }
    Ok(keys.into_iter().map(|key| Subject::named(key, context)).collect())
}

/// The keys that are used where none is named: those of the config, or else the local key.
fn keys_in_use(configs: &Configs, context: &EncryptionContext) -> Result<Vec<Subject>, Failure> {
    let mut subjects: Vec<Subject> = Vec::new();
    if let Some(config) = &configs.of(None)?.config {
        for rule in config.rules()? {
            for WrappingKey { key, access } in rule.wrapping_keys()?.into_iter().flatten() {
                let of_rule = if access.context.is_empty() { &rule.context } else { &access.context };
                let context = config.add_to_context(of_rule, context)?;
                let is_known = |known: &Subject| known.context == context && known.key.name() == key.to_string();
                if !subjects.iter().any(is_known) {
                    subjects.push(Subject::named(key, &context));
                }
            }
        }
    }
    if subjects.is_empty() {
        let path = local_key_file()?;
        if !path.exists() {
            return Err(Cause::NothingToCheck.into());
        }
        subjects.push(Subject::named(recipient_of_file(&path)?.into(), context));
    }
    Ok(subjects)
}

/// The keys in the header of a file, each with its wrapped key; or those in the metadata of a document.
fn of_file(path: &Path, demanded: &EncryptionContext) -> Result<Vec<Subject>, Failure> {
    let path = (path.as_os_str() != "-").then_some(path);
    let name = path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string());
    let about = || Failure::about(name.clone());
    let head = match Detected::new(open_input(path)?, path, None).map_err(about())? {
        Detected::Document(sealed) => return Ok(of_document(&sealed, &name)),
        other => other.native().map_err(about())?.head,
    };
    let context = head.header.parameters.context;
    context.check_contains(demanded).map_err(|fault| about()(fault.into()))?;
    let subject = |slot| Subject { key: Key::Slot(slot), context: context.clone(), files: vec![name.clone()] };
    Ok(head.header.table.slots.into_iter().map(subject).collect())
}

fn of_document(sealed: &EncryptedDocument, name: &str) -> Vec<Subject> {
    let keys = sealed.metadata().groups.iter().flatten().filter_map(StoredKey::key_and_access);
    let subject = |(key, access): (KeySpec, KmsAccess)| Subject {
        files: vec![name.to_owned()],
        ..Subject::named(key, &access.context)
    };
    keys.map(subject).collect()
}

/// Many files are under few keys: each key is asked about once for each context.
fn add(subjects: &mut Vec<Subject>, new: Subject) {
    let is_same = |known: &&mut Subject| match (&known.key, &new.key) {
        (Key::Named(known_key), Key::Named(key)) => known_key == key && known.context == new.context,
        (Key::Slot(known_slot), Key::Slot(slot)) => {
            known_slot.provider == slot.provider && known_slot.key_id == slot.key_id && known.context == new.context
        }
        _ => false,
    };
    match subjects.iter_mut().find(is_same) {
        Some(known) => known.files.extend(new.files),
        None => subjects.push(new),
    }
}
