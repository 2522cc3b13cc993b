//! Keys to encrypt documents with, and what is done to documents in every test.

use std::time::Duration;

use age::secrecy::{ExposeSecret, SecretString};
use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptedText, EncryptionRecipe, EncryptionRule, Format,
    OpenRequirements, OpenedDocument,
};
use kenc::error::{DocumentError, Error, Result};
use kenc::keys::age::NewIdentity;
use kenc::keys::{AwsKms, Identities, KeySpec, Keyring, KmsSettings, PassphraseSource, TrustedKeys, WrappingKey};
use zeroize::Zeroizing;

/// Some age keys, of all of which the identities are there.
pub struct Workbench {
    pub keys: Vec<WrappingKey>,
    pub identities: Identities,
    pub kms: AwsKms,
    pub trusted: TrustedKeys,
    _files: Vec<tempfile::NamedTempFile>,
}

struct Nobody;

impl PassphraseSource for Nobody {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        Err(Error::Passphrase("there is none".to_owned()))
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.passphrase("")
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}

impl Workbench {
    pub fn new(count: usize) -> Self {
        let new: Vec<NewIdentity> = (0..count).map(|_| NewIdentity::generate()).collect();
        let file = |identity: &NewIdentity| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), identity.secret.expose_secret()).unwrap();
            file
        };
        let files: Vec<_> = new.iter().map(file).collect();
        let identities =
            Identities { files: files.iter().map(|file| file.path().to_owned()).collect(), ..Identities::default() };
        let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(10) };
        let keys = new.iter().map(|new| KeySpec::from(new.recipient.clone()).into()).collect();
        Self { keys, identities, kms: AwsKms::new(settings), trusted: TrustedKeys::all(), _files: files }
    }

    pub fn keyring(&self) -> Keyring<'_> {
        Keyring { kms: &self.kms, identities: &self.identities, passphrases: &Nobody, trusted: &self.trusted }
    }

    /// One group with all keys, and the usual rule.
    pub fn recipe(&self) -> EncryptionRecipe {
        EncryptionRecipe { groups: vec![self.keys.clone()], ..EncryptionRecipe::default() }
    }

    pub fn with_rule(&self, rule: EncryptionRule) -> EncryptionRecipe {
        EncryptionRecipe { rule, ..self.recipe() }
    }

    pub fn encrypt(&self, format: Format, text: &str, recipe: &EncryptionRecipe) -> String {
        self.try_encrypt(format, text, recipe).unwrap_or_else(|error| panic!("{error}:\n{text}")).text.to_string()
    }

    pub fn try_encrypt(&self, format: Format, text: &str, recipe: &EncryptionRecipe) -> Result<EncryptedText> {
        parse(format, text).encrypt(recipe, &self.keyring())
    }

    pub fn open(&self, format: Format, text: &str) -> OpenedDocument {
        self.try_open(format, text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    }

    pub fn try_open(&self, format: Format, text: &str) -> Result<OpenedDocument> {
        self.open_with(format, text, &OpenRequirements::default())
    }

    pub fn open_with(&self, format: Format, text: &str, demands: &OpenRequirements) -> Result<OpenedDocument> {
        EncryptedDocument::new(Document::parse(format, Zeroizing::new(text.to_owned()))?)?
            .open(&self.keyring(), demands)
    }

    /// Why a document does not open.
    pub fn fault(&self, format: Format, text: &str) -> DocumentError {
        match self.try_open(format, text) {
            Err(Error::Document(fault)) => fault,
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it opened:\n{text}"),
        }
    }

    /// The document encrypted again, after its plaintext was changed into `edited`.
    pub fn encrypt_again(&self, format: Format, encrypted: &str, edited: &str) -> String {
        let opened = self.open(format, encrypted);
        changed(opened.encrypt_again(&parse(format, edited)).unwrap())
    }
}

pub fn parse(format: Format, text: &str) -> Document {
    let bytes = Zeroizing::new(text.as_bytes().to_vec());
    Document::from_plaintext(format, bytes).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// The file as it was before it was encrypted.
pub fn plaintext(opened: &OpenedDocument) -> String {
    String::from_utf8(opened.plaintext().plaintext(&[]).unwrap().to_vec()).unwrap()
}

pub fn changed(outcome: ChangeOutcome) -> String {
    match outcome {
        ChangeOutcome::Changed(EncryptedText { text, .. }) => text.to_string(),
        ChangeOutcome::Unchanged => panic!("nothing changed"),
    }
}
