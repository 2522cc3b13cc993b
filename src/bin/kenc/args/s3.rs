//! Options of `kenc s3`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::examples;
use super::shared::AwsArgs;

#[derive(Debug, Args)]
pub struct S3Args {
    #[command(subcommand)]
    pub command: S3Command,
}

#[derive(Debug, Subcommand)]
pub enum S3Command {
    /// List and remove the parts of uploads that were never completed
    ///
    /// kenc aborts an upload that fails or is interrupted. One that is killed leaves its parts behind: no object, but AWS
    /// bills their storage until somebody removes them. This command lists such uploads, of kenc and of other programs, asks, and
    /// aborts them.
    ///
    /// Do not abort an upload that is still under way: it fails then. --older-than leaves young ones alone.
    #[command(override_usage = examples::s3_cleanup::USAGE, after_long_help = examples::s3_cleanup::HELP)]
    Cleanup(CleanupArgs),
}

#[derive(Debug, Args)]
pub struct CleanupArgs {
    /// Objects, or prefixes of their keys: `s3://BUCKET` for a whole bucket
    #[arg(value_name = "s3://BUCKET/PREFIX", required = true)]
    pub prefixes: Vec<PathBuf>,

    /// Leave uploads alone that began less than this ago, such as 30m, 12h or 7d
    #[arg(long, value_name = "TIME", value_parser = parse_age)]
    pub older_than: Option<Duration>,

    /// List the uploads, and remove nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    #[command(flatten)]
    pub aws: AwsArgs,
}

fn parse_age(text: &str) -> Result<Duration, String> {
    let units = [('m', 60), ('h', 3600), ('d', 86_400)];
    let age = units.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(*unit)?.parse().ok()?;
        Some(Duration::from_secs(u64::from(number) * seconds))
    });
    age.ok_or_else(|| "it must be a number of minutes, hours or days, such as 30m, 12h or 7d".to_owned())
}
