//! Checking whether keys work: named ones, those of files, or those in use.

use std::path::{Path, PathBuf};
use std::thread;

use crate::context::EncryptionContext;
use crate::document::{EncryptedDocument, StoredKey};
use crate::formats::detect::Detected;
use crate::keys::age::recipient_of_file;
use crate::keys::aws_kms::{AwsCaller, ContextCondition, KeyPolicy, KmsKeyCheck, KmsOperation, KmsPurpose};
use crate::keys::{
    AgeKeyCheck, Cache, KeyCheck, KeyRefusal, KeySpec, KeyToCheck, KmsAccess, KmsKey, WrappedKey, WrappingKey,
};
use crate::ops::configs::Configs;
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::name_of;
use crate::ops::jobs::open_input;
use crate::ops::places::local_key_file;
use crate::ops::session::Session;

/// Which keys are checked, and for what. If neither keys nor files are given, the keys in use.
#[derive(Clone, Copy, Debug)]
pub struct KeysAsked<'a> {
    /// The words for keys.
    pub keys: &'a [String],
    /// Files whose keys are checked; `-` is standard input.
    pub files: &'a [PathBuf],
    /// Pairs that are sent with the requests, and required of the files.
    pub context: &'a EncryptionContext,
    /// The intended use of the keys.
    pub purpose: KmsPurpose,
}

/// The result of a check.
pub struct KeysReport {
    /// The caller of AWS, if AWS was called.
    pub caller: Option<Result<AwsCaller, String>>,
    /// Every key.
    pub keys: Vec<CheckedKey>,
    /// The intended use of the keys.
    pub purpose: KmsPurpose,
    /// Why some of several files could not be read.
    pub unread: Vec<Failure>,
}

/// One key with its result.
pub struct CheckedKey {
    /// As it was typed, or as it is in a header.
    pub name: String,
    /// Why it was checked.
    pub source: KeySource,
    /// The files that list it.
    pub files: Vec<String>,
    /// The context sent with the requests.
    pub context: EncryptionContext,
    /// The result.
    pub check: KeyCheck,
}

/// Why a key was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The user named it.
    Named,
    /// A config or a file lists it, possibly for somebody else.
    Listed,
}

impl KeysReport {
    /// Whether a key is probably somebody else's: a file or the config lists it beside a key that works here, and there is
    /// no identity for it.
    #[must_use]
    pub fn is_of_others(&self, key: &CheckedKey) -> bool {
        let KeyCheck::Age(AgeKeyCheck { opened: Err(KeyRefusal::NoIdentity { .. }), .. }) = &key.check else {
            return false;
        };
        let works_in = |file: Option<&String>| {
            self.keys.iter().any(|other| other.works() && file.is_none_or(|file| other.files.contains(file)))
        };
        key.source == KeySource::Listed
            && if key.files.is_empty() { works_in(None) } else { key.files.iter().all(|file| works_in(Some(file))) }
    }

    /// The AWS caller, if known.
    #[must_use]
    pub fn known_caller(&self) -> Option<&AwsCaller> {
        self.caller.as_ref()?.as_ref().ok()
    }
}

impl CheckedKey {
    fn works(&self) -> bool {
        match &self.check {
            KeyCheck::AwsKms(check) => check.as_ref().is_ok_and(|check| check.missing().next().is_none()),
            KeyCheck::Age(check) => check.opened.is_ok(),
            KeyCheck::Works(_) => true,
            KeyCheck::Unchecked(_) | KeyCheck::Unusable(_) => false,
        }
    }

    /// The policy that grants what is missing.
    #[must_use]
    pub fn grant(&self) -> Option<KeyPolicy> {
        let KeyCheck::AwsKms(Ok(check)) = &self.check else { return None };
        let missing: Vec<KmsOperation> = check.missing().map(|(operation, _)| operation).collect();
        let condition = ContextCondition { pairs: self.context.clone(), nothing_else: false };
        (!missing.is_empty()).then(|| KeyPolicy::granting(&self.key_arn(check), &missing, &condition))
    }

    /// The ARN of the key, as far as known.
    #[must_use]
    pub fn key_arn(&self, check: &KmsKeyCheck) -> String {
        match &check.description {
            Ok(description) => description.arn.clone(),
            Err(_) if self.name.contains(":key/") => self.name.clone(),
            Err(_) => {
                let named = check.missing().find_map(|(_, refusal)| KmsKey::of_denial(refusal));
                named.map_or_else(|| "arn:aws:kms:REGION:ACCOUNT:key/ID".to_owned(), |key| key.to_string())
            }
        }
    }
}

/// Checks keys.
///
/// # Errors
/// If a config cannot be read or is invalid, a word names no key, there is none, or the only file cannot be read.
pub fn check(asked: KeysAsked<'_>, session: &Session, configs: &Configs) -> Result<KeysReport, Failure> {
    let KeysAsked { keys, files, context, purpose } = asked;
    let guards = session.guards(files.first().map(PathBuf::as_path))?;
    let keyring = session.keyring_trusting(&guards.trusted);
    let mut unread = Vec::new();
    let mut subjects = named(asked, configs)?;
    for path in files {
        match of_file(path, context) {
            Ok(found) => found.into_iter().for_each(|subject| add(&mut subjects, subject)),
            Err(failure) if files.len() + keys.len() == 1 => return Err(failure),
            Err(failure) => unread.push(failure),
        }
    }
    let caller = subjects.iter().find_map(KeySubject::kms_key).map(|key| session.kms().caller(&key));
    let cache = Cache::default();
    let checks = of_each(&subjects, |subject| keyring.check(subject.key.to_check(), &subject.context, purpose, &cache));
    let keys = subjects.into_iter().zip(checks).map(|(subject, check)| CheckedKey {
        name: subject.key.name(),
        source: subject.source,
        files: subject.files,
        context: subject.context,
        check,
    });
    Ok(KeysReport { caller, keys: keys.collect(), purpose, unread })
}

