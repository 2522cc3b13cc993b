//! Other keys for files, with the same data key and the same payload.

use crate::document::EncryptedDocument;
use crate::error::{Error, Result};
use crate::formats::description::CopiesFound;
use crate::formats::detect::DetectedFile;
use crate::formats::format::{NewHead, RewrappedFile};
use crate::formats::native::write_placed;
use crate::fs::held::Held;
use crate::keys::Rewrapped;
use crate::ops::change::run::{ChangeExtent, KeyChanges};
use crate::ops::change::targets::{Content, FOREIGN_BY_CONFIG, Intent, Target, is_native};
use crate::ops::documents::keys::NewKeySource;
use crate::ops::documents::rekeyed::{RekeyedDocument, rewrap as rewrap_document};
use crate::ops::failure::Failure;

/// What became of one target.
pub enum RewrapOutcome {
    /// It is encrypted as a whole.
    File(FileRewrap),
    /// It is a document.
    Document(RekeyedDocument),
}

/// What became of a file that is encrypted as a whole.
pub struct FileRewrap {
    /// What became of its keys.
    pub rewrapped: Rewrapped,
    /// How the copies of its wrapped keys were found.
    pub copies: Option<CopiesFound>,
    /// What was written.
    pub written: Written,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing: there was nothing to change.
    Nothing,
    /// The copy of the wrapped keys that was not whole.
    Mended,
    /// The wrapped keys, in their places.
    InPlace,
    /// The whole file.
    Anew,
}

impl RewrapOutcome {
    /// Whether anything was to be written.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match self {
            Self::File(done) => done.written != Written::Nothing,
            Self::Document(done) => done.is_changed,
        }
    }
}

/// Gives a target the keys that it is to have.
///
/// # Errors
/// If no key opens it, a new one refuses, nothing vouches for one, or the result cannot be written.
pub fn rewrap(changes: &KeyChanges<'_>, target: &Target) -> Result<RewrapOutcome, Failure> {
    let options = changes.options;
    let intent = if options.extent == ChangeExtent::Shown { Intent::Read } else { Intent::Change(changes.session) };
    let (content, held) = target.read(intent, options.notation)?;
    match content {
        Content::File(detected) => file(changes, target, detected, held).map(RewrapOutcome::File),
        Content::Document(sealed) => document(changes, target, *sealed, held).map(RewrapOutcome::Document),
    }
}

fn document(
    changes: &KeyChanges<'_>,
    target: &Target,
    sealed: EncryptedDocument,
    held: Option<Held>,
) -> Result<RekeyedDocument, Failure> {
    let KeyChanges { session, options, vouching, .. } = changes;
    let new = vouching.documents.of(sealed.metadata(), target.path())?;
    let vouchers = |old: &_| vouching.of_document(target, old);
    let rekeyed = rewrap_document(sealed, target.path(), new, vouchers, options.demanded, session)?;
    let is_elsewhere = matches!(target, Target::Elsewhere(_));
    if (rekeyed.is_changed || is_elsewhere) && options.extent == ChangeExtent::Written {
        target.write(&rekeyed.text, options.results, held, *session)?;
    }
    Ok(rekeyed)
}

fn file(
    changes: &KeyChanges<'_>,
    target: &Target,
    detected: DetectedFile,
    held: Option<Held>,
) -> Result<FileRewrap, Failure> {
    let KeyChanges { session, configs, options, rewrappers, .. } = changes;
    if options.source == NewKeySource::Config && !is_native(&detected) {
        return Err(target.about()(FOREIGN_BY_CONFIG));
    }
    let trusted = configs.trusted(target.path())?;
    let rewrapper = rewrappers.of(target)?.trusting(&trusted);
    let file = detected.read(session.read_policy()).map_err(target.about())?;
    file.context().check_contains(session.context()).map_err(Error::from).map_err(target.about())?;
    let copies = file.describe().copies;
    let RewrappedFile { rewrapped, head } = file.rewrap(&rewrapper).map_err(target.about())?;
    let NewHead::Replaced { bytes, in_place } = head else {
        return Err(target.about()(Error::NotOfFormat("this file cannot keep its data key under other keys")));
    };
    let is_changed = rewrapped.slots != file.wrapped_keys();
    let is_itself = matches!(target, Target::Itself(_));
    let written = match &in_place {
        _ if !is_itself => Written::Anew,
        Some(parts) if parts.is_empty() => Written::Nothing,
        _ if !is_changed => Written::Mended,
        Some(_) => Written::InPlace,
        None => Written::Anew,
    };
    let done = FileRewrap { rewrapped, copies, written };
    if options.extent == ChangeExtent::Shown || written == Written::Nothing {
        return Ok(done);
    }
    match (in_place.filter(|_| is_itself), held) {
        (Some(parts), Some(held)) => {
            held.check_unchanged()?;
            write_placed(&mut held.file(), &parts).map_err(target.about())?;
            // What was written must not have gone into a file that another program has replaced.
            held.check_named()?;
        }
        (_, held) => {
            let (mut output, watched) = target.open_output(options.results, held)?;
            file.write_with(&bytes, &mut output, session.cancelled()).map_err(target.about())?;
            target.commit(output, watched, *session)?;
        }
    }
    Ok(done)
}
