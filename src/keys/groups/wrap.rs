//! Wrapping the data key of a document, or shares of it, under the keys of all groups.

use super::key::WrappingKey;
use super::services::{MAX_KMS_CALLS, Services};
use crate::crypto::{DataKey, shamir};
use crate::error::{Error, KeyRefusal, KmsRefusalKind, Result};
use crate::keys::age::armor;
use crate::keys::age::wrap as age;
use crate::keys::keyring::Keyring;
use crate::keys::pgp::gpg;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::{PGP, WrappedKey};
use crate::threads;

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
                        Ok(WrappedKey { ciphertext: armor::to_armor(&wrapped.ciphertext)?.into_bytes(), ..wrapped })
                    }
                    KeySpec::Pgp(fingerprint) => gpg::wrap(fingerprint, secret)
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
