//! `kenc decrypt`.

use kenc::fs::atomic::{Access, Sync};
use kenc::ops::configs::Configs;
#[cfg(unix)]
use kenc::ops::exec::Consumer;
use kenc::ops::jobs::{ResultChoice, decrypted_name, plan};
use kenc::ops::open::{Decryption, DocumentPart, decrypt};
use kenc::ops::tree::open::{OpenEach, TreeOpening};
use kenc::ops::tree::request::TreeRequest;
use kenc::ops::tree::turns::Turns;
use kenc::storage::output::Output;

use crate::args::DecryptArgs;
use crate::commands::opening::threads;
#[cfg(unix)]
use crate::commands::piped::{self, Pipe};
#[cfg(unix)]
use crate::failure::Cause;
use crate::failure::{Exit, Failure};
use crate::habits::{self, Replacement};
use crate::many;
use crate::output::PlaintextOutput;
use crate::report::Reporter;
use crate::sessions;
use crate::signals;

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place {
        habits::check_in_place(&args.inputs, Replacement::OfEncrypted(args.document_open.input_type.input_type))?;
    }
    if args.many.is_asked() {
        return many(args, configs, reporter);
    }
    let jobs = plan(&args.inputs, &ResultChoice::from(&args.output), decrypted_name)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle()?;
    let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
    let decryption = |path| Decryption {
        path,
        notation: args.document_open.input_type.input_type,
        range: args.range,
        document: DocumentPart { path: args.document.extract.as_ref(), format: args.document.output_type },
        demanded: sessions::demanded(&args.document_open),
        threads: threads(&args.work),
    };
    #[cfg(unix)]
    if !args.command.is_empty() {
        let [job] = &jobs[..] else { return Err(Cause::SeveralInputs(jobs.len()).into()) };
        let path = job.input.as_deref();
        session.guards(path)?;
        let (input, _) = job.open_input()?;
        let (consumer, output) = Consumer::new(piped::start(&args.command, Pipe::Input)?);
        let outcome = consumer.finish(decrypt(&session, &decryption(path), input, output));
        outcome.map_err(|failure| piped::unless_interrupted(&session, failure))?;
        return Ok(Exit::Done);
    }
    let outcomes = jobs.iter().map(|job| {
        let path = job.input.as_deref();
        session.guards(path)?;
        let (input, held) = job.open_input()?;
        let output = Output::open(&job.destination, Access::Owner, sync, held)?;
        let (output, terminal) = PlaintextOutput::new(output, &job.destination);
        let written = terminal.explain(decrypt(&session, &decryption(path), input, output), path)?;
        reporter.note(&format!("{}: {written} bytes written", job.name()));
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}

/// Many files in one run.
fn many(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let request = TreeRequest {
        files0_from: args.many.files0_from.as_deref(),
        inputs: &args.inputs,
        recursive: args.many.recursive,
        results: Some(&results),
        resume: args.resume.resume,
    };
    many::check(&args.many, &request)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle()?;
    let plan = request.plan(decrypted_name)?;
    let threads = threads(&args.work);
    let demanded = sessions::demanded(&args.document_open);
    let opening = TreeOpening { plan: &plan, session: &session, demanded, turns: Turns::new(threads) };
    many::run(&session, (&request, &plan), (threads, "decrypted"), reporter, &OpenEach(opening))
}
