//! Options of `kenc seal`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::documents::InputTypeArgs;
use super::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct SealArgs {
    /// Config documents to seal
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath, required = true)]
    pub inputs: Vec<PathBuf>,

    /// Go through the folders among them, and seal every encrypted config document
    ///
    /// They are told by their content. Other files and symbolic links in a folder are left alone.
    #[arg(short, long)]
    pub recursive: bool,

    /// Seal them without asking, because somebody has looked at them
    #[arg(short, long)]
    pub yes: bool,

    /// Replace a file that has other names (hard links), which keep the old one
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
