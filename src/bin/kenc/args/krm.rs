//! Options of `kenc krm`.

use clap::Args;

use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct KrmArgs {
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
