//! `kenc exec`: what can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{AwsArgs, OpenArgs, PassphraseArgs};

#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Files to decrypt for the command, in this order: of two values for one variable the last counts
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// The command to run, with its arguments; no shell comes between
    #[arg(value_name = "CMD", last = true, required = true, value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,

    /// Of our own environment pass on only PATH, HOME, USER, LOGNAME, SHELL, TERM, TZ, TMPDIR, LANG and LC_*
    #[arg(long)]
    pub pristine: bool,

    /// What the name of every variable begins with
    #[arg(long, value_name = "PREFIX", default_value = "", conflicts_with = "file")]
    pub prefix: String,

    /// Write the names of the variables in upper case
    #[arg(long, conflicts_with = "file")]
    pub upper: bool,

    /// Pass on only this value; give several times for several values
    ///
    /// The name of a variable (without the prefix), or a path such as db.password or list[0]; a path of a mapping or list is
    /// all that is in it. A variable by which a program would do other things, such as PATH, is passed on only if it is
    /// named so itself.
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub only: Vec<String>,

    /// Give the command decrypted files instead of variables: `{}` in its arguments becomes the path
    ///
    /// The path leads to memory that no other user can read, and that goes with the command. With several FILEs `{1}` is the
    /// path of the first, `{2}` of the second.
    #[arg(long)]
    pub file: bool,

    /// Name at the end of the path, for a command that looks at it; give once for each FILE
    #[arg(long, value_name = "NAME", requires = "file")]
    pub file_name: Vec<OsString>,

    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    #[command(flatten)]
    pub aws: AwsArgs,
}
