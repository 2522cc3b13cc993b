//! `kenc decrypt`.

mod records;
mod tree;

use kenc::fs::atomic::{Access, Sync};
use kenc::ops::configs::Configs;
use kenc::ops::exec::Consumer;
use kenc::ops::jobs::{ResultChoice, plan};
use kenc::ops::open::{Decryption, DocumentPart, decrypt};
use kenc::ops::result_name::ResultName;

use crate::args::DecryptArgs;
use crate::commands::documents::joined;
use crate::commands::opening::threads;
use crate::commands::piped::{self, Pipe};
use crate::failure::Cause;
use crate::failure::{Exit, Failure};
use crate::habits::{self, Replacement};
use crate::output::PlaintextOutput;
use crate::report::Reporter;
use crate::{run_report, sessions, signals};

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    habits::check_inputs(&args.inputs, args.many.recursive)?;
    if args.output.in_place {
        habits::check_in_place(&args.inputs, Replacement::OfEncrypted(args.document_open.input_type.input_type))?;
    }
    if args.document.records.is_asked() {
        return records::run(args, configs, reporter);
    }
    if joined::is_asked(args) {
        return joined::run(args, configs, reporter);
    }
    if args.many.is_asked() {
        return tree::run(args, configs, reporter);
    }
    run_report::shard(&args.shard, false)?;
    let jobs = plan(&args.inputs, &ResultChoice::from(&args.output), ResultName::WithoutEnding)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle(&session)?;
    let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
    let decryption = |path| Decryption {
        path,
        notation: args.document_open.input_type.input_type,
        range: args.range,
        document: DocumentPart { path: args.document.extract.as_ref(), format: args.document.output_type },
        demanded: args.document_open.requirements(),
        threads: threads(&args.work),
    };
    if !args.command.is_empty() {
        let [job] = &jobs[..] else { return Err(Cause::SeveralInputs(jobs.len()).into()) };
        let path = job.input.as_deref();
        session.guards(path)?;
        let (input, _) = session.open_input_of(job)?;
        let (consumer, output) = Consumer::new(piped::start(&args.command, Pipe::Input)?);
        let outcome = consumer.finish(decrypt(&session, &decryption(path), input, output));
        outcome.map_err(|failure| piped::unless_interrupted(&session, failure))?;
        return Ok(Exit::Done);
    }
    let outcomes = jobs.iter().map(|job| {
        let path = job.input.as_deref();
        session.guards(path)?;
        let (input, held) = session.open_input_of(job)?;
        let output = session.open_output(&job.destination, Access::Owner, sync, held)?;
        let (output, terminal) = PlaintextOutput::new(output, &job.destination);
        let written = terminal.explain(decrypt(&session, &decryption(path), input, output), path)?;
        reporter.note(&format!("{}: {written} bytes written", job.name()));
        Ok(Exit::Done)
    });
    reporter.all(jobs.len(), outcomes)
}
