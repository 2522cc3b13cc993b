//! What is known of wrapped keys from the files that were opened before, in one run over many.
//!
//! One run asks once for each wrapped key, whatever the answer was, however many files hold it. A tree of files that
//! somebody else wrote can hold many different ones, so what a refusal says about others is kept as well: a key that is
//! disabled is not asked for the next wrapped key, and a region that did not answer is not waited for again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

use crate::codec::Writer;
use crate::context::EncryptionContext;
use crate::crypto::{DataKey, sha256};
use crate::error::{KeyRefusal, KmsRefusal, KmsRefusalKind};
use crate::keys::aws_kms::key::KmsKey;
use crate::keys::race::Patience;
use crate::keys::wrapped::{AWS_KMS, WrappedKey};

/// Most answers that are kept. The oldest gives way: who asks for it again asks its key again.
const MOST_ANSWERS: usize = 1024;
/// Most refusals that are kept for what they say about other wrapped keys.
const MOST_REFUSALS: usize = 1024;
/// Most calls of a key service at the same time.
const MOST_CALLS: usize = 32;

/// The answer about one wrapped key: there, or being asked for by whoever came first.
type Answer = Arc<Mutex<Option<Result<Arc<DataKey>, KeyRefusal>>>>;

/// What one run knows. Data keys are wiped with it.
#[derive(Default)]
pub struct Memory {
    answers: Mutex<Answers>,
    refusals: Mutex<Vec<Refused>>,
    /// Regions that had not answered when another one did. Their keys are asked after those of others.
    slow_regions: Mutex<HashSet<String>>,
    calls: Mutex<usize>,
    call_ended: Condvar,
}

/// A refusal that says something about other wrapped keys, and a digest of the context in which it was given.
struct Refused {
    refusal: KmsRefusal,
    context: [u8; 32],
}

#[derive(Default)]
struct Answers {
    known: HashMap<[u8; 32], Answer>,
    order: VecDeque<[u8; 32]>,
}

impl Memory {
    /// Whether nobody has to be asked, or somebody is being asked already, for every one of `wrapped`.
    #[must_use]
    pub fn knows(&self, wrapped: &[WrappedKey], context: &EncryptionContext) -> bool {
        let answers = lock(&self.answers);
        wrapped.iter().all(|key| {
            answers.known.get(&digest(key, context)).is_some_and(|answer| match answer.try_lock() {
                Ok(answer) => answer.is_some(),
                Err(TryLockError::WouldBlock) => true,
                Err(TryLockError::Poisoned(_)) => false,
            })
        })
    }

    /// The answer about one wrapped key, which `ask` gives if it is not known yet. Whoever else wants it waits.
    pub(super) fn answer(
        &self,
        key: &WrappedKey,
        context: &EncryptionContext,
        ask: impl FnOnce() -> Result<DataKey, KeyRefusal>,
    ) -> Result<Arc<DataKey>, KeyRefusal> {
        let answer = self.of(key, context);
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

    /// Whether a key is in a region that let others go first.
    pub(super) fn is_slow(&self, key: &WrappedKey) -> bool {
        let region = KmsKey::from_slot(&key.key_id);
        let region = region.as_ref().filter(|_| key.provider == AWS_KMS).and_then(KmsKey::region);
        region.is_some_and(|region| lock(&self.slow_regions).contains(region))
    }

    fn of(&self, key: &WrappedKey, context: &EncryptionContext) -> Answer {
        let digest = digest(key, context);
        let mut answers = lock(&self.answers);
        if let Some(answer) = answers.known.get(&digest) {
            return Arc::clone(answer);
        }
        if answers.order.len() == MOST_ANSWERS
            && let Some(oldest) = answers.order.pop_front()
        {
            answers.known.remove(&oldest);
        }
        answers.order.push_back(digest);
        Arc::clone(answers.known.entry(digest).or_default())
    }

    /// Asks a key of AWS KMS by `call`, unless another refusal says already what it will answer. Waits while too many
    /// others ask, and does not ask when it is too late.
    pub(super) fn ask(
        &self,
        key: &KmsKey,
        context: &EncryptionContext,
        patience: &Patience,
        call: impl FnOnce() -> Result<DataKey, Box<KmsRefusal>>,
    ) -> Result<DataKey, KeyRefusal> {
        let _call = self.one_of_the_calls();
        let start = Instant::now();
        let context = digest_of(|writer| context.encode(writer));
        if let Some(known) = lock(&self.refusals).iter().find(|known| known.says_the_same_of(key, &context)) {
            return Err(Box::new(KmsRefusal { key: key.to_string(), ..known.refusal.clone() }).into());
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
            let mut refusals = lock(&self.refusals);
            if refusals.len() < MOST_REFUSALS && reach(refusal.kind) != Reach::ThisWrappedKey {
                refusals.push(Refused { refusal: (*refusal).clone(), context });
            }
            refusal.into()
        })
    }

