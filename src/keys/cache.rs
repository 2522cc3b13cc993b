//! Cache of unwrap results, shared by all files of a run.
//!
//! One run asks once for each wrapped key, whatever the answer was, however many files hold it. A tree of files that
//! somebody else wrote can hold many different ones, so what a refusal says about others is kept as well: a key that is
//! disabled is not asked for the next wrapped key, and a region that did not answer is not waited for again.

mod fingerprint;
mod refusals;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Instant;

use zeroize::Zeroizing;

use self::fingerprint::{Fingerprint, Restriction};
use self::refusals::{Reach, Refusals, reach};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, KmsRefusal, KmsRefusalKind, ReEncryptRefusal, Result};
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::groups::key::GroupSlot;
use crate::keys::race::Patience;
use crate::keys::rewrap::change::Renewed;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Most answers of one kind that are kept. The oldest gives way: who asks for it again asks its key again.
const MOST_ANSWERS: usize = 4096;
/// Most calls of a key service at the same time.
const MOST_CALLS: usize = 32;

/// What came of unwrapping a data key.
type UnwrapAnswer = Result<Arc<UnwrappedKey>, KeyRefusal>;

/// A data key of a document, or a share of one, as it was unwrapped.
type SecretAnswer = Result<Arc<Zeroizing<Vec<u8>>>, KeyRefusal>;

/// Cache of unwrap results, shared by all files of a run. Data keys are wiped with it.
#[derive(Default)]
pub struct Cache {
    unwrapped: Mutex<Answers<Mutex<Option<UnwrapAnswer>>>>,
    /// The same for documents.
    secrets: Mutex<Answers<Mutex<Option<SecretAnswer>>>>,
    re_encrypted: Mutex<Answers<OnceLock<Result<WrappedKey, ReEncryptRefusal>>>>,
    /// New data keys. Unlike the other answers, a failure is not kept: it may be one of a passphrase.
    renewed: Mutex<Answers<Mutex<Option<Arc<Renewed>>>>>,
    /// The keys behind aliases.
    resolved: Mutex<HashMap<String, Result<KeySpec, KeyRefusal>>>,
    /// What refusals say about other wrapped keys.
    refusals: Mutex<Refusals>,
    /// Regions that did not answer: nobody waits for them again.
    silent: Mutex<HashMap<String, Silence>>,
    /// Regions that had not answered when another one did. Their keys are asked after those of others.
    slow_regions: Mutex<HashSet<String>>,
    calls: Mutex<usize>,
    call_ended: Condvar,
    /// A passphrase takes 256 MiB to try, so one is tried at a time.
    passphrase_turn: Mutex<()>,
}

/// What a region said that did not answer.
type Silence = Arc<Mutex<Option<KmsRefusal>>>;

/// A data key that was unwrapped, with the wrapped keys that were made of it.
pub(in crate::keys) struct UnwrappedKey {
    pub(in crate::keys) data_key: DataKey,
    pub(in crate::keys) wrapped: Mutex<HashMap<String, Result<WrappedKey, KeyRefusal>>>,
}

/// Answers by what was asked. Each is in a cell of its own, so that threads that ask the same wait for one answer, and others
/// do not wait.
struct Answers<T> {
    known: HashMap<Fingerprint, Arc<T>>,
    order: VecDeque<Fingerprint>,
}

impl Cache {
    /// Whether nobody has to be asked, or somebody is being asked already, for every one of `wrapped`, with the keys of
    /// `only`.
    #[must_use]
    pub fn knows(&self, wrapped: &[WrappedKey], context: &EncryptionContext, only: &[KeySpec]) -> bool {
        let answers = lock(&self.unwrapped);
        wrapped.iter().all(|key| {
            let question = fingerprint::of_unwrapping(key, context, Restriction::of(only));
            answers.known.get(&question).is_some_and(|answer| match answer.try_lock() {
                Ok(answer) => answer.is_some(),
                Err(TryLockError::WouldBlock) => true,
                Err(TryLockError::Poisoned(_)) => false,
            })
        })
    }

