//! The values of files as variables, for a command or for another program's file.

mod collect;
mod dotenv;
mod expansion;
mod protected;

pub use collect::{DotenvSyntax, VariableNames, Variables, is_variable_name, variables};
pub use dotenv::reads_literally;
pub use protected::{acts_on_every_program, is_of_identity};
