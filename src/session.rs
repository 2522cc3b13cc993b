//! The library in one call: a session holds keys, identities and an encryption context, and seals and opens with them.

use std::io::{Read, Write};
use std::time::Duration;

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::{Backend, Suite};
use crate::error::{Error, Result};
use crate::formats::native::{Decryptor, Encryptor, FileHead, NewFile, Parameters, read_error, write_error};
use crate::keys::{
    AwsKms, Identities, KeyChange, KeySpec, Keyring, KmsSettings, PassphraseSource, Rewrapper, TrustedKeys,
};

/// Longest time for one call of AWS KMS, unless settings say another.
const KMS_TIMEOUT: Duration = Duration::from_secs(30);

/// What files are sealed and opened with. Making one touches neither files nor the network.
pub struct Session {
    keys: Vec<KeySpec>,
    context: EncryptionContext,
    identities: Identities,
    passphrase: FixedPassphrase,
    kms: AwsKms,
    trusted: TrustedKeys,
}

impl Session {
    /// One without keys and identities.
    #[must_use]
    pub fn new() -> Self {
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: KMS_TIMEOUT };
        Self {
            keys: Vec::new(),
            context: EncryptionContext::new(),
            identities: Identities::default(),
            passphrase: FixedPassphrase(None),
            kms: AwsKms::new(settings),
            trusted: TrustedKeys::all(),
        }
    }

    /// Also seals under `key`. Any one of the keys opens what is sealed.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<KeySpec>) -> Self {
        self.keys.push(key.into());
        self
    }

    /// Also opens with the age identities in `text`, one on each line, as in a key file.
    #[must_use]
    pub fn with_identities(mut self, text: SecretString) -> Self {
        self.identities.texts.push(text);
        self
    }

    /// Seals under this passphrase where [`KeySpec::Passphrase`] is a key, and opens with it.
    #[must_use]
    pub fn with_passphrase(self, passphrase: SecretString) -> Self {
        Self { passphrase: FixedPassphrase(Some(passphrase)), ..self }
    }

    /// Binds `context` to what is sealed, and demands its pairs of what is opened.
    #[must_use]
    pub fn with_context(self, context: EncryptionContext) -> Self {
        Self { context, ..self }
    }

    /// Asks AWS KMS with `settings`, instead of what the environment says within 30 seconds.
    #[must_use]
    pub fn with_kms(self, settings: KmsSettings) -> Self {
        Self { kms: AwsKms::new(settings), ..self }
    }

    /// Asks those keys only that are in `trusted`, whatever the header of a file names. All are asked otherwise.
    #[must_use]
    pub fn with_trusted_keys(self, trusted: TrustedKeys) -> Self {
        Self { trusted, ..self }
    }

    /// Seals a whole file in memory.
    ///
    /// # Errors
    /// If there is no key, or one refuses.
    pub fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut encryptor = self.encryptor(Vec::new())?;
        encryptor.write_all(plaintext).and_then(|()| encryptor.finish()).map_err(write_error)
    }

    /// Opens a whole file in memory, and gives its plaintext if every byte is authentic.
    ///
    /// # Errors
    /// If `sealed` is no file of kenc, no key opens it, its context lacks a pair, or it was changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        // The plaintext is shorter: the buffer does not grow, which would leave copies of it in memory.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(sealed.len()));
        self.decryptor(sealed)?.read_to_end(&mut plaintext).map_err(read_error)?;
        Ok(plaintext)
    }

    /// Seals a stream: what is written to the result goes to `writer` encrypted. It is whole after [`Encryptor::finish`].
    ///
    /// # Errors
    /// If there is no key, one refuses, or `writer` fails.
    pub fn encryptor<W: Write>(&self, writer: W) -> Result<Encryptor<W>> {
        let (data_key, wrapped) = self.keyring().wrap_new(&self.keys, &self.context)?;
        let parameters = Parameters { suite: Suite::default(), context: self.context.clone() };
        let file = NewFile::new(parameters, wrapped, &data_key, Backend::default())?;
        Encryptor::new(writer, file).map_err(write_error)
    }

    /// Opens a stream: what is read from the result is authentic. Only its end tells that nothing is missing.
    ///
    /// # Errors
    /// If this is no file of kenc, no key opens it, its context lacks a pair, or `reader` fails.
    pub fn decryptor<R: Read>(&self, mut reader: R) -> Result<Decryptor<R>> {
        let head = FileHead::read(&mut reader)?;
        let context = &head.header.parameters.context;
        context.check_contains(&self.context)?;
        let accept = |data_key: &_| head.cipher(data_key, Backend::default());
        let (cipher, _) = self.keyring().unwrap(&head.header.table.slots, context, &[], accept)?;
        Ok(Decryptor::new(reader, cipher))
    }

    /// The same file with the keys that `change` makes of its keys. The payload stays as it is.
    ///
    /// # Errors
    /// If `sealed` is no file of kenc, its context lacks a pair, no key opens it, a new one refuses, or none would be left.
    pub fn rewrap(&self, mut sealed: &[u8], change: KeyChange) -> Result<Vec<u8>> {
        let head = FileHead::read(&mut sealed)?;
        let header = &head.header;
        let context = &header.parameters.context;
        context.check_contains(&self.context)?;
        let is_data_key = |data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let keyring = self.keyring();
        let rewrapped =
            Rewrapper::new(&keyring, change, Vec::new()).rewrap(&header.table.slots, context, &is_data_key)?;
        let mut file = head.bytes_with(&header.with_slots(rewrapped.slots)?);
        file.extend_from_slice(sealed);
        Ok(file)
    }

    /// The keyring of this session, for [`crate::document`].
    #[must_use]
    pub fn keyring(&self) -> Keyring<'_> {
        let Self { keys: _, context: _, identities, passphrase, kms, trusted } = self;
        Keyring { kms, identities, passphrases: passphrase, trusted }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// The passphrase that the program gave, if any.
struct FixedPassphrase(Option<SecretString>);

impl PassphraseSource for FixedPassphrase {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        self.new_passphrase()
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.0.clone().ok_or_else(|| Error::Passphrase("the session has none".to_owned()))
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}
