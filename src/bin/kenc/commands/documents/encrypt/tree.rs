//! `kenc encrypt --values -r`: every file in folders that a rule matches.

use std::cell::Cell;
use std::path::PathBuf;

use serde_json::json;

use crate::args::EncryptArgs;
use crate::failure::{Cause, Exit, Failure, HasExit};
use crate::report::{Reporter, counted, printable};
use crate::run_report::RunReport;
use kenc::ops::change::queue::for_each;
use kenc::ops::change::targets::Target;
use kenc::ops::configs::Configs;
use kenc::ops::documents::encrypt::DocumentEncryption;
use kenc::ops::documents::encrypt_tree::plan_tree;
use kenc::ops::jobs::{Job, ResultChoice};
use kenc::ops::report::FileFate;
use kenc::ops::shard::Shard;

/// Files processed at the same time: most of the time is spent waiting for the key service.
const AT_ONCE: usize = 32;

/// Which files, and where each result goes.
pub fn jobs(
    args: &EncryptArgs,
    inputs: &[PathBuf],
    results: &ResultChoice,
    configs: &Configs,
    (shard, reporter): (Option<Shard>, &Reporter),
) -> Result<Vec<Result<Job, Failure>>, Failure> {
    if results.output.is_none() && !results.in_place && !args.values.dry_run {
        return Err(Cause::NoPlaceForMany.into());
    }
    plan_tree(inputs, &args.keys, results, configs, (shard, reporter))
}

/// Encrypts them, several at a time.
pub fn run(
    args: &EncryptArgs,
    encryption: &DocumentEncryption<'_>,
    (reporter, report): (&Reporter, &RunReport),
    jobs: Vec<Result<Job, Failure>>,
) -> Result<Exit, Failure> {
    if jobs.is_empty() && args.shard.shard.is_none() {
        return Err(Cause::NothingMeant.into());
    }
    let (count, encrypted, same) = (jobs.len(), Cell::new(0), Cell::new(0));
    let targets = jobs.into_iter().map(|job| job.map(Target::Elsewhere));
    let is_dry = args.values.dry_run;
    let work = |target: &Target| {
        let Target::Elsewhere(job) = target else { return Ok((target.name(), false)) };
        let is_new = if is_dry { encryption.would_encrypt(job) } else { encryption.encrypt_if_new(job) };
        let fate = |is_new: &bool| if *is_new { FileFate::Done { bytes: None } } else { FileFate::DoneBefore };
        Ok((target.name(), report.record(target.path(), is_new, fate)?))
    };
    let tell = |outcome: Result<(String, bool), Failure>| {
        let (name, is_encrypted) = outcome?;
        let counter = if is_encrypted { &encrypted } else { &same };
        counter.set(counter.get() + 1);
        if is_dry && is_encrypted {
            let text = format!("{}\n", printable(&format!("{name}: would be encrypted")));
            reporter.result(&text, &json!({ "file": name, "dry_run": true }))?;
        }
        Ok(Exit::Done)
    };
    let outcome =
        for_each(encryption.session, targets, AT_ONCE, work, |outcomes| reporter.all(count, outcomes.map(tell)));
    if !matches!(&outcome, Err(failure) if failure.exit() == Exit::Interrupted) {
        let (encrypted, same) = (encrypted.get(), same.get());
        let done = if is_dry { "to encrypt" } else { "encrypted" };
        reporter.confirmation(
            &format!("{}: {encrypted} {done}, {same} already encrypted\n", counted(count, "file")),
            &json!({ "files": count, "encrypted": encrypted, "unchanged": same, "failed": count - encrypted - same, "dry_run": is_dry }),
        )?;
    }
    outcome
}
