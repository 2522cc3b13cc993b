//! `kenc git`.

mod check;
mod install;
mod merge;
mod repair;
mod textconv;

use crate::args::git::{GitArgs, GitCommand};
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use kenc::ops::configs::Configs;

pub fn run(args: &GitArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    match &args.command {
        GitCommand::Install(args) => install::run(args, configs, reporter),
        GitCommand::Textconv(args) => textconv::run(args, configs, reporter),
        GitCommand::Merge(args) => merge::run(args, configs, reporter),
        GitCommand::Check(args) => check::run(args, configs, reporter),
        GitCommand::MacRepair(args) => repair::run(args, configs, reporter),
    }
}
