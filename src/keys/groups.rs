//! The wrapping keys of documents: groups of keys, each key with what goes with it there.
//!
//! With one group, any of its keys opens. With several, the data key is split by Shamir's scheme: any key of a group gives
//! that group's share, and as many shares as the threshold are the data key.

use crate::context::EncryptionContext;
use crate::crypto::{DataKey, shamir};
use crate::error::{Error, Result};
use crate::keys::pgp::{self, PgpFingerprint};
use crate::keys::{AwsKms, KeyAttempt, KeyRefusal, KeySpec, Keyring, KmsRefusalKind, PGP, WrappedKey, age};
use crate::threads;

mod unwrap;

/// A wrapping key of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappingKey {
    /// The key.
    pub key: KeySpec,
    /// How it is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}

/// What goes with a key of AWS KMS in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KmsAccess {
    /// The encryption context.
    pub context: EncryptionContext,
    /// The role to assume.
    pub role: Option<String>,
    /// The profile to use.
    pub profile: Option<String>,
}

impl From<KeySpec> for WrappingKey {
    fn from(key: KeySpec) -> Self {
        Self { key, access: KmsAccess::default() }
    }
}

/// A wrapped key of a document, to be unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSlot {
    /// The wrapped data key or share: bytes for KMS, armor for age and PGP.
    pub wrapped: WrappedKey,
    /// How the key is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}

/// What became of one group.
#[derive(Clone, Debug)]
pub struct GroupOutcome {
    /// Whether it gave its share.
    pub is_open: bool,
    /// The keys that were tried and did not open.
    pub attempts: Vec<KeyAttempt>,
}

/// Most keys of AWS KMS that one document makes us ask. No honest one comes near it.
const MAX_KMS_CALLS: usize = 32;

impl Keyring<'_> {
    /// Makes a new data key, and wraps it under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// With one group, the first KMS key in it makes the data key (`GenerateDataKey`), as far as it may. KMS keys are asked
    /// at the same time. The result has the shape of `groups`; age and PGP give armor.
    ///
    /// # Errors
    /// [`Error::NoKeyGiven`] if there is no key, [`Error::NotForDocuments`] for a passphrase, [`Error::CannotWrap`] for a
    /// key that refuses.
    pub fn wrap_new_in_groups(
        &self,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<(DataKey, Vec<Vec<WrappedKey>>)> {
        let [group] = groups else {
            let data_key = DataKey::generate();
            let wrapped = self.wrap_in_groups(&data_key, groups, threshold)?;
            return Ok((data_key, wrapped));
        };
        check_keys(groups)?;
        let first = group.iter().enumerate().find_map(|(at, key)| match &key.key {
            KeySpec::AwsKms(kms_key) => Some((at, kms_key, &key.access)),
            _ => None,
        });
        let Some((at, kms_key, access)) = first else {
            let data_key = DataKey::generate();
            let wrapped = self.wrap_in_groups(&data_key, groups, threshold)?;
            return Ok((data_key, wrapped));
        };
        let service = self.kms.acting_as(access);
        match service.as_ref().unwrap_or(self.kms).generate_data_key(kms_key, &access.context) {
            Ok((data_key, wrapped)) => {
                let mut others = group.clone();
                others.remove(at);
                let mut all = self.wrap_each(&[others], &[data_key.expose()])?;
                all[0].insert(at, wrapped);
                Ok((data_key, all))
            }
            Err(denial) if denial.kind == KmsRefusalKind::Denied => {
                let data_key = DataKey::generate();
                let wrapped = self.wrap_in_groups(&data_key, groups, threshold).map_err(|error| match error {
                    Error::CannotWrap { key, refusal } if key == kms_key.to_string() && is_denial(&refusal) => {
                        Error::CannotWrap { key, refusal: Box::new(denial.into()) }
                    }
                    other => other,
                })?;
                Ok((data_key, wrapped))
            }
            Err(refusal) => Err(cannot_wrap(&group[at], refusal)),
        }
    }

    /// Wraps a data key under every key of `groups`: whole if there is one group, else in shares.
    ///
    /// # Errors
    /// As [`Self::wrap_new_in_groups`].
    ///
    /// # Panics
    /// If there are several groups, and `threshold` is not between 2 and their number, which is at most 255.
    pub fn wrap_in_groups(
        &self,
        data_key: &DataKey,
        groups: &[Vec<WrappingKey>],
        threshold: usize,
    ) -> Result<Vec<Vec<WrappedKey>>> {
        check_keys(groups)?;
        if groups.len() == 1 {
            return self.wrap_each(groups, &[data_key.expose()]);
        }
        let shares = shamir::split(data_key, groups.len(), threshold).expect("the caller checked the threshold");
        let secrets: Vec<&[u8]> = shares.iter().map(|share| &share.expose()[..]).collect();
        self.wrap_each(groups, &secrets)
    }

    /// Wraps the secret of each group under each of its keys. KMS keys are asked at the same time.
    fn wrap_each(&self, groups: &[Vec<WrappingKey>], secrets: &[&[u8]]) -> Result<Vec<Vec<WrappedKey>>> {
        let kms = self.kms;
        let mut services = Services::default();
        let of_kms: Vec<_> = groups
            .iter()
            .zip(secrets)
            .flat_map(|(group, secret)| group.iter().map(move |key| (key, *secret)))
            .filter_map(
                |(key, secret)| if let KeySpec::AwsKms(kms) = &key.key { Some((key, kms, secret)) } else { None },
            )
            .collect();
        let which: Vec<usize> = of_kms.iter().map(|(key, ..)| services.index(kms, &key.access)).collect();
        let mut kms_wrapped = Vec::with_capacity(of_kms.len());
        // A few at a time, so that a long list starts no crowd of threads.
        for (keys, which) in of_kms.chunks(MAX_KMS_CALLS).zip(which.chunks(MAX_KMS_CALLS)) {
            let answers = std::thread::scope(|scope| {
                let mut running = Vec::with_capacity(keys.len());
                for (&(key, kms_key, secret), &which) in keys.iter().zip(which) {
                    let service = services.get(kms, which);
                    let ask = move || service.encrypt_secret(kms_key, secret, &key.access.context);
                    // Without a thread of its own it is asked when it is its turn.
                    running.push(threads::spawn_scoped(scope, ask).map_err(|_| ask));
                }
                let answers = running.into_iter().map(|call| match call {
                    Ok(call) => call.join().expect("a call to KMS does not panic"),
                    Err(ask) => ask(),
                });
                answers.collect::<Vec<_>>()
            });
            for ((key, ..), answer) in keys.iter().zip(answers) {
                kms_wrapped.push(answer.map_err(|refusal| cannot_wrap(key, refusal))?);
            }
        }
        let mut kms_wrapped = kms_wrapped.into_iter();
        groups
            .iter()
            .zip(secrets)
            .map(|(group, secret)| {
                let wrap = |key: &WrappingKey| match &key.key {
                    KeySpec::AwsKms(_) => Ok(kms_wrapped.next().expect("one answer came for each KMS key")),
                    KeySpec::Age(recipient) => {
                        let wrapped = age::wrap_secret(recipient, secret)?;
                        Ok(WrappedKey {
                            ciphertext: age::armor::to_armor(&wrapped.ciphertext)?.into_bytes(),
                            ..wrapped
                        })
                    }
                    KeySpec::Pgp(fingerprint) => pgp::wrap(fingerprint, secret)
                        .map(|armor| WrappedKey {
                            provider: PGP.to_owned(),
                            key_id: fingerprint.as_str().to_owned(),
                            ciphertext: armor.into_bytes(),
                        })
                        .map_err(|refusal| cannot_wrap(key, refusal)),
                    KeySpec::Passphrase => Err(Error::NotForDocuments(key.key.to_string())),
                };
                group.iter().map(wrap).collect()
            })
            .collect()
    }
}

