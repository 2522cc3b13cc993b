//! `kenc git …`: what can be typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct GitArgs {
    #[command(subcommand)]
    pub command: GitCommand,
}

#[derive(Debug, Subcommand)]
pub enum GitCommand {
    /// Let git show and merge encrypted files of this repository
    ///
    /// Sets `diff.kenc` and `merge.kenc` in the configuration of git, and writes lines for the encrypted files into
    /// .gitattributes: those that a rule of the config with a path names, those that are encrypted documents already, and
    /// the patterns given. What git shows is never stored. To run it again changes nothing that is right already.
    Install(GitInstallArgs),

    /// Print what is in an encrypted file, for `git diff`
    ///
    /// Where no key opens the file, it is printed as it stands, so that the diff still says something. A whole kenc file is
    /// printed as its text, or as a summary.
    Textconv(GitTextconvArgs),

    /// Merge three versions of an encrypted document, as git calls it
    ///
    /// The result takes the place of OURS. Only what changed is encrypted anew. Exits with 0 if all is merged. Where both
    /// sides changed one value, it becomes a mapping of `__kenc_ours`, `__kenc_base` and `__kenc_theirs` (in dotenv and INI files,
    /// KEY stays ours beside KEY__kenc_base and KEY__kenc_theirs), and the exit code is 1; `kenc set FILE PATH` or `kenc edit`
    /// resolves it. Where it cannot be merged, OURS stays as it is, and the exit code is 128 and the code of the failure: git
    /// (from 2.42 on) then stops the whole merge instead of taking OURS for a result in conflict.
    Merge(GitMergeArgs),

    /// Look for secrets that would be committed in the clear, and for encrypted files that are broken
    ///
    /// Looks at what is staged, as a pre-commit hook does, or with --all at all of the index, or at the files given as they
    /// are. Finds files that a rule of the config with a path names and that are not encrypted, values that stand in the
    /// clear against a rule, damaged values, unresolved merges, and with the keys at hand everything that `kenc verify` does.
    /// Exits with 7 when there is something.
    Check(GitCheckArgs),

    /// Write a new MAC, after a conflict was resolved by hand
    ///
    /// Every single value must be authentic at its path: what was copied from elsewhere is refused. Nothing vouches for
    /// their number and order, so it shows what differs from the last commit, and asks.
    MacRepair(GitMacRepairArgs),
}

#[derive(Debug, Args)]
pub struct GitInstallArgs {
    /// Patterns of .gitattributes for encrypted files: `secrets/*.yaml`
    #[arg(value_name = "PATTERN", conflicts_with = "global")]
    pub patterns: Vec<String>,

    /// Set it for all repositories of the user, and leave .gitattributes alone
    #[arg(long)]
    pub global: bool,

    /// Make `kenc git check` the pre-commit hook of this repository as well
    #[arg(long, conflicts_with = "global")]
    pub hook: bool,

    /// Take away all that was set up
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
    /// The version that both sides come from (%O); empty if there is none
    #[arg(value_name = "BASE", value_hint = ValueHint::FilePath)]
    pub base: PathBuf,

    /// Our version, and the place for the result (%A)
    #[arg(value_name = "OURS", value_hint = ValueHint::FilePath)]
    pub ours: PathBuf,

    /// The version to merge in (%B)
    #[arg(value_name = "THEIRS", value_hint = ValueHint::FilePath)]
    pub theirs: PathBuf,

    /// The path of the file in the repository, which says its notation and finds its config (%P)
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
    /// Files to look at as they are, instead of what is staged
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub paths: Vec<PathBuf>,

    /// Look at everything in the index, not only at what differs from the last commit
    #[arg(long, conflicts_with = "paths")]
    pub all: bool,

    /// Ask no key: find only what can be found without
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

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
