//! Whether keys work: each in the way of its provider, and none of them stops the others.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::age::identities::Identities;
use super::age::slot::is_passphrase;
use super::age::wrap as age;
use super::aws_kms::AwsKms;
use super::aws_kms::check::{KmsKeyCheck, KmsPurpose};
use super::aws_kms::key::KmsKey;
use super::keyring::Keyring;
use super::pgp::gpg;
use super::spec::KeySpec;
use super::wrapped::{AGE, AWS_KMS, WrappedKey};
use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{KeyRefusal, KmsRefusal, KmsRefusalKind};

/// A key to check.
#[derive(Clone, Copy, Debug)]
pub enum KeyToCheck<'a> {
    /// A key that a word names.
    Named(&'a KeySpec),
    /// The key of a slot, which should open the wrapped key in it.
    Slot(&'a WrappedKey),
}

/// What was found out about a key.
#[derive(Debug)]
pub enum KeyCheck {
    /// A key of AWS KMS, or why KMS could not be asked.
    AwsKms(Result<KmsKeyCheck, Box<KmsRefusal>>),
    /// A recipient of age.
    Age(AgeKeyCheck),
    /// A passphrase, of which nothing is known before somebody gives it.
    Passphrase,
    /// A PGP key, under which gpg encrypts. Decrypting could ask somebody for a passphrase, so it was not tried.
    Pgp,
    /// A key or slot of which nothing can be found out.
    Unusable(KeyRefusal),
}

/// What was found out about a recipient of age.
#[derive(Debug)]
pub struct AgeKeyCheck {
    /// Whether an identity for it is here, found out by opening something with it.
    pub opened: Result<(), KeyRefusal>,
    /// Files of identities that others than their owner may read or change.
    pub open_to_others: Vec<PathBuf>,
}

/// Regions that did not answer. They are not asked again: a header could multiply the wait.
#[derive(Debug, Default)]
pub struct SilentRegions(Mutex<HashMap<String, Silence>>);

/// What a region said that did not answer.
type Silence = Arc<Mutex<Option<KmsRefusal>>>;

impl Keyring<'_> {
    /// Finds out whether a key works for `purpose` with `context`. Several threads may do so at the same time.
    pub fn check(
        &self,
        key: KeyToCheck<'_>,
        context: &EncryptionContext,
        purpose: KmsPurpose,
        silent: &SilentRegions,
    ) -> KeyCheck {
        match key {
            KeyToCheck::Named(KeySpec::AwsKms(key)) => {
                KeyCheck::AwsKms(silent.check(self.kms, key, None, context, purpose))
            }
            KeyToCheck::Named(KeySpec::Age(recipient)) => {
                let wrapped = age::wrap(recipient, &DataKey::generate());
                let opened = wrapped.map_err(|error| KeyRefusal::Damaged(error.to_string()));
                KeyCheck::Age(self.check_age(opened.as_ref().map_err(Clone::clone), &recipient.to_string()))
            }
            KeyToCheck::Named(KeySpec::Passphrase) => KeyCheck::Passphrase,
            KeyToCheck::Named(KeySpec::Pgp(key)) => match gpg::wrap(key, DataKey::generate().expose()) {
                Ok(_) => KeyCheck::Pgp,
                Err(refusal) => KeyCheck::Unusable(refusal.into()),
            },
            KeyToCheck::Slot(slot) if !self.trusted.permits(slot) => KeyCheck::Unusable(KeyRefusal::NotTrusted),
            KeyToCheck::Slot(slot) => match slot.provider.as_str() {
                AWS_KMS => match KmsKey::from_slot(&slot.key_id) {
                    Some(key) => {
                        let key = self.kms.replica_to_ask(key);
                        KeyCheck::AwsKms(silent.check(self.kms, &key, Some(&slot.ciphertext), context, purpose))
                    }
                    None => KeyCheck::Unusable(KeyRefusal::Damaged(format!(
                        "`{}` is not the ARN of a KMS key",
                        slot.key_id
                    ))),
                },
                AGE if is_passphrase(slot) => KeyCheck::Passphrase,
                AGE => KeyCheck::Age(self.check_age(Ok(slot), &slot.key_id)),
                unknown => KeyCheck::Unusable(KeyRefusal::UnknownProvider(unknown.to_owned())),
            },
        }
    }

    fn check_age(&self, wrapped: Result<&WrappedKey, KeyRefusal>, recipient: &str) -> AgeKeyCheck {
        let opened = wrapped.and_then(|wrapped| age::unwrap(wrapped, self.identities, self.passphrases));
        AgeKeyCheck { opened: opened.map(drop), open_to_others: open_to_others(self.identities, recipient) }
    }
}

impl SilentRegions {
    fn check(
        &self,
        kms: &AwsKms,
        key: &KmsKey,
        wrapped: Option<&[u8]>,
        context: &EncryptionContext,
        purpose: KmsPurpose,
    ) -> Result<KmsKeyCheck, Box<KmsRefusal>> {
        let region = key.region().unwrap_or_default().to_owned();
        let silence = Arc::clone(lock(&self.0).entry(region).or_default());
        // Held while the key is checked: of one region only one key at a time finds out that nobody answers.
        let mut silence = lock(&silence);
        if let Some(silent) = &*silence {
            return Err(Box::new(KmsRefusal { key: key.to_string(), ..silent.clone() }));
        }
        let checked = kms.check(key, wrapped, context, purpose);
        if let Err(refusal) = &checked
            && matches!(refusal.kind, KmsRefusalKind::TimedOut | KmsRefusalKind::Network)
        {
            *silence = Some((**refusal).clone());
        }
        checked
    }
}

/// A thread that panicked left nothing half-done behind the locks: each guards one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Files of identities for `recipient` that somebody else than their owner may read or change.
fn open_to_others(identities: &Identities, recipient: &str) -> Vec<PathBuf> {
    let Identities { files, ssh_files, variable: _, texts: _ } = identities;
    let ssh_files = ssh_files.iter().filter(|_| recipient.starts_with("ssh-"));
    files.iter().chain(ssh_files).filter(|path| is_open_to_others(path)).cloned().collect()
}

#[cfg(unix)]
fn is_open_to_others(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &std::path::Path) -> bool {
    false
}
