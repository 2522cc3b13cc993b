//! Changing the content of one document in a file. All other values keep their ciphertext.

use std::path::Path as FilePath;

use zeroize::Zeroizing;

use crate::config::DocumentOptions;
use crate::document::{
    AuthenticDocument, ChangeOutcome, Document, EncryptedDocument, EncryptedText, Format, Leaf, Node, OpenedDocument,
    Path, Value, children,
};
use crate::error::{DocumentError, Error, Result};
use crate::formats::detect::{Detected, is_whole_file};
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::fs::held::{Held, HeldFor};
use crate::fs::input::Input;
use crate::limits::LONGEST_DOCUMENT;
use crate::ops::configs::Configs;
use crate::ops::documents::open::{StatedRequirements, authenticate};
use crate::ops::documents::recipe::{has_rule, recipe};
use crate::ops::documents::written::replace;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::check_folder_of;
use crate::ops::session::Session;
use crate::ops::values::new_value::{ValueSyntax, document_with, value_of};
use crate::ops::values::part::nothing_at;
use crate::ops::variables::reads_literally;

/// A document whose values are changed one by one.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFile<'a> {
    /// The file.
    pub path: &'a FilePath,
    /// Its notation, if it does not follow from its name.
    pub notation: Option<Format>,
    /// The requirements for opening it.
    pub requirements: StatedRequirements,
}

/// A document that was read before it is locked. It is read again only if the file changed in between.
pub struct CheckedDocument(Box<EncryptedDocument>);

/// A value to set.
pub struct NewValue {
    /// Where.
    pub place: Path,
    /// What was given for it.
    pub text: Zeroizing<String>,
    /// How that is read.
    pub syntax: ValueSyntax,
}

/// Facts to report about a written document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenDocument {
    /// Whether the value that was set is in plaintext, because the rule does not encrypt it.
    pub is_in_plaintext: bool,
    /// Whether the value that was set is in a dotenv file, which other programs than sops read as another text.
    pub is_read_otherwise: bool,
    /// The number of hard links of its file. The others keep the old content.
    pub names: u64,
}

/// What happens if a value to be removed does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingValue {
    /// It fails.
    Fails,
    /// Nothing happens.
    IsFine,
}

