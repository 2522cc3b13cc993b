//! The `kenc` program: reads the command line, runs a command, and turns its outcome into an exit code.

mod args;
mod build_facts;
mod change_run;
mod changes;
mod child_process;
mod commands;
mod complete;
mod documents;
mod edit_user;
mod editor;
mod failure;
mod habits;
mod many;
mod neighbours;
mod observer;
mod output;
mod printable;
mod progress;
mod prompt;
mod question;
mod report;
mod run_report;
mod sessions;
mod signals;
mod sops;
mod standard_streams;
mod targets;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use kenc::storage::s3::UrlSecrets;

use args::{Cli, Command};
use failure::Exit;
use report::{Reporter, ShownKeyNames};

// Secrets are wiped by their own types before they are freed, so it does not matter here what an allocator leaves in memory.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kenc::crypto::secret::forbid_core_dumps();
    report::panics::hide_panics();
    standard_streams::prepare();
    if sops::is_called(std::env::args_os().next().as_deref()) {
        return sops::main(std::env::args_os());
    }
    complete::answer();
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::usage::usage(&error),
    };
    let urls = UrlSecrets::take_from(inputs_of(&mut cli.command));
    let outcome = std::panic::catch_unwind(|| run(&cli, &urls));
    outcome.unwrap_or(Exit::Failed).into()
}

/// The inputs of a command that may be URLs.
fn inputs_of(command: &mut Command) -> &mut [PathBuf] {
    match command {
        Command::Encrypt(args) => &mut args.inputs,
        Command::Decrypt(args) => &mut args.inputs,
        Command::Inspect(args) => &mut args.inputs,
        Command::Verify(args) => &mut args.inputs,
        _ => &mut [],
    }
}

fn run(cli: &Cli, urls: &UrlSecrets) -> Exit {
    let reporter = Arc::new(Reporter::new(&cli.global));
    let configs = sessions::configs(&cli.global, &reporter).with_urls(urls.clone());
    configs.name_inputs(sessions::named_inputs);
    if let Command::Inspect(_)
    | Command::Verify(_)
    | Command::Decrypt(_)
    | Command::Rewrap(_)
    | Command::Rotate(_)
    | Command::Seal(_)
    | Command::Git(_) = &cli.command
    {
        reporter.name_keys(ShownKeyNames::of(&configs));
    }
    let outcome = match &cli.command {
        Command::Encrypt(args) => commands::encrypt::run(args, &configs, &reporter),
        Command::Decrypt(args) => commands::decrypt::run(args, &configs, &reporter),
        Command::Rewrap(args) => commands::rewrap::run(args, &configs, &reporter),
        Command::Rotate(args) => commands::rotate::run(args, &configs, &reporter),
        Command::Seal(args) => commands::documents::seal::run(args, &configs, &reporter),
        Command::Get(args) => commands::documents::get::run(args, &configs, &reporter),
        Command::Set(args) => commands::documents::set::run(args, &configs, &reporter),
        Command::Unset(args) => commands::documents::unset::run(args, &configs, &reporter),
        Command::Edit(args) => commands::edit::run(args, &configs, &reporter),
        Command::Exec(args) => commands::exec::run(args, &configs, &reporter),
        Command::Krm(args) => commands::krm::run(args, &configs, &reporter),
        Command::Export(args) => commands::export::run(args, &configs, &reporter),
        Command::Inspect(args) => commands::inspect::run(args, &configs, &reporter),
        Command::Verify(args) => commands::verify::run(args, &configs, &reporter),
        Command::Keygen(args) => commands::keygen::run(args, &reporter),
        Command::Keys(args) => commands::keys::run(args, &configs, &reporter),
        Command::Audit(args) => commands::audit::run(args, &configs, &reporter),
        Command::Git(args) => commands::git::run(args, &configs, &reporter),
        Command::Report(args) => commands::report::run(args, &reporter),
        Command::S3(args) => commands::s3::run(args, &configs, &reporter),
        Command::Completions(args) => commands::completions::run(args),
    };
    outcome.unwrap_or_else(|failure| {
        reporter.name_keys(ShownKeyNames::of(&configs));
        reporter.failure(&failure)
    })
}
