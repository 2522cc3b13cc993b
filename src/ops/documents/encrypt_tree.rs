//! Which files of folders are documents whose values are encrypted, and where each result goes.

use std::path::{Path, PathBuf};

use crate::ops::configs::Configs;
use crate::ops::documents::recipe::is_meant;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::{Job, ResultChoice};
use crate::ops::observer::Observer;
use crate::ops::shard::Shard;
use crate::ops::tree::levels::{files_of, tell_left_out};
use crate::storage::output::Destination;

/// Finds the files in `inputs` that a rule means, with the destination of each result. A document keeps its name. Only those
/// of `shard`, if there are several.
///
/// # Errors
/// If an input has no name that its result could have.
pub fn plan_tree(
    inputs: &[PathBuf],
    keys: &[String],
    results: &ResultChoice,
    configs: &Configs,
    (shard, observer): (Option<Shard>, &dyn Observer),
) -> Result<Vec<Result<Job, Failure>>, Failure> {
    let (mut jobs, mut left_out) = (Vec::new(), 0);
    for input in inputs {
        let base = match (inputs.len(), input.file_name()) {
            (1, _) if input.is_dir() => PathBuf::new(),
            (_, Some(name)) => PathBuf::from(name),
            (_, None) => return Err(Cause::NoPlaceForMany.into()),
        };
        for file in files_of(input, &mut left_out) {
            let job = file.and_then(|path| {
                if shard.is_some_and(|shard| !shard.has_file(input, &path)) {
                    return Ok(None);
                }
                let destination = destination(&path, (input, &base), results);
                Ok(is_meant(&path, keys, configs)?.then_some(Job { destination, input: Some(path) }))
            });
            jobs.extend(job.transpose());
        }
    }
    tell_left_out(left_out, observer);
    Ok(jobs)
}

/// Below the output folder, a file keeps its path below the folder `input`, which is `base` there.
fn destination(path: &Path, (input, base): (&Path, &Path), results: &ResultChoice) -> Destination {
    match results {
        ResultChoice { output: Some(folder), existing, .. } => {
            let below = path.strip_prefix(input).unwrap_or(path);
            let result = if below.as_os_str().is_empty() { base.to_owned() } else { base.join(below) };
            Destination::File { path: folder.join(result), existing: *existing }
        }
        ResultChoice { output: None, .. } => Destination::Input { path: path.to_owned() },
    }
}
