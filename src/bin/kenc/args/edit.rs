//! Options of `kenc edit`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct EditArgs {
    /// File to edit; a missing file is created
    ///
    /// A new file is encrypted under the keys of -k, or else of the rule for it, or else under the local key, with the context
    /// of -c. A file whose name ends in .kenc, .age or .esdk is encrypted as a whole, and so is one whose rule has such a
    /// `format`. age files and messages of the AWS Encryption SDK stay what they are.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Show the wrapping keys of a document in the text, so that they can be edited
    ///
    /// The data key is wrapped under keys that you add. Write them as in a config: `- recipient: age1…`,
    /// `- arn: arn:aws:kms:…`.
    #[arg(long)]
    pub show_keys: bool,

    /// Edit a document whose MAC or seal is broken; the saved document has a valid MAC and no seal
    #[arg(long)]
    pub ignore_mac: bool,

    /// Continue with edits that an earlier run could not save
    #[arg(long)]
    pub resume: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
