//! The files whose keys are looked for, by key and encryption context.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::key_words::is_key_arn;
use crate::document::Metadata;
use crate::error::Error;
use crate::formats::detect::Detected;
use crate::keys::{AWS_KMS, KeyMatch, KeySpec, WrappedKey, WrappedKeyDigest};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::{Progress, Skipped};
use crate::ops::result_name::ResultName;
use crate::ops::session::Session;
use crate::ops::tree::crew::{self, FileOutcome, TreeReport, TreeWork};
use crate::ops::tree::file::FileToDo;
use crate::ops::tree::request::{TreePlan, TreeRequest};

/// The pairs of an encryption context, in ascending order.
pub type ContextPairs = Vec<(String, String)>;

/// All files that have keys of AWS KMS.
#[derive(Default)]
pub struct AuditedFiles {
    names: Vec<String>,
    keys: Vec<AuditedKey>,
    /// The keys by their id or the name of their alias.
    by_id: HashMap<String, Vec<usize>>,
    by_wrapped_key: HashMap<WrappedKeyDigest, Vec<u32>>,
    /// Files without a key of AWS KMS, which no event can be about.
    without_kms: u64,
    failed: u64,
}

/// A key, with the files that have it.
struct AuditedKey {
    slot: WrappedKey,
    contexts: HashMap<ContextPairs, Arc<Vec<u32>>>,
}

/// A wrapped key of a file, as AWS KMS knows it.
struct KmsSlot {
    slot: WrappedKey,
    context: ContextPairs,
}

impl AuditedFiles {
    /// Reads the heads of files. Failures are told to `hear`, and the others are read.
    ///
    /// # Errors
    /// If the list of names cannot be read, or the work is interrupted.
    pub fn read(
        session: &Session,
        (request, threads): (&TreeRequest<'_>, usize),
        progress: &dyn Progress,
        hear: &mut (dyn FnMut(Failure) + Send),
    ) -> Result<Self, Failure> {
        let plan = request.plan(ResultName::Same)?;
        let mut gathering = Gathering { files: Self::default(), hear };
        crew::run(session, (request, &plan), threads, &ReadSlots { plan: &plan, session }, progress, &mut gathering)?;
        Ok(gathering.files)
    }

    fn add(&mut self, name: &Path, slots: Vec<KmsSlot>) {
        if slots.is_empty() {
            self.without_kms += 1;
            return;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.display().to_string());
        for KmsSlot { slot, context } in slots {
            add_once(self.by_wrapped_key.entry(WrappedKeyDigest::of(&slot.ciphertext)).or_default(), number);
            let key = self.key(slot);
            add_once(Arc::make_mut(self.keys[key].contexts.entry(context).or_default()), number);
        }
    }

    /// The place of a key, which is added if it is new.
    fn key(&mut self, slot: WrappedKey) -> usize {
        let known = self.by_id.entry(id_of(&slot.key_id).to_owned()).or_default();
        if let Some(&place) = known.iter().find(|&&place| self.keys[place].slot.key_id == slot.key_id) {
            return place;
        }
        known.push(self.keys.len());
        self.keys.push(AuditedKey { slot: WrappedKey { ciphertext: Vec::new(), ..slot }, contexts: HashMap::new() });
        self.keys.len() - 1
    }

    /// How many files have keys of AWS KMS.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// How many keys of AWS KMS they have.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// How many files have none.
    #[must_use]
    pub fn without_kms(&self) -> u64 {
        self.without_kms
    }

    /// How many files could not be read.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The name of a file.
    #[must_use]
    pub fn name(&self, file: u32) -> &str {
        self.names.get(file as usize).map_or("", String::as_str)
    }

    /// The places of the keys that a word of a log names for certain.
    #[must_use]
    pub fn keys_named(&self, word: &str) -> Vec<usize> {
        let Some(places) = self.by_id.get(id_of(word)) else { return Vec::new() };
        let Ok(spec) = word.parse::<KeySpec>() else { return Vec::new() };
        let is_named = |place: &usize| {
            let found = spec.names(&self.keys[*place].slot);
            found.is_same_key()
        };
        places.iter().copied().filter(is_named).collect()
    }

    /// Whether a word may mean one of the keys, and only AWS KMS knows: an alias in the same account and region.
    #[must_use]
    pub fn may_name_a_key(&self, word: &str) -> bool {
        if is_key_arn(word) || !word.contains("alias/") {
            return false;
        }
        let Ok(spec) = word.parse::<KeySpec>() else { return false };
        self.keys.iter().any(|key| spec.names(&key.slot) == KeyMatch::Perhaps)
    }

    /// The ARN of a key.
    #[must_use]
    pub fn key_id(&self, place: usize) -> &str {
        &self.keys[place].slot.key_id
    }

    /// The files with a key and a context.
    #[must_use]
    pub fn with_context(&self, place: usize, context: &ContextPairs) -> Option<&Arc<Vec<u32>>> {
        self.keys[place].contexts.get(context)
    }

    /// The files that have a wrapped key.
    #[must_use]
    pub fn with_wrapped_key(&self, digest: &WrappedKeyDigest) -> &[u32] {
        self.by_wrapped_key.get(digest).map_or(&[], Vec::as_slice)
    }
}

fn add_once(files: &mut Vec<u32>, number: u32) {
    if files.last() != Some(&number) {
        files.push(number);
    }
}

/// The id of a key or the name of an alias, in any word that names it.
fn id_of(word: &str) -> &str {
    match (word.find(":key/"), word.find("alias/")) {
        (Some(at), _) => &word[at + 5..],
        (None, Some(at)) => &word[at..],
        (None, None) => word,
    }
}

/// Reads the wrapped keys of each file.
struct ReadSlots<'a> {
    plan: &'a TreePlan,
    session: &'a Session,
}

