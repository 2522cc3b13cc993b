//! `kenc encrypt -r` and `--files0-from`: many files in one run.

use kenc::ops::configs::Configs;
use kenc::ops::jobs::ResultChoice;
use kenc::ops::result_name::ResultName;
use kenc::ops::shard::Shard;
use kenc::ops::tree::seal::{Recipes, SealEach};
use kenc::ops::tree::turns::Turns;

use crate::args::EncryptArgs;
use crate::commands::new_file::{context, form};
use crate::commands::opening::threads;
use crate::failure::{Exit, Failure};
use crate::many::{self, ReportTrust};
use crate::report::Reporter;
use crate::run_report::{RunReport, RunWords, shard};
use crate::{sessions, signals};

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let shard = shard(&args.shard, true)?;
    let report = RunReport::begin(&args.shard, shard, words(args))?;
    report.end(encrypt(args, configs, reporter, (shard, &report)))
}

/// What the report says of the run.
pub fn words(args: &EncryptArgs) -> RunWords<'_> {
    RunWords {
        command: "encrypt",
        inputs: &args.inputs,
        list: args.many.files0_from.as_deref(),
        output: args.output.output.as_deref(),
        change: None,
        files: None,
        resume: args.resume.resume,
    }
}

fn encrypt(
    args: &EncryptArgs,
    configs: &Configs,
    reporter: &Reporter,
    (shard, report): (Option<Shard>, &RunReport),
) -> Result<Exit, Failure> {
    let results = ResultChoice::from(&args.output);
    let request = many::request(&args.many, &args.inputs, Some(&results), (args.resume.resume, shard))?;
    let context = context(args)?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs);
    signals::handle(&session)?;
    let recipes = Recipes::new(&session, configs, &args.keys, context, form(args));
    recipes.ask_in_advance(&args.inputs)?;
    let plan = request.plan(ResultName::Same)?;
    let threads = threads(&args.work);
    let sealing = SealEach { plan: &plan, recipes, turns: Turns::new(threads) };
    let told = (reporter, report, ReportTrust::None);
    many::run_recorded(&session, (&request, &plan), (threads, "encrypted"), told, &sealing)
}
