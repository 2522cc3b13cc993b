//! The commands for config documents.

pub mod encrypt;
pub mod get;
pub mod seal;
pub mod set;
pub mod unset;
