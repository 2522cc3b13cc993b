//! `kenc keys`.

mod check;
mod policy;
mod usage;

use crate::args::{KeysArgs, KeysCommand};
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use kenc::ops::configs::Configs;

pub fn run(args: &KeysArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    match &args.command {
        KeysCommand::Check(args) => check::run(args, configs, reporter),
        KeysCommand::Usage(args) => usage::run(args, configs, reporter),
        KeysCommand::Policy(args) => policy::run(args, reporter),
    }
}
