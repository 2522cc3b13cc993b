//! `kenc s3`.

mod cleanup;

use kenc::ops::configs::Configs;

use crate::args::s3::{S3Args, S3Command};
use crate::failure::{Exit, Failure};
use crate::report::Reporter;

pub fn run(args: &S3Args, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    match &args.command {
        S3Command::Cleanup(args) => cleanup::run(args, configs, reporter),
    }
}