impl TreeWork for ReadSlots<'_> {
    type Done = Vec<KmsSlot>;

    const IS_IN_ORDER: bool = true;

    fn run(&self, file: &FileToDo, _: &dyn Progress, others: &dyn Fn()) -> Result<FileOutcome<Vec<KmsSlot>>, Failure> {
        let about = || Failure::about(file.display());
        file.wait_for_storages(others);
        let input = self.plan.open(self.session, file)?.take_input();
        match Detected::new(input, Some(&file.path()), None).map_err(about())? {
            Detected::Document(document) => Ok(FileOutcome::Done(slots_of_document(document.metadata()))),
            detected @ Detected::File(_) => {
                let file = detected.file(self.session.read_policy()).map_err(about())?;
                let context = file.context().to_pairs();
                let slots = file.wrapped_keys().iter().filter(|slot| slot.provider == AWS_KMS);
                let slots = slots.map(|slot| KmsSlot { slot: slot.clone(), context: context.clone() });
                Ok(FileOutcome::Done(slots.collect()))
            }
            Detected::Foreign(..) => Ok(FileOutcome::NotEncrypted),
        }
    }
}

fn slots_of_document(metadata: &Metadata) -> Vec<KmsSlot> {
    let keys = metadata.groups.iter().flatten().filter_map(|key| key.slot().ok());
    let of_kms = keys.filter(|group_slot| group_slot.wrapped.provider == AWS_KMS);
    of_kms.map(|slot| KmsSlot { context: slot.access.context.to_pairs(), slot: slot.wrapped }).collect()
}

struct Gathering<'a> {
    files: AuditedFiles,
    hear: &'a mut (dyn FnMut(Failure) + Send),
}

impl TreeReport<Vec<KmsSlot>> for Gathering<'_> {
    fn file(&mut self, path: &Path, outcome: Result<FileOutcome<Vec<KmsSlot>>, Failure>) -> Result<(), Failure> {
        match outcome {
            Ok(FileOutcome::Done(slots)) => self.files.add(path, slots),
            Ok(FileOutcome::NotEncrypted | FileOutcome::WholeAlready) => {}
            Err(failure @ Failure { cause: Cause::Library(Error::Interrupted), .. }) => return Err(failure),
            Err(failure) => {
                self.files.failed += 1;
                (self.hear)(failure);
            }
        }
        Ok(())
    }

    fn skipped(&mut self, _: &Path, _: Skipped) {}
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const KEY: &str =
        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    pub(in super::super) const REPLICA: &str =
        "arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

    /// A file with one key, a context and a wrapped key.
    pub(in super::super) type OneKeyFile<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8]);

    pub(in super::super) fn files(all: &[OneKeyFile<'_>]) -> AuditedFiles {
        let mut files = AuditedFiles::default();
        for (name, key, context, wrapped) in all {
            let slot =
                WrappedKey { provider: AWS_KMS.to_owned(), key_id: (*key).to_owned(), ciphertext: wrapped.to_vec() };
            let context = context.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            files.add(Path::new(name), vec![KmsSlot { slot, context }]);
        }
        files
    }

    #[test]
    fn a_key_is_found_by_its_arn_its_id_and_its_replica_and_never_by_another_account() {
        let files = files(&[("a", KEY, &[], b"1"), ("b", REPLICA, &[], b"2")]);
        assert_eq!(files.keys_named(KEY), [0]);
        assert_eq!(files.keys_named("1234abcd-12ab-34cd-56ef-1234567890ab"), [0]);
        assert_eq!(files.keys_named(&REPLICA.replace("eu-west-1", "us-east-1")), [1]);
        for other in [
            KEY.replace("eu-west-1", "us-east-1"),
            KEY.replace("1111", "9999"),
            KEY.replace("90ab", "90ac"),
            "alias/backup".to_owned(),
            "arn:aws:kms:eu-west-1:111122223333:alias/backup".to_owned(),
            "\u{1b}[2J".to_owned(),
            String::new(),
        ] {
            assert_eq!(files.keys_named(&other), [] as [usize; 0], "{other}");
        }
        assert!(files.may_name_a_key("arn:aws:kms:eu-west-1:111122223333:alias/backup"));
        assert!(!files.may_name_a_key("arn:aws:kms:us-east-1:111122223333:alias/backup"));
    }

    #[test]
    fn an_alias_is_found_where_a_document_names_it() {
        let alias = "arn:aws:kms:eu-west-1:111122223333:alias/backup";
        let files = files(&[("a.yaml", alias, &[], b"1")]);
        assert_eq!(files.keys_named(alias), [0]);
        assert_eq!(files.keys_named("alias/backup"), [0]);
        assert_eq!(files.keys_named("alias/other"), [] as [usize; 0]);
        assert!(!files.may_name_a_key("alias/other"));
    }
}
