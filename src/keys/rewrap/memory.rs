//! What one run has learned about wrapped keys, so that nothing is asked twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::change::Renewed;
use crate::codec::Writer;
use crate::context::EncryptionContext;
use crate::crypto::{DataKey, sha256};
use crate::error::{Error, KeyRefusal, KmsRefusal, KmsRefusalKind, ReEncryptRefusal, Result};
use crate::keys::age::passphrase::wrap_under_passphrase;
use crate::keys::age::slot::is_passphrase;
use crate::keys::age::wrap as age;
use crate::keys::aws_kms::AwsKms;
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::keyring::{Keyring, cannot_wrap};
use crate::keys::race::Patience;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Most wrapped keys that are remembered: a run through more different ones forgets the earlier ones.
const MOST: usize = 4096;

/// A question, as it is remembered: a hash of all that decides its answer.
pub(super) type Fingerprint = [u8; 32];

/// Each answer is in a cell of its own, so that threads that ask the same wait for one answer, and others do not wait.
type Cells<T> = Mutex<HashMap<Fingerprint, Arc<OnceLock<T>>>>;

/// The place for a new data key. Unlike the other answers, a failure is not kept: it may be one of a passphrase.
type RenewedCell = Arc<Mutex<Option<Arc<Renewed>>>>;

/// The place for a data key. Whoever was not asked to the end may be asked again.
type OpenedCell = Arc<Mutex<Option<Result<Arc<Opened>, KeyRefusal>>>>;

#[derive(Default)]
pub(super) struct Memory {
    opened: Mutex<HashMap<Fingerprint, OpenedCell>>,
    re_encrypted: Cells<Result<WrappedKey, ReEncryptRefusal>>,
    renewed: Mutex<HashMap<Fingerprint, RenewedCell>>,
    /// What refusals say about other wrapped keys.
    asked: crate::keys::memory::Memory,
    resolved: Mutex<HashMap<String, Result<KmsKey, Box<KmsRefusal>>>>,
    /// Regions that let us wait in vain: nobody waits for them again.
    silent_regions: Mutex<Vec<KmsRefusal>>,
    /// A passphrase takes 256 MiB to try, so one is tried at a time.
    passphrase_turn: Mutex<()>,
}

/// A data key that was unwrapped, with the wrapped keys that were made of it.
pub(super) struct Opened {
    pub(super) data_key: DataKey,
    wrapped: Mutex<HashMap<String, Result<WrappedKey, Box<KmsRefusal>>>>,
}

impl Memory {
    /// The data key of one wrapped key.
    pub(super) fn opened(
        &self,
        keyring: &Keyring<'_>,
        only: &[KeySpec],
        key: &WrappedKey,
        context: &EncryptionContext,
        patience: &Patience,
    ) -> Result<Arc<Opened>, KeyRefusal> {
        // Trust differs from file to file, so it is no part of what is remembered.
        if !keyring.may_be_asked(key, only) {
            return Err(KeyRefusal::NotTrusted);
        }
        // A slot that may not be tried in one place may be tried in another.
        let restriction = if only.is_empty() { "" } else { "restricted" };
        let cell = cell(&self.opened, fingerprint(key, context, restriction));
        let mut answer = lock(&cell);
        if let Some(known) = &*answer {
            return known.clone();
        }
        let _turn = is_passphrase(key).then(|| lock(&self.passphrase_turn));
        let unwrapped = keyring.unwrap_one(&self.asked, key, context, only, patience);
        let opened = unwrapped.map(|data_key| Arc::new(Opened { data_key, wrapped: Mutex::default() }));
        if !matches!(opened, Err(KeyRefusal::NotAsked { .. })) {
            *answer = Some(opened.clone());
        }
        opened
    }

    /// Whether a key is in a region that let others go first.
    pub(super) fn is_slow(&self, key: &WrappedKey) -> bool {
        self.asked.is_slow(key)
    }

    /// The place for a new data key. Whoever locks it first makes one for all.
    pub(super) fn renewed(&self, question: Fingerprint) -> RenewedCell {
        Arc::clone(lock(&self.renewed).entry(question).or_default())
    }

