//! The program that gets the values, and what it inherits of our environment.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ops::variables::is_of_identity;

/// What a command without our environment gets all the same, to find programs, its user and its language.
const MINIMUM: [&str; 9] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "TMPDIR", "LANG"];

/// Which of our variables a program gets. Never those that are or name identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// All of them.
    Ours,
    /// Only those it needs to find programs, its user and its language.
    Pristine,
}

/// A command whose first word is the program. `None` if there is no such program.
#[must_use]
pub fn command(words: &[OsString], environment: Environment) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(found(program)?);
    command.arg0(program).args(arguments);
    if environment == Environment::Pristine {
        let is_minimum = |name: &OsStr| MINIMUM.iter().any(|kept| name == *kept) || name.as_bytes().starts_with(b"LC_");
        command.env_clear().envs(std::env::vars_os().filter(|(name, _)| is_minimum(name)));
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_identity(name)) {
        command.env_remove(name);
    }
    Some(command)
}

/// A program found on our own search path, so that no variable of a document decides which one is run.
fn found(program: &OsStr) -> Option<PathBuf> {
    if program.as_encoded_bytes().contains(&b'/') {
        return Some(program.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    let candidates = || std::env::split_paths(&folders).map(|folder| Path::new("./").join(folder).join(program));
    // A file that cannot be run is reported as such, as a shell does.
    candidates().find(|path| is_runnable(path)).or_else(|| candidates().find(|path| path.is_file()))
}

fn is_runnable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}