impl DocumentFile<'_> {
    /// The document before a value is set, checked without a key; `None` if there is no file yet, and a rule of the config
    /// says how it is created.
    ///
    /// # Errors
    /// If it is not a document with values.
    pub fn before(&self, configs: &Configs) -> Result<Option<CheckedDocument>, Failure> {
        if !self.path.exists() && has_rule(self.path, configs)? {
            return Ok(None);
        }
        self.sealed(Input::open_positioned(self.path)?).map(CheckedDocument).map(Some)
    }

    /// Sets a value. Missing parents are created, and so is the file where there was none before; its session has the
    /// encryption context. `None` if it had this value before. `may_replace` is asked before a mapping or a list is
    /// replaced, with the error that a refusal gives.
    ///
    /// # Errors
    /// If the document cannot be opened, changed or written; [`Cause::ReplacesContainer`] if `may_replace` says no.
    pub fn set(
        &self,
        value: &NewValue,
        before: Option<CheckedDocument>,
        session: &Session,
        may_replace: impl FnOnce(&Cause) -> bool,
    ) -> Result<Option<WrittenDocument>, Failure> {
        let written = match before {
            Some(checked) => self.replace(value, checked, session, may_replace)?,
            None => Some(self.create(value, session)?),
        };
        let format = self.notation.unwrap_or_else(|| Format::of_name(self.path));
        let is_read_otherwise = format == Format::Dotenv && !reads_literally(&value.text);
        Ok(written.map(|written| WrittenDocument { is_read_otherwise, ..written }))
    }

    fn replace(
        &self,
        NewValue { place, text, syntax }: &NewValue,
        checked: CheckedDocument,
        session: &Session,
        may_replace: impl FnOnce(&Cause) -> bool,
    ) -> Result<Option<WrittenDocument>, Failure> {
        let alone = |authentic: &AuthenticDocument| {
            let Some(old) = authentic.encrypted_value(place) else { return Ok(None) };
            let old = Node::leaf(old.clone());
            let Node::Leaf(Leaf { value, .. }) = value_of(text, *syntax, authentic.format(), Some(&old))? else {
                return Ok(None);
            };
            Ok(authentic.can_replace(place, &value).then_some(value))
        };
        let edit = |opened: &OpenedDocument| {
            let document = opened.plaintext();
            let old = document.tree().node(place);
            let new = value_of(text, *syntax, document.format(), old)?;
            if matches!((old, &new), (Some(Node::Leaf(old)), Node::Leaf(new)) if old.value == new.value) {
                return Ok(None);
            }
            let changed = opened.with_value(place, &new).map_err(Error::from).map_err(self.about())?;
            Ok(Some(as_typed(changed, place, &new, text)))
        };
        self.change(place, Some(checked), session, alone, edit, |opened| match replaced_container(opened, place) {
            Some(refusal) if !may_replace(&refusal) => {
                Err(Failure { subject: Some(self.path.display().to_string()), ..refusal.into() })
            }
            _ => Ok(()),
        })
    }

    /// Removes a value, with everything in it. `None` if it did not exist.
    ///
    /// # Errors
    /// If the document cannot be opened, changed or written.
    pub fn unset(
        &self,
        place: &Path,
        missing: MissingValue,
        session: &Session,
    ) -> Result<Option<WrittenDocument>, Failure> {
        let edit = |opened: &OpenedDocument| {
            let document = opened.plaintext();
            if document.tree().node(place).is_none() {
                return match missing {
                    MissingValue::IsFine => Ok(None),
                    MissingValue::Fails => Err(self.about()(nothing_at(document, place).into())),
                };
            }
            opened.without(place).map(Some).map_err(Error::from).map_err(self.about())
        };
        self.change(place, None, session, |_| Ok(None), edit, |_| Ok(()))
    }

    /// Opens the document and replaces the file: with `alone` at the place and nothing else changed if that returns a value;
    /// otherwise with what `edit` makes of the plaintext, unless `may_write` fails. If `edit` returns `None` or the same
    /// document, the file is left alone.
    fn change(
        &self,
        place: &Path,
        checked: Option<CheckedDocument>,
        session: &Session,
        alone: impl FnOnce(&AuthenticDocument) -> Result<Option<Value>, Failure>,
        edit: impl FnOnce(&OpenedDocument) -> Result<Option<Document>, Failure>,
        may_write: impl FnOnce(&OpenedDocument) -> Result<(), Failure>,
    ) -> Result<Option<WrittenDocument>, Failure> {
        let held = Held::open(self.path, HeldFor::Write, session)?;
        let names = held.names();
        let sealed = self.sealed_now(held.input().map_err(self.about())?, checked)?;
        let authentic = authenticate(*sealed, Some(self.path), self.requirements, session)?;
        if let Some(value) = alone(&authentic)? {
            let ChangeOutcome::Changed(EncryptedText { text, .. }) =
                authentic.replaced(place, value).map_err(self.about())?
            else {
                return Ok(None);
            };
            replace(held, &text).map_err(self.about())?;
            return Ok(Some(WrittenDocument { is_in_plaintext: false, is_read_otherwise: false, names }));
        }
        let opened = authentic.opened_to_change().map_err(self.about())?;
        let Some(edited) = edit(&opened)? else { return Ok(None) };
        match opened.encrypt_again(&edited).map_err(self.about())? {
            ChangeOutcome::Unchanged => Ok(None),
            ChangeOutcome::Changed(EncryptedText { text, .. }) => {
                may_write(&opened)?;
                replace(held, &text).map_err(self.about())?;
                let is_in_plaintext = opened.leaves_in_plaintext(&edited, place);
                Ok(Some(WrittenDocument { is_in_plaintext, is_read_otherwise: false, names }))
            }
        }
    }

    /// The document under the lock: the one that was checked, if not a byte of the file has changed since.
    fn sealed_now(&self, input: Input, checked: Option<CheckedDocument>) -> Result<Box<EncryptedDocument>, Failure> {
        let Some(CheckedDocument(checked)) = checked else { return self.sealed(input) };
        let (whole, input) = input.read_whole(LONGEST_DOCUMENT).map_err(self.about())?;
        match whole {
            Some(whole) if *whole == *checked.document().text().as_bytes() => Ok(checked),
            _ => self.sealed(input),
        }
    }

    fn sealed(&self, input: Input) -> Result<Box<EncryptedDocument>, Failure> {
        let (start, input) = input.peek().map_err(self.about())?;
        if is_whole_file(&start) {
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

    /// Creates the file, with one value in it, by the rule for it.
    fn create(
        &self,
        NewValue { place, text, syntax }: &NewValue,
        session: &Session,
    ) -> Result<WrittenDocument, Failure> {
        let format = self.notation.unwrap_or_else(|| Format::of_name(self.path));
        let (Some(configs), false) = (session.configs(), format == Format::Binary) else {
            return Err(Cause::NotationUnknown(self.path.display().to_string()).into());
        };
        check_folder_of(self.path)?;
        let value = value_of(text, *syntax, format, None)?;
        let plaintext = document_with(value.clone(), place, format).map_err(Error::from).map_err(self.about())?;
        let plaintext = as_typed(plaintext, place, &value, text);
        let recipe = recipe(Some(self.path), &[], session.context(), DocumentOptions::default(), configs)?;
        let EncryptedText { text, .. } = plaintext.encrypt(&recipe, &session.keyring()).map_err(self.about())?;
        let write = || {
            let file = AtomicFile::create(self.path, Existing::Refuse, Access::Umask, Sync::Always)?;
            std::io::Write::write_all(&mut file.file(), text.as_bytes()).map_err(Error::Write)?;
            file.commit()
        };
        write().map_err(self.about())?;
        session.observer().note(&format!("{} was created", self.path.display()));
        let is_in_plaintext = plaintext.leaves_in_plaintext(&recipe.rule, place).map_err(self.about())?;
        Ok(WrittenDocument { is_in_plaintext, is_read_otherwise: false, names: 1 })
    }

    fn about(&self) -> impl FnOnce(Error) -> Failure + use<> {
        Failure::about(self.path.display().to_string())
    }
}

/// The document with a date written as it was typed, and not in the one form that all dates have when they are encrypted.
fn as_typed(document: Document, place: &Path, value: &Node, text: &str) -> Document {
    let is_date = matches!(value, Node::Leaf(Leaf { value: Value::Time(_), .. }));
    if is_date { document.with_source(place, text.trim()).unwrap_or(document) } else { document }
}

/// What stands at a place and would be lost with all that is in it, if it is a mapping or a list that is not empty.
fn replaced_container(opened: &OpenedDocument, place: &Path) -> Option<Cause> {
    let node = opened.plaintext().tree().node(place)?;
    let (kind, count) = match node {
        Node::Mapping(entries) => ("mapping", children(entries).count()),
        Node::Sequence(entries) => ("list", children(entries).count()),
        Node::Leaf(_) | Node::Alias(_) => return None,
    };
    (count > 0).then(|| Cause::ReplacesContainer { path: place.to_string(), kind, count })
}

/// Checks that a file can be changed in place: neither standard input nor a folder.
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::{EncryptionRecipe, OpenRequirements, PARSES};
    use crate::keys::{KeySpec, NewIdentity};
    use crate::ops::configs::ConfigSource;
    use crate::ops::observer::Unobserved;

    #[test]
    fn a_set_reads_three_texts_at_most_and_one_that_changed_meanwhile_again() {
        let identity = NewIdentity::generate();
        let key = identity.recipient.clone();
        let session = Session::new().with_identities(identity.secret);
        let recipe = EncryptionRecipe { groups: vec![vec![KeySpec::from(key).into()]], ..Default::default() };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        let write = |text: &str| {
            let plaintext = Document::parse(Format::Yaml, text.to_owned().into()).unwrap();
            std::fs::write(&path, plaintext.encrypt(&recipe, &session.keyring()).unwrap().text.as_bytes()).unwrap();
        };
        let file = DocumentFile { path: &path, notation: None, requirements: StatedRequirements::default() };
        let configs = Configs::new(ConfigSource::NearInput, Arc::new(Unobserved));
        let before = || file.before(&configs).unwrap().unwrap();
        let plaintext = || {
            let sealed = before().0;
            sealed.open(&session.keyring(), &OpenRequirements::default()).unwrap().plaintext().text().to_owned()
        };
        for is_changed_meanwhile in [false, true] {
            write("a: one\nb: two # c\n");
            PARSES.with(|parses| parses.set(0));
            let checked = before();
            if is_changed_meanwhile {
                write("a: one\nb: three # c\n");
            }
            let new =
                NewValue { place: "a".parse().unwrap(), text: "new".to_owned().into(), syntax: ValueSyntax::Plain };
            let written = file.set(&new, Some(checked), &session, |_| false).unwrap().unwrap();
            assert!(!written.is_in_plaintext && written.names == 1);
            if is_changed_meanwhile {
                assert_eq!(plaintext(), "a: new\nb: three # c\n");
            } else {
                assert!(
                    PARSES.with(std::cell::Cell::get) <= 3,
                    "{} texts were read",
                    PARSES.with(std::cell::Cell::get)
                );
                assert_eq!(plaintext(), "a: new\nb: two # c\n");
            }
        }
    }
}
