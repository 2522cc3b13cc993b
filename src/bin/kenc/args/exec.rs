//! Options of `kenc exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{AwsArgs, OpenArgs, PassphraseArgs};

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

    /// Prefix for the names of all variables
    #[arg(long, value_name = "PREFIX", default_value = "", conflicts_with = "file")]
    pub prefix: String,

    /// Use upper case for the names of variables
    #[arg(long, conflicts_with = "file")]
    pub upper: bool,

    /// Pass on only this value; repeat it for several values
    ///
    /// NAME is the name of a variable (without the prefix), or a path such as db.password or list[0]. The path of a mapping or
    /// a list stands for all values in it. A variable that changes what programs do, such as PATH, is passed on only if it is
    /// named exactly.
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub only: Vec<String>,

    /// Give the command decrypted files instead of variables: `{}` in its arguments is replaced by the path
    ///
    /// The files are in memory, no other user can read them, and they are removed when the command ends. With several FILEs,
    /// `{1}` is the path of the first, `{2}` of the second.
    #[arg(long)]
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