    /// The answer about one wrapped key, which `ask` gives if it is not known yet. Whoever else wants it waits.
    pub(in crate::keys) fn unwrapped(
        &self,
        key: &WrappedKey,
        context: &EncryptionContext,
        only: &[KeySpec],
        ask: impl FnOnce() -> Result<DataKey, KeyRefusal>,
    ) -> Result<Arc<UnwrappedKey>, KeyRefusal> {
        // A slot that may not be tried in one place may be tried in another.
        let question = fingerprint::of_unwrapping(key, context, Restriction::of(only));
        let answer = lock(&self.unwrapped).cell(question);
        let mut answer = lock(&answer);
        if let Some(known) = &*answer {
            return known.clone();
        }
        let given = ask().map(|data_key| Arc::new(UnwrappedKey { data_key, wrapped: Mutex::default() }));
        // Who was not asked, or not to the end, may be asked again.
        if !matches!(given, Err(KeyRefusal::NotAsked { .. })) {
            *answer = Some(given.clone());
        }
        given
    }

    /// The answer about one wrapped key of a document, which `ask` gives if it is not known yet. Whoever else wants it waits.
    pub(in crate::keys) fn secret(
        &self,
        slot: &GroupSlot,
        only: &[KeySpec],
        ask: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, KeyRefusal>,
    ) -> SecretAnswer {
        let answer = lock(&self.secrets).cell(fingerprint::of_secret(slot, Restriction::of(only)));
        let mut answer = lock(&answer);
        if let Some(known) = &*answer {
            return known.clone();
        }
        let given = ask().map(Arc::new);
        // Who was not asked, or not to the end, may be asked again.
        if !matches!(given, Err(KeyRefusal::NotAsked { .. })) {
            *answer = Some(given.clone());
        }
        given
    }

