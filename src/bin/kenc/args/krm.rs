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

pub const USAGE: &str = "kenc krm [OPTIONS]";
pub const HELP: &str = "\
Examples:
  Decrypt the resources of a list
    kenc krm < resources.yaml

  Let kustomize call it, through a script that a generator names (see `packaging/kustomize`)
    kustomize build --enable-alpha-plugins --enable-exec overlays/prod";
