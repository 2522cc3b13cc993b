//! The files whose keys change, as the command line names them.

use std::path::{Path, PathBuf};

use kenc::formats::format::Encoding;
use kenc::ops::change::targets::{Target, targets_in_place};
use kenc::ops::jobs::{ResultChoice, STANDARD_INPUT, plan};
use kenc::ops::result_name::ResultName;
use kenc::ops::shard::Shard;
use kenc::ops::tree::listed;
use kenc::storage::s3::ObjectName;

use crate::args::{ChangedFilesArgs, OutputArgs};
use crate::failure::{Cause, CommandFault, Failure};
use crate::output::refuse_terminal;
use crate::report::Reporter;

/// The files as they were typed, with the names of a list in their place.
pub fn files(args: &ChangedFilesArgs) -> Result<ChangedFilesArgs, Failure> {
    let listed = args.files0_from.as_deref().map(listed).transpose()?;
    let inputs = listed.unwrap_or_else(|| args.inputs.clone());
    Ok(ChangedFilesArgs { inputs, ..args.clone() })
}

/// Finds the files to change, those in folders in a stable order. What cannot be looked at is a failure among the others.
pub fn targets(
    args: &ChangedFilesArgs,
    shard: Option<Shard>,
    reporter: &Reporter,
) -> Result<Vec<Result<Target, Failure>>, Failure> {
    let ChangedFilesArgs { inputs, recursive, files0_from, output, in_place, force, sync, delete_old_version: _ } =
        args;
    if files0_from.is_some() {
        return Ok(targets_in_place(inputs, *recursive, shard, reporter));
    }
    let is_standard_input = |path: &Path| path.as_os_str() == "-";
    if output.is_some() || inputs.iter().all(|path| is_standard_input(path)) {
        let output = OutputArgs { output: output.clone(), in_place: *in_place, force: *force, sync: *sync };
        let jobs = plan(inputs, &ResultChoice::from(&output), ResultName::Same)?;
        jobs.iter().try_for_each(|job| refuse_terminal(&job.destination, job.input.as_deref(), Encoding::Binary))?;
        return Ok(jobs.into_iter().map(|job| Ok(Target::Elsewhere(job))).collect());
    }
    if inputs.iter().any(|path| is_standard_input(path)) {
        return Err(CommandFault::StandardInputAmongFiles.into());
    }
    let is_prefix = |path: &&PathBuf| ObjectName::of(path).is_ok_and(|name| name.is_some_and(|name| name.is_prefix()));
    if let Some(prefix) = inputs.iter().find(is_prefix).filter(|_| !recursive) {
        return Err(Cause::InputIsPrefix(prefix.clone()).into());
    }
    Ok(targets_in_place(inputs, *recursive, shard, reporter))
}

/// The name of all files in messages.
pub fn name(args: &ChangedFilesArgs) -> String {
    match &args.inputs[..] {
        [] => STANDARD_INPUT.to_owned(),
        [input] => input.display().to_string(),
        inputs => format!("{} inputs", inputs.len()),
    }
}
