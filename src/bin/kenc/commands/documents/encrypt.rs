//! `kenc encrypt --values`.

mod tree;

use std::ffi::OsStr;

use kenc::Session;
use kenc::context::EncryptionContext;
use kenc::document::EncryptedText;
use kenc::error::Error;
use kenc::formats::detect;
use kenc::fs::atomic::{Access, Sync};

use crate::args::EncryptArgs;
use crate::commands::encrypt::check_names;
use crate::documents::{asked_extent, options, write};
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;
use kenc::ops::documents::recipe::{EncryptionExtent, recipe};
use kenc::ops::jobs::{Job, ResultChoice, plan};

/// Whether the inputs are documents whose values are encrypted. They all are, or none is.
pub fn applies(args: &EncryptArgs, configs: &Configs) -> Result<bool, Failure> {
    // A folder is taken as it is: what is in it may be anything.
    if args.many.is_asked() {
        return Ok(args.values.values);
    }
    Ok(EncryptionExtent::of_all(&args.inputs, asked_extent(&args.values), configs)? == EncryptionExtent::Values)
}

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    // A document keeps its name: it is what it was, with other values.
    let jobs: Vec<Result<Job, Failure>> = if args.many.recursive {
        tree::plan(args, configs, reporter)?
    } else {
        plan(&args.inputs, &ResultChoice::from(&args.output), OsStr::to_owned)?.into_iter().map(Ok).collect()
    };
    let context = EncryptionContext::from_words(&args.context).map_err(Error::from)?;
    signals::handle()?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    let encryption = DocumentEncryption { args, configs, reporter, context: &context, session: &session };
    if args.many.recursive {
        return tree::run(&encryption, jobs);
    }
    let count = jobs.len();
    reporter.all(count, jobs.into_iter().map(|job| encryption.of(&job?)))
}

/// How documents are encrypted in a run.
struct DocumentEncryption<'a> {
    args: &'a EncryptArgs,
    configs: &'a Configs,
    reporter: &'a Reporter,
    context: &'a EncryptionContext,
    session: &'a Session,
}

impl DocumentEncryption<'_> {
    fn of(&self, job: &Job) -> Result<Exit, Failure> {
        let Self { args, configs, reporter, context, session } = self;
        let path = job.input.as_deref();
        let about = || Failure::about(job.name());
        let recipe = recipe(path, &args.keys, context, options(&args.values), configs)?;
        let (input, held) = job.open_input()?;
        check_names(held.as_ref(), args.output.force)?;
        let document =
            detect::read_plaintext(input, path, args.values.input_type.input_type.map(Into::into)).map_err(about())?;
        let EncryptedText { text, aliases } = document.encrypt(&recipe, &session.keyring()).map_err(about())?;
        let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
        write(&job.destination, text.as_bytes(), Access::Umask, sync, held).map_err(about())?;
        reporter.note(&format!("{}: {} bytes written", job.name(), text.len()));
        if let Some(at) = aliases.first() {
            reporter.hint(&format!(
                "{}: {at}: kenc can read an alias of an encrypted value, but sops cannot; if sops reads the file, replace \
                 the alias by the value before you encrypt",
                job.name()
            ));
        }
        Ok(Exit::Done)
    }
}
