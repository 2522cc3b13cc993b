//! One module for each command. They wire calls of the library together.

pub mod completions;
pub mod contents;
pub mod decrypt;
pub mod edit;
pub mod encrypt;
#[cfg(unix)]
pub mod exec;
pub mod inspect;
pub mod keygen;
pub mod opening;
pub mod verify;
