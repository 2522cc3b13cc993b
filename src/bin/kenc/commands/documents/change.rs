//! Changing what one document says: what `set` and `unset` have in common.

use std::path::Path;

use kenc::document::{ChangeOutcome, Document, EncryptedDocument, EncryptedText, Format, OpenedDocument};
use kenc::error::{DocumentError, Error, Result};
use kenc::formats::detect::Detected;
use kenc::fs::held::{Held, HeldFor};
use kenc::fs::input::Input;
use zeroize::Zeroizing;

use crate::args::documents::{DocumentOpenArgs, Notation};
use crate::args::{AwsArgs, OpenArgs, PassphraseArgs};
use crate::documents;
use crate::failure::{Cause, Failure};
use crate::lock::tell_other_names;
use crate::report::Reporter;
use crate::sessions;
use kenc::formats::detect::is_native;
use kenc::ops::configs::Configs;

/// How one document is changed.
pub struct Change<'a> {
    pub file: &'a Path,
    pub document_open: &'a DocumentOpenArgs,
    pub open: &'a OpenArgs,
    pub passphrase: &'a PassphraseArgs,
    pub aws: &'a AwsArgs,
    pub configs: &'a Configs,
    pub reporter: &'a Reporter,
}

impl Change<'_> {
    /// Opens the document, has `edit` make another text of it, and replaces the file. `None` from `edit` leaves it alone, and
    /// so does a text that is the same. Returns the document as it is encrypted now, or `None` if nothing was written.
    pub fn run(
        &self,
        edit: impl FnOnce(&OpenedDocument) -> Result<Option<Zeroizing<String>>, Failure>,
    ) -> Result<Option<Document>, Failure> {
        let Self { file, document_open, open, passphrase, aws, configs, reporter } = self;
        let about = || Failure::about(file.display().to_string());
        let (passphrases, inputs) = (sessions::passphrases(passphrase, reporter), [file.to_path_buf()]);
        let session = sessions::to_open(open, passphrases, aws, configs, &inputs)?;
        let guards = session.guards(Some(file))?;
        let held = Held::open(file, HeldFor::Write)?;
        let names = held.names();
        let sealed = sealed(held.input().map_err(about())?, file, document_open.input_type.input_type)?;
        let demands = sessions::demands(&session, document_open, guards.require_seal);
        let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
        session.warn_unless_sealed(&file.display().to_string(), opened.report());
        let Some(text) = edit(&opened)? else { return Ok(None) };
        let format = opened.document().format();
        let edited = Document::parse(format, text).map_err(Error::from).map_err(about())?;
        match opened.encrypt_again(&edited).map_err(about())? {
            ChangeOutcome::Unchanged => Ok(None),
            ChangeOutcome::Changed(EncryptedText { text, .. }) => {
                documents::replace(held, &text).map_err(about())?;
                tell_other_names(reporter, file, names);
                Ok(Some(Document::parse(format, text).map_err(Error::from).map_err(about())?))
            }
        }
    }

    /// Checks without a key that the file is a document, before a value is asked for.
    pub fn check(&self) -> Result<(), Failure> {
        sealed(Input::open_positioned(self.file)?, self.file, self.document_open.input_type.input_type).map(drop)
    }
}

fn sealed(input: Input, file: &Path, notation: Option<Notation>) -> Result<Box<EncryptedDocument>, Failure> {
    let about = || Failure::about(file.display().to_string());
    let (start, input) = input.peek().map_err(about())?;
    if is_native(&start) {
        return Err(Cause::ValueOfWholeFile(file.to_owned()).into());
    }
    let sealed =
        Detected::new(input, Some(file), notation.map(Into::into)).and_then(Detected::document).map_err(about())?;
    if sealed.document().format() == Format::Binary {
        let fault = "it is the content of a binary file, which has no values inside".to_owned();
        return Err(about()(DocumentError::Path { path: "data".to_owned(), fault }.into()));
    }
    Ok(sealed)
}

/// Why a file cannot be changed in place that is the standard input, or a folder.
pub fn check_is_file(file: &Path) -> Result<(), Cause> {
    match () {
        () if file.as_os_str() == "-" => Err(Cause::StandardInputInPlace),
        () if file.is_dir() => Err(Cause::InputIsDirectory(file.to_owned())),
        () if file.exists() && !file.is_file() => Err(Cause::NotChangeable(file.to_owned())),
        () => Ok(()),
    }
}
