//! `kenc decrypt -r` and `--files0-from`: many files in one run.

use kenc::ops::configs::Configs;
use kenc::ops::jobs::ResultChoice;
use kenc::ops::result_name::ResultName;
use kenc::ops::shard::Shard;
use kenc::ops::tree::open::{OpenEach, TreeOpening};
use kenc::ops::tree::turns::Turns;

use crate::args::DecryptArgs;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::many::{self, ReportTrust};
use crate::report::Reporter;
use crate::run_report::{RunReport, RunWords, shard};
use crate::{sessions, signals};

pub fn run(args: &DecryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let shard = shard(&args.shard, true)?;
    let words = RunWords {
        command: "decrypt",
        inputs: &args.inputs,
        list: args.many.files0_from.as_deref(),
        output: args.output.output.as_deref(),
        change: None,
        files: None,
        resume: args.resume.resume,
    };
    let report = RunReport::begin(&args.shard, shard, words)?;
    report.end(decrypt(args, configs, reporter, (shard, &report)))
}

fn decrypt(
    args: &DecryptArgs,
    configs: &Configs,
    reporter: &Reporter,
    (shard, report): (Option<Shard>, &RunReport),
) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let request = many::request(&args.many, &args.inputs, Some(&results), (args.resume.resume, shard))?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle(&session)?;
    let plan = request.plan(ResultName::WithoutEnding)?;
    let threads = threads(&args.work);
    let demanded = args.document_open.requirements();
    let opening = TreeOpening { plan: &plan, session: &session, demanded, turns: Turns::new(threads) };
    let told = (reporter, report, ReportTrust::None);
    many::run_recorded(&session, (&request, &plan), (threads, "decrypted"), told, &OpenEach(opening))
}
