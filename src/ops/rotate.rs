//! A new data key for files, and so a new payload.

use crate::context::EncryptionContext;
use crate::crypto::{Backend, Suite};
use crate::document::{EncryptedDocument, EncryptionRule, MacScope};
use crate::error::{Error, Result};
use crate::formats::detect::Detected;
use crate::formats::format::{EncryptedFile, FileFormat};
use crate::formats::native::file::NativeFile;
use crate::formats::native::file_format::write_armored;
use crate::formats::native::pipeline::{PayloadOutput, Pipeline};
use crate::formats::native::{ChunkCipher, NewFile, Parameters, write_error};
use crate::fs::held::Held;
use crate::keys::rewrap::FileToRenew;
use crate::keys::{Rewrapper, Vouchers, WrappedKey};
use crate::ops::change::new_form::NewForm;
pub use crate::ops::change::reencryption::Share;
use crate::ops::change::reencryption::{Reencryption, SuccessorForm};
use crate::ops::change::run::{ChangeExtent, KeyChanges};
use crate::ops::change::targets::{Content, Intent, Target, is_native};
use crate::ops::documents::rekeyed::{RotatedDocument, RotationOptions, rotate as rotate_document};
use crate::ops::failure::{Cause, Failure};
use crate::ops::observer::Progress;
use crate::ops::tree::size::FileProgress;

/// What is new in the files besides their data key. `None` is what each has.
pub struct RotateOptions {
    /// The encryption context.
    pub context: Option<EncryptionContext>,
    /// The cipher of files that are encrypted as a whole.
    pub suite: Option<Suite>,
    /// Which values of documents are encrypted.
    pub rule: Option<EncryptionRule>,
    /// Which values of documents the MAC covers.
    pub mac_scope: Option<MacScope>,
}

/// What became of one target.
pub enum RotateOutcome {
    /// It is encrypted as a whole, under these keys now.
    File(Vec<WrappedKey>),
    /// It is a document.
    Document(Box<RotatedDocument>),
    /// It is an object below a prefix, and is not encrypted.
    NotEncrypted,
}

/// Gives a target a new data key.
///
/// # Errors
/// If no key opens it, one refuses, nothing vouches for one, it is not authentic, or the result cannot be written.
pub fn rotate(
    changes: &KeyChanges<'_>,
    options: &RotateOptions,
    share: Share<'_>,
    target: &Target,
) -> Result<RotateOutcome, Failure> {
    let all = share.progress.zip(target.path());
    let counted = all.map(|(all, path)| FileProgress::new(all, || path.to_owned()));
    let progress = counted.as_ref().map(|counted| counted as &dyn Progress).or(share.progress);
    let outcome = rotate_target(changes, options, Share { progress, ..share }, target);
    if let Some(counted) = counted {
        counted.end(outcome.is_ok());
    }
    outcome
}

fn rotate_target(
    changes: &KeyChanges<'_>,
    options: &RotateOptions,
    share: Share<'_>,
    target: &Target,
) -> Result<RotateOutcome, Failure> {
    let shown = changes.options.extent == ChangeExtent::Shown;
    let intent = if shown { Intent::Read } else { Intent::Change(changes.session) };
    let Some((content, held)) = target.read_encrypted(intent, changes.options.notation)? else {
        return Ok(RotateOutcome::NotEncrypted);
    };
    let outcome = match content {
        Content::File(detected) if !is_native(&detected) => {
            let format = detected.format;
            let file = detected.read(changes.session.read_policy()).map_err(target.about())?;
            reencrypt(changes, options, share, target, (file, format), held).map(RotateOutcome::File)
        }
        Content::File(detected) => {
            let native = Detected::File(detected).native().map_err(target.about())?;
            Rotation { changes, options, share, target }.file(native, held).map(RotateOutcome::File)
        }
        Content::Document(sealed) => {
            let rotated = document(changes, options, target, *sealed, held)?;
            Ok(RotateOutcome::Document(Box::new(rotated)))
        }
    }?;
    target.tell_old_version(changes.session.observer());
    Ok(outcome)
}

fn document(
    changes: &KeyChanges<'_>,
    options: &RotateOptions,
    target: &Target,
    sealed: EncryptedDocument,
    held: Option<Held>,
) -> Result<RotatedDocument, Failure> {
    let KeyChanges { session, options: key_options, vouching, .. } = changes;
    let RotateOptions { context, suite, rule, mac_scope } = options;
    if suite.is_some() {
        return Err(Cause::CipherOfDocument(target.name()).into());
    }
    let rotation = RotationOptions { rule: rule.clone(), mac_scope: *mac_scope, context: context.clone() };
    let vouchers = |old: &_| vouching.of_document(target, old);
    let (path, keys, demanded) = (target.path(), vouching.documents, key_options.demanded);
    let rotated = rotate_document(sealed, path, keys, rotation, vouchers, demanded, session)?;
    if key_options.extent == ChangeExtent::Written {
        target.write(&rotated.text, key_options.results, held, *session)?;
    }
    Ok(rotated)
}

