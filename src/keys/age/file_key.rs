//! The file keys of age files: wrapped for recipients, and unwrapped by identities and passphrases.

use std::collections::{BTreeSet, HashSet};

use ::age::secrecy::SecretString;
use ::age::{DecryptError, Identity as _, Recipient as _};
use age_core::format::{FileKey, Stanza};

use super::file::{MAX_WORK_FACTOR, refusal, refusal_to_wrap};
use super::identities;
use super::passphrase::{ONE_PASSPHRASE_AT_A_TIME, WORK_FACTOR, reason};
use super::post_quantum;
use super::recipient::AgeRecipient;
use super::slot::{AGE, SCRYPT};
use super::sought::{Sought, is_for_ssh_key};
use crate::error::{Error, KeyAttempt, KeyRefusal, Result};
use crate::keys::keyring::Keyring;
use crate::keys::passphrase::PassphraseSource;
use crate::keys::provider::cannot_wrap;
use crate::keys::spec::KeySpec;

/// Stanzas of types that resist quantum computers: what wraps the file key beside them must do so too.
const POST_QUANTUM_STANZAS: [&str; 2] = ["mlkem768x25519", "mlkem768p256tag"];
/// How the types of stanzas end that stand for nothing, and keep readers used to unknown ones.
const GREASE: &str = "-grease";

/// The keys of new age files. Each file has a file key of its own, which is wrapped for all of them.
pub(crate) struct AgeKeys {
    keys: Vec<KeySpec>,
    passphrase: Option<SecretString>,
}

impl AgeKeys {
    /// Takes the keys, and asks for a passphrase if it is one of them.
    ///
    /// # Errors
    /// If one of them cannot be a key of an age file, or they cannot stand together or with the stanzas `kept`.
    pub(crate) fn new(keys: &[KeySpec], kept: &[&Stanza], asked: &dyn PassphraseSource) -> Result<Self> {
        check_for_age_file(keys, kept)?;
        let passphrase = keys.iter().any(KeySpec::is_passphrase).then(|| asked.new_passphrase()).transpose()?;
        Ok(Self { keys: keys.to_vec(), passphrase })
    }

    /// Wraps a file key for each of the keys, which stand in a header with the stanzas `kept`. One key can have several stanzas.
    ///
    /// # Errors
    /// If a key refuses, or they cannot stand together.
    pub(crate) fn wrap(
        &self,
        file_key: &FileKey,
        kept: &[&Stanza],
        asked: &dyn PassphraseSource,
    ) -> Result<Vec<Vec<Stanza>>> {
        let Self { keys, passphrase } = self;
        let kept = kept.iter().any(|stanza| !is_grease(stanza)).then(|| labels_of(kept));
        let mut required: Option<HashSet<String>> = kept;
        let mut wrapped = Vec::with_capacity(keys.len());
        for key in keys {
            let made = if let Some(recipient) = AgeRecipient::of(key) {
                recipient.to_age(asked).wrap_file_key(file_key)
            } else {
                let passphrase = passphrase.as_ref().expect("it was asked for with the keys");
                recipient_of(passphrase).wrap_file_key(file_key)
            };
            let (stanzas, labels) = made.map_err(|error| cannot_wrap(key, refusal_to_wrap(&error)))?;
            let required = required.get_or_insert_with(|| labels.clone());
            if *required != labels {
                let is_post_quantum = required.union(&labels).any(|label| label == post_quantum::LABEL);
                return Err(if is_post_quantum {
                    Error::NotPostQuantum
                } else {
                    Error::MustStandAlone(key.to_string())
                });
            }
            wrapped.push(stanzas);
        }
        Ok(wrapped)
    }
}

