//! Options of `kenc git …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::deferred::Deferred;
use super::examples;
use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct GitArgs {
    #[command(subcommand)]
    pub command: GitCommand,
}

#[derive(Debug, Subcommand)]
pub enum GitCommand {
    /// Configure git to show and merge encrypted files
    ///
    /// Sets `diff.kenc` and `merge.kenc` in the configuration of git, and adds lines to .gitattributes for the files that a
    /// rule of the config matches by path, for documents that are encrypted already, and for the patterns on the command
    /// line. Git does not cache the plaintext that it shows. Running the command again changes only what is missing.
    #[command(override_usage = examples::git_install::USAGE, after_long_help = examples::git_install::HELP)]
    Install(Deferred<GitInstallArgs>),

    /// Print the plaintext of an encrypted file for `git diff`
    ///
    /// If no key opens the file, kenc prints its ciphertext, so that the diff still shows a change. It prints a kenc file as
    /// its text if it contains text, or else as a summary.
    #[command(override_usage = examples::git_textconv::USAGE, after_long_help = examples::git_textconv::HELP)]
    Textconv(Deferred<GitTextconvArgs>),

    /// Merge three versions of an encrypted document, as a merge driver of git
    ///
    /// The result replaces OURS. Only changed values are encrypted again. Exits with 0 if everything was merged. If both sides
    /// changed a value, it becomes a mapping of `__kenc_ours`, `__kenc_base` and `__kenc_theirs` (in dotenv and INI files, KEY
    /// keeps our value, beside KEY__kenc_base and KEY__kenc_theirs), and the exit code is 1; resolve it with
    /// `kenc set FILE PATH` or `kenc edit`. If the merge fails, OURS does not change, and the exit code is 128 plus the code
    /// of the failure: git 2.42 and newer then stop the merge; older versions report a conflict and keep OURS.
    #[command(override_usage = examples::git_merge::USAGE, after_long_help = examples::git_merge::HELP)]
    Merge(Deferred<GitMergeArgs>),

    /// Find secrets that would be committed unencrypted, and broken encrypted files
    ///
    /// Checks what is staged, as a pre-commit hook does; with --all the whole index; or the files on the command line. Finds
    /// files that a rule of the config matches by path and that are not encrypted, plaintext values that a rule says to
    /// encrypt, damaged values and unresolved merges, and files whose keys, rule or context are not those of their config;
    /// with the keys at hand also everything that `kenc verify` finds. Exits with 7 if it finds a problem.
    #[command(override_usage = examples::git_check::USAGE, after_long_help = examples::git_check::HELP)]
    Check(Deferred<GitCheckArgs>),

    /// Write a new MAC after a conflict was resolved by hand
    ///
    /// Every value must be authentic at its path: kenc refuses values copied from elsewhere. Nothing authenticates their
    /// number and order, so kenc shows what differs from the last commit, and asks.
    #[command(override_usage = examples::git_mac_repair::USAGE, after_long_help = examples::git_mac_repair::HELP)]
    MacRepair(Deferred<GitMacRepairArgs>),
}

#[derive(Debug, Args)]
pub struct GitInstallArgs {
    /// Patterns of .gitattributes for encrypted files: `secrets/*.yaml`
    #[arg(value_name = "PATTERN", conflicts_with = "global")]
    pub patterns: Vec<String>,

    /// Configure all repositories of the user, and do not change .gitattributes
    #[arg(long)]
    pub global: bool,

    /// Run `kenc git check` in the pre-commit hook of this repository as well
    #[arg(long, conflicts_with = "global")]
    pub hook: bool,

    /// Remove everything that was set up
    #[arg(long, conflicts_with_all = ["patterns", "hook"])]
    pub uninstall: bool,
}

#[derive(Debug, Args)]
pub struct GitTextconvArgs {
    /// File to print
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct GitMergeArgs {
    /// Common ancestor (%O); an empty file if there is none
    #[arg(value_name = "BASE", value_hint = ValueHint::FilePath)]
    pub base: PathBuf,

    /// Our version, which the result replaces (%A)
    #[arg(value_name = "OURS", value_hint = ValueHint::FilePath)]
    pub ours: PathBuf,

    /// Their version (%B)
    #[arg(value_name = "THEIRS", value_hint = ValueHint::FilePath)]
    pub theirs: PathBuf,

    /// Path of the file in the repository, which determines its format and its config (%P)
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub path: Option<PathBuf>,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct GitCheckArgs {
    /// Files to check as they are, instead of what is staged
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub paths: Vec<PathBuf>,

    /// Check everything in the index, not only what differs from the last commit
    #[arg(long, conflicts_with = "paths")]
    pub all: bool,

    /// Use no keys; find only what can be found without them
    #[arg(long)]
    pub no_keys: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}

#[derive(Debug, Args)]
pub struct GitMacRepairArgs {
    /// File to repair
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
