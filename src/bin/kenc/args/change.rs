//! Options of `kenc rewrap` and `kenc rotate`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::documents::{DOCUMENTS, DocumentChangeArgs, FromConfigArgs, SelectionArgs};
use super::message::{ConversionArgs, MessageOpenArgs};
use super::shard::{ReportResumeArgs, ShardArgs};
use super::shared::{
    AwsArgs, OpenArgs, PassphraseArgs, PassphraseFrom, PayloadCipher, WorkArgs, parse_passphrase_source,
};

#[derive(Debug, Args)]
#[command(mut_arg("report", |arg| arg.conflicts_with_all(["dry_run", "check"])))]
pub struct RewrapArgs {
    #[command(flatten)]
    pub files: ChangedFilesArgs,
    #[command(flatten)]
    pub shard: ShardArgs,
    #[command(flatten)]
    pub resume: ReportResumeArgs,
    #[command(flatten)]
    pub change: KeyChangeArgs,
    #[command(flatten)]
    pub from_config: FromConfigArgs,
    #[command(flatten)]
    pub conversion: ConversionArgs,

    /// Dry run: contact the keys, write nothing, and print what would change
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// With --from-config: write nothing, print how files differ from their config, and exit with 7 if any does
    ///
    /// Compares keys, groups and threshold, the rule of a document, and the context of a kenc file. kenc contacts no key,
    /// except to resolve an alias in the config.
    #[arg(long, requires = "from_config", conflicts_with_all = ["dry_run", "yes"])]
    pub check: bool,

    #[command(flatten)]
    pub document: DocumentChangeArgs,
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub message: MessageOpenArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub new_passphrase: NewPassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
#[command(mut_arg("report", |arg| arg.conflicts_with("dry_run")))]
pub struct RotateArgs {
    #[command(flatten)]
    pub files: ChangedFilesArgs,
    #[command(flatten)]
    pub shard: ShardArgs,
    #[command(flatten)]
    pub resume: ReportResumeArgs,
    #[command(flatten)]
    pub change: KeyChangeArgs,
    #[command(flatten)]
    pub from_config: FromConfigArgs,

    /// Pair of a new encryption context, which replaces the old one; repeat it for several pairs
    ///
    /// Without it the context stays the same. (-c requires a pair in the old context.)
    #[arg(long = "new-context", value_name = "K=V")]
    pub new_context: Vec<String>,

    /// Remove the encryption context
    #[arg(long, conflicts_with = "new_context")]
    pub no_context: bool,

    /// Cipher for the new payload (default: same as before)
    #[arg(long, value_name = "CIPHER")]
    pub cipher: Option<PayloadCipher>,

    /// Dry run: contact the keys, write nothing, and print what would change
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub document: DocumentChangeArgs,
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Leave unencrypted values out of the MAC, so that they can be edited by hand
    #[arg(long, help_heading = DOCUMENTS)]
    pub mac_only_encrypted: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub message: MessageOpenArgs,
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
#[derive(Clone, Debug, Args)]
pub struct ChangedFilesArgs {
    /// Files to change; `-` or none reads the standard input and writes the result to the standard output
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub inputs: Vec<PathBuf>,

    /// Change every encrypted file and every encrypted config document in folders
    ///
    /// kenc detects them from their content, and skips other files and symbolic links.
    #[arg(short, long, conflicts_with = "output")]
    pub recursive: bool,

    /// Read the names of the files from FILE, separated by NUL bytes (`find -print0`); `-` is the standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["inputs", "output"])]
    pub files0_from: Option<PathBuf>,

    /// Write the result to this file (or folder, for several) and leave the input as it is; `-` is the standard output
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub output: Option<PathBuf>,

    /// Rewrite files in place (the default without -o)
    #[arg(short, long, conflicts_with = "output")]
    pub in_place: bool,

    /// Replace output files that exist, and files with several names (hard links), whose other names keep the old content
    #[arg(short, long)]
    pub force: bool,

    /// Sync new output files to the disk before they appear
    ///
    /// A changed file is always synced, with its folder: after a power failure, either the old or the new file exists. A new
    /// file is not synced, as with cp: a power failure within some seconds can leave it empty, short or missing.
    #[arg(long, requires = "output")]
    pub sync: bool,

    /// Delete the old version of each s3:// object, where its bucket keeps versions: it still opens with the old keys
    ///
    /// It is deleted as soon as the new version is in its place (s3:DeleteObjectVersion). Versions before it stay.
    #[arg(long, conflicts_with_all = ["output", "dry_run"])]
    pub delete_old_version: bool,
}

/// Which keys files are to have afterwards.
#[derive(Clone, Debug, Args)]
pub struct KeyChangeArgs {
    /// Replace all current keys with this one; repeat it for several keys
    ///
    /// The ARN of a KMS key or alias, alias/NAME, a key id or mrk-… (with the region from the environment), age1…,
    /// "ssh-ed25519 …", "ssh-rsa …", passphrase: to be asked for one, or file:PATH for the keys in a
    /// file, one on each line.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true, conflicts_with_all = ["add", "remove"])]
    pub to: Vec<String>,

    /// Add this key; nothing changes if the file already has it
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub add: Vec<String>,

    /// Remove this key; a file's last key cannot be removed
    ///
    /// With the same key in --add, kenc wraps the data key again under it: use this to change a passphrase. kenc resolves an
    /// alias first (kms:DescribeKey).
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub remove: Vec<String>,
}

#[derive(Debug, Args)]
pub struct NewPassphraseArgs {
    /// Read new passphrases from fd:N, file:PATH or cmd:PROGRAM (default: same as --passphrase-from)
    #[arg(long, value_name = "SOURCE", value_parser = parse_passphrase_source)]
    pub new_passphrase_from: Option<PassphraseFrom>,
}
