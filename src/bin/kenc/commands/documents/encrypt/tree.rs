//! `kenc encrypt --values -r`: every file in folders that a rule matches.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use kenc::fs::atomic::Existing;
use serde_json::json;

use crate::args::EncryptArgs;
use crate::failure::{Cause, Exit, Failure, HasExit};
use crate::report::{Reporter, counted, printable};
use kenc::ops::change::queue::for_each;
use kenc::ops::change::targets::Target;
use kenc::ops::configs::Configs;
use kenc::ops::documents::encrypt::DocumentEncryption;
use kenc::ops::documents::recipe::is_meant;
use kenc::ops::jobs::Job;
use kenc::ops::tree::levels::{files_of, tell_left_out};
use kenc::storage::output::Destination;

/// Files processed at the same time: most of the time is spent waiting for the key service.
const AT_ONCE: usize = 16;

/// Finds the files, and the destination of each result.
pub fn plan(
    inputs: &[PathBuf],
    args: &EncryptArgs,
    configs: &Configs,
    reporter: &Reporter,
) -> Result<Vec<Result<Job, Failure>>, Failure> {
    let output = &args.output;
    if output.output.is_none() && !output.in_place && !args.values.dry_run {
        return Err(Cause::NoPlaceForMany.into());
    }
    let existing = if output.force { Existing::Replace } else { Existing::Refuse };
    let (mut jobs, mut left_out) = (Vec::new(), 0);
    for input in inputs {
        let base = match (inputs.len(), input.file_name()) {
            (1, _) if input.is_dir() => PathBuf::new(),
            (_, Some(name)) => PathBuf::from(name),
            (_, None) => return Err(Cause::NoPlaceForMany.into()),
        };
        let place = |path: &Path| match &output.output {
            None => Destination::Input { path: path.to_owned() },
            Some(folder) => {
                let below = path.strip_prefix(input).unwrap_or(path);
                let result = if below.as_os_str().is_empty() { base.clone() } else { base.join(below) };
                Destination::File { path: folder.join(result), existing }
            }
        };
        for file in files_of(input, &mut left_out) {
            let path = match file {
                Ok(path) => path,
                Err(failure) => {
                    jobs.push(Err(failure));
                    continue;
                }
            };
            match is_meant(&path, &args.keys, configs) {
                Ok(true) => jobs.push(Ok(Job { destination: place(&path), input: Some(path) })),
                Ok(false) => {}
                Err(failure) => jobs.push(Err(failure)),
            }
        }
    }
    tell_left_out(left_out, reporter);
    Ok(jobs)
}

/// Encrypts them, several at a time.
pub fn run(
    args: &EncryptArgs,
    encryption: &DocumentEncryption<'_>,
    reporter: &Reporter,
    jobs: Vec<Result<Job, Failure>>,
) -> Result<Exit, Failure> {
    if jobs.is_empty() {
        return Err(Cause::NothingMeant.into());
    }
    let (count, encrypted, same) = (jobs.len(), Cell::new(0), Cell::new(0));
    let targets = jobs.into_iter().map(|job| job.map(Target::Elsewhere)).collect();
    let is_dry = args.values.dry_run;
    let work = |target: &Target| {
        let Target::Elsewhere(job) = target else { return Ok((target.name(), false)) };
        let is_new = if is_dry { encryption.would_encrypt(job)? } else { encryption.encrypt_if_new(job)? };
        Ok((target.name(), is_new))
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
