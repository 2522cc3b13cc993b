//! `kenc encrypt`.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;

use kenc::Session;
use kenc::config::WholeFileRecipe as Choice;
use kenc::context::EncryptionContext;
use kenc::crypto::{Backend, DataKey, Suite};
use kenc::error::{Error, Result};
use kenc::formats::native::armor::ArmorWriter;
use kenc::formats::native::pipeline::{self, Pipeline};
use kenc::formats::native::{NewFile, Parameters, write_error};
use kenc::fs::atomic::{Access, Sync};
use kenc::fs::held::Held;
use kenc::fs::input::{Input, InputKind};
use kenc::keys::WrappedKey;

use crate::args::{EncryptArgs, PayloadCipher};
use crate::commands::documents;
use crate::commands::encrypt_many;
use crate::commands::opening::threads;
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::habits::{self, Replacement};
use crate::output::{self};
use kenc::formats::detect::is_native;
use kenc::formats::native::file::source_in_file;
use kenc::ops::configs::Configs;
use kenc::ops::jobs::{Job, ResultChoice, plan};
use kenc::ops::observer::Progress as _;
use kenc::storage::output::{Destination, Output};

use crate::progress::Bar;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_keys(&args.keys)?;
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place && !args.output.force {
        habits::check_in_place(&args.inputs, Replacement::Encrypted)?;
    }
    if let Some(hint) = habits::several_pairs(&args.context) {
        reporter.hint(&hint);
    }
    if documents::encrypt::applies(args, configs)? {
        return documents::encrypt::run(args, configs, reporter);
    }
    if args.many.is_asked() {
        return encrypt_many::run(args, configs, reporter);
    }
    let jobs = plan(&args.inputs, &ResultChoice::from(&args.output), encrypted_name)?;
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    let Choices { distinct, of_jobs } = choose(&jobs, args, configs, &context)?;
    for job in &jobs {
        // Armor is text, made for terminals too.
        if !args.armor && output::is_unasked_terminal(&job.destination) {
            return Err(CommandFault::CiphertextToTerminal { input: job.input.clone() }.into());
        }
    }
    signals::handle()?;
    // What is wrong with a single file is found before a key is asked. Many are opened one by one, for a process may not
    // have many files open.
    let mut opened = if let [job] = &jobs[..] { Some(open(job, args)?) } else { None };

    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    let recipes: Vec<Recipe> =
        distinct.into_iter().map(|choice| recipe(choice, args, &session)).collect::<Result<_>>()?;

    let outcomes = jobs.iter().zip(of_jobs).map(|(job, choice)| {
        let OfJob { recipe, is_by_rule } = choice?;
        let (input, output) = opened.take().map_or_else(|| open(job, args), Ok)?;
        let bytes = seal(args, reporter, (job, &session), &recipes[recipe], input, output)
            .map_err(Failure::about(job.name()))?;
        reporter.note(&format!("{}: {bytes} bytes written", job.name()));
        if !is_by_rule && reporter.shows_progress() && is_named_like_a_document(job) {
            reporter.hint(&format!(
                "`kenc encrypt --values {}` encrypts only its values and leaves its keys readable",
                job.name()
            ));
        }
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}

/// The keys and contexts of a run.
struct Choices {
    distinct: Vec<Choice>,
    /// For each job the number of its choice; or why there is none for this one, which does not stop the others.
    of_jobs: Vec<Result<OfJob, Failure>>,
}

struct OfJob {
    recipe: usize,
    is_by_rule: bool,
}

fn choose(
    jobs: &[Job],
    args: &EncryptArgs,
    configs: &Configs,
    context: &EncryptionContext,
) -> Result<Choices, Failure> {
    let mut choices = Choices { distinct: Vec::new(), of_jobs: Vec::with_capacity(jobs.len()) };
    for job in jobs {
        let choice = match configs.choose(&args.keys, context, job.input.as_deref()) {
            Err(failure @ Failure { cause: Cause::Library(Error::Config(_)), .. }) if jobs.len() > 1 => {
                choices.of_jobs.push(Err(failure));
                continue;
            }
            other => other?,
        };
        let is_by_rule = choice.line.is_some();
        let known = choices.distinct.iter().position(|other| *other == choice);
        let recipe = known.unwrap_or_else(|| {
            choices.distinct.push(choice);
            choices.distinct.len() - 1
        });
        choices.of_jobs.push(Ok(OfJob { recipe, is_by_rule }));
    }
    Ok(choices)
}

/// Makes a data key for a choice of keys, and wraps it.
pub fn recipe(choice: Choice, args: &EncryptArgs, session: &Session) -> Result<Recipe> {
    let (data_key, wrapped) = session.wrap_new(&choice)?;
    Ok(Recipe { parameters: Parameters { suite: suite(args.cipher), context: choice.context }, wrapped, data_key })
}

/// Whether somebody may have meant the values of the file rather than the whole.
fn is_named_like_a_document(job: &Job) -> bool {
    let Some(path) = &job.input else { return false };
    let ending = path.extension().or(path.file_name()).unwrap_or_default();
    ["yaml", "yml", "json", "toml", "ini", "env", ".env"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// What all files with the same keys and context share. Each has a salt of its own, so a key and nonces of its own.
pub struct Recipe {
    pub parameters: Parameters,
    pub wrapped: Vec<WrappedKey>,
    pub data_key: DataKey,
}

impl Recipe {
    /// Begins a file.
    pub fn new_file(&self) -> Result<NewFile> {
        let Self { parameters, wrapped, data_key } = self;
        NewFile::new(parameters.clone(), wrapped.clone(), data_key, Backend::default())
    }
}

pub fn suite(cipher: PayloadCipher) -> Suite {
    match cipher {
        PayloadCipher::Aes256Gcm => Suite::Aes256Gcm,
        PayloadCipher::ChaCha20Poly1305 => Suite::ChaCha20Poly1305,
    }
}

pub fn encrypted_name(name: &OsStr) -> OsString {
    let mut name = name.to_owned();
    name.push(".kenc");
    name
}

fn open(job: &Job, args: &EncryptArgs) -> Result<(Input, Output), Failure> {
    if let Some(path) = job.input.as_ref().filter(|path| path.is_dir()) {
        return Err(Cause::CannotEncryptDirectory(path.clone()).into());
    }
    let (input, held) = job.open_input()?;
    check_names(held.as_ref(), args.output.force)?;
    let input = match &job.destination {
        Destination::Input { path } if !args.output.force => refuse_kenc_file(input, path)?,
        _ => input,
    };
    let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
    Ok((input, Output::open(&job.destination, Access::Umask, sync, held)?))
}

/// A file that is encrypted in its place must not stay in plaintext under another name.
pub fn check_names(held: Option<&Held>, is_forced: bool) -> Result<(), Cause> {
    match held {
        Some(held) if held.names() > 1 && !is_forced => {
            Err(Cause::PlaintextHasOtherNames { path: held.path().to_owned(), names: held.names() })
        }
        _ => Ok(()),
    }
}

/// A second run of a script must not encrypt twice what it replaced the first time.
fn refuse_kenc_file(input: Input, path: &Path) -> Result<Input, Failure> {
    let (start, input) = input.peek()?;
    if is_native(&start) { Err(Cause::EncryptedAlready(path.to_owned()).into()) } else { Ok(input) }
}

/// Seals one input. Returns how many bytes were written, without armor.
fn seal(
    args: &EncryptArgs,
    reporter: &Reporter,
    (job, session): (&Job, &Session),
    recipe: &Recipe,
    input: Input,
    mut output: Output,
) -> Result<u64> {
    let NewFile { head, cipher } = recipe.new_file()?;
    let progress = Bar::new(reporter.shows_progress(), &job.name(), input.len());
    let pipeline = Pipeline {
        threads: threads(&args.work),
        progress: &|bytes| progress.advance(bytes),
        cancelled: session.cancelled(),
    };
    let mut kind = input.kind;
    let source = match &mut kind {
        InputKind::File { file, start, len } => source_in_file(file, *start, *len),
        InputKind::Stream(stream) => pipeline::PayloadInput::Stream(&mut **stream),
    };
    let sealed = if args.armor {
        let mut armor = ArmorWriter::new(output.writer()).map_err(write_error)?;
        armor.write_all(&head).map_err(write_error)?;
        let sealed = pipeline.seal(&cipher, source, pipeline::PayloadOutput::Stream(&mut armor))?;
        armor.finish().map_err(write_error)?;
        sealed
    } else {
        output.write(&head, |sink| pipeline.seal(&cipher, source, sink))?
    };
    drop(progress);
    output.commit()?;
    Ok(head.len() as u64 + sealed)
}
