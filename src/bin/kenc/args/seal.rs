//! Options of `kenc seal`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::documents::InputTypeArgs;
use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct SealArgs {
    /// Config documents to seal
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath, required = true)]
    pub inputs: Vec<PathBuf>,

    /// Seal every encrypted config document in folders
    ///
    /// kenc detects them from their content, and skips other files and symbolic links.
    #[arg(short, long)]
    pub recursive: bool,

    /// Do not ask; use this only for documents that you have reviewed
    #[arg(short, long)]
    pub yes: bool,

    /// Replace files with several names (hard links), whose other names keep the old content
    #[arg(short, long)]
    pub force: bool,

    #[command(flatten)]
    pub input_type: InputTypeArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
