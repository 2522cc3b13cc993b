//! Options of `kenc rewrap` and `kenc rotate`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::documents::{DocumentChangeArgs, FromConfigArgs, SelectionArgs};
use super::{AwsArgs, Cipher, OpenArgs, PassphraseArgs, PassphraseFrom, WorkArgs, parse_passphrase_source};

#[derive(Debug, Args)]
pub struct RewrapArgs {
    #[command(flatten)]
    pub files: ChangedFilesArgs,
    #[command(flatten)]
    pub change: KeyChangeArgs,
    #[command(flatten)]
    pub from_config: FromConfigArgs,

    /// Ask the keys as it would be done, write nothing, and say what would change
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub document: DocumentChangeArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub new_passphrase: NewPassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    pub files: ChangedFilesArgs,
    #[command(flatten)]
    pub change: KeyChangeArgs,
    #[command(flatten)]
    pub from_config: FromConfigArgs,

    /// Pair of the encryption context that the new file has instead of the old one; give several times for several pairs
    ///
    /// Without it the context stays. What the old file must contain is demanded with -c.
    #[arg(long = "new-context", value_name = "K=V")]
    pub new_context: Vec<String>,

    /// Leave the new file without an encryption context
    #[arg(long, conflicts_with = "new_context")]
    pub no_context: bool,

    /// Cipher for the new payload; that of the old file by default
    #[arg(long, value_name = "CIPHER")]
    pub cipher: Option<Cipher>,

    #[command(flatten)]
    pub document: DocumentChangeArgs,
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Compute the MAC of config documents over encrypted values only, so that others can be edited by hand
    #[arg(long, help_heading = "Options for config documents")]
    pub mac_only_encrypted: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub new_passphrase: NewPassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

/// Files that take the place of themselves.
#[derive(Debug, Args)]
pub struct ChangedFilesArgs {
    /// Files to change; `-` or none is the standard input, and the result goes to the standard output
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,

    /// Go through the folders among them, and change every kenc file and every encrypted config document
    ///
    /// They are told by their content. Other files and symbolic links in a folder are left alone.
    #[arg(short, long, conflicts_with = "output")]
    pub recursive: bool,

    /// Write the result to this file, or for several to this folder, and leave the input as it is; `-` is the standard output
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub output: Option<PathBuf>,

    /// Change each file itself, as is done without -o too
    #[arg(short, long, conflicts_with = "output")]
    pub in_place: bool,

    /// Replace output files that exist, and replace a file that has other names (hard links), which keep the old one
    #[arg(short, long)]
    pub force: bool,

    /// Sync new output files to the disk before they appear
    ///
    /// A file that is changed is always synced, and its folder too: after a power failure either the old file is there or
    /// the new one. A new file is not synced, as with cp: for some seconds a power failure can leave it empty, short or absent.
    #[arg(long, requires = "output")]
    pub sync: bool,
}

/// Which keys files are to have afterwards.
#[derive(Debug, Args)]
pub struct KeyChangeArgs {
    /// Key to have instead of all others; give several times for several keys
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-… (with the region from the environment), age1…,
    /// "ssh-ed25519 …", "ssh-rsa …", or passphrase: to be asked for one.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true, conflicts_with_all = ["add", "remove"])]
    pub to: Vec<String>,

    /// Key to have as well; one that the file has already changes nothing
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub add: Vec<String>,

    /// Key to have no more; the last one of a file cannot go
    ///
    /// A key that is given with --add as well is wrapped anew: so a passphrase is changed. What an alias means is looked up
    /// (kms:DescribeKey).
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub remove: Vec<String>,
}

#[derive(Debug, Args)]
pub struct NewPassphraseArgs {
    /// Where a new passphrase comes from, if not from where others come: fd:N, file:PATH, or cmd:PROGRAM
    #[arg(long, value_name = "SOURCE", value_parser = parse_passphrase_source)]
    pub new_passphrase_from: Option<PassphraseFrom>,
}
