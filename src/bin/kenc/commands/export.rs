//! `kenc export`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use kenc::Session;
use kenc::error::Error;
use kenc::ops::configs::Configs;
use kenc::ops::export::{ExportFormat, GithubStep, exported, github_step};
use kenc::ops::places::variable;
use kenc::ops::variables::{DotenvSyntax, VariableNames, Variables, variables};
use kenc::storage::standard;

use crate::args::variables::VariableArgs;
use crate::args::{ExportArgs, ExportFormatName};
use crate::documents::print;
use crate::failure::{CommandFault, Exit, Failure};
use crate::printable::escaped;
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &ExportArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let ExportArgs { files, format, variables, open, passphrase, aws } = args;
    let by_default = if reporter.is_json() { ExportFormatName::Json } else { ExportFormatName::Shell };
    let format = match format.unwrap_or(by_default) {
        ExportFormatName::GithubActions => None,
        ExportFormatName::Shell => Some(ExportFormat::Shell),
        ExportFormatName::Dotenv => Some(ExportFormat::Dotenv),
        ExportFormatName::Json => Some(ExportFormat::Json),
        ExportFormatName::Docker => Some(ExportFormat::Docker),
    };
    let step_file = match format {
        None => Some(variable("GITHUB_ENV").ok_or(CommandFault::NotInAStep)?),
        Some(_) => None,
    };
    let session = sessions::to_open(open, sessions::passphrases(passphrase, reporter), aws, configs, files)?;
    signals::handle(&session)?;
    let variables = collected(&session, files, variables)?;
    match (format, step_file) {
        (Some(format), _) => {
            let text = exported(&variables, format)?;
            let text = match std::str::from_utf8(&text) {
                Ok(json) if format == ExportFormat::Json => escaped(json).into_bytes().into(),
                _ => text,
            };
            print(&text, files.first().map(PathBuf::as_path))?;
        }
        (None, Some(file)) => hand_over(&github_step(&variables)?, &file)?,
        (None, None) => {}
    }
    Ok(Exit::Done)
}

/// The values of files as the options say.
pub fn collected(session: &Session, files: &[PathBuf], args: &VariableArgs) -> Result<Variables, Failure> {
    let VariableArgs { prefix, upper, only, literal } = args;
    let names = VariableNames { prefix, is_upper: *upper };
    let syntax = if *literal { DotenvSyntax::Literal } else { DotenvSyntax::Programs };
    variables(session, files, only, &names, syntax)
}

/// Hides the values in the log of a job, and only then adds the variables to those of its later steps.
fn hand_over(step: &GithubStep, file: &std::path::Path) -> Result<(), Failure> {
    let failed = |source| Error::io(format!("add to {}", file.display()), source);
    let mut target = OpenOptions::new().append(true).open(file).map_err(failed)?;
    standard::print(&step.masks)?;
    Ok(target.write_all(&step.assignments).map_err(failed)?)
}
