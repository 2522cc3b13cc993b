//! age: recipients and identities (X25519 and ssh), and passphrases. The wrapped key is an age v1 file.

pub(super) mod armor;
mod identities;

use std::fmt;
use std::io::{Read, Write};
use std::sync::{Mutex, PoisonError};

use ::age::secrecy::SecretString;
use ::age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use crate::crypto::{DataKey, KEY_SHARE_LEN};
use crate::error::{Error, Result};
use crate::keys::{AGE, KeyRefusal, KeyWordError, WrappedKey};

pub use self::identities::{Identities, recipient_of_file};

/// Key id of a data key that is wrapped under a passphrase.
const SCRYPT: &str = "scrypt";
/// Work factor of new passphrase slots, as a power of two: what age uses (about a second, 256 MiB).
const WORK_FACTOR: u8 = 18;
/// Greatest work factor that a header can make us spend: four seconds and 1 GiB.
const MAX_WORK_FACTOR: u8 = 20;
/// However many files are opened at the same time, the memory is spent once.
static ONE_PASSPHRASE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A recipient of age: an X25519 or ssh public key, in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeRecipient(String);

impl AgeRecipient {
    /// Reads a recipient. `None` if the word has the form of none.
    ///
    /// # Errors
    /// If it has the form of a recipient, but is wrong or of a kind that is not supported.
    pub fn from_word(word: &str) -> Result<Option<Self>, KeyWordError> {
        let invalid = |fault: String| KeyWordError::Invalid { word: word.to_owned(), fault };
        if word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-") {
            use ::age::ssh::ParseRecipientKeyError as Fault;
            let recipient: ::age::ssh::Recipient = word.parse().map_err(|fault| {
                invalid(match fault {
                    Fault::RsaModulusTooLarge => "the RSA key has more than 4096 bits".to_owned(),
                    Fault::RsaModulusTooSmall => "the RSA key has less than 2048 bits".to_owned(),
                    Fault::Unsupported(kind) => format!("ssh keys of type {kind} cannot encrypt"),
                    _ => "it is not a whole ssh public key".to_owned(),
                })
            })?;
            return Ok(Some(Self(recipient.to_string())));
        }
        if !word.starts_with("age1") {
            return Ok(None);
        }
        match word.parse::<::age::x25519::Recipient>() {
            Ok(recipient) => Ok(Some(Self(recipient.to_string()))),
            Err(_) if word["age1".len()..].contains('1') => {
                Err(invalid("recipients of age plugins are not supported, only age1… of X25519".to_owned()))
            }
            Err(_) => Err(invalid("it is mistyped or incomplete".to_owned())),
        }
    }

    fn to_age(&self) -> Box<dyn ::age::Recipient> {
        const CHECKED: &str = "the spelling was made by the parser that now reads it";
        if self.0.starts_with("ssh-") {
            Box::new(self.0.parse::<::age::ssh::Recipient>().expect(CHECKED))
        } else {
            Box::new(self.0.parse::<::age::x25519::Recipient>().expect(CHECKED))
        }
    }
}

impl From<AgeRecipient> for super::KeySpec {
    fn from(recipient: AgeRecipient) -> Self {
        Self::Age(recipient)
    }
}

impl fmt::Display for AgeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who is asked for a passphrase, perhaps by several threads.
pub trait PassphraseSource: Sync {
    /// A passphrase to open with, for what `subject` names.
    ///
    /// # Errors
    /// If none can be had, with the reason.
    fn passphrase(&self, subject: &str) -> Result<SecretString>;

    /// A new passphrase to encrypt with.
    ///
    /// # Errors
    /// If none can be had, with the reason.
    fn new_passphrase(&self) -> Result<SecretString>;

    /// Whether a person would have to type it.
    fn must_be_typed(&self) -> bool;
}

/// A new local key: an X25519 identity.
pub struct NewIdentity {
    /// The recipient, for everybody to know.
    pub recipient: AgeRecipient,
    /// The identity, to be kept.
    pub secret: SecretString,
}

impl NewIdentity {
    /// Makes a key.
    #[must_use]
    pub fn generate() -> Self {
        let identity = ::age::x25519::Identity::generate();
        Self { recipient: AgeRecipient(identity.to_public().to_string()), secret: identity.to_string() }
    }
}

pub(super) fn is_passphrase(key: &WrappedKey) -> bool {
    key.provider == AGE && key.key_id == SCRYPT
}

pub(super) fn wrap(recipient: &AgeRecipient, data_key: &DataKey) -> Result<WrappedKey> {
    wrap_secret(recipient, data_key.expose())
}

