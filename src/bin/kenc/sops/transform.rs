//! Whole documents: `encrypt`, `decrypt`, `rotate` and `filestatus`.

use std::path::Path;

use kenc::document::{
    Document, Encrypted, Format, Metadata, NewKey, NewKeys, Node, Outcome, Rotation, Sealed, StoredKey, Value,
};
use kenc::error::DocumentError;
use kenc::fs::atomic::Access;
use kenc::keys::WrappingKey;

use super::exit::{Stop, code};
use super::keys::{named, recipe, refuse_others};
use super::session::{Session, name_of, read};
use crate::args::documents::DocumentDecryptArgs;
use crate::commands::documents::decrypt::result;
use crate::documents::parse;
use crate::failure::Failure;

pub fn encrypt(session: Session<'_>, path: Option<&Path>) -> Result<u8, Stop> {
    check_input(session, path)?;
    let Some(name) = session.name(path) else {
        return Err(Stop::new(code::CONFLICT, "--filename-override must name what comes from the standard input"));
    };
    let (from, to) = (session.input_format(path), session.output_format(path));
    let about = || Failure::about(name_of(path));
    let held = session.hold(path)?;
    let whole = read(path)?;
    if from == Format::Binary && Format::of_content(&whole) == Some(Format::Binary) {
        return Err(about()(DocumentError::AlreadyEncrypted.into()).into());
    }
    if from == Format::Yaml && whole.iter().all(u8::is_ascii_whitespace) {
        return Err(Stop::new(
            code::NO_DOCUMENT,
            format!("{} is empty: it needs at least one document", name_of(path)),
        ));
    }
    let mut document = Document::from_plaintext(from, whole).map_err(|error| about()(error.into()))?;
    if from != to {
        document = converted(&document, to).map_err(|error| about()(error.into()))?;
    }
    let recipe = recipe(session.args, session.configs, name, to)?;
    let Encrypted { text, aliases } =
        session.with_new_keys(|keyring| document.encrypt(&recipe, keyring)).map_err(about())?;
    if let Some(&at) = aliases.first() {
        // sops itself writes copies in the place of aliases, and whoever reads the result relies on that.
        let fault = "an alias of a value that is encrypted, which sops could not read: write the value out".to_owned();
        return Err(Stop::from(about()(DocumentError::Refused { at, fault }.into())).with_code(code::CANNOT_ENCRYPT));
    }
    session.write(path, text.as_bytes(), Access::Umask, held)
}

fn converted(document: &Document, to: Format) -> Result<Document, DocumentError> {
    if to == Format::Binary {
        return Document::from_plaintext(to, document.plaintext(&[])?);
    }
    Document::parse(to, Document::emit(to, document.tree())?)
}

pub fn decrypt(session: Session<'_>, path: Option<&Path>) -> Result<u8, Stop> {
    check_input(session, path)?;
    let extract = match session.args.extract.as_deref().filter(|path| !path.is_empty()) {
        None => None,
        Some(path) => {
            let path = path.parse::<kenc::document::Path>();
            Some(path.map_err(|error| Stop::new(code::PATH_FORMAT, error.to_string()))?)
        }
    };
    let (from, to) = (session.input_format(path), session.output_format(path));
    let held = session.hold(path)?;
    let opened = session.open(path)?;
    let own = opened.document().format();
    // A name that sops does not know, as that of a TOML file, says less than the document itself.
    let to = if own == from || session.args.output_type.is_some() { to } else { own };
    let leaf = extract.as_ref().and_then(|path| match opened.plaintext().tree().node(path) {
        Some(Node::Leaf(leaf)) => Some(leaf.value.clone()),
        _ => None,
    });
    let args = DocumentDecryptArgs { extract, output_type: Some(to.into()) };
    let mut bytes = result(opened, &args).map_err(Failure::about(name_of(path)))?;
    match (leaf, to) {
        // Text is given bare, and other values as a document of them alone.
        (None | Some(Value::Text(_) | Value::Bytes(_)), _) => {}
        (Some(_), Format::Yaml) => bytes.push(b'\n'),
        (Some(Value::Time(time)), Format::Json) => bytes = format!("\"{time}\"").into_bytes().into(),
        _ => {}
    }
    session.write(path, &bytes, Access::Owner, held)
}

