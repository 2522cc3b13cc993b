//! What to do next when a command cannot be run, or cannot get what a file says.

use std::io::ErrorKind;

use kenc::error::Error;

use super::quote;
use crate::failure::{Cause, CommandFault};

/// For a failure of `exec`.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotAVariable { .. } => {
            "`--prefix` gives every name another beginning, `--only NAME` passes on single values, `--file` the file itself"
                .to_owned()
        }
        Cause::VariableMustBeNamed { path, .. } => format!(
            "if it is meant, `--only {}` passes it on, with the other values that are named so; `--prefix` gives it another name",
            quote(path)
        ),
        Cause::NoValues(_) => "`--file` gives the command the file itself; values are in files that are named .env, .yaml, .json, .toml or .ini".to_owned(),
        Cause::NoSuchValue(_) => "name a variable as the command gets it, or a path such as db.password".to_owned(),
        _ => String::new(),
    }
}

/// For the command that was to be run.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::FileNames { .. } => "give --file-name once for each file, in the same order".to_owned(),
        CommandFault::NotAFileName(_) => "give a name without a folder: `--file-name config.json`".to_owned(),
        CommandFault::NoPlaceForFile(mark) => {
            format!("write {mark} where the command takes the path: `kenc exec --file FILE -- cat {mark}`")
        }
        CommandFault::CommandNotFound(program) => {
            format!("check its name: `command -v {}`", quote(&program.to_string_lossy()))
        }
        CommandFault::CommandNotExecutable { error, .. } if is_for_too_many_arguments(error) => {
            "`--only NAME` passes on single values, and `--file` the file itself".to_owned()
        }
        CommandFault::CommandNotExecutable { program, .. } => {
            format!("check its permissions with `ls -l {}`", quote(&program.to_string_lossy()))
        }
        _ => String::new(),
    }
}

fn is_for_too_many_arguments(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == ErrorKind::ArgumentListTooLong)
}
