//! Options of `kenc verify`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::documents::DocumentOpenArgs;
use super::many::{FILES_TO_VERIFY, ManyArgs, RECURSIVE_VERIFY};
use super::message::MessageOpenArgs;
use super::shard::{ReportResumeArgs, ShardArgs};
use super::shared::{AwsArgs, OpenArgs, PassphraseArgs, WorkArgs};

#[derive(Debug, Args)]
#[command(mut_arg("recursive", |arg| arg.long_help(RECURSIVE_VERIFY)))]
#[command(mut_arg("files0_from", |arg| arg.long_help(FILES_TO_VERIFY)))]
pub struct VerifyArgs {
    /// Files to verify; `-` or none is the standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub message: MessageOpenArgs,
    #[command(flatten)]
    pub document_open: DocumentOpenArgs,
    #[command(flatten)]
    pub many: ManyArgs,
    #[command(flatten)]
    pub shard: ShardArgs,
    #[command(flatten)]
    pub resume: ReportResumeArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