/// Maximum number of keys checked at the same time.
const AT_ONCE: usize = 8;

/// Checks several keys at the same time, so that unresponsive ones do not delay each other.
fn of_each(subjects: &[KeySubject], check: impl Fn(&KeySubject) -> KeyCheck + Sync) -> Vec<KeyCheck> {
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

/// A key to check, with its encryption context.
struct KeySubject {
    key: SubjectKey,
    context: EncryptionContext,
    source: KeySource,
    /// The files that list it.
    files: Vec<String>,
}

enum SubjectKey {
    Named(KeySpec),
    Slot(WrappedKey),
}

impl SubjectKey {
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

impl KeySubject {
    fn named(key: KeySpec, context: &EncryptionContext) -> Self {
        let source = KeySource::Named;
        Self { key: SubjectKey::Named(key), context: context.clone(), source, files: Vec::new() }
    }

    fn listed(key: KeySpec, context: &EncryptionContext) -> Self {
        Self { source: KeySource::Listed, ..Self::named(key, context) }
    }

    fn kms_key(&self) -> Option<KmsKey> {
        match &self.key {
            SubjectKey::Named(key) => KmsKey::of(key),
            SubjectKey::Slot(slot) => KmsKey::from_slot(&slot.key_id),
        }
    }
}

/// The named keys; if there are none and no files, those in use.
fn named(KeysAsked { keys, files, context, .. }: KeysAsked<'_>, configs: &Configs) -> Result<Vec<KeySubject>, Failure> {
    let keys = configs.keys(keys, &[])?;
    if keys.is_empty() && files.is_empty() {
        return keys_in_use(configs, context);
    }
    Ok(keys.into_iter().map(|key| KeySubject::named(key, context)).collect())
}

/// The keys used by default: those of the config, or else the local key.
fn keys_in_use(configs: &Configs, context: &EncryptionContext) -> Result<Vec<KeySubject>, Failure> {
    let mut subjects: Vec<KeySubject> = Vec::new();
    if let Some(config) = &configs.of(None)?.config {
        for rule in config.rules()? {
            for WrappingKey { key, access } in rule.wrapping_keys()?.into_iter().flatten() {
                let of_rule = if access.context.is_empty() { &rule.context } else { &access.context };
                let context = config.add_to_context(of_rule, context)?;
                let is_known = |known: &KeySubject| known.context == context && known.key.name() == key.to_string();
                if !subjects.iter().any(is_known) {
                    subjects.push(KeySubject::listed(key, &context));
                }
            }
        }
    }
    if subjects.is_empty() {
        let path = local_key_file()?;
        if !path.exists() {
            return Err(Cause::NothingToCheck.into());
        }
        subjects.push(KeySubject::named(recipient_of_file(&path)?.into(), context));
    }
    Ok(subjects)
}

/// The keys in the header of a file, each with its wrapped key, or those in the metadata of a document.
fn of_file(path: &Path, demanded: &EncryptionContext) -> Result<Vec<KeySubject>, Failure> {
    let path = (path.as_os_str() != "-").then_some(path);
    let name = name_of(path);
    let about = || Failure::about(name.clone());
    let head = match Detected::new(open_input(path)?, path, None).map_err(about())? {
        Detected::Document(sealed) => return Ok(of_document(&sealed, &name)),
        other => other.native().map_err(about())?.head,
    };
    let context = head.header.parameters.context;
    context.check_contains(demanded).map_err(|fault| about()(fault.into()))?;
    let subject = |slot| KeySubject {
        key: SubjectKey::Slot(slot),
        context: context.clone(),
        source: KeySource::Listed,
        files: vec![name.clone()],
    };
    Ok(head.header.table.slots.into_iter().map(subject).collect())
}

fn of_document(sealed: &EncryptedDocument, name: &str) -> Vec<KeySubject> {
    let keys = sealed.metadata().groups.iter().flatten().filter_map(StoredKey::key_and_access);
    let subject = |(key, access): (KeySpec, KmsAccess)| KeySubject {
        files: vec![name.to_owned()],
        ..KeySubject::listed(key, &access.context)
    };
    keys.map(subject).collect()
}

/// Many files share few keys: each key is checked once for each context.
fn add(subjects: &mut Vec<KeySubject>, new: KeySubject) {
    let is_same = |known: &&mut KeySubject| match (&known.key, &new.key) {
        (SubjectKey::Named(known_key), SubjectKey::Named(key)) => known_key == key && known.context == new.context,
        (SubjectKey::Slot(known_slot), SubjectKey::Slot(slot)) => {
            known_slot.provider == slot.provider && known_slot.key_id == slot.key_id && known.context == new.context
        }
        _ => false,
    };
    match subjects.iter_mut().find(is_same) {
        Some(known) => known.files.extend(new.files),
        None => subjects.push(new),
    }
}