    fn one_of_the_calls(&self) -> impl Drop {
        let calls = self.call_ended.wait_while(lock(&self.calls), |calls| *calls == MOST_CALLS);
        *calls.unwrap_or_else(PoisonError::into_inner) += 1;
        Call(self)
    }
}

struct Call<'a>(&'a Memory);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        *lock(&self.0.calls) -= 1;
        self.0.call_ended.notify_one();
    }
}

impl Refused {
    fn says_the_same_of(&self, key: &KmsKey, context: &[u8; 32]) -> bool {
        let Self { refusal, context: own_context } = self;
        match reach(refusal.kind) {
            Reach::ThisWrappedKey => false,
            Reach::KeyInThisContext => refusal.key == key.to_string() && own_context == context,
            Reach::Key => refusal.key == key.to_string(),
            Reach::Region => refusal.region.as_deref() == key.region(),
        }
    }
}

/// How much a refusal tells.
#[derive(PartialEq, Eq)]
enum Reach {
    ThisWrappedKey,
    /// Every wrapped key of this key of KMS in the same context: a permission may depend on that.
    KeyInThisContext,
    /// Every wrapped key of this key of KMS.
    Key,
    /// Every key in this region.
    Region,
}

fn reach(kind: KmsRefusalKind) -> Reach {
    match kind {
        KmsRefusalKind::Denied => Reach::KeyInThisContext,
        KmsRefusalKind::Disabled
        | KmsRefusalKind::PendingDeletion
        | KmsRefusalKind::InvalidState
        | KmsRefusalKind::NotFound
        | KmsRefusalKind::InvalidKeyUsage => Reach::Key,
        KmsRefusalKind::NoCredentials
        | KmsRefusalKind::ExpiredCredentials
        | KmsRefusalKind::RejectedCredentials
        | KmsRefusalKind::TimedOut => Reach::Region,
        KmsRefusalKind::InvalidCiphertext
        | KmsRefusalKind::WrongKey
        | KmsRefusalKind::WrongAnswer
        | KmsRefusalKind::Throttled
        | KmsRefusalKind::NoRegion
        | KmsRefusalKind::Network
        | KmsRefusalKind::ServiceFault
        | KmsRefusalKind::NotInThisBuild
        | KmsRefusalKind::Other => Reach::ThisWrappedKey,
    }
}

/// Tells wrapped keys apart, with the context in which they are unwrapped.
fn digest(key: &WrappedKey, context: &EncryptionContext) -> [u8; 32] {
    let WrappedKey { provider, key_id, ciphertext } = key;
    digest_of(|writer| {
        for part in [provider.as_bytes(), key_id.as_bytes(), ciphertext] {
            // A header keeps all of them far below the greatest number.
            writer.u32(u32::try_from(part.len()).unwrap_or(u32::MAX));
            writer.bytes(part);
        }
        context.encode(writer);
    })
}

fn digest_of(write: impl FnOnce(&mut Writer)) -> [u8; 32] {
    let mut writer = Writer::new();
    write(&mut writer);
    sha256(&writer.into_bytes())
}

/// A thread that panicked left nothing half-done behind the locks: each guards one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(ciphertext: u16) -> WrappedKey {
        WrappedKey { provider: "age".to_owned(), key_id: "x".to_owned(), ciphertext: ciphertext.to_be_bytes().to_vec() }
    }

    #[test]
    fn a_wrapped_key_is_asked_for_once_and_again_in_another_context() {
        let (memory, none) = (Memory::default(), EncryptionContext::new());
        let other = EncryptionContext::from_words(&["a=b"]).unwrap();
        let mut asked = 0;
        for context in [&none, &none, &other, &none] {
            let _ = memory.answer(&wrapped(1), context, || {
                asked += 1;
                Err(KeyRefusal::WrongPassphrase)
            });
        }
        assert_eq!(asked, 2);
        assert!(memory.knows(&[wrapped(1)], &none));
        assert!(!memory.knows(&[wrapped(1), wrapped(2)], &none));
    }

    #[test]
    fn a_key_that_was_not_asked_for_want_of_time_is_not_taken_for_known() {
        let (memory, none) = (Memory::default(), EncryptionContext::new());
        let limit = std::time::Duration::from_secs(1);
        let _ = memory.answer(&wrapped(1), &none, || Err(KeyRefusal::NotAsked { limit }));
        assert!(!memory.knows(&[wrapped(1)], &none));
        let again = memory.answer(&wrapped(1), &none, || Ok(DataKey::generate()));
        assert!(again.is_ok() && memory.knows(&[wrapped(1)], &none));
    }

    #[test]
    fn no_more_answers_are_kept_than_there_is_room_for() {
        let (memory, none) = (Memory::default(), EncryptionContext::new());
        for number in 0..5000 {
            let _ = memory.of(&wrapped(number), &none);
        }
        let answers = lock(&memory.answers);
        assert_eq!((answers.known.len(), answers.order.len()), (MOST_ANSWERS, MOST_ANSWERS));
    }
}
