//! `kenc encrypt --values`.

mod tree;

use crate::args::EncryptArgs;
use crate::commands::encrypt::tree::words;
use crate::commands::new_file::context;
use crate::documents::{asked_extent, data_keys, options};
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::run_report::{RunReport, shard};
use crate::{sessions, signals};
use kenc::ops::configs::Configs;
use kenc::ops::documents::encrypt::{DocumentEncryption, OtherNames};
use kenc::ops::documents::recipe::EncryptionExtent;
use kenc::ops::jobs::{Job, ResultChoice, plan};
use kenc::ops::result_name::ResultName;
use kenc::ops::shard::Shard;
use kenc::ops::tree::listed;

/// Whether the inputs are documents whose values are encrypted. Either all are, or none.
pub fn applies(args: &EncryptArgs, configs: &Configs) -> Result<bool, Failure> {
    // A folder is accepted: it may contain anything.
    if args.many.is_asked() {
        return Ok(args.values.values);
    }
    Ok(EncryptionExtent::of_all(&args.inputs, asked_extent(&args.values), configs)? == EncryptionExtent::Values)
}

pub fn run(args: &EncryptArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let shard = shard(&args.shard, args.many.recursive)?;
    let report = RunReport::begin(&args.shard, shard, words(args))?;
    report.end(encrypt(args, configs, reporter, (shard, &report)))
}

fn encrypt(
    args: &EncryptArgs,
    configs: &Configs,
    reporter: &Reporter,
    (shard, report): (Option<Shard>, &RunReport),
) -> Result<Exit, Failure> {
    let list = args.many.files0_from.as_deref();
    let inputs = list.map_or_else(|| Ok(args.inputs.clone()), listed)?;
    // Without names, the standard input would be meant.
    if inputs.is_empty() && list.is_some() {
        return Ok(Exit::Done);
    }
    // A document keeps its name: only its values change.
    let results = ResultChoice::from(&args.output);
    let jobs: Vec<Result<Job, Failure>> = if args.many.recursive {
        tree::jobs(args, &inputs, &results, configs, (shard, reporter))?
    } else {
        plan(&inputs, &results, ResultName::Same)?.into_iter().map(Ok).collect()
    };
    let context = context(args)?;
    let session = sessions::to_encrypt(sessions::passphrases(&args.passphrase, reporter), &args.aws, configs)
        .with_context(context);
    signals::handle(&session)?;
    let encryption = DocumentEncryption {
        named: &args.keys,
        options: options(&args.values),
        notation: args.values.input_type.input_type,
        other_names: if args.output.force { OtherNames::LeftAlone } else { OtherNames::Refused },
        sync: results.sync,
        session: &session,
        configs,
        data_keys: &data_keys(&args.values),
    };
    if args.many.recursive {
        return tree::run(args, &encryption, (reporter, report), jobs);
    }
    let count = jobs.len();
    if count > 1 {
        // All are checked before the first is written.
        jobs.iter().flatten().try_for_each(|job| encryption.check(job))?;
    }
    reporter.all(count, jobs.into_iter().map(|job| encryption.encrypt(&job?).map(|()| Exit::Done)))
}
