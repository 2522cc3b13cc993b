//! `kenc completions`.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::complete;
use crate::failure::{Exit, Failure};

pub fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let asking = if args.r#static { None } else { complete::script(&args.shell.to_string()) };
    let script = asking.unwrap_or_else(|| {
        let mut script = Vec::new();
        clap_complete::generate(args.shell, &mut Cli::command(), "kenc", &mut script);
        script
    });
    kenc::storage::standard::print(&script)?;
    Ok(Exit::Done)
}