    /// The key that an alias means.
    pub(super) fn resolved(&self, kms: &AwsKms, key: &KmsKey) -> Result<KmsKey> {
        // Under the lock: there are few aliases, and each is asked for once.
        let mut resolved = lock(&self.resolved);
        let answer = resolved.entry(key.to_string()).or_insert_with(|| kms.resolve(key)).clone();
        answer.map_err(|refusal| Error::CannotFindKey {
            key: key.to_string(),
            refusal: Box::new(KeyRefusal::AwsKms(refusal)),
        })
    }

    /// The wrapped key that KMS makes of another.
    pub(super) fn re_encrypted(
        &self,
        keyring: &Keyring<'_>,
        source: &KmsKey,
        key: &WrappedKey,
        destination: &KmsKey,
        context: &EncryptionContext,
        patience: &Patience,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        let cell = cell(&self.re_encrypted, fingerprint(key, context, &destination.to_string()));
        let answer = cell.get_or_init(|| {
            let is_same_region = |silent: &&KmsRefusal| silent.region.as_deref() == source.region();
            if let Some(silent) = lock(&self.silent_regions).iter().find(is_same_region) {
                let refusal = KmsRefusal { key: source.to_string(), ..silent.clone() };
                return Err(ReEncryptRefusal::Source(Box::new(refusal)));
            }
            let answer = keyring.kms.re_encrypt_within(source, &key.ciphertext, destination, context, patience);
            if let Err(ReEncryptRefusal::Source(refusal) | ReEncryptRefusal::Destination(refusal)) = &answer
                && refusal.kind == KmsRefusalKind::TimedOut
            {
                lock(&self.silent_regions).push((**refusal).clone());
            }
            answer
        });
        answer.clone()
    }
}

impl Opened {
    /// Wraps the data key under each of `keys`: KMS keys at the same time, and each key once.
    pub(super) fn wrap(
        &self,
        keyring: &Keyring<'_>,
        keys: &[&KeySpec],
        context: &EncryptionContext,
    ) -> Result<Vec<WrappedKey>> {
        let mut wrapped = lock(&self.wrapped);
        let missing: Vec<&KmsKey> = keys
            .iter()
            .filter_map(|key| if let KeySpec::AwsKms(key) = key { Some(key) } else { None })
            .filter(|key| !wrapped.contains_key(&key.to_string()))
            .collect();
        match keyring.kms.encrypt_all(&missing, &self.data_key, context) {
            Ok(made) => wrapped.extend(missing.iter().map(ToString::to_string).zip(made.into_iter().map(Ok))),
            Err((key, refusal)) => {
                wrapped.insert(key.to_string(), Err(refusal));
            }
        }
        // Whoever refused is told of, even if others come before it and were not wrapped for its sake.
        for key in keys {
            if let (KeySpec::AwsKms(key), Some(Err(refusal))) = (key, wrapped.get(&key.to_string())) {
                return Err(cannot_wrap(key, refusal.clone()));
            }
        }
        let mut all = Vec::with_capacity(keys.len());
        for key in keys {
            let made = match (wrapped.get(&key.to_string()), key) {
                (Some(Ok(made)), _) => made.clone(),
                (_, KeySpec::Age(recipient)) => age::wrap(recipient, &self.data_key)?,
                (_, KeySpec::Passphrase) => {
                    wrap_under_passphrase(&keyring.passphrases.new_passphrase()?, &self.data_key)?
                }
                (_, KeySpec::Pgp(key)) => return Err(Error::ForDocumentsOnly(key.to_string())),
                (_, KeySpec::AwsKms(_)) => unreachable!("every KMS key has wrapped, or has been told of"),
            };
            wrapped.insert(key.to_string(), Ok(made.clone()));
            all.push(made);
        }
        Ok(all)
    }
}

fn cell<T: Default>(cells: &Mutex<HashMap<Fingerprint, Arc<T>>>, question: Fingerprint) -> Arc<T> {
    let mut cells = lock(cells);
    if cells.len() >= MOST && !cells.contains_key(&question) {
        cells.clear();
    }
    Arc::clone(cells.entry(question).or_default())
}

fn fingerprint(key: &WrappedKey, context: &EncryptionContext, destination: &str) -> Fingerprint {
    let WrappedKey { provider, key_id, ciphertext } = key;
    let mut writer = Writer::new();
    for part in [provider.as_bytes(), key_id.as_bytes(), ciphertext, destination.as_bytes()] {
        writer.u16_prefixed(part);
    }
    context.encode(&mut writer);
    sha256(&writer.into_bytes())
}

/// A thread that panicked left nothing half-done behind the locks: each guards one insertion.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
