//! `kenc exec`.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::process::Command;

use kenc::error::Error;
use kenc::ops::configs::Configs;
use kenc::ops::exec::{self, Environment, Placeholders};

use crate::args::ExecArgs;
use crate::child_process::{replace_by, run_with};
use crate::commands::export::collected;
use crate::failure::{CommandFault, Exit, Failure};
use crate::question::allows_disk;
use crate::report::Reporter;
use crate::{sessions, signals};

pub fn run(args: &ExecArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let ExecArgs { files, command: words, pristine, variables, file, file_name, open, passphrase, aws } = args;
    let places = file.then(|| Placeholders::of_command(words, files.len(), file_name)).transpose()?;
    let session = sessions::to_open(open, sessions::passphrases(passphrase, reporter), aws, configs, files)?;
    signals::handle_all(&session)?;
    let environment = if *pristine { Environment::Pristine } else { Environment::Ours };
    if let Some(places) = places {
        let lent = exec::lend(&session, files, file_name, |place| allows_disk(reporter, place))?;
        let words: Vec<OsString> = words.iter().map(|word| places.fill(word, &lent.paths)).collect();
        let mut command = command(&words, environment)?;
        return run_with(lent, &mut command, &words[0]);
    }
    let variables = collected(&session, files, variables)?;
    let mut command = command(words, environment)?;
    for (name, value) in &variables {
        let not_unicode = || Error::io(format!("pass {name} on"), ErrorKind::InvalidData.into());
        command.env(name, exec::word(value).ok_or_else(not_unicode)?);
    }
    Err(replace_by(&mut command, &words[0]))
}

fn command(words: &[OsString], environment: Environment) -> Result<Command, CommandFault> {
    exec::command(words, environment).ok_or_else(|| CommandFault::CommandNotFound(words[0].clone()))
}
