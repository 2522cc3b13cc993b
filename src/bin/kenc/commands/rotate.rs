//! `kenc rotate`.

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, Suite};
use kenc::document::DataKeyChange;
use kenc::error::{Error, Result};
use kenc::formats::native::pipeline::{self, Pipeline};
use kenc::formats::native::{NewFile, Parameters, write_error};
use kenc::fs::held::Held;
use kenc::keys::rewrap::FileToRenew;
use kenc::keys::{Rewrapper, Vouchers, WrappedKey};
use serde_json::{Value, json};

use crate::args::{PayloadCipher, RotateArgs};
use crate::commands::changing::by_config::{ByConfig, Rewrappers};
use crate::commands::changing::confirm::confirm;
use crate::commands::changing::vouching::{Consent, Vouching};
use crate::commands::changing::{self, Content, Intent, OldAndNew, Target, named};
use crate::commands::documents;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::habits::{self, Replacement};
use kenc::formats::native::file::{NativeFile, Payload};
use kenc::ops::configs::Configs;
use kenc::ops::documents::keys::KeysOfDocuments;
use kenc::ops::observer::Progress as _;

use crate::progress::Bar;
use crate::report::rekeyed_document::DocumentRotated;
use crate::report::{Reporter, printable};
use crate::sessions;
use crate::signals;

/// Files processed at the same time. They share the threads, and so the memory.
const AT_ONCE: usize = 4;

pub fn run(args: &RotateArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.files.in_place {
        habits::check_in_place(&args.files.inputs, Replacement::OfEncrypted(args.document.input_type.input_type))?;
    }
    let targets = changing::targets(&args.files, reporter)?;
    let passphrases = OldAndNew::new(&args.passphrase, &args.new_passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.files.inputs)?;
    let new_context = if args.no_context || !args.new_context.is_empty() {
        Some(EncryptionContext::from_words(&args.new_context).map_err(Error::from)?)
    } else {
        None
    };
    let trusted = configs.trusted(args.files.inputs.first().map(std::path::PathBuf::as_path))?;
    let keyring = session.keyring_trusting(&trusted);
    let rewrapper = Rewrapper::new(
        &keyring,
        changing::key_change(&args.change, configs, &args.files.inputs)?,
        session.only().to_vec(),
    );
    let looked_up = if args.from_config.from_config { &targets[..] } else { &[] };
    let by_config = ByConfig::new(looked_up, configs, &session);
    let keyrings = by_config.keyrings(&session, &trusted);
    let rewrappers = Rewrappers {
        rewrapper: &rewrapper,
        by_config: args.from_config.from_config.then_some(&by_config),
        of_config: by_config.rewrappers(&keyrings, session.only()),
        configs,
    };
    let documents = KeysOfDocuments {
        rewrapper: &rewrapper,
        configs,
        source: changing::key_source(&args.document, &args.from_config),
    };
    let notation = args.document.input_type.input_type;
    confirm(&targets, &args.from_config, notation, &documents, |target| rewrappers.of(target), reporter)?;
    let mut vouching = Vouching::new(configs, &documents, session.only(), Consent::of_flag(args.from_config.yes));
    vouching.ask(&targets, notation, DataKeyChange::Renewed, |target| rewrappers.of(target), reporter)?;
    signals::handle()?;
    let at_once = AT_ONCE.min(targets.len()).max(1);
    let rotation = Rotation {
        args,
        reporter,
        session: &session,
        new_context,
        rewrappers: &rewrappers,
        vouching: &vouching,
        threads: (threads(&args.work) / at_once).max(1),
        shows_progress: at_once == 1 && reporter.shows_progress(),
    };
    changing::for_each(
        reporter,
        targets,
        at_once,
        |target| rotation.of(target),
        |done: &RotateOutcome| {
            let (is_apart, text, json) = match done {
                RotateOutcome::File(done) => (done.is_apart, done.text(), done.json()),
                RotateOutcome::Document(done) => (done.is_apart, done.text(), done.json()),
            };
            if is_apart {
                reporter.note(text.trim_end());
                Ok(())
            } else {
                reporter.confirmation(&text, &json)
            }
        },
    )
}

/// Rotates every file of a run.
struct Rotation<'a> {
    args: &'a RotateArgs,
    reporter: &'a Reporter,
    session: &'a Session,
    /// `None` to keep that of each file.
    new_context: Option<EncryptionContext>,
    rewrappers: &'a Rewrappers<'a>,
    vouching: &'a Vouching<'a>,
    threads: usize,
    shows_progress: bool,
}

