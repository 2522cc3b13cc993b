//! `kenc completions`.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::failure::{Exit, Failure};

pub fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kenc", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script).map_err(kenc::error::Error::Write)?;
    Ok(Exit::Done)
}