/// KMS as each role and profile asks it, each once.
#[derive(Default)]
struct Services(Vec<(KmsAccess, Option<AwsKms>)>);

impl Services {
    fn index(&mut self, kms: &AwsKms, access: &KmsAccess) -> usize {
        let is_same = |(other, _): &(KmsAccess, _)| other.role == access.role && other.profile == access.profile;
        self.0.iter().position(is_same).unwrap_or_else(|| {
            self.0.push((access.clone(), kms.acting_as(access)));
            self.0.len() - 1
        })
    }

    fn get<'a>(&'a self, kms: &'a AwsKms, index: usize) -> &'a AwsKms {
        self.0[index].1.as_ref().unwrap_or(kms)
    }
}

/// Whether a fingerprint, or the end of one, is that of a key which documents name.
pub(super) fn is_same_fingerprint(given: &PgpFingerprint, stored: &str) -> bool {
    PgpFingerprint::from_fingerprint(stored)
        .is_some_and(|stored| stored.as_str().trim_end_matches('!').ends_with(given.as_str().trim_end_matches('!')))
}

fn check_keys(groups: &[Vec<WrappingKey>]) -> Result<()> {
    if groups.is_empty() || groups.iter().any(Vec::is_empty) {
        return Err(Error::NoKeyGiven);
    }
    match groups.iter().flatten().find(|key| key.key == KeySpec::Passphrase) {
        Some(key) => Err(Error::NotForDocuments(key.key.to_string())),
        None => Ok(()),
    }
}

fn is_denial(refusal: &KeyRefusal) -> bool {
    matches!(refusal, KeyRefusal::AwsKms(refusal) if refusal.kind == KmsRefusalKind::Denied)
}

fn cannot_wrap(key: &WrappingKey, refusal: impl Into<KeyRefusal>) -> Error {
    Error::CannotWrap { key: key.key.to_string(), refusal: Box::new(refusal.into()) }
}
