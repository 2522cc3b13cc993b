//! Encrypting the values of a document for the first time.

use crate::config::DocumentOptions;
use crate::document::{EncryptedText, Format};
use crate::error::{DocumentError, Error};
use crate::formats::detect::read_plaintext;
use crate::formats::native::write_error;
use crate::fs::atomic::{Access, Sync};
use crate::fs::held::Held;
use crate::ops::configs::Configs;
use crate::ops::documents::data_keys::DocumentDataKeys;
use crate::ops::documents::recipe::recipe;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::Job;
use crate::ops::session::Session;
use crate::storage::output::Destination;

/// How to treat a file with other hard links, under which its plaintext would stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherNames {
    /// It is refused.
    Refused,
    /// The other links keep the plaintext.
    LeftAlone,
}

impl OtherNames {
    /// Checks an input that will be replaced.
    ///
    /// # Errors
    /// If it has other hard links and these are to be refused.
    pub fn check(self, held: Option<&Held>) -> Result<(), Cause> {
        match held {
            Some(held) if held.names() > 1 && self == Self::Refused => {
                Err(Cause::PlaintextHasOtherNames { path: held.path().to_owned(), names: held.names() })
            }
            _ => Ok(()),
        }
    }
}

/// Options for encrypting the documents of a run. The session has the encryption context.
pub struct DocumentEncryption<'a> {
    /// The words for keys, if any.
    pub named: &'a [String],
    /// The options given by the user, which take precedence over the config.
    pub options: DocumentOptions,
    /// Their notation, if it does not follow from their names.
    pub notation: Option<Format>,
    /// How to treat files with other hard links.
    pub other_names: OtherNames,
    /// When results are synced.
    pub sync: Sync,
    /// Where keys are looked up.
    pub session: &'a Session,
    /// Where rules are looked up.
    pub configs: &'a Configs,
    /// Whether documents share a data key.
    pub data_keys: &'a DocumentDataKeys,
}

impl DocumentEncryption<'_> {
    /// Encrypts one, and writes it.
    ///
    /// # Errors
    /// If it is already encrypted or not a document, there is no key, one refuses, or the result cannot be written.
    pub fn encrypt(&self, job: &Job) -> Result<(), Failure> {
        let Self { named, options, notation, other_names, sync, session, configs, data_keys } = self;
        let path = job.input.as_deref();
        let about = || Failure::about(job.name());
        let recipe = recipe(path, named, session.context(), options.clone(), configs)?;
        let (input, held) = session.open_input_of(job)?;
        other_names.check(held.as_ref())?;
        let document = read_plaintext(input, path, *notation).map_err(about())?;
        let EncryptedText { text, aliases } =
            data_keys.encrypt(&document, recipe, &session.keyring()).map_err(about())?;
        let mut output = session.open_output(&job.destination, Access::Umask, *sync, held).map_err(about())?;
        output.writer().write_all(text.as_bytes()).map_err(|error| about()(write_error(error)))?;
        output.commit_waiting(*session).map_err(about())?;
        let observer = session.observer();
        observer.note(&format!("{}: {} bytes written", job.name(), text.len()));
        if let Some(at) = aliases.first() {
            observer.hint(&format!(
                "{}: {at}: kenc can read an alias of an encrypted value, but sops cannot; if sops reads the file, replace \
                 the alias by the value before you encrypt",
                job.name()
            ));
        }
        Ok(())
    }

    /// Checks that one is a document in plaintext.
    ///
    /// # Errors
    /// If it is not.
    pub fn check(&self, job: &Job) -> Result<(), Failure> {
        if self.would_encrypt(job)? {
            return Ok(());
        }
        Err(Failure::about(job.name())(DocumentError::AlreadyEncrypted.into()))
    }

    /// Encrypts one that is not yet encrypted, and creates the folder for it. Returns whether it did.
    ///
    /// # Errors
    /// As [`DocumentEncryption::encrypt`], and if the folder cannot be created.
    pub fn encrypt_if_new(&self, job: &Job) -> Result<bool, Failure> {
        if let Destination::File { path, .. } = &job.destination
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder)
                .map_err(|source| Error::io(format!("make {}", folder.display()), source))?;
        }
        match self.encrypt(job) {
            Ok(()) => Ok(true),
            Err(Failure { cause: Cause::Library(Error::Document(DocumentError::AlreadyEncrypted)), .. }) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Whether one would be encrypted: it is not encrypted already.
    ///
    /// # Errors
    /// If it is not a document.
    pub fn would_encrypt(&self, job: &Job) -> Result<bool, Failure> {
        let (input, _) = self.session.open_input_of(job)?;
        let document = read_plaintext(input, job.input.as_deref(), self.notation);
        Ok(document.map_err(Failure::about(job.name()))?.metadata().is_none())
    }
}
