//! Wrapping keys: what the words for them mean, and how a data key is wrapped under several and unwrapped by any.

pub mod age;
pub mod aws_kms;
mod check;
pub mod groups;
pub mod memory;
pub mod pgp;
mod race;
pub mod rewrap;
mod trust;
mod unwrap;
mod vouch;

use std::fmt;
use std::sync::Arc;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::error::{Error, Result, Verdict};

use self::race::Patience;

pub use self::age::{AgeRecipient, Identities, NewIdentity, PassphraseSource};
pub use self::aws_kms::{AwsKms, KmsKey, KmsRefusal, KmsRefusalKind, KmsSettings, ReEncryptRefusal};
pub use self::check::{AgeKeyCheck, KeyCheck, KeyToCheck, SilentRegions};
pub use self::groups::{GroupOutcome, GroupSlot, KmsAccess, WrappingKey};
pub use self::memory::Memory;
pub use self::pgp::{PgpFingerprint, PgpRefusal};
pub use self::rewrap::{KeyChange, Rewrapped, Rewrapper, Way};
pub use self::trust::{KnownAccess, TrustedKeys};
pub use self::vouch::{NamedKey, Vouchers};

/// A data key as one wrapping key wrapped it: the content of one slot of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Who can unwrap it: [`AWS_KMS`], [`AGE`], or a provider that this version does not know.
    pub provider: String,
    /// The provider's name for the wrapping key.
    pub key_id: String,
    /// The wrapped data key.
    pub ciphertext: Vec<u8>,
}

/// Provider name of AWS KMS.
pub const AWS_KMS: &str = "aws-kms";
/// Provider name of age recipients and passphrases.
pub const AGE: &str = "age";
/// Provider name of PGP keys, which wrap the data keys of documents only.
pub const PGP: &str = "pgp";

/// A wrapping key, as a word names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySpec {
    /// `arn:aws:kms:…`, `alias/NAME`, a key id, or `mrk-…`.
    AwsKms(KmsKey),
    /// `age1…`, `ssh-ed25519 …` or `ssh-rsa …`.
    Age(AgeRecipient),
    /// `passphrase:`, asked for when it is needed.
    Passphrase,
    /// `pgp:FINGERPRINT`, for documents only.
    Pgp(PgpFingerprint),
}

/// A word that should name a key does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyWordError {
    /// It has the form of no key.
    #[error("`{0}` names no key")]
    Unknown(String),
    /// It has the form of a key, but something in it is wrong.
    #[error("`{word}` is not a usable key: {fault}")]
    Invalid {
        /// The word.
        word: String,
        /// What is wrong with it.
        fault: String,
    },
    /// It is a secret key, where the public one belongs. The word is not repeated, for it would end in a log.
    #[error("a secret key was given where its recipient belongs")]
    SecretKey,
    /// It is a name that a config could give a key, and no config was found.
    #[error("`@{0}` is a name for a key, and there is no config that says which")]
    Name(String),
    /// It is a path, where a key belongs.
    #[error("`{0}` is the path of a file, not a key")]
    Path(String),
}

impl std::str::FromStr for KeySpec {
    type Err = KeyWordError;

    fn from_str(word: &str) -> Result<Self, KeyWordError> {
        let word = word.trim();
        if word.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") || word.contains("PRIVATE KEY") {
            return Err(KeyWordError::SecretKey);
        }
        if let Some(name) = word.strip_prefix('@') {
            return Err(KeyWordError::Name(name.to_owned()));
        }
        if word == "passphrase:" {
            return Ok(Self::Passphrase);
        }
        if let Some(recipient) = AgeRecipient::from_word(word)? {
            return Ok(Self::Age(recipient));
        }
        if let Some(key) = KmsKey::from_word(word)? {
            return Ok(Self::AwsKms(key));
        }
        if let Some(fingerprint) = PgpFingerprint::from_word(word)? {
            return Ok(Self::Pgp(fingerprint));
        }
        if std::path::Path::new(word).exists() {
            return Err(KeyWordError::Path(word.to_owned()));
        }
        Err(KeyWordError::Unknown(word.to_owned()))
    }
}

