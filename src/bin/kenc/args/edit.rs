//! `kenc edit`: what can be typed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct EditArgs {
    /// File to edit; one that is not there is made
    ///
    /// For a new file -k and -c say what it is encrypted under, else a rule of a config does, else the local key is used. A name
    /// that ends in .kenc makes a file that is encrypted as a whole.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Show the keys of a document in its text too, so that they can be edited
    ///
    /// Keys that are added get the data key wrapped, and are given as in a config: `- recipient: age1…`, `- arn: arn:aws:kms:…`.
    #[arg(long)]
    pub show_keys: bool,

    /// Edit a document whose MAC or seal is broken; what is saved has a right MAC, and no seal
    #[arg(long)]
    pub ignore_mac: bool,

    /// Go on with the edits that an earlier run could not save and kept
    #[arg(long)]
    pub resume: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
