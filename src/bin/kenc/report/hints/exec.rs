//! What to do next when a command cannot be run, or cannot get what a file says, and when a format cannot carry it.

use std::io::ErrorKind;

use kenc::error::Error;

use super::quote;
use crate::failure::{Cause, CommandFault};

/// For a failure of `exec` or `export`.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NotAVariable { .. } => {
            "use `--prefix` to change the names, `--only NAME` to pass single values, or `--file` to pass the file itself"
                .to_owned()
        }
        Cause::VariableMustBeNamed { path, .. } => format!(
            "to pass it, name it with `--only {}` and name the other values in the same way; `--prefix` gives it another name",
            quote(path)
        ),
        Cause::DotenvSyntax { .. } => {
            "put the value in single quotes, or take all values as they are, as sops does, with `--literal`".to_owned()
        }
        Cause::CannotExport { .. } => {
            "choose another --format, give it another name with `--prefix`, or export the other values with `--only NAME`"
                .to_owned()
        }
        Cause::CommandFailed { program, .. } => {
            format!("nothing that it did not finish was kept here; run `{}` alone to see why it fails", program.display())
        }
        Cause::CommandStoppedReading(_) => {
            "a program that needs only a part of the input belongs behind a pipe: `kenc decrypt FILE | head`".to_owned()
        }
        Cause::TooShort { .. } => "check the command that should have written it; no output file was written".to_owned(),
        Cause::NoValues(_) => {
            "kenc reads values from files named .env, .yaml, .json, .toml, .tfvars or .ini; `kenc exec --file FILE -- COMMAND {}` passes a file itself".to_owned()
        }
        Cause::NoSuchValue(_) => "use the name of the variable, or a path such as db.password".to_owned(),
        Cause::FileNames { .. } => "give --file-name once for each file, in the same order".to_owned(),
        Cause::NotAFileName(_) => "use a name without a folder: `--file-name config.json`".to_owned(),
        Cause::NoPlaceForFile(mark) => {
            format!("write {mark} where the command expects the path: `kenc exec --file FILE -- cat {mark}`")
        }
        _ => String::new(),
    }
}

/// For the command that was to be run.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::CommandNotFound(program) => {
            format!("check its name: `command -v {}`", quote(&program.to_string_lossy()))
        }
        CommandFault::NotInAStep => {
            "use it in a step of a workflow; for files and shells there are --format json, dotenv, docker and shell"
                .to_owned()
        }
        CommandFault::CommandNotExecutable { error, .. } if is_for_too_many_arguments(error) => {
            "use `--only NAME` to pass single values, or `--file` to pass the file itself".to_owned()
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
