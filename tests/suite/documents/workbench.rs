//! Keys to encrypt documents with, and operations that many tests share.

use std::path::PathBuf;

use age::secrecy::ExposeSecret;
use kenc::Session;
use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptedText, EncryptionRecipe, EncryptionRule, Format,
    OpenRequirements, OpenedDocument,
};
use kenc::error::{DocumentError, Error, Result};
use kenc::keys::age::NewIdentity;
use kenc::keys::{Identities, KeySpec, Keyring, WrappingKey};
use zeroize::Zeroizing;

/// Some age keys, with their identities.
pub struct Workbench {
    pub keys: Vec<WrappingKey>,
    identity_files: Vec<PathBuf>,
    session: Session,
    _files: Vec<tempfile::NamedTempFile>,
}

fn session_with(identity_files: &[PathBuf]) -> Session {
    Session::new().with_identity_places(Identities { files: identity_files.to_vec(), ..Identities::default() })
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
        let identity_files: Vec<_> = files.iter().map(|file| file.path().to_owned()).collect();
        let keys = new.iter().map(|new| KeySpec::from(new.recipient.clone()).into()).collect();
        Self { keys, session: session_with(&identity_files), identity_files, _files: files }
    }

    /// Opens with the identities of one more file.
    pub fn add_identities(&mut self, file: PathBuf) {
        self.identity_files.push(file);
        self.session = session_with(&self.identity_files);
    }

    pub fn identity_files(&self) -> &[PathBuf] {
        &self.identity_files
    }

    pub fn keyring(&self) -> Keyring<'_> {
        self.session.keyring()
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