    /// Whether a wrapped key of a document is known, or is being asked for.
    pub(in crate::keys) fn knows_secret(&self, slot: &GroupSlot, only: &[KeySpec]) -> bool {
        let question = fingerprint::of_secret(slot, Restriction::of(only));
        lock(&self.secrets).known.get(&question).is_some_and(|answer| match answer.try_lock() {
            Ok(answer) => answer.is_some(),
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Poisoned(_)) => false,
        })
    }

    /// Held while a passphrase is tried.
    pub(in crate::keys) fn passphrase_turn(&self) -> MutexGuard<'_, ()> {
        lock(&self.passphrase_turn)
    }

    /// Whether a key is in a region that let others go first.
    pub(in crate::keys) fn is_slow(&self, key: &WrappedKey) -> bool {
        let region = KmsKey::of_slot(key);
        region.as_ref().and_then(KmsKey::region).is_some_and(|region| lock(&self.slow_regions).contains(region))
    }

    /// Asks a key of AWS KMS by `call`, unless another refusal says already what it will answer. Waits while too many
    /// others ask, and does not ask when it is too late.
    pub(in crate::keys) fn ask(
        &self,
        key: &KmsKey,
        context: &EncryptionContext,
        patience: &Patience,
        call: impl FnOnce() -> Result<DataKey, Box<KmsRefusal>>,
    ) -> Result<DataKey, KeyRefusal> {
        let _call = self.one_of_the_calls();
        let start = Instant::now();
        let of_key = lock(&self.refusals).of(key, context);
        if let Some(known) = of_key.or_else(|| lock(&self.silence_of(key)).clone()) {
            return Err(about(key, known).into());
        }
        if let Some(refusal) = patience.refusal() {
            return Err(refusal);
        }
        call().map_err(|refusal| {
            if let Some(stopped) = patience.refusal().filter(|_| patience.is_stopped()) {
                if start.elapsed() >= patience.step() {
                    lock(&self.slow_regions).extend(key.region().map(str::to_owned));
                }
                return stopped;
            }
            match reach(refusal.kind) {
                Reach::ThisWrappedKey => {}
                Reach::Region => *lock(&self.silence_of(key)) = Some((*refusal).clone()),
                Reach::Key | Reach::KeyInThisContext => lock(&self.refusals).add(&refusal, context),
            }
            refusal.into()
        })
    }

    /// Asks about a key by `call`, unless its region is known not to answer. Of one region only one key at a time finds out
    /// that nobody answers.
    pub(in crate::keys) fn ask_place<T>(
        &self,
        key: &KmsKey,
        call: impl FnOnce() -> Result<T, Box<KmsRefusal>>,
    ) -> Result<T, Box<KmsRefusal>> {
        let silence = self.silence_of(key);
        let mut silence = lock(&silence);
        if let Some(known) = &*silence {
            return Err(about(key, known.clone()));
        }
        let answer = call();
        if let Err(refusal) = &answer
            && matches!(refusal.kind, KmsRefusalKind::TimedOut | KmsRefusalKind::Network)
        {
            *silence = Some((**refusal).clone());
        }
        answer
    }

    /// The wrapped key that KMS makes of another, which `call` asks it for.
    pub(in crate::keys) fn re_encrypted(
        &self,
        source: &KmsKey,
        key: &WrappedKey,
        destination: &KmsKey,
        context: &EncryptionContext,
        call: impl FnOnce() -> Result<WrappedKey, ReEncryptRefusal>,
    ) -> Result<WrappedKey, ReEncryptRefusal> {
        let question = fingerprint::of_re_encryption(key, context, destination);
        let answer = lock(&self.re_encrypted).cell(question);
        let answer = answer.get_or_init(|| {
            if let Some(known) = lock(&self.silence_of(source)).clone() {
                return Err(ReEncryptRefusal::Source(about(source, known)));
            }
            let answer = call();
            if let Err(ReEncryptRefusal::Source(refusal) | ReEncryptRefusal::Destination(refusal)) = &answer
                && refusal.kind == KmsRefusalKind::TimedOut
            {
                *lock(&self.silence_of(source)) = Some((**refusal).clone());
            }
            answer
        });
        answer.clone()
    }

    /// The new data key for the same keys in the same context, which `make` makes if there is none yet.
    pub(in crate::keys) fn renewed(
        &self,
        keys: &[KeySpec],
        keeps_passphrase: bool,
        context: &EncryptionContext,
        make: impl FnOnce() -> Result<Renewed>,
    ) -> Result<Arc<Renewed>> {
        let cell = lock(&self.renewed).cell(fingerprint::of_renewal(keys, keeps_passphrase, context));
        let mut known = lock(&cell);
        if let Some(renewed) = &*known {
            return Ok(Arc::clone(renewed));
        }
        let renewed = Arc::new(make()?);
        *known = Some(Arc::clone(&renewed));
        Ok(renewed)
    }

    /// The key that a word stands for, which `resolve` finds out. Each is asked for once.
    pub(in crate::keys) fn resolved(
        &self,
        key: &KeySpec,
        resolve: impl FnOnce() -> Result<KeySpec, KeyRefusal>,
    ) -> Result<KeySpec> {
        // Under the lock: there are few aliases, and each is asked for once.
        let answer = lock(&self.resolved).entry(key.to_string()).or_insert_with(resolve).clone();
        answer.map_err(|refusal| Error::CannotFindKey { key: key.to_string(), refusal: Box::new(refusal) })
    }

    fn silence_of(&self, key: &KmsKey) -> Silence {
        Arc::clone(lock(&self.silent).entry(key.region().unwrap_or_default().to_owned()).or_default())
    }

    fn one_of_the_calls(&self) -> impl Drop {
        let calls = self.call_ended.wait_while(lock(&self.calls), |calls| *calls == MOST_CALLS);
        *calls.unwrap_or_else(PoisonError::into_inner) += 1;
        CountedCall(self)
    }
}

struct CountedCall<'a>(&'a Cache);

