//! Running a command in place of this process, or beside it.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::{Command, ExitStatus};

use kenc::error::Error;
use kenc::ops::exec::LentFiles;

use crate::failure::{CommandFault, Exit, Failure};
use crate::signals;

/// Replaces this process by `command`, so that signals and the exit code are its own. Returns only if that failed.
#[cfg(unix)]
pub fn replace_by(command: &mut Command, program: &OsStr) -> Failure {
    let error = std::os::unix::process::CommandExt::exec(command);
    not_run(program, error).into()
}

/// Runs `command`, and ends with its exit code. Returns only if that failed. This system cannot replace a process.
#[cfg(not(unix))]
pub fn replace_by(command: &mut Command, program: &OsStr) -> Failure {
    match waited_for(command, program) {
        Ok(status) => std::process::exit(exit_code(status)),
        Err(failure) => failure,
    }
}

/// Runs the program, replacing this process unless something has to be removed afterwards.
pub fn run_with(lent: LentFiles, command: &mut Command, program: &OsStr) -> Result<Exit, Failure> {
    #[cfg(unix)]
    lent.pass_on()?;
    if !lent.must_be_removed() {
        return Err(replace_by(command, program));
    }
    let status = waited_for(command, program)?;
    drop(lent);
    std::process::exit(exit_code(status));
}

fn waited_for(command: &mut Command, program: &OsStr) -> Result<ExitStatus, Failure> {
    let mut child = signals::start(command).map_err(|source| not_run(program, source))?;
    Ok(signals::wait_for(&mut child).map_err(|source| Error::io("wait for the command", source))?)
}

/// As in a shell: 128 plus the number of the signal that ended it.
pub fn exit_code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    status.code().or_else(|| signal.map(|signal| 128 + signal)).unwrap_or(1)
}

pub fn not_run(program: &OsStr, source: std::io::Error) -> CommandFault {
    let program = program.to_owned();
    if source.kind() == ErrorKind::NotFound {
        return CommandFault::CommandNotFound(program);
    }
    let error = Error::io(format!("run the command `{}`", program.display()), source);
    CommandFault::CommandNotExecutable { program, error: Box::new(error) }
}
