//! `kenc encrypt`.

pub mod tree;

use kenc::error::Error;
use kenc::formats::format::Encoding;
use kenc::ops::configs::Configs;
use kenc::ops::encrypt::{EncryptRequest, EncryptedJob};
use kenc::ops::jobs::ResultChoice;

use crate::args::EncryptArgs;
use crate::commands::documents;
use crate::commands::new_file::{context, form};
use crate::commands::opening::threads;
use crate::commands::produced;
use crate::failure::{Exit, Failure};
use crate::habits::{self, Replacement};
use crate::output::refuse_terminal;
use crate::report::Reporter;
use crate::{run_report, sessions, signals};

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_keys(&args.keys)?;
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place && !args.output.force {
        habits::check_in_place(&args.inputs, Replacement::Encrypted)?;
    }
    if let Some(hint) = habits::several_pairs(&args.context) {
        reporter.hint(&hint);
    }
    if !args.command.is_empty() {
        return produced::run(args, configs, reporter);
    }
    if args.values.records.records.is_none() && documents::encrypt::applies(args, configs)? {
        return documents::encrypt::run(args, configs, reporter);
    }
    if args.many.is_asked() {
        return tree::run(args, configs, reporter);
    }
    one_by_one(args, configs, reporter)
}

fn one_by_one(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    run_report::shard(&args.shard, false)?;
    let request = EncryptRequest {
        inputs: &args.inputs,
        results: &ResultChoice::from(&args.output),
        keys: &args.keys,
        context: &context(args)?,
        form: form(args),
        records: args.values.records.request().map_err(Error::from)?,
        least: args.min_size,
        threads: threads(&args.work),
    };
    let plan = request.plan(configs)?;
    // Records are text, as armor is.
    let encoding = if request.records.is_some() { Encoding::Armored } else { request.form.1.encoding };
    plan.jobs.iter().try_for_each(|job| refuse_terminal(&job.destination, job.input.as_deref(), encoding))?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    signals::handle(&session)?;
    let count = plan.jobs.len();
    reporter.all(count, plan.prepare(&session)?.run().map(|done| Ok(tell(&done?, reporter))))
}

fn tell(done: &EncryptedJob, reporter: &Reporter) -> Exit {
    let EncryptedJob { name, bytes, may_be_document } = done;
    reporter.note(&format!("{name}: {bytes} bytes written"));
    if *may_be_document && reporter.shows_progress() {
        reporter.hint(&format!("`kenc encrypt --values {name}` encrypts only its values and leaves its keys readable"));
    }
    Exit::Done
}
