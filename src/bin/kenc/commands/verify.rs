//! `kenc verify`.

use kenc::ops::configs::Configs;
use kenc::ops::input_name::{name_of, path_of};
use kenc::ops::open::{Verification, verify};
use kenc::ops::result_name::ResultName;
use kenc::ops::shard::Shard;
use kenc::ops::tree::open::{TreeOpening, VerifyEach};
use kenc::ops::tree::turns::Turns;

use crate::args::VerifyArgs;
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::many::{self, ReportTrust, TellDone as _};
use crate::report::{Reporter, verified_document};
use crate::run_report::{self, RunReport, RunWords};
use crate::{sessions, signals};

pub fn run(args: &VerifyArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    if args.many.is_asked() {
        return many(args, configs, reporter);
    }
    run_report::shard(&args.shard, false)?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle(&session)?;
    let standard_input = ["-".into()];
    let inputs = if args.inputs.is_empty() { &standard_input[..] } else { &args.inputs };
    let (notation, demanded) = (args.document_open.input_type.input_type, args.document_open.requirements());
    let outcomes = inputs.iter().map(|path| {
        let path = path_of(path);
        session.guards(path)?;
        match verify(&session, path, notation, demanded, session.open_input(path)?, threads(&args.work))? {
            Verification::Authentic(authentic) => authentic.tell(&name_of(path), reporter),
            Verification::Faulty(problems) => Err(verified_document::problems(problems, &name_of(path), reporter)),
        }
    });
    reporter.all(inputs.len(), outcomes)
}

/// Many files in one run.
fn many(args: &VerifyArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let shard = run_report::shard(&args.shard, true)?;
    let words = RunWords {
        command: "verify",
        inputs: &args.inputs,
        list: args.many.files0_from.as_deref(),
        output: None,
        change: None,
        files: None,
        resume: args.resume.resume,
    };
    let report = RunReport::begin(&args.shard, shard, words)?;
    report.end(each(args, configs, reporter, (shard, &report)))
}

fn each(
    args: &VerifyArgs,
    configs: &Configs,
    reporter: &Reporter,
    (shard, report): (Option<Shard>, &RunReport),
) -> Result<Exit, Failure> {
    let request = many::request(&args.many, &args.inputs, None, (false, shard))?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, &args.inputs)?
        .with_read_policy(args.message.policy());
    signals::handle(&session)?;
    let plan = request.plan(ResultName::WithoutEnding)?;
    let threads = threads(&args.work);
    let demanded = args.document_open.requirements();
    let opening = TreeOpening { plan: &plan, session: &session, demanded, turns: Turns::new(threads) };
    let told = (reporter, report, ReportTrust::Full);
    many::run_recorded(&session, (&request, &plan), (threads, "authentic"), told, &VerifyEach(opening))
}
