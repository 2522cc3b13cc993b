//! Passing files to another program: their values as variables, or the files themselves.

mod command;
mod lent_files;
mod placeholders;
mod protected;
mod variables;

pub use command::{Environment, command};
pub use lent_files::{LentFiles, lend};
pub use placeholders::Placeholders;
pub use protected::acts_on_every_program;
pub use variables::{VariableNames, variables};
