//! Other programs: files are passed to them as variables, as files or in a pipe, and what they print is encrypted.

mod command;
mod lent_files;
mod piped;
mod placeholders;

pub use command::{Environment, command, on_search_path, word};
pub use lent_files::{LentFiles, lend};
pub use piped::{Consumer, Producer, StartedCommand};
pub use placeholders::Placeholders;
