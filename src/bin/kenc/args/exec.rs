//! Options of `kenc exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};
use super::variables::VariableArgs;

#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Files to decrypt for the command; a later file overrides variables of an earlier one
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// Command to run, with its arguments; it is run without a shell
    #[arg(value_name = "CMD", last = true, required = true, value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,

    /// Start with a clean environment, keeping only PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ, TMPDIR, LANG and LC_*
    #[arg(long)]
    pub pristine: bool,

    #[command(flatten)]
    pub variables: VariableArgs,

    /// Give the command decrypted files instead of variables: `{}` in its arguments is replaced by the path
    ///
    /// The files are in memory, no other user can read them, and they are removed when the command ends. With several FILEs,
    /// `{1}` is the path of the first, `{2}` of the second.
    #[arg(long, conflicts_with_all = ["prefix", "upper", "only", "literal"])]
    pub file: bool,

    /// Name of the decrypted file, for a command that depends on it; repeat it for each FILE
    #[arg(long, value_name = "NAME", requires = "file")]
    pub file_name: Vec<OsString>,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