impl KeySpec {
    /// Whether this names the key of a slot by itself, with nothing left to what the slot says: not so an alias or a bare
    /// key id, which are asked in the account of the slot.
    fn is_whole_name_of(&self, slot: &WrappedKey) -> bool {
        match self {
            Self::AwsKms(key) => slot.provider == AWS_KMS && KmsKey::from_slot(&slot.key_id).as_ref() == Some(key),
            Self::Age(recipient) => slot.provider == AGE && recipient.to_string() == slot.key_id,
            Self::Passphrase => age::is_passphrase(slot),
            Self::Pgp(key) => slot.provider == PGP && groups::is_same_fingerprint(key, &slot.key_id),
        }
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AwsKms(key) => key.fmt(f),
            Self::Age(recipient) => recipient.fmt(f),
            Self::Passphrase => f.write_str("passphrase:"),
            Self::Pgp(fingerprint) => fingerprint.fmt(f),
        }
    }
}

/// Why one wrapped key could not be unwrapped, or one key could not wrap.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KeyRefusal {
    /// AWS KMS refused, or could not be reached.
    #[error(transparent)]
    AwsKms(#[from] Box<KmsRefusal>),
    /// `gpg` refused, or could not be run.
    #[error(transparent)]
    Pgp(#[from] PgpRefusal),
    /// It is kept by a service that kenc does not ask.
    #[error("kenc does not ask {0}")]
    OtherService(&'static str),
    /// There is no identity for the recipient.
    #[error("no identity for it in {}", .searched.join(", "))]
    NoIdentity {
        /// Where identities were looked for.
        searched: Vec<String>,
    },
    /// The passphrase is not the one.
    #[error("the passphrase is not the right one")]
    WrongPassphrase,
    /// There was no passphrase to try.
    #[error("no passphrase was given: {0}")]
    NoPassphrase(String),
    /// The slot is damaged, or asks for what kenc does not do.
    #[error("{0}")]
    Damaged(String),
    /// The unwrapped key has not 32 bytes, or is not the one that the payload commits to.
    #[error("it gave another data key than this file's")]
    AnotherDataKey,
    /// The key was left out by the caller's own restriction.
    #[error("not tried, because it is not among the keys given")]
    NotAmongGiven,
    /// The key is not among those that a header may name.
    #[error("not asked, because it is not among the `trusted_keys` of the config")]
    NotTrusted,
    /// The file has more passphrases than are tried.
    #[error("not tried: of one file, kenc tries {} passphrases", unwrap::MAX_PASSPHRASES)]
    TooManyPassphrases,
    /// Others that were asked before it have used up the time.
    #[error("not asked: keys that did not answer have used up the {limit:?} for all of them")]
    NotAsked {
        /// The time for all.
        limit: std::time::Duration,
    },
    /// Nobody asked for the file to be opened, and its account, role or profile is not one that the user has named.
    #[error("not asked, because only the file names its account, role or profile")]
    NotNamed,
    /// The provider is not known to this version.
    #[error("this version of kenc does not know the key provider `{0}`")]
    UnknownProvider(String),
}

impl KeyRefusal {
    /// What this refusal means for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::AwsKms(refusal) => refusal.kind.verdict(),
            Self::Pgp(refusal) => refusal.verdict(),
            Self::OtherService(_)
            | Self::NoIdentity { .. }
            | Self::WrongPassphrase
            | Self::NoPassphrase(_)
            | Self::NotAmongGiven
            | Self::NotTrusted
            | Self::TooManyPassphrases
            | Self::NotNamed
            | Self::UnknownProvider(_) => Verdict::No,
            Self::NotAsked { .. } => Verdict::Unavailable,
            Self::Damaged(_) | Self::AnotherDataKey => Verdict::Damaged,
        }
    }
}

/// One wrapped key that was tried, and why it did not open.
#[derive(Clone, Debug)]
pub struct KeyAttempt {
    /// Position of the slot, from 0.
    pub slot: usize,
    /// Provider of the slot.
    pub provider: String,
    /// Key id of the slot.
    pub key_id: String,
    /// Why it did not open.
    pub refusal: KeyRefusal,
}

/// Everything with which keys are wrapped and unwrapped. Making one touches neither files nor the network.
#[derive(Clone, Copy)]
pub struct Keyring<'a> {
    /// The key service.
    pub kms: &'a AwsKms,
    /// Where age identities are found.
    pub identities: &'a Identities,
    /// Who is asked for passphrases.
    pub passphrases: &'a dyn PassphraseSource,
    /// Which keys may be asked because a header names them.
    pub trusted: &'a TrustedKeys,
}

