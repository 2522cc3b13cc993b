//! `kenc encrypt … -- COMMAND` and `kenc decrypt … -- COMMAND`: programs at the other end of a pipe.

use std::ffi::OsString;
use std::process::Stdio;

use kenc::Session;
use kenc::ops::exec::{Environment, StartedCommand, command};

use crate::child_process::not_run;
use crate::failure::{CommandFault, Failure};
use crate::signals;

/// Which stream of the program is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipe {
    /// What it prints.
    Output,
    /// What it reads.
    Input,
}

/// Starts a program, with a pipe in place of one of its streams. It has no variables that hold identities.
pub fn start(words: &[OsString], pipe: Pipe) -> Result<StartedCommand, CommandFault> {
    let not_found = || CommandFault::CommandNotFound(words[0].clone());
    let mut command = command(words, Environment::Ours).ok_or_else(not_found)?;
    match pipe {
        Pipe::Output => command.stdout(Stdio::piped()),
        Pipe::Input => command.stdin(Stdio::piped()),
    };
    let child = signals::start(&mut command).map_err(|source| not_run(&words[0], source))?;
    Ok(StartedCommand { program: words[0].clone(), child, wait: signals::wait_for })
}

/// The failure, unless a signal ended the work: it ended the program too, which is no failure of its own.
pub fn unless_interrupted(session: &Session, failure: Failure) -> Failure {
    session.check_cancelled().err().map_or(failure, Failure::from)
}