/// Wraps a data key, or a share of one.
pub(super) fn wrap_secret(recipient: &AgeRecipient, secret: &[u8]) -> Result<WrappedKey> {
    let age = recipient.to_age();
    let encryptor = Encryptor::with_recipients(std::iter::once(&*age)).expect("one recipient can always be used");
    Ok(WrappedKey { provider: AGE.to_owned(), key_id: recipient.0.clone(), ciphertext: seal(encryptor, secret)? })
}

pub(super) fn wrap_under_passphrase(passphrase: &SecretString, data_key: &DataKey) -> Result<WrappedKey> {
    let mut recipient = ::age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).expect("a passphrase stands alone");
    Ok(WrappedKey {
        provider: AGE.to_owned(),
        key_id: SCRYPT.to_owned(),
        ciphertext: seal(encryptor, data_key.expose())?,
    })
}

fn seal(encryptor: Encryptor, secret: &[u8]) -> Result<Vec<u8>> {
    let mut ciphertext = Vec::new();
    encryptor
        .wrap_output(&mut ciphertext)
        .and_then(|mut writer| {
            writer.write_all(secret)?;
            writer.finish()
        })
        .map_err(|source| Error::io("wrap the data key with age", source))?;
    Ok(ciphertext)
}

pub(super) fn unwrap_with_passphrase(
    key: &WrappedKey,
    passphrases: &dyn PassphraseSource,
) -> Result<DataKey, KeyRefusal> {
    let decryptor = Decryptor::new(&key.ciphertext[..]).map_err(|error| refusal(&error))?;
    if !decryptor.is_scrypt() {
        return Err(KeyRefusal::Damaged("its age file is not for a passphrase".to_owned()));
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

pub(super) fn unwrap(
    key: &WrappedKey,
    identities: &Identities,
    passphrases: &dyn PassphraseSource,
) -> Result<DataKey, KeyRefusal> {
    data_key(&unwrap_secret(key, identities, passphrases)?)
}

/// Unwraps a data key, or a share of one.
pub(super) fn unwrap_secret(
    key: &WrappedKey,
    identities: &Identities,
    passphrases: &dyn PassphraseSource,
) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    let mut searched = Vec::new();
    let mut failure = None;
    for source in identities::load(identities, key, passphrases) {
        let decryptor = Decryptor::new(&key.ciphertext[..]).map_err(|error| refusal(&error))?;
        if decryptor.is_scrypt() {
            return Err(KeyRefusal::Damaged("its age file is for a passphrase, not for a recipient".to_owned()));
        }
        match decryptor.decrypt(source.identities.iter().map(|identity| &**identity as &dyn ::age::Identity)) {
            Ok(reader) => return read_secret(reader),
            Err(DecryptError::NoMatchingKeys) => searched.push(source.to_string()),
            // An identity that fails must not keep the others from being tried.
            Err(other) => failure = failure.or(Some(refusal(&other))),
        }
    }
    Err(failure.unwrap_or(KeyRefusal::NoIdentity { searched }))
}

/// Why there is no passphrase, as it reads behind words that say so already.
fn reason(error: Error) -> String {
    if let Error::Passphrase(reason) = error { reason } else { error.to_string() }
}

fn read_secret(reader: impl Read) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    let mut content = Zeroizing::new(Vec::with_capacity(KEY_SHARE_LEN + 1));
    reader.take(KEY_SHARE_LEN as u64 + 1).read_to_end(&mut content).map_err(|_| damaged())?;
    Ok(content)
}

fn data_key(content: &[u8]) -> Result<DataKey, KeyRefusal> {
    DataKey::from_slice(content).ok_or_else(|| KeyRefusal::Damaged("its age file holds no data key".to_owned()))
}

fn refusal(error: &DecryptError) -> KeyRefusal {
    match error {
        DecryptError::ExcessiveWork { required, .. } => KeyRefusal::Damaged(too_much_work(*required)),
        DecryptError::KeyDecryptionFailed => KeyRefusal::WrongPassphrase,
        _ => damaged(),
    }
}

fn too_much_work(required: u8) -> String {
    format!("its passphrase asks for a work of 2^{required}, and 2^{MAX_WORK_FACTOR} is the limit")
}

fn damaged() -> KeyRefusal {
    KeyRefusal::Damaged("its age file is damaged".to_owned())
}

#[cfg(test)]
mod tests {
    use ::age::secrecy::ExposeSecret;

    use super::*;

