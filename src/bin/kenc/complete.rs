//! What a shell asks while a command is typed: names of keys, AWS profiles, paths in documents, recipients of files, commands.
//!
//! A script of the shell (`kenc completions SHELL`) calls kenc with the typed words and `$KENC_COMPLETE`. kenc answers from
//! files on this computer, without keys and without a network.

mod bash;
mod candidates;

use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};

use crate::args::Cli;

/// The variable in which the script names its shell.
pub const VARIABLE: &str = "KENC_COMPLETE";

const SHELLS: Shells<'static> = Shells(&[&bash::Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell, if one asks, and ends.
pub fn answer() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let answered = CompleteEnv::with_factory(|| with_candidates(command())).var(VARIABLE).shells(SHELLS);
    // Whatever goes wrong: an error would be printed into the line that is typed.
    let _ = answered.try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref());
    std::process::exit(0);
}

/// The command line with the arguments of all commands.
fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// The script that asks, for a shell.
pub fn script(shell: &str) -> Option<Vec<u8>> {
    let mut script = Vec::new();
    SHELLS.completer(shell)?.write_registration(VARIABLE, "kenc", "kenc", "kenc", &mut script).ok()?;
    Some(script)
}

/// The command line with what can stand for each argument.
fn with_candidates(command: Command) -> Command {
    let name = command.get_name().to_owned();
    command.mut_args(|arg| arg_with_candidates(&name, arg)).mut_subcommands(with_candidates)
}

fn arg_with_candidates(command: &str, arg: Arg) -> Arg {
    match (command, arg.get_id().as_str()) {
        ("encrypt" | "edit" | "check", "keys") | (_, "to" | "add") => {
            arg.add(ArgValueCompleter::new(candidates::named_keys))
        }
        (_, "remove" | "keys") => arg.add(ArgValueCompleter::new(candidates::keys_of_files)),
        ("usage", "fail_on") => arg.add(ArgValueCompleter::new(candidates::keys_or_drift)),
        (_, "profile") => arg.add(ArgValueCompleter::new(candidates::profiles)),
        ("get" | "set" | "unset", "path") | (_, "extract" | "only") => {
            arg.add(ArgValueCompleter::new(candidates::paths))
        }
        // The engine takes the words behind `--` for more of the files.
        ("exec" | "encrypt" | "decrypt", "files" | "inputs" | "command") => {
            arg.add(ArgValueCompleter::new(candidates::files_or_command))
        }
        _ => arg,
    }
}
