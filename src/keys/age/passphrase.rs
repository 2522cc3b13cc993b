//! Data keys that are wrapped under a passphrase.

use std::sync::{Mutex, PoisonError};

use ::age::secrecy::SecretString;
use ::age::{DecryptError, Decryptor, Encryptor};

use super::file::{MAX_WORK_FACTOR, data_key, read_secret, refusal, seal};
use super::slot::{AGE, SCRYPT};
use crate::crypto::DataKey;
use crate::error::{Error, KeyRefusal, Result};
use crate::keys::passphrase::PassphraseSource;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Most passphrases of one file that are tried. Each takes about a second and 256 MiB, and somebody else's header could
/// have 32 of them.
pub(in crate::keys) const MAX_PASSPHRASES: usize = 2;
/// Work factor of new passphrase slots, as a power of two: what age uses (about a second, 256 MiB).
pub(super) const WORK_FACTOR: u8 = 18;
/// However many files are opened at the same time, the memory is spent once.
pub(super) static ONE_PASSPHRASE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The word for a passphrase.
pub(super) const PASSPHRASE: &str = "passphrase:";

impl KeySpec {
    /// A passphrase, asked for when it is needed: the word `passphrase:`.
    #[must_use]
    pub fn passphrase() -> Self {
        Self::new(AGE, PASSPHRASE.to_owned())
    }

    /// Whether it is a passphrase.
    #[must_use]
    pub fn is_passphrase(&self) -> bool {
        self.provider() == AGE && self.as_str() == PASSPHRASE
    }
}

pub(in crate::keys) fn wrap_under_passphrase(passphrase: &SecretString, secret: &[u8]) -> Result<WrappedKey> {
    let mut recipient = ::age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).expect("a passphrase stands alone");
    Ok(WrappedKey { provider: AGE.to_owned(), key_id: SCRYPT.to_owned(), ciphertext: seal(encryptor, secret)? })
}

pub(in crate::keys) fn unwrap_with_passphrase(
    key: &WrappedKey,
    passphrases: &dyn PassphraseSource,
) -> Result<DataKey, KeyRefusal> {
    let decryptor = Decryptor::new(&key.ciphertext[..]).map_err(|error| refusal(&error))?;
    if !decryptor.is_scrypt() {
        return Err(KeyRefusal::Damaged("its age file is not encrypted under a passphrase".to_owned()));
    }
    let passphrase = passphrases.passphrase("the file").map_err(|error| KeyRefusal::NoPassphrase(reason(error)))?;
    let mut identity = ::age::scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let _turn = ONE_PASSPHRASE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let reader = decryptor.decrypt(std::iter::once(&identity as _)).map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed => {
            KeyRefusal::WrongPassphrase
        }
        other => refusal(&other),
    })?;
    data_key(&read_secret(reader)?)
}

/// Why there is no passphrase, as it reads behind words that say so already.
pub(super) fn reason(error: Error) -> String {
    if let Error::Passphrase(reason) = error { reason } else { error.to_string() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::keys::age::slot::is_passphrase;

    /// Gives one passphrase and fails when asked without having one.
    pub struct Passphrase(pub Option<&'static str>);

    impl PassphraseSource for Passphrase {
        fn passphrase(&self, _subject: &str) -> Result<SecretString> {
            self.new_passphrase()
        }

        fn new_passphrase(&self) -> Result<SecretString> {
            self.0.map(SecretString::from).ok_or_else(|| Error::Passphrase("there is none".to_owned()))
        }

        fn must_be_typed(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_data_key_wrapped_under_a_passphrase_is_unwrapped_by_it_and_by_no_other() {
        let data_key = DataKey::generate();
        let wrapped = wrap_under_passphrase(&SecretString::from("right"), data_key.expose()).unwrap();
        assert!(is_passphrase(&wrapped));
        let unwrapped = unwrap_with_passphrase(&wrapped, &Passphrase(Some("right"))).ok().unwrap();
        assert_eq!(unwrapped.expose(), data_key.expose());
        let wrong = unwrap_with_passphrase(&wrapped, &Passphrase(Some("wrong")));
        assert!(matches!(wrong, Err(KeyRefusal::WrongPassphrase)));
        let none = unwrap_with_passphrase(&wrapped, &Passphrase(None));
        assert!(matches!(none, Err(KeyRefusal::NoPassphrase(_))));
    }
}
