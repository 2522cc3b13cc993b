//! Encrypting the values of a document for the first time.

use crate::config::DocumentOptions;
use crate::document::{EncryptedText, Format};
use crate::error::{DocumentError, Error};
use crate::formats::detect::read_plaintext;
use crate::fs::atomic::{Access, Sync};
use crate::fs::held::Held;
use crate::ops::configs::Configs;
use crate::ops::documents::recipe::recipe;
use crate::ops::documents::written::write;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::Job;
use crate::ops::session::Session;
use crate::storage::output::Destination;

/// What becomes of a file that has other names, under which its plaintext would stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherNames {
    /// It is refused.
    Refused,
    /// They are left alone.
    LeftAlone,
}

impl OtherNames {
    /// Checks an input that is to be replaced.
    ///
    /// # Errors
    /// If it has other names and is to be refused.
    pub fn check(self, held: Option<&Held>) -> Result<(), Cause> {
        match held {
            Some(held) if held.names() > 1 && self == Self::Refused => {
                Err(Cause::PlaintextHasOtherNames { path: held.path().to_owned(), names: held.names() })
            }
            _ => Ok(()),
        }
    }
}

/// How the documents of a run are encrypted. The session has the encryption context.
pub struct DocumentEncryption<'a> {
    /// The words for keys, if any.
    pub named: &'a [String],
    /// What is said of the documents, and goes before the config.
    pub options: DocumentOptions,
    /// Their notation, if it is not the one that their names say.
    pub notation: Option<Format>,
    /// What becomes of files with other names.
    pub other_names: OtherNames,
    /// When results are synced.
    pub sync: Sync,
    /// Whom to ask for keys.
    pub session: &'a Session,
    /// Where the rules are.
    pub configs: &'a Configs,
}

impl DocumentEncryption<'_> {
    /// Encrypts one, and writes it.
    ///
    /// # Errors
    /// If it is encrypted already, or no document; if there is no key, or one refuses; if the result cannot be written.
    pub fn encrypt(&self, job: &Job) -> Result<(), Failure> {
        let Self { named, options, notation, other_names, sync, session, configs } = self;
        let path = job.input.as_deref();
        let about = || Failure::about(job.name());
        let recipe = recipe(path, named, session.context(), options.clone(), configs)?;
        let (input, held) = job.open_input()?;
        other_names.check(held.as_ref())?;
        let document = read_plaintext(input, path, *notation).map_err(about())?;
        let EncryptedText { text, aliases } = document.encrypt(&recipe, &session.keyring()).map_err(about())?;
        write(&job.destination, text.as_bytes(), Access::Umask, *sync, held).map_err(about())?;
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

    /// Encrypts one that is not encrypted yet, and makes the folder for it. Returns whether it was.
    ///
    /// # Errors
    /// As [`DocumentEncryption::encrypt`], and if the folder cannot be made.
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
    /// If it is no document.
    pub fn would_encrypt(&self, job: &Job) -> Result<bool, Failure> {
        let (input, _) = job.open_input()?;
        let document = read_plaintext(input, job.input.as_deref(), self.notation);
        Ok(document.map_err(Failure::about(job.name()))?.metadata().is_none())
    }
}
