//! The words that name wrapping keys.

use std::fmt;

use super::age::recipient::AgeRecipient;
use super::age::slot::is_passphrase;
use super::aws_kms::key::KmsKey;
use super::pgp::fingerprint::PgpFingerprint;
use super::wrapped::{AGE, AWS_KMS, PGP, WrappedKey};
use crate::error::KeyWordError;

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
    pub(super) fn is_whole_name_of(&self, slot: &WrappedKey) -> bool {
        match self {
            Self::AwsKms(key) => slot.provider == AWS_KMS && KmsKey::from_slot(&slot.key_id).as_ref() == Some(key),
            Self::Age(recipient) => slot.provider == AGE && recipient.to_string() == slot.key_id,
            Self::Passphrase => is_passphrase(slot),
            Self::Pgp(key) => slot.provider == PGP && key.is_end_of(&slot.key_id),
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

impl From<AgeRecipient> for KeySpec {
    fn from(recipient: AgeRecipient) -> Self {
        Self::Age(recipient)
    }
}
