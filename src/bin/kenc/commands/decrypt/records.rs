//! `kenc decrypt` with options for records.

use kenc::fs::atomic::{Access, Sync};
use kenc::ops::configs::Configs;
use kenc::ops::jobs::{ResultChoice, plan};
use kenc::ops::records::decrypt::{RecordsDecryption, decrypt};
use kenc::ops::result_name::ResultName;

use crate::args::DecryptArgs;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::output::PlaintextOutput;
use crate::report::{Reporter, opened_records};
use crate::{sessions, signals};

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let asked = &args.document.records;
    let jobs = plan(&args.inputs, &ResultChoice::from(&args.output), ResultName::Same)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?;
    signals::handle(&session)?;
    let sync = if args.output.sync { Sync::Always } else { Sync::WhenReplacing };
    let selection = asked.selection();
    let outcomes = jobs.iter().map(|job| {
        let path = job.input.as_deref();
        let (input, held) = session.open_input_of(job)?;
        let output = session.open_output(&job.destination, Access::Owner, sync, held)?;
        let (output, terminal) = PlaintextOutput::new(output, &job.destination);
        let header = asked.header.as_deref();
        let decryption = RecordsDecryption { path, selection: &selection, header, threads: threads(&args.work) };
        let opened = terminal.explain(decrypt(&session, &decryption, input, output), path)?;
        reporter.note(&format!("{}: {} bytes written", job.name(), opened.bytes));
        Ok(opened_records::tell(&opened, &job.name(), reporter))
    });
    reporter.all(jobs.len(), outcomes)
}
