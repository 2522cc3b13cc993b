//! Whole documents: `encrypt`, `decrypt`, `rotate` and `filestatus`.

use std::path::Path;

use kenc::document::{
    ChangeOutcome, DataKeyChange, DataKeyRotation, Document, EncryptedDocument, EncryptedText, Format,
};
use kenc::error::DocumentError;
use kenc::fs::atomic::Access;

use super::exit::{SopsStop, code};
use super::keys::{last, named, recipe, refuse_others};
use super::session::{SopsRun, name_of, read};
use super::vouching::vouchers;
use crate::failure::Failure;
use kenc::formats::detect::is_encrypted_binary;
use kenc::formats::detect::parse;
use kenc::ops::documents::as_sops::keys_changed;
use kenc::ops::values::part::as_sops_gives_it;

pub fn encrypt(session: SopsRun<'_>, path: Option<&Path>) -> Result<u8, SopsStop> {
    check_input(session, path)?;
    let Some(name) = session.name(path) else {
        return Err(SopsStop::new(code::CONFLICT, "standard input needs a name: use --filename-override"));
    };
    let (from, to) = (session.input_format(path), session.output_format(path));
    let about = || Failure::about(name_of(path));
    let held = session.hold(path)?;
    let whole = read(path)?;
    if is_encrypted_binary(&whole, from) {
        return Err(about()(DocumentError::AlreadyEncrypted.into()).into());
    }
    if from == Format::Yaml && whole.iter().all(u8::is_ascii_whitespace) {
        return Err(SopsStop::new(
            code::NO_DOCUMENT,
            format!("{} is empty: it needs at least one document", name_of(path)),
        ));
    }
    let unreadable =
        |error: DocumentError| SopsStop::from(about()(error.into())).with_code_of_unreadable(code::CANNOT_READ);
    let document = Document::from_plaintext(from, whole).map_err(unreadable)?;
    if document.metadata().is_some() || has_metadata_key(&document) {
        return Err(about()(DocumentError::AlreadyEncrypted.into()).into());
    }
    let layout = session.layout(to, path)?;
    let document = layout.of_plaintext(document).map_err(unreadable)?;
    let recipe = recipe(session.args, session.configs, name, from)?;
    let encrypted = session.with_new_keys(|keyring| document.encrypt(&recipe, keyring)).map_err(about())?;
    let text = layout.text_of(encrypted).map_err(|error| about()(error.into()))?;
    session.write(path, text.as_bytes(), Access::Umask, held)
}

pub fn decrypt(session: SopsRun<'_>, path: Option<&Path>) -> Result<u8, SopsStop> {
    check_input(session, path)?;
    let extract = match session.args.extract.as_deref().filter(|path| !path.is_empty()) {
        None => None,
        Some(path) => {
            let path = way(path)
                .map_err(|error| SopsStop::new(code::PATH_FORMAT, format!("error parsing --extract path: {error}")))?;
            Some(path)
        }
    };
    let (from, to) = (session.input_format(path), session.output_format(path));
    let held = session.hold(path)?;
    let opened = session.open(path)?;
    let own = opened.document().format();
    // A name that sops does not know, such as that of a TOML file, says less than the document itself.
    let to = if own == from || session.args.output_type.is_some() { to } else { own };
    let layout = session.layout(to, path)?;
    let document = opened.into_plaintext();
    let bytes = match &extract {
        None => layout.bytes_of(&document)?,
        Some(path) => as_sops_gives_it(&document, path, layout)?,
    };
    session.write(path, &bytes, Access::Owner, held)
}

/// A new data key, for the same keys except those that are added or removed.
pub fn rotate(session: SopsRun<'_>, path: &Path) -> Result<u8, SopsStop> {
    let args = session.args;
    refuse_others(&args.refused_keys)?;
    let added = named(args, last(&args.add_kms), last(&args.add_pgp), last(&args.add_age))?;
    let removed = named(args, last(&args.rm_kms), last(&args.rm_pgp), last(&args.rm_age))?;
    if !(path.exists() || added.is_empty() && removed.is_empty()) {
        let sentence = format!("{} does not exist, so no keys can be added or removed", path.display());
        return Err(SopsStop::new(code::KEYS_OF_NO_FILE, sentence));
    }
    if args.rotate {
        check_input(session, Some(path))?;
    }
    let held = session.hold(Some(path))?;
    let opened = session.open(Some(path))?;
    let layout = session.layout_of_opened(&opened, Some(path))?;
    let opened = layout.of_opened(opened, Some(path))?;
    let keys = keys_changed(opened.metadata(), added, &removed);
    let vouchers = vouchers(session, path, &opened, &keys, DataKeyChange::Renewed)?;
    let rotation = DataKeyRotation { keys: Some(keys), ..DataKeyRotation::default() };
    let rotated = session.with_new_keys(|keyring| opened.rotate_with(&rotation, keyring, &vouchers));
    let text = layout.text_of(rotated.map_err(Failure::about(name_of(Some(path))))?)?;
    session.write(Some(path), text.as_bytes(), Access::Umask, held)
}

/// Prints whether a file is an encrypted document, in JSON.
pub fn file_status(session: SopsRun<'_>, path: &Path) -> Result<u8, SopsStop> {
    let whole = read(Some(path)).map_err(|stop| stop.with_code(code::FAILED))?;
    let format = session.input_format(Some(path));
    // A binary file that is not encrypted need not be JSON.
    let document = match parse(format, &whole) {
        Err(_) if format == Format::Binary => None,
        document => Some(document.map_err(Failure::about(name_of(Some(path))))?),
    };
    let sealed = document.filter(|document| document.metadata().is_some()).map(EncryptedDocument::new).transpose()?;
    let is_encrypted = sealed.is_some_and(|sealed| {
        let metadata = sealed.metadata();
        !metadata.version.is_empty() && metadata.has_mac()
    });
    kenc::storage::standard::print(format!("{{\"encrypted\":{is_encrypted}}}\n").as_bytes())?;
    Ok(0)
}

/// The result of a change; the same text if nothing changed.
pub fn encrypted_of(outcome: ChangeOutcome, before: &str) -> EncryptedText {
    match outcome {
        ChangeOutcome::Changed(encrypted) => encrypted,
        ChangeOutcome::Unchanged => EncryptedText { text: before.to_owned().into(), aliases: Vec::new() },
    }
}

/// Whether the metadata key holds something else, which sops takes for metadata.
fn has_metadata_key(document: &Document) -> bool {
    let root = document.tree().roots.first();
    root.is_some_and(|root| root.child(&kenc::document::PathStep::Key("sops".to_owned())).is_some())
}

/// A path as sops writes it: every step in brackets.
pub fn way(text: &str) -> Result<kenc::document::Path, String> {
    if !text.starts_with('[') {
        return Err(format!("`{text}` is not a path: write [\"key\"][0]"));
    }
    text.parse().map_err(|error: kenc::document::PathError| error.to_string())
}

fn check_input(session: SopsRun<'_>, path: Option<&Path>) -> Result<(), SopsStop> {
    match path {
        Some(path) if !path.exists() => Err(SopsStop::new(code::NO_FILE, format!("{} does not exist", path.display()))),
        None if session.args.in_place => {
            Err(SopsStop::new(code::CONFLICT, "standard input cannot be replaced in place"))
        }
        _ => Ok(()),
    }
}