impl Drop for CountedCall<'_> {
    fn drop(&mut self) {
        *lock(&self.0.calls) -= 1;
        self.0.call_ended.notify_one();
    }
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T: Default> Answers<T> {
    fn cell(&mut self, question: Fingerprint) -> Arc<T> {
        if let Some(answer) = self.known.get(&question) {
            return Arc::clone(answer);
        }
        if self.order.len() == MOST_ANSWERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(question);
        Arc::clone(self.known.entry(question).or_default())
    }
}

/// What is known, said of this key.
fn about(key: &KmsKey, known: KmsRefusal) -> Box<KmsRefusal> {
    Box::new(KmsRefusal { key: key.to_string(), ..known })
}

/// A thread that panicked left nothing half-done behind the locks: each guards one assignment.
pub(in crate::keys) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::access::KmsAccess;

    fn wrapped(ciphertext: u16) -> WrappedKey {
        WrappedKey { provider: "age".to_owned(), key_id: "x".to_owned(), ciphertext: ciphertext.to_be_bytes().to_vec() }
    }

    #[test]
    fn a_wrapped_key_is_asked_for_once_and_again_in_another_context_or_restriction() {
        let (cache, none) = (Cache::default(), EncryptionContext::new());
        let other = EncryptionContext::from_words(&["a=b"]).unwrap();
        let only = [KeySpec::passphrase()];
        let mut asked = 0;
        for (context, only) in [(&none, &[][..]), (&none, &[]), (&other, &[]), (&none, &[]), (&none, &only)] {
            let _ = cache.unwrapped(&wrapped(1), context, only, || {
                asked += 1;
                Err(KeyRefusal::WrongPassphrase)
            });
        }
        assert_eq!(asked, 3);
        assert!(cache.knows(&[wrapped(1)], &none, &[]));
        assert!(!cache.knows(&[wrapped(1), wrapped(2)], &none, &[]));
    }

    #[test]
    fn a_key_that_was_not_asked_for_want_of_time_is_not_taken_for_known() {
        let (cache, none) = (Cache::default(), EncryptionContext::new());
        let limit = std::time::Duration::from_secs(1);
        let _ = cache.unwrapped(&wrapped(1), &none, &[], || Err(KeyRefusal::NotAsked { limit }));
        assert!(!cache.knows(&[wrapped(1)], &none, &[]));
        let again = cache.unwrapped(&wrapped(1), &none, &[], || Ok(DataKey::generate()));
        assert!(again.is_ok() && cache.knows(&[wrapped(1)], &none, &[]));
    }

    #[test]
    fn a_wrapped_key_of_a_document_is_asked_for_once_and_again_in_another_role_profile_or_context() {
        let cache = Cache::default();
        let slot = |access: KmsAccess| GroupSlot { wrapped: wrapped(1), access };
        let role = || KmsAccess { role: Some("r".to_owned()), ..KmsAccess::default() };
        let profile = || KmsAccess { profile: Some("r".to_owned()), ..KmsAccess::default() };
        let context = EncryptionContext::from_words(&["a=b"]).unwrap();
        let context = || KmsAccess { context: context.clone(), ..KmsAccess::default() };
        let mut asked = 0;
        for access in [KmsAccess::default(), role(), profile(), context(), KmsAccess::default(), role(), profile()] {
            let _ = cache.secret(&slot(access), &[], || {
                asked += 1;
                Ok(Zeroizing::new(vec![asked]))
            });
        }
        assert_eq!(asked, 4);
        assert!(
            cache.knows_secret(&slot(context()), &[])
                && !cache.knows_secret(&slot(context()), &[KeySpec::passphrase()])
        );
    }

    #[test]
    fn no_more_answers_are_kept_than_there_is_room_for() {
        let (cache, none) = (Cache::default(), EncryptionContext::new());
        for number in 0..5000 {
            let _ = cache.unwrapped(&wrapped(number), &none, &[], || Err(KeyRefusal::WrongPassphrase));
        }
        let answers = lock(&cache.unwrapped);
        assert_eq!((answers.known.len(), answers.order.len()), (MOST_ANSWERS, MOST_ANSWERS));
    }
}