impl Keyring<'_> {
    /// Makes a new data key and wraps it under every one of `keys`.
    ///
    /// If a KMS key is among them, the first one makes the data key (`GenerateDataKey`); the others wrap it, KMS keys at
    /// the same time. Where making one is denied, the data key is made here, and all of them wrap it (`Encrypt`).
    ///
    /// # Errors
    /// [`Error::NoKeyGiven`] for an empty list, [`Error::TooManyPassphrases`] for more of them than are ever tried,
    /// [`Error::ForDocumentsOnly`] if there is a PGP key in it,
    /// [`Error::CannotWrap`] for the first key that refuses.
    ///
    /// # Panics
    /// Never: there is one wrapped key for each KMS key.
    pub fn wrap_new(&self, keys: &[KeySpec], context: &EncryptionContext) -> Result<(DataKey, Vec<WrappedKey>)> {
        if keys.is_empty() {
            return Err(Error::NoKeyGiven);
        }
        if let Some(key) = keys.iter().find(|key| matches!(key, KeySpec::Pgp(_))) {
            return Err(Error::ForDocumentsOnly(key.to_string()));
        }
        if keys.iter().filter(|key| **key == KeySpec::Passphrase).count() > unwrap::MAX_PASSPHRASES {
            return Err(Error::TooManyPassphrases(unwrap::MAX_PASSPHRASES));
        }
        let kms_keys: Vec<&KmsKey> =
            keys.iter().filter_map(|key| if let KeySpec::AwsKms(key) = key { Some(key) } else { None }).collect();
        let (data_key, kms_wrapped) = match kms_keys.split_first() {
            None => (DataKey::generate(), Vec::new()),
            Some((first, others)) => match self.kms.generate_data_key(first, context) {
                Ok((data_key, wrapped)) => {
                    let mut all = vec![wrapped];
                    let others = self.kms.encrypt_all(others, &data_key, context);
                    all.extend(others.map_err(|(key, refusal)| cannot_wrap(key, refusal))?);
                    (data_key, all)
                }
                Err(denial) if denial.kind == KmsRefusalKind::Denied => {
                    self.wrap_where_none_is_generated(&kms_keys, context, denial)?
                }
                Err(refusal) => return Err(cannot_wrap(first, refusal)),
            },
        };
        let mut kms_wrapped = kms_wrapped.into_iter();
        let wrapped = keys
            .iter()
            .map(|key| match key {
                KeySpec::AwsKms(_) => Ok(kms_wrapped.next().expect("one wrapped key was made for each KMS key")),
                KeySpec::Age(recipient) => age::wrap(recipient, &data_key),
                KeySpec::Passphrase => age::wrap_under_passphrase(&self.passphrases.new_passphrase()?, &data_key),
                KeySpec::Pgp(fingerprint) => Err(Error::ForDocumentsOnly(fingerprint.to_string())),
            })
            .collect::<Result<_>>()?;
        Ok((data_key, wrapped))
    }

    /// Makes the data key here, as policies want it that were written for sops and allow `Encrypt` and `Decrypt` only.
    ///
    /// If that is denied as well, `denial` is what is told: it names the permission that kenc asks for first.
    fn wrap_where_none_is_generated(
        &self,
        kms_keys: &[&KmsKey],
        context: &EncryptionContext,
        denial: Box<KmsRefusal>,
    ) -> Result<(DataKey, Vec<WrappedKey>)> {
        let data_key = DataKey::generate();
        match self.kms.encrypt_all(kms_keys, &data_key, context) {
            Ok(wrapped) => Ok((data_key, wrapped)),
            Err((key, refusal)) if refusal.kind == KmsRefusalKind::Denied && key == kms_keys[0] => {
                Err(cannot_wrap(key, denial))
            }
            Err((key, refusal)) => Err(cannot_wrap(key, refusal)),
        }
    }

    /// Unwraps the first of `wrapped` that gives a data key which `accept` takes. Returns what `accept` made of it, and the
    /// slot.
    ///
    /// Keys are tried in the order of what they cost: age identities first, then AWS KMS, then a passphrase (which comes
    /// before KMS when it need not be typed). With `only`, slots of other keys are left out. Each slot is asked once. Keys of
    /// KMS that do not answer soon are waited for together, within one time-out. Two passphrases are tried.
    ///
    /// # Errors
    /// [`Error::NoKeyOpens`] with the reason of every slot, in the order of the slots.
    pub fn unwrap<T>(
        &self,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        self.unwrap_with(&Memory::default(), wrapped, context, only, accept)
    }

    /// As [`Keyring::unwrap`], for one of many files: what `memory` knows from the others is not asked for again. All of
    /// them are to be opened by the same keyring and with the same `only`. Several threads may do so at the same time.
    ///
    /// # Errors
    /// As [`Keyring::unwrap`].
    pub fn unwrap_with<T>(
        &self,
        memory: &Memory,
        wrapped: &[WrappedKey],
        context: &EncryptionContext,
        only: &[KeySpec],
        mut accept: impl FnMut(&DataKey) -> Option<T>,
    ) -> Result<(T, usize)> {
        let mut order: Vec<usize> = (0..wrapped.len()).collect();
        order.sort_by_key(|&slot| (self.cost(&wrapped[slot]), memory.is_slow(&wrapped[slot])));
        let ask = |slot: usize, patience: &Patience| {
            let key = &wrapped[slot];
            // Trust differs from file to file, so it is no part of what is remembered.
            if !self.may_be_asked(key, only) {
                return Err(KeyRefusal::NotTrusted);
            }
            let data_key = memory.answer(key, context, || self.unwrap_one(memory, key, context, only, patience))?;
            Ok((data_key, slot))
        };
        let mut attempts = Vec::new();
        let found = self.try_each(wrapped, &order, &mut attempts, &ask, |(data_key, slot): (Arc<DataKey>, usize)| {
            Some((accept(&data_key)?, slot))
        });
        attempts.sort_by_key(|attempt| attempt.slot);
        found.ok_or(Error::NoKeyOpens { attempts })
    }

    fn unwrap_one(
        &self,
        memory: &Memory,
        key: &WrappedKey,
        context: &EncryptionContext,
        only: &[KeySpec],
        patience: &Patience,
    ) -> Result<DataKey, KeyRefusal> {
        if !self.may_be_asked(key, only) {
            return Err(KeyRefusal::NotTrusted);
        }
        match key.provider.as_str() {
            AGE if age::is_passphrase(key) => {
                if !only.is_empty() && !only.contains(&KeySpec::Passphrase) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                age::unwrap_with_passphrase(key, self.passphrases)
            }
            AGE => {
                let given =
                    |uri: &KeySpec| matches!(uri, KeySpec::Age(recipient) if recipient.to_string() == key.key_id);
                if !only.is_empty() && !only.iter().any(given) {
                    return Err(KeyRefusal::NotAmongGiven);
                }
                age::unwrap(key, self.identities, self.passphrases)
            }
            AWS_KMS => {
                let ask = self.kms_key_to_ask(key, only)?;
                memory
                    .ask(&ask, context, patience, || self.kms.decrypt_within(&ask, &key.ciphertext, context, patience))
            }
            unknown => Err(KeyRefusal::UnknownProvider(unknown.to_owned())),
        }
    }
}

