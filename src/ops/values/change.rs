//! Changing what one document in a file says. All other values keep their ciphertext.

use std::path::Path as FilePath;

use crate::config::DocumentOptions;
use crate::document::{ChangeOutcome, Document, EncryptedDocument, EncryptedText, Format, Node, OpenedDocument, Path};
use crate::error::{DocumentError, Error, Result};
use crate::formats::detect::{Detected, is_native};
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::fs::held::{Held, HeldFor};
use crate::fs::input::Input;
use crate::ops::documents::open::{StatedRequirements, open_to_change};
use crate::ops::documents::recipe::recipe;
use crate::ops::documents::written::replace;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::check_folder_of;
use crate::ops::session::Session;
use crate::ops::values::new_value::{ValueSyntax, document_with, value_of};

/// A document whose values are changed one by one.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFile<'a> {
    /// The file.
    pub path: &'a FilePath,
    /// Its notation, if it is not the one that its name says.
    pub notation: Option<Format>,
    /// What is demanded of it when it is opened.
    pub requirements: StatedRequirements,
}

/// A document as it was written.
pub struct WrittenDocument {
    /// What it says, encrypted.
    pub document: Document,
    /// How many names its file had. The others keep the old one.
    pub names: u64,
}

/// What happens when a value that is to go is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingValue {
    /// It fails.
    Fails,
    /// Nothing is to be done.
    IsFine,
}

impl DocumentFile<'_> {
    /// Checks without a key that the file is a document with values.
    ///
    /// # Errors
    /// If it is not.
    pub fn check(&self) -> Result<(), Failure> {
        self.sealed(Input::open_positioned(self.path)?).map(drop)
    }

    /// Gives a value to a place. Parents that are missing are made. `None` if it had this value before.
    ///
    /// # Errors
    /// If the document cannot be opened, changed or written.
    pub fn set(
        &self,
        place: &Path,
        text: &str,
        syntax: ValueSyntax,
        session: &Session,
    ) -> Result<Option<WrittenDocument>, Failure> {
        self.change(session, |opened| {
            let document = opened.plaintext();
            let old = document.tree().node(place);
            let new = value_of(text, syntax, document.format(), old)?;
            if matches!((old, &new), (Some(Node::Leaf(old)), Node::Leaf(new)) if old.value == new.value) {
                return Ok(None);
            }
            opened.with_value(place, &new).map(Some).map_err(Error::from).map_err(self.about())
        })
    }

    /// Takes a value away, with everything in it. `None` if it was not there.
    ///
    /// # Errors
    /// If the document cannot be opened, changed or written.
    pub fn unset(
        &self,
        place: &Path,
        missing: MissingValue,
        session: &Session,
    ) -> Result<Option<WrittenDocument>, Failure> {
        self.change(session, |opened| {
            if opened.plaintext().tree().node(place).is_none() {
                if missing == MissingValue::IsFine {
                    return Ok(None);
                }
                let fault = "no such value".to_owned();
                return Err(self.about()(DocumentError::Path { path: place.to_string(), fault }.into()));
            }
            opened.without(place).map(Some).map_err(Error::from).map_err(self.about())
        })
    }

    /// Opens the document, has `edit` make another of it, and replaces the file. `None` from `edit` leaves it alone, and
    /// so does one that is the same.
    fn change(
        &self,
        session: &Session,
        edit: impl FnOnce(&OpenedDocument) -> Result<Option<Document>, Failure>,
    ) -> Result<Option<WrittenDocument>, Failure> {
        let held = Held::open(self.path, HeldFor::Write)?;
        let names = held.names();
        let sealed = self.sealed(held.input().map_err(self.about())?)?;
        let opened = open_to_change(*sealed, Some(self.path), self.requirements, session)?;
        let Some(edited) = edit(&opened)? else { return Ok(None) };
        match opened.encrypt_again(&edited).map_err(self.about())? {
            ChangeOutcome::Unchanged => Ok(None),
            ChangeOutcome::Changed(EncryptedText { text, .. }) => {
                replace(held, &text).map_err(self.about())?;
                let document = Document::parse(opened.document().format(), text).map_err(Error::from);
                Ok(Some(WrittenDocument { document: document.map_err(self.about())?, names }))
            }
        }
    }

    fn sealed(&self, input: Input) -> Result<Box<EncryptedDocument>, Failure> {
        let (start, input) = input.peek().map_err(self.about())?;
        if is_native(&start) {
            return Err(Cause::ValueOfWholeFile(self.path.to_owned()).into());
        }
        let sealed = Detected::new(input, Some(self.path), self.notation).and_then(Detected::document);
        let sealed = sealed.map_err(self.about())?;
        if sealed.document().format() == Format::Binary {
            let fault = "it is the content of a binary file, which has no values inside".to_owned();
            return Err(self.about()(DocumentError::Path { path: "data".to_owned(), fault }.into()));
        }
        Ok(sealed)
    }

    /// Makes the file, with one value in it, as the rule for it says. The session has the encryption context.
    ///
    /// # Errors
    /// If its notation is not known, the value cannot stand in it alone, a key refuses, or there is such a file now.
    pub fn create(
        &self,
        place: &Path,
        text: &str,
        syntax: ValueSyntax,
        session: &Session,
    ) -> Result<WrittenDocument, Failure> {
        let format = self.notation.unwrap_or_else(|| Format::of_name(self.path));
        let (Some(configs), false) = (session.configs(), format == Format::Binary) else {
            return Err(Cause::NotationUnknown(self.path.display().to_string()).into());
        };
        check_folder_of(self.path)?;
        let value = value_of(text, syntax, format, None)?;
        let plaintext = document_with(value, place, format).map_err(Error::from).map_err(self.about())?;
        let recipe = recipe(Some(self.path), &[], session.context(), DocumentOptions::default(), configs)?;
        let EncryptedText { text, .. } = plaintext.encrypt(&recipe, &session.keyring()).map_err(self.about())?;
        let write = || {
            let file = AtomicFile::create(self.path, Existing::Refuse, Access::Umask, Sync::Always)?;
            std::io::Write::write_all(&mut file.file(), text.as_bytes()).map_err(Error::Write)?;
            file.commit()
        };
        write().map_err(self.about())?;
        session.observer().note(&format!("{} was created", self.path.display()));
        let document = Document::parse(format, text).map_err(Error::from).map_err(self.about())?;
        Ok(WrittenDocument { document, names: 1 })
    }

    fn about(&self) -> impl FnOnce(Error) -> Failure + use<> {
        Failure::about(self.path.display().to_string())
    }
}

/// Checks that a file can be changed in place: not the standard input, nor a folder.
///
/// # Errors
/// Why it cannot.
pub fn check_is_file(file: &FilePath) -> Result<(), Cause> {
    match () {
        () if file.as_os_str() == "-" => Err(Cause::StandardInputInPlace),
        () if file.is_dir() => Err(Cause::InputIsDirectory(file.to_owned())),
        () if file.exists() && !file.is_file() => Err(Cause::NotChangeable(file.to_owned())),
        () => Ok(()),
    }
}
