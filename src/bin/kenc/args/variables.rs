//! Which values become variables, and under which names.

use clap::Args;

#[derive(Debug, Args)]
pub struct VariableArgs {
    /// Prefix for the names of all variables
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub prefix: String,

    /// Use upper case for the names of variables
    #[arg(long)]
    pub upper: bool,

    /// Pass on only this value; repeat it for several values
    ///
    /// NAME is the name of a variable (without the prefix), or a path such as db.password or list[0]. The path of a mapping or
    /// a list stands for all values in it. A variable that changes what programs do, such as PATH, is passed on only if it is
    /// named exactly.
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,

    /// Take values of dotenv files literally, as sops does: with quotes, comments and references
    ///
    /// Without this option, kenc reads dotenv files as docker compose does: `export KEY="value" # comment` has the value
    /// `value`, a value in quotes may have several lines, and $NAME, ${NAME} and ${NAME:-default} are replaced except in
    /// single quotes. A reference to a variable that is not set is an error.
    #[arg(long)]
    pub literal: bool,
}
