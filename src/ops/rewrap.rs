//! Other keys for files: with the same data key and the same payload where the format permits it, and encrypted again where it
//! does not, or where they become files of another format.

use crate::document::EncryptedDocument;
use crate::error::{Error, Result};
use crate::formats::description::CopiesFound;
use crate::formats::detect::DetectedFile;
use crate::formats::format::{EncryptedFile, FileFormat, NewHead, RewrappedFile};
use crate::formats::native::write_placed;
use crate::fs::held::Held;
use crate::keys::{Rewrapped, Way, WrappedKey};
use crate::ops::change::reencryption::{Reencryption, Share, SuccessorForm};
use crate::ops::change::run::{ChangeExtent, KeyChanges};
use crate::ops::change::targets::{Content, Intent, Target};
use crate::ops::documents::rekeyed::{RekeyedDocument, rewrap as rewrap_document};
use crate::ops::failure::Failure;
use crate::ops::tree::turns::Turns;

/// What became of one target.
pub enum RewrapOutcome {
    /// It is encrypted as a whole.
    File(FileRewrap),
    /// It is a document.
    Document(RekeyedDocument),
    /// It is an object below a prefix, and is not encrypted.
    NotEncrypted,
}

/// What became of a file that is encrypted as a whole.
pub struct FileRewrap {
    /// What became of its keys.
    pub rewrapped: Rewrapped,
    /// How the copies of its wrapped keys were found.
    pub copies: Option<CopiesFound>,
    /// What was written.
    pub written: Written,
    /// Its new format, if it had another one.
    pub converted_to: Option<&'static str>,
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
    /// The whole file, with the same payload.
    Anew,
    /// The whole file, with a new data key and so a new payload.
    Reencrypted,
}

impl RewrapOutcome {
    /// Whether anything was to be written.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match self {
            Self::File(done) => done.written != Written::Nothing,
            Self::Document(done) => done.is_changed,
            Self::NotEncrypted => false,
        }
    }
}

/// How many files of a run are encrypted again at the same time.
pub struct RewrapPace {
    /// All of its files.
    pub files: usize,
    /// Whose turn it is.
    pub turns: Turns,
}

/// Gives a target the keys that it is to have.
///
/// # Errors
/// If no key opens it, a new one refuses, nothing vouches for one, or the result cannot be written.
pub fn rewrap(changes: &KeyChanges<'_>, pace: &RewrapPace, target: &Target) -> Result<RewrapOutcome, Failure> {
    let options = changes.options;
    let intent = if options.extent == ChangeExtent::Shown { Intent::Read } else { Intent::Change(changes.session) };
    let Some((content, held)) = target.read_encrypted(intent, options.notation)? else {
        return Ok(RewrapOutcome::NotEncrypted);
    };
    let outcome = match content {
        Content::File(detected) if options.form.reencrypts(detected.format) => {
            let format = detected.format;
            let file = detected.read(changes.session.read_policy()).map_err(target.about())?;
            reencrypt(changes, pace, target, (file, format), held).map(RewrapOutcome::File)
        }
        Content::File(detected) => file(changes, target, detected, held).map(RewrapOutcome::File),
        Content::Document(sealed) => document(changes, target, *sealed, held).map(RewrapOutcome::Document),
    }?;
    target.tell_old_version(changes.session.observer());
    Ok(outcome)
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
    let trusted = configs.trusted(target.path())?;
    let rewrapper = rewrappers.of(target)?.trusting(&trusted);
    let file = detected.read(session.read_policy()).map_err(target.about())?;
    file.context().check_contains(session.context()).map_err(Error::from).map_err(target.about())?;
    let copies = file.describe().copies;
    let RewrappedFile { rewrapped, head } = file.rewrap(&rewrapper).map_err(target.about())?;
    let NewHead { bytes, in_place } = head;
    let is_changed = rewrapped.slots != file.wrapped_keys();
    let is_itself = matches!(target, Target::Itself(_) | Target::Object(_));
    let written = match &in_place {
        _ if !is_itself => Written::Anew,
        Some(parts) if parts.is_empty() => Written::Nothing,
        _ if !is_changed => Written::Mended,
        Some(_) => Written::InPlace,
        None => Written::Anew,
    };
    let done = FileRewrap { rewrapped, copies, written, converted_to: None };
    if options.extent == ChangeExtent::Shown || written == Written::Nothing {
        return Ok(done);
    }
    if let (Target::Object(object), Some(start)) = (target, file.payload_start())
        && object.replace_head(start, &bytes, options.results.old_versions).map_err(target.about())?
    {
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

/// Encrypts a file again under the keys that it is to have.
fn reencrypt(
    changes: &KeyChanges<'_>,
    pace: &RewrapPace,
    target: &Target,
    (file, format): (Box<dyn EncryptedFile>, &'static dyn FileFormat),
    held: Option<Held>,
) -> Result<FileRewrap, Failure> {
    let KeyChanges { session, configs, options, rewrappers, .. } = changes;
    let trusted = configs.trusted(target.path())?;
    let rewrapper = rewrappers.of(target)?.trusting(&trusted);
    let form = &options.form;
    let (new_format, settings) = form.of(&*file, format);
    let converted_to = form.converts(format).then(|| new_format.name());
    let old = file.wrapped_keys().to_vec();
    // Of a file that becomes another one, all keys are made anew.
    let change = if converted_to.is_some() { None } else { Some(rewrapper.planned(&old).map_err(target.about())?) };
    let is_itself = matches!(target, Target::Itself(_));
    let has_all = |planned: &Rewrapped| planned.added.is_empty() && planned.removed.is_empty();
    let change = match change {
        Some(planned) if is_itself && has_all(&planned) && settings == file.seal_settings() => {
            return Ok(FileRewrap { rewrapped: planned, copies: None, written: Written::Nothing, converted_to: None });
        }
        change => change,
    };
    let context = form.context_of(&*file, session.context()).map_err(target.about())?;
    let len = file.len();
    let successor = SuccessorForm { form: (new_format, settings), context };
    let reencryption = Reencryption::prepare(changes, target, file, successor)?;
    let slots = reencryption.wrapped_keys().to_vec();
    if options.extent == ChangeExtent::Written {
        let turn = pace.turns.wait(len.unwrap_or(u64::MAX));
        let share = Share { files: pace.files, threads: turn.threads(), progress: None };
        reencryption.write(changes, share, target, held)?;
    }
    let (added, removed, absent) = match change {
        Some(planned) => (without(&slots, &old), without(&old, &slots), planned.absent),
        None => Default::default(),
    };
    let outcome = Rewrapped { slots, added, removed, absent, way: Way::Unwrapped };
    Ok(FileRewrap { rewrapped: outcome, copies: None, written: Written::Reencrypted, converted_to })
}

/// Those of `slots` whose keys are not among those of `others`. All are wrapped anew, so only their names tell.
fn without(slots: &[WrappedKey], others: &[WrappedKey]) -> Vec<WrappedKey> {
    let is_same = |one: &WrappedKey, other: &WrappedKey| one.provider == other.provider && one.key_id == other.key_id;
    slots.iter().filter(|slot| !others.iter().any(|other| is_same(slot, other))).cloned().collect()
}