impl Keyring<'_> {
    /// Whether a key may be asked although it is somebody else's header that names it.
    fn may_be_asked(&self, slot: &WrappedKey, only: &[KeySpec]) -> bool {
        self.trusted.permits(slot) || only.iter().any(|uri| uri.is_whole_name_of(slot))
    }

    /// The key that KMS is asked to use for a slot: the slot's own, a replica of it, or the one that was given for it.
    fn kms_key_to_ask(&self, slot: &WrappedKey, only: &[KeySpec]) -> Result<KmsKey, KeyRefusal> {
        if !self.may_be_asked(slot, only) {
            return Err(KeyRefusal::NotTrusted);
        }
        if !self.trusted.permits_access(slot, &KmsAccess::default()) {
            return Err(KeyRefusal::NotNamed);
        }
        let slot_key = KmsKey::from_slot(&slot.key_id)
            .ok_or_else(|| KeyRefusal::Damaged(format!("`{}` is not the ARN of a KMS key", slot.key_id)))?;
        if only.is_empty() {
            return Ok(self.kms.replica_to_ask(slot_key));
        }
        only.iter()
            .find_map(|uri| if let KeySpec::AwsKms(given) = uri { given.for_slot(&slot_key) } else { None })
            .ok_or(KeyRefusal::NotAmongGiven)
    }
}

fn cannot_wrap(key: &KmsKey, refusal: Box<KmsRefusal>) -> Error {
    Error::CannotWrap { key: key.to_string(), refusal: Box::new(KeyRefusal::AwsKms(refusal)) }
}
