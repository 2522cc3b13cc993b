//! Variables for the later steps of a job of GitHub Actions: the lines for the file that `$GITHUB_ENV` names, and the commands
//! that hide the values in the log of the job.

use zeroize::Zeroizing;

use super::parts::{joined, named, refused, text_of};
use crate::crypto::fill_random;
use crate::ops::failure::Cause;
use crate::ops::variables::Variables;

/// What a step hands to the runner.
pub struct GithubStep {
    /// Commands for the standard output, which the runner does not print: they hide the values in everything that follows.
    pub masks: Zeroizing<Vec<u8>>,
    /// Lines to be added to the file that `$GITHUB_ENV` names.
    pub assignments: Zeroizing<Vec<u8>>,
}

/// What hands variables to the later steps of a job.
///
/// # Errors
/// [`Cause::CannotExport`] if the runner would refuse a name or alter a value.
pub fn github_step(variables: &Variables) -> Result<GithubStep, Cause> {
    // Nobody can know it before, so no value can end its own block.
    let mut random = [0; 16];
    fill_random(&mut random);
    let delimiter = format!("kenc_{:032x}", u128::from_ne_bytes(random));
    let (mut masks, mut assignments) = (Vec::new(), Vec::new());
    for (name, value) in variables {
        let value = named(name).and_then(|name| checked(name, value)).map_err(refused(name))?;
        masks.push(mask(value));
        let mut block = Zeroizing::new(Vec::with_capacity(name.len() + value.len() + 2 * delimiter.len() + 5));
        for part in [name.as_str(), "<<", delimiter.as_str(), "\n", value, "\n", delimiter.as_str(), "\n"] {
            block.extend_from_slice(part.as_bytes());
        }
        assignments.push(block);
    }
    Ok(GithubStep { masks: joined(&masks), assignments: joined(&assignments) })
}

fn checked<'v>(name: &str, value: &'v [u8]) -> Result<&'v str, String> {
    let is_of_runner = ["GITHUB_", "RUNNER_", "ACTIONS_"].iter().any(|prefix| name.starts_with(prefix));
    if is_of_runner || matches!(name, "CI" | "NODE_OPTIONS") {
        return Err("the runner sets this variable itself or refuses it".to_owned());
    }
    let value = text_of(value)?;
    if value.contains('\r') {
        return Err("its value contains a carriage return, which the runner takes for a line end".to_owned());
    }
    Ok(value)
}

/// The command that hides a value, and each of its lines.
fn mask(value: &str) -> Zeroizing<Vec<u8>> {
    // A letter takes at most three bytes.
    let mut command = Zeroizing::new(Vec::with_capacity(3 * value.len() + 16));
    if value.trim().is_empty() {
        return command;
    }
    command.extend_from_slice(b"::add-mask::");
    for byte in value.bytes() {
        match byte {
            b'%' => command.extend_from_slice(b"%25"),
            b'\n' => command.extend_from_slice(b"%0A"),
            byte => command.push(byte),
        }
    }
    command.push(b'\n');
    command
}