/// A new data key, under the same keys but for those that are added or removed.
pub fn rotate(session: Session<'_>, path: &Path) -> Result<u8, Stop> {
    let args = session.args;
    refuse_others(&args.refused_keys)?;
    let added = named(args, &args.add_kms, &args.add_pgp, &args.add_age)?;
    let removed = named(args, &args.rm_kms, &args.rm_pgp, &args.rm_age)?;
    if !(path.exists() || added.is_empty() && removed.is_empty()) {
        let sentence = format!("{} is not there, so no keys can be added or removed", path.display());
        return Err(Stop::new(code::KEYS_OF_NO_FILE, sentence));
    }
    check_input(session, Some(path))?;
    let held = session.hold(Some(path))?;
    let opened = session.open(Some(path))?;
    let groups = changed(opened.metadata(), added, &removed);
    let threshold = if groups.len() > 1 { opened.metadata().threshold } else { 0 };
    let keys = Some(NewKeys { groups, threshold, absent: Vec::new() });
    let rotation = Rotation { keys, ..Rotation::default() };
    let rotated = session.with_new_keys(|keyring| opened.rotate_with(&rotation, keyring));
    let Encrypted { text, .. } = rotated.map_err(Failure::about(name_of(Some(path))))?;
    session.write(Some(path), text.as_bytes(), Access::Umask, held)
}

/// The keys of a document with some added to the first group, and some removed from all.
fn changed(metadata: &Metadata, added: Vec<WrappingKey>, removed: &[WrappingKey]) -> Vec<Vec<NewKey>> {
    let is_removed = |key: &StoredKey| removed.iter().any(|removed| is_named(key, removed));
    let mut groups: Vec<Vec<NewKey>> = Vec::new();
    for group in &metadata.groups {
        groups.push(group.iter().filter(|key| !is_removed(key)).cloned().map(NewKey::Kept).collect());
    }
    let is_there = |added: &WrappingKey| metadata.groups.iter().flatten().any(|key| is_named(key, added));
    let new = added.into_iter().filter(|added| !is_there(added)).map(NewKey::Wrapping);
    match groups.first_mut() {
        Some(first) => first.extend(new),
        None => groups.push(new.collect()),
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Whether a key of a document is the one that was named; how it is asked does not matter.
fn is_named(stored: &StoredKey, named: &WrappingKey) -> bool {
    stored.wrapping_key().is_some_and(|key| key.key == named.key)
}

/// Says whether a file is an encrypted document, as programs read it.
pub fn file_status(session: Session<'_>, path: &Path) -> Result<u8, Stop> {
    let whole = read(Some(path))?;
    let format = session.input_format(Some(path));
    // A binary file that is not encrypted need not be JSON.
    let document = match parse(format, &whole) {
        Err(_) if format == Format::Binary => None,
        document => Some(document.map_err(Failure::about(name_of(Some(path))))?),
    };
    let sealed = document.filter(|document| document.metadata().is_some()).map(Sealed::new).transpose()?;
    let is_encrypted = sealed.is_some_and(|sealed| {
        let metadata = sealed.metadata();
        !metadata.version.is_empty() && metadata.has_mac()
    });
    crate::standard_streams::print(format!("{{\"encrypted\":{is_encrypted}}}\n").as_bytes())?;
    Ok(0)
}

/// The result of a change of keys; the text as it stands if nothing changed.
pub fn text_of(outcome: Outcome, before: &str) -> zeroize::Zeroizing<String> {
    match outcome {
        Outcome::Changed(Encrypted { text, .. }) => text,
        Outcome::Unchanged => before.to_owned().into(),
    }
}

fn check_input(session: Session<'_>, path: Option<&Path>) -> Result<(), Stop> {
    match path {
        Some(path) if !path.exists() => Err(Stop::new(code::NO_FILE, format!("{} is not there", path.display()))),
        None if session.args.in_place => Err(Stop::new(code::CONFLICT, "the standard input cannot be replaced")),
        _ => Ok(()),
    }
}
