//! Options of `kenc export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};
use super::variables::VariableArgs;

#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Files with the values; a later file overrides variables of an earlier one
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Format of the output (default: shell, or json with --json)
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ExportFormatName>,

    #[command(flatten)]
    pub variables: VariableArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormatName {
    /// export NAME='value', for sh, bash, zsh and fish
    Shell,
    /// A dotenv file for docker compose, godotenv and python-dotenv
    Dotenv,
    /// A JSON object of strings
    Json,
    /// Variables for the later steps of the job, and masks for the log: adds to the file $GITHUB_ENV
    GithubActions,
    /// A file for `docker run --env-file`
    Docker,
}