impl Keyring<'_> {
    /// What `accept` makes of the file key that an identity or a passphrase unwraps, with the number of its stanza where that is
    /// known. With `only`, no others are tried.
    ///
    /// # Errors
    /// [`Error::NoKeyOpens`] with the reason.
    pub(crate) fn unwrap_file_key<T>(
        &self,
        stanzas: &[Stanza],
        only: &[KeySpec],
        accept: impl FnMut(&FileKey) -> Option<T>,
    ) -> Result<(T, Option<usize>)> {
        self.try_to_unwrap(stanzas, only, accept).map_err(|refusal| {
            let types: BTreeSet<&str> = stanzas.iter().filter(|it| !is_grease(it)).map(|it| it.tag.as_str()).collect();
            let key_id = types.into_iter().collect::<Vec<_>>().join(", ");
            Error::NoKeyOpens { attempts: vec![KeyAttempt { slot: 0, provider: AGE.to_owned(), key_id, refusal }] }
        })
    }

    fn try_to_unwrap<T>(
        &self,
        stanzas: &[Stanza],
        only: &[KeySpec],
        mut accept: impl FnMut(&FileKey) -> Option<T>,
    ) -> Result<(T, Option<usize>), KeyRefusal> {
        if !only.is_empty() && !only.iter().any(|key| key.provider() == AGE) {
            return Err(KeyRefusal::NotAmongGiven);
        }
        let sought = Sought::Stanzas { stanzas, only };
        let (mut searched, mut failure) = (Vec::new(), None);
        for source in identities::load(self.identities, sought, self.passphrases) {
            for loaded in &source.identities {
                for (number, stanza) in stanzas.iter().enumerate() {
                    match loaded.identity.unwrap_stanza(stanza).map(|it| it.map(|file_key| accept(&file_key))) {
                        None => {}
                        Some(Ok(Some(accepted))) => return Ok((accepted, Some(number))),
                        Some(Ok(None)) => failure = failure.or(Some(KeyRefusal::AnotherDataKey)),
                        // No reader may take a header with such a stanza.
                        Some(Err(DecryptError::InvalidHeader)) => return Err(malformed(stanza)),
                        Some(Err(error)) => failure = failure.or(Some(refusal(&error))),
                    }
                }
            }
            for plugin in &source.plugins {
                match plugin.unwrap_stanzas(stanzas).map(|it| it.map(|file_key| accept(&file_key))) {
                    None => {}
                    Some(Ok(Some(accepted))) => return Ok((accepted, None)),
                    Some(Ok(None)) => failure = failure.or(Some(KeyRefusal::AnotherDataKey)),
                    Some(Err(error)) => failure = failure.or(Some(refusal(&error))),
                }
            }
            searched.push(source.to_string());
        }
        match stanzas {
            [stanza] if stanza.tag == SCRYPT && permits_passphrase(only) => {
                let file_key = self.unwrap_by_passphrase(stanza)?;
                accept(&file_key).map(|accepted| (accepted, Some(0))).ok_or(KeyRefusal::AnotherDataKey)
            }
            _ => Err(failure.unwrap_or(KeyRefusal::NoIdentity { searched })),
        }
    }

    fn unwrap_by_passphrase(&self, stanza: &Stanza) -> Result<FileKey, KeyRefusal> {
        let passphrase =
            self.passphrases.passphrase("the file").map_err(|error| KeyRefusal::NoPassphrase(reason(error)))?;
        let mut identity = ::age::scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let _turn = ONE_PASSPHRASE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match identity.unwrap_stanza(stanza) {
            Some(Ok(file_key)) => Ok(file_key),
            Some(Err(DecryptError::InvalidHeader)) => Err(malformed(stanza)),
            Some(Err(error @ DecryptError::ExcessiveWork { .. })) => Err(refusal(&error)),
            None | Some(Err(_)) => Err(KeyRefusal::WrongPassphrase),
        }
    }

    /// Which of the stanzas are for a key; `None` if only an identity could tell that is not here. A stanza does not name its
    /// recipient.
    pub(crate) fn stanzas_of(&self, key: &KeySpec, stanzas: &[Stanza]) -> Option<Vec<usize>> {
        let positions = |is_of: &dyn Fn(&Stanza) -> bool| -> Vec<usize> {
            stanzas.iter().enumerate().filter(|(_, stanza)| is_of(stanza)).map(|(number, _)| number).collect()
        };
        let Some(recipient) = AgeRecipient::of(key) else {
            return Some(positions(&|stanza| key.is_passphrase() && stanza.tag == SCRYPT));
        };
        if recipient.as_str().starts_with("ssh-") {
            return Some(positions(&|stanza| is_for_ssh_key(stanza, &recipient)));
        }
        let only = std::slice::from_ref(key);
        let sources = identities::load(self.identities, Sought::Stanzas { stanzas, only }, self.passphrases);
        let own = sources.flat_map(|source| source.identities).find(|it| it.recipient.as_ref() == Some(&recipient))?;
        Some(positions(&|stanza| matches!(own.identity.unwrap_stanza(stanza), Some(Ok(_)))))
    }
}