impl Rotation<'_> {
    fn of(&self, target: &Target) -> Result<RotateOutcome, Failure> {
        let Self { args, new_context, session, .. } = self;
        let (content, held) = target.read(Intent::Change, args.document.input_type.input_type)?;
        match content {
            Content::Foreign(_) => Err(target.about()(Error::NotOfFormat(
                "only kenc files and documents get a new data key; decrypt this file and encrypt it again",
            ))),
            Content::File(recognised) => self.file(target, *recognised, held).map(RotateOutcome::File),
            Content::Document(sealed) => {
                let target = (target, held);
                documents::rotate::run(*sealed, args, target, new_context.as_ref(), self.vouching, session)
                    .map(|done| RotateOutcome::Document(Box::new(done)))
            }
        }
    }

    fn file(&self, target: &Target, recognised: NativeFile, held: Option<Held>) -> Result<FileRotation, Failure> {
        let trusted = self.vouching.configs.trusted(target.path())?;
        let rewrapper = &self.rewrappers.of(target)?.trusting(&trusted);
        let vouchers = self.vouching.of_file(target, &recognised.head.header.table.slots)?;
        let prepared = self.prepare(&recognised, rewrapper, &vouchers).map_err(target.about())?;
        let NewPayload { slots, file, old_cipher } = prepared;
        let NativeFile { is_armored, mut payload, .. } = recognised;
        let (mut output, watched) = target.open_output(&self.args.files, held)?;

        let len = if let Payload::File { len, .. } = payload { Some(len) } else { None };
        let progress = Bar::new(self.shows_progress, &target.name(), len);
        let pipeline = Pipeline {
            threads: self.threads,
            progress: &|bytes| progress.advance(bytes),
            cancelled: self.session.cancelled(),
        };
        let NewFile { head, cipher } = file;
        let resealed = if is_armored {
            changing::write_armored(&mut output, |mut armor| {
                armor.write_all(&head).map_err(write_error)?;
                let sink = pipeline::PayloadOutput::Stream(&mut armor);
                pipeline.reseal(&old_cipher, &cipher, payload.source(), sink).map(drop)
            })
        } else {
            output.write(&head, |sink| pipeline.reseal(&old_cipher, &cipher, payload.source(), sink)).map(drop)
        };
        drop(progress);
        resealed.map_err(target.about())?;
        target.commit(output, watched)?;
        Ok(FileRotation { name: target.name(), is_apart: target.is_standard_output(), slots })
    }

    /// Opens the old file and makes the header of the new one.
    fn prepare(&self, recognised: &NativeFile, rewrapper: &Rewrapper<'_>, vouchers: &Vouchers) -> Result<NewPayload> {
        let head = &recognised.head;
        head.header.parameters.context.check_contains(self.session.context())?;
        let Parameters { suite, context } = &head.header.parameters;
        let slots = &head.header.table.slots;
        // No key is asked for a file that will not be written.
        vouchers.check(&rewrapper.recipients_of_header(slots)?)?;
        let old_cipher = rewrapper.with_data_key(slots, context, |key| head.cipher(key, Backend::default()))?;
        let is_data_key = &|data_key: &_| head.cipher(data_key, Backend::default()).is_some();
        let new_context = self.new_context.as_ref().unwrap_or(context);
        let renewed = rewrapper.renew(&FileToRenew { slots, context, is_data_key }, new_context, vouchers)?;
        let suite = match self.args.cipher {
            None => *suite,
            Some(PayloadCipher::Aes256Gcm) => Suite::Aes256Gcm,
            Some(PayloadCipher::ChaCha20Poly1305) => Suite::ChaCha20Poly1305,
        };
        let parameters = Parameters { suite, context: new_context.clone() };
        let file = NewFile::new(parameters, renewed.slots.clone(), &renewed.data_key, Backend::default())?;
        self.reporter.note("the old file opens");
        Ok(NewPayload { slots: renewed.slots.clone(), file, old_cipher })
    }
}

struct NewPayload {
    slots: Vec<WrappedKey>,
    file: NewFile,
    old_cipher: kenc::formats::native::ChunkCipher,
}

/// The outcome for one file or document.
enum RotateOutcome {
    File(FileRotation),
    Document(Box<DocumentRotated>),
}

/// The outcome for one file.
struct FileRotation {
    name: String,
    /// The result itself went to standard output.
    is_apart: bool,
    slots: Vec<WrappedKey>,
}

impl FileRotation {
    fn text(&self) -> String {
        let keys: Vec<String> = self.slots.iter().map(named).collect();
        format!("{}\n", printable(&format!("{}: new data key under {}", self.name, keys.join(", "))))
    }

    fn json(&self) -> Value {
        json!({ "file": self.name, "rotated": true, "keys": changing::keys_json(&self.slots) })
    }
}