/// Encrypts a file of another format again, in that format.
fn reencrypt(
    changes: &KeyChanges<'_>,
    options: &RotateOptions,
    share: Share<'_>,
    target: &Target,
    (file, format): (Box<dyn EncryptedFile>, &'static dyn FileFormat),
    held: Option<Held>,
) -> Result<Vec<WrappedKey>, Failure> {
    if options.suite.is_some() {
        return Err(target.about()(Error::NotOfFormat("only kenc files have a choice of ciphers")));
    }
    let context = match &options.context {
        Some(context) => context.clone(),
        None => NewForm::default().context_of(&*file, changes.session.context()).map_err(target.about())?,
    };
    let successor = SuccessorForm { form: (format, file.seal_settings()), context };
    let reencryption = Reencryption::prepare(changes, target, file, successor)?;
    let slots = reencryption.wrapped_keys().to_vec();
    if changes.options.extent == ChangeExtent::Written {
        reencryption.write(changes, share, target, held)?;
    }
    Ok(slots)
}

/// The rotation of one kenc file.
struct Rotation<'a> {
    changes: &'a KeyChanges<'a>,
    options: &'a RotateOptions,
    share: Share<'a>,
    target: &'a Target,
}

/// What the new file begins with, and how the old one is opened.
struct NewPayload {
    slots: Vec<WrappedKey>,
    file: NewFile,
    old_cipher: ChunkCipher,
}

impl Rotation<'_> {
    fn file(&self, native: NativeFile, held: Option<Held>) -> Result<Vec<WrappedKey>, Failure> {
        let Self { changes: KeyChanges { session, configs, options, rewrappers, vouching, .. }, share, target, .. } =
            self;
        let trusted = configs.trusted(target.path())?;
        let rewrapper = &rewrappers.of(target)?.trusting(&trusted);
        let vouchers = vouching.of_file(target, &native.head.header.table.slots)?;
        let prepared = self.prepare(&native, rewrapper, &vouchers).map_err(target.about())?;
        let NewPayload { slots, file: NewFile { head, cipher }, old_cipher } = prepared;
        if options.extent == ChangeExtent::Shown {
            return Ok(slots);
        }
        let NativeFile { is_armored, mut payload, .. } = native;
        let (mut output, watched) = target.open_output(options.results, held)?;
        let progress = share.progress_of(&target.name(), payload.len(), session.observer());
        let pipeline = Pipeline { threads: share.threads, progress: &progress, cancelled: session.cancelled() };
        let resealed = if is_armored {
            write_armored(&mut output, |mut armor| {
                armor.write_all(&head).map_err(write_error)?;
                pipeline.reseal(&old_cipher, &cipher, payload.source(), PayloadOutput::Stream(&mut armor))
            })
        } else {
            output.write(&head, |sink| pipeline.reseal(&old_cipher, &cipher, payload.source(), sink))
        };
        drop(progress);
        resealed.map_err(target.about())?;
        target.commit(output, watched, *session)?;
        Ok(slots)
    }

    /// Opens the old file and makes what the new one begins with.
    fn prepare(&self, native: &NativeFile, rewrapper: &Rewrapper<'_>, vouchers: &Vouchers) -> Result<NewPayload> {
        let Self { changes: KeyChanges { session, .. }, options, .. } = self;
        let head = &native.head;
        let Parameters { suite, context } = &head.header.parameters;
        context.check_contains(session.context())?;
        let slots = &head.header.table.slots;
        // No key is asked for a file that will not get a new one.
        vouchers.check(&rewrapper.recipients_of_header(slots)?)?;
        let old_cipher = rewrapper.with_data_key(slots, context, |key| head.cipher(key, Backend::default()))?;
        let is_data_key = &|data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let new_context = options.context.as_ref().unwrap_or(context);
        let renewed = rewrapper.renew(&FileToRenew { slots, context, is_data_key }, new_context, vouchers)?;
        let parameters = Parameters { suite: options.suite.unwrap_or(*suite), context: new_context.clone() };
        let file = NewFile::new(parameters, renewed.slots.clone(), &renewed.data_key, Backend::default())?;
        session.observer().note("the old file opens");
        Ok(NewPayload { slots: renewed.slots.clone(), file, old_cipher })
    }
}