    /// Gives one passphrase and fails when asked without having one.
    struct Passphrase(Option<&'static str>);

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
        let wrapped = wrap(&ours.recipient, &data_key).unwrap();
        let (_file, identities) = identity_file(&format!("# created today\n\n{}\n", ours.secret.expose_secret()));
        let unwrapped = unwrap(&wrapped, &identities, &Passphrase(None)).ok().unwrap();
        assert_eq!(unwrapped.expose(), data_key.expose());
        let (_file, identities) = identity_file(others.secret.expose_secret());
        assert!(matches!(unwrap(&wrapped, &identities, &Passphrase(None)), Err(KeyRefusal::NoIdentity { .. })));
    }

    #[test]
    fn a_data_key_wrapped_under_a_passphrase_is_unwrapped_by_it_and_by_no_other() {
        let data_key = DataKey::generate();
        let wrapped = wrap_under_passphrase(&SecretString::from("right"), &data_key).unwrap();
        assert!(is_passphrase(&wrapped));
        let unwrapped = unwrap_with_passphrase(&wrapped, &Passphrase(Some("right"))).ok().unwrap();
        assert_eq!(unwrapped.expose(), data_key.expose());
        let wrong = unwrap_with_passphrase(&wrapped, &Passphrase(Some("wrong")));
        assert!(matches!(wrong, Err(KeyRefusal::WrongPassphrase)));
        let none = unwrap_with_passphrase(&wrapped, &Passphrase(None));
        assert!(matches!(none, Err(KeyRefusal::NoPassphrase(_))));
    }

    #[test]
    fn an_age_file_that_holds_more_or_less_than_a_data_key_is_refused() {
        let ours = NewIdentity::generate();
        let (_file, identities) = identity_file(ours.secret.expose_secret());
        for length in [0, 31, 33, 70_000] {
            let recipient = ours.recipient.to_age();
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
        let whole = wrap(&ours.recipient, &DataKey::generate()).unwrap();
        for position in 0..whole.ciphertext.len() {
            let mut damaged = whole.clone();
            damaged.ciphertext[position] ^= 1;
            assert!(unwrap(&damaged, &identities, &Passphrase(None)).is_err(), "byte {position}");
        }
    }

    #[test]
    fn a_key_file_that_cannot_be_used_is_named_with_its_reason_and_without_its_content() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate()).unwrap();
        let (file, mut identities) = identity_file("AGE-SECRET-KEY-1TYPO\n");
        identities.files.push("/nowhere/keys.txt".into());
        let Err(KeyRefusal::NoIdentity { searched }) = unwrap(&wrapped, &identities, &Passphrase(None)) else {
            panic!("no identity was there");
        };
        let expected =
            [format!("{} (line 1 is no identity)", file.path().display()), "/nowhere/keys.txt (not there)".to_owned()];
        assert_eq!(searched, expected);
    }

    #[test]
    fn an_encrypted_identity_file_is_opened_with_its_passphrase() {
        let ours = NewIdentity::generate();
        let wrapped = wrap(&ours.recipient, &DataKey::generate()).unwrap();
        let mut recipient = ::age::scrypt::Recipient::new(SecretString::from("right"));
        recipient.set_work_factor(10);
        let armored = ::age::encrypt_and_armor(&recipient, ours.secret.expose_secret().as_bytes()).unwrap();
        let (_file, identities) = identity_file(&armored);
        assert!(unwrap(&wrapped, &identities, &Passphrase(Some("right"))).is_ok());
        assert!(unwrap(&wrapped, &identities, &Passphrase(Some("wrong"))).is_err());
    }

    #[test]
    fn a_recipient_has_one_spelling() {
        const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
        let recipient = AgeRecipient::from_word(&format!("{KEY} somebody@somewhere")).unwrap().unwrap();
        assert_eq!(recipient.to_string(), KEY);
        assert_eq!(AgeRecipient::from_word("alias/x"), Ok(None));
        let age = NewIdentity::generate().recipient.to_string();
        assert_eq!(AgeRecipient::from_word(&age).unwrap().unwrap().to_string(), age);
        // Another last letter than the right one: the checksum of Bech32 finds every single one.
        let last = if age.ends_with('q') { 'p' } else { 'q' };
        let mistyped = format!("{}{last}", &age[..age.len() - 1]);
        for word in [&age[..20], &mistyped, "age1yubikey1qqqqqq", "ssh-ed25519", "ssh-dss AAAAB3NzaC1kc3MAAACBAP"] {
            assert!(AgeRecipient::from_word(word).is_err(), "{word}");
        }
    }
}
