//! Passing files to another program: their values as variables, or the files themselves.

mod command;
mod lent_files;
mod placeholders;

pub use command::{Environment, command};
pub use lent_files::{LentFiles, lend};
pub use placeholders::Placeholders;
