//! `kenc encrypt` of files one by one, each as a whole.

use kenc::error::Error;
use kenc::formats::format::Encoding;
use kenc::ops::configs::Configs;
use kenc::ops::encrypt::{EncryptRequest, EncryptedJob};
use kenc::ops::jobs::ResultChoice;
use kenc::ops::places::identities;
use kenc::ops::upload::resumable::FailedUpload;

use crate::args::EncryptArgs;
use crate::commands::new_file::{context, form};
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::output::refuse_terminal;
use crate::report::Reporter;
use crate::{run_report, sessions, signals};

pub fn run(
    args: &EncryptArgs,
    failed_upload: FailedUpload,
    configs: &Configs,
    reporter: &Reporter,
) -> Result<Exit, Failure> {
    run_report::shard(&args.shard, false)?;
    let request = EncryptRequest {
        inputs: &args.inputs,
        results: &ResultChoice::from(&args.output),
        keys: &args.keys,
        context: &context(args)?,
        form: form(args),
        records: args.values.records.request().map_err(Error::from)?,
        least: args.min_size,
        failed_upload,
        threads: threads(&args.work),
    };
    let plan = request.plan(configs)?;
    // Records are text, as armor is.
    let encoding = if request.records.is_some() { Encoding::Armored } else { request.form.1.encoding };
    plan.jobs.iter().try_for_each(|job| refuse_terminal(&job.destination, job.input.as_deref(), encoding))?;
    let mut session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    if failed_upload == FailedUpload::Kept {
        // Going on with an upload opens what an earlier run began.
        session = session.with_identity_places(identities(&[]));
    }
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
