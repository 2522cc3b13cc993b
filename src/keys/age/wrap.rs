//! Data keys, and shares of them, that are wrapped for recipients.

use ::age::{DecryptError, Decryptor};
use zeroize::Zeroizing;

use super::file::{data_key, read_secret, refusal, seal_for};
use super::identities::{self, Identities};
use super::recipient::AgeRecipient;
use super::slot::AGE;
use super::sought::Sought;
use crate::crypto::DataKey;
use crate::error::{KeyRefusal, Result};
use crate::keys::passphrase::PassphraseSource;
use crate::keys::provider::cannot_wrap;
use crate::keys::wrapped::WrappedKey;

pub(in crate::keys) fn wrap(
    recipient: &AgeRecipient,
    data_key: &DataKey,
    asked: &dyn PassphraseSource,
) -> Result<WrappedKey> {
    wrap_secret(recipient, data_key.expose(), asked)
}

/// Wraps a data key, or a share of one.
pub(in crate::keys) fn wrap_secret(
    recipient: &AgeRecipient,
    secret: &[u8],
    asked: &dyn PassphraseSource,
) -> Result<WrappedKey> {
    let age = recipient.to_age(asked);
    let ciphertext = seal_for(&*age, secret).map_err(|refusal| cannot_wrap(&recipient.clone().into(), refusal))?;
    Ok(WrappedKey { provider: AGE.to_owned(), key_id: recipient.as_str().to_owned(), ciphertext })
}

pub(in crate::keys) fn unwrap(
    key: &WrappedKey,
    identities: &Identities,
    passphrases: &dyn PassphraseSource,
) -> Result<DataKey, KeyRefusal> {
    data_key(&unwrap_secret(key, identities, passphrases)?)
}

/// Unwraps a data key, or a share of one.
pub(in crate::keys) fn unwrap_secret(
    key: &WrappedKey,
    identities: &Identities,
    passphrases: &dyn PassphraseSource,
) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    let mut searched = Vec::new();
    let mut failure = None;
    for source in identities::load(identities, Sought::Recipient(&key.key_id), passphrases) {
        let decryptor = Decryptor::new(&key.ciphertext[..]).map_err(|error| refusal(&error))?;
        if decryptor.is_scrypt() {
            return Err(KeyRefusal::Damaged(
                "its age file is encrypted under a passphrase, not to a recipient".to_owned(),
            ));
        }
        match decryptor.decrypt(source.all()) {
            Ok(reader) => return read_secret(reader),
            Err(DecryptError::NoMatchingKeys) => searched.push(source.to_string()),
            // An identity that fails must not keep the others from being tried.
            Err(other) => failure = failure.or(Some(refusal(&other))),
        }
    }
    Err(failure.unwrap_or(KeyRefusal::NoIdentity { searched }))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ::age::Encryptor;
    use ::age::secrecy::{ExposeSecret, SecretString};

    use super::*;
    use crate::keys::age::passphrase::tests::Passphrase;
    use crate::keys::age::recipient::NewIdentity;

    fn identity_file(content: &str) -> (tempfile::NamedTempFile, Identities) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let identities = Identities { files: vec![file.path().to_owned()], ..Identities::default() };
        (file, identities)
    }

    #[test]
    fn a_data_key_wrapped_for_a_recipient_is_unwrapped_by_its_identity_and_by_no_other() {
        let (ours, others) = (NewIdentity::generate(), NewIdentity::generate());
        let data_key = DataKey::generate();
        let wrapped = wrap(&ours.recipient, &data_key, &Passphrase(None)).unwrap();
        let (_file, identities) = identity_file(&format!("# created today\n\n{}\n", ours.secret.expose_secret()));
        let unwrapped = unwrap(&wrapped, &identities, &Passphrase(None)).ok().unwrap();
        assert_eq!(unwrapped.expose(), data_key.expose());
        let (_file, identities) = identity_file(others.secret.expose_secret());
        assert!(matches!(unwrap(&wrapped, &identities, &Passphrase(None)), Err(KeyRefusal::NoIdentity { .. })));
    }

    #[test]
    fn wrapped_keys_of_one_recipient_are_equally_long() {
        let recipient = NewIdentity::generate().recipient;
        let wrapped = || wrap(&recipient, &DataKey::generate(), &Passphrase(None)).unwrap().ciphertext.len();
        let first = wrapped();
        assert!((0..100).all(|_| wrapped() == first));
    }

    #[test]
    fn an_age_file_that_holds_more_or_less_than_a_data_key_is_refused() {
        let ours = NewIdentity::generate();
        let (_file, identities) = identity_file(ours.secret.expose_secret());
        for length in [0, 31, 33, 70_000] {
            let recipient = ours.recipient.to_age(&Passphrase(None));
            let ciphertext = {
                let encryptor = Encryptor::with_recipients(std::iter::once(&*recipient)).unwrap();
                let mut ciphertext = Vec::new();
                let mut writer = encryptor.wrap_output(&mut ciphertext).unwrap();
                writer.write_all(&vec![7; length]).unwrap();
                writer.finish().unwrap();
                ciphertext
            };
            let key = WrappedKey { provider: AGE.to_owned(), key_id: ours.recipient.to_string(), ciphertext };
            assert!(matches!(unwrap(&key, &identities, &Passphrase(None)), Err(KeyRefusal::Damaged(_))), "{length}");
        }
    }

    #[test]
    fn a_damaged_age_file_in_a_slot_is_refused_at_every_byte() {
        let ours = NewIdentity::generate();
        let (_file, identities) = identity_file(ours.secret.expose_secret());
        let whole = wrap(&ours.recipient, &DataKey::generate(), &Passphrase(None)).unwrap();
        for position in 0..whole.ciphertext.len() {
            let mut damaged = whole.clone();
            damaged.ciphertext[position] ^= 1;
            assert!(unwrap(&damaged, &identities, &Passphrase(None)).is_err(), "byte {position}");
        }
    }

    #[test]
    fn a_key_file_that_cannot_be_used_is_named_with_its_reason_and_without_its_content() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate(), &Passphrase(None)).unwrap();
        let (file, mut identities) = identity_file("AGE-SECRET-KEY-1TYPO\n");
        identities.files.push("/nowhere/keys.txt".into());
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &identities, &Passphrase(None)) else {
            panic!("no identity was there");
        };
        let expected = [
            format!("{} (line 1 is not an age identity)", file.path().display()),
            "/nowhere/keys.txt (not found)".to_owned(),
        ];
        assert_eq!(searched, expected);
    }

    #[test]
    fn an_encrypted_identity_file_is_opened_with_its_passphrase() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate(), &Passphrase(None)).unwrap();
        let mut recipient = ::age::scrypt::Recipient::new(SecretString::from("right"));
        recipient.set_work_factor(10);
        let armored = ::age::encrypt_and_armor(&recipient, ours.secret.expose_secret().as_bytes()).unwrap();
        let (_file, identities) = identity_file(&armored);
        assert!(unwrap(&wrapped, &identities, &Passphrase(Some("right"))).is_ok());
        assert!(unwrap(&wrapped, &identities, &Passphrase(Some("wrong"))).is_err());
    }
}