impl Keyring<'_> {
    /// The keys of the stanzas that stand for something, as far as they can be told: by `named`, and by the identities that are
    /// here. A passphrase is the one that opens.
    ///
    /// # Errors
    /// [`Error::RecipientsUnknown`] if there are others.
    pub(crate) fn keys_of_stanzas(&self, stanzas: &[&Stanza], named: &[KeySpec]) -> Result<Vec<KeySpec>> {
        let stanzas: Vec<Stanza> = stanzas.iter().filter(|it| !is_grease(it)).map(|it| copy_of_stanza(it)).collect();
        if let [Stanza { tag, .. }] = &stanzas[..]
            && tag == SCRYPT
        {
            return Ok(vec![KeySpec::passphrase()]);
        }
        let mut owners: Vec<Option<KeySpec>> = vec![None; stanzas.len()];
        for key in named {
            for number in self.stanzas_of(key, &stanzas).unwrap_or_default() {
                owners[number].get_or_insert_with(|| key.clone());
            }
        }
        if owners.contains(&None) {
            let sought = Sought::Stanzas { stanzas: &stanzas, only: &[] };
            let sources = identities::load(self.identities, sought, self.passphrases);
            for loaded in sources.flat_map(|source| source.identities) {
                let Some(recipient) = &loaded.recipient else { continue };
                for (owner, stanza) in owners.iter_mut().zip(&stanzas).filter(|(owner, _)| owner.is_none()) {
                    if matches!(loaded.identity.unwrap_stanza(stanza), Some(Ok(_))) {
                        *owner = Some(recipient.clone().into());
                    }
                }
            }
        }
        let unknown = owners.iter().filter(|owner| owner.is_none()).count();
        if unknown > 0 {
            return Err(Error::RecipientsUnknown(unknown));
        }
        let mut keys: Vec<KeySpec> = Vec::new();
        for key in owners.into_iter().flatten() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }
}

pub(crate) fn copy_of_stanza(Stanza { tag, args, body }: &Stanza) -> Stanza {
    Stanza { tag: tag.clone(), args: args.clone(), body: body.clone() }
}

/// Whether a stanza stands for nothing.
pub(crate) fn is_grease(stanza: &Stanza) -> bool {
    stanza.tag.ends_with(GREASE)
}

/// Checks that passphrases stand alone, as the format demands.
pub(crate) fn is_mixed_with_passphrase(stanzas: &[Stanza]) -> bool {
    stanzas.len() > 1 && stanzas.iter().any(|stanza| stanza.tag == SCRYPT)
}

fn check_for_age_file(keys: &[KeySpec], kept: &[&Stanza]) -> Result<()> {
    if keys.is_empty() && kept.is_empty() {
        return Err(Error::NoKeyGiven);
    }
    if let Some(key) = keys.iter().find(|key| key.provider() != AGE) {
        return Err(Error::NotForAgeFiles(key.to_string()));
    }
    let passphrase = keys.iter().any(KeySpec::is_passphrase) || kept.iter().any(|stanza| stanza.tag == SCRYPT);
    if passphrase && keys.len() + kept.len() > 1 {
        return Err(Error::MustStandAlone(KeySpec::passphrase().to_string()));
    }
    Ok(())
}

/// What the stanzas of a header that stay there ask of others. Those of types that are not known ask nothing.
fn labels_of(stanzas: &[&Stanza]) -> HashSet<String> {
    let is_post_quantum = |stanza: &&Stanza| POST_QUANTUM_STANZAS.contains(&&*stanza.tag);
    stanzas.iter().copied().find(is_post_quantum).map(|_| post_quantum::LABEL.to_owned()).into_iter().collect()
}

fn recipient_of(passphrase: &SecretString) -> ::age::scrypt::Recipient {
    let mut recipient = ::age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    recipient
}

fn permits_passphrase(only: &[KeySpec]) -> bool {
    only.is_empty() || only.iter().any(KeySpec::is_passphrase)
}

fn malformed(Stanza { tag, .. }: &Stanza) -> KeyRefusal {
    KeyRefusal::Damaged(format!("a recipient of type {tag} in its header is malformed"))
}
