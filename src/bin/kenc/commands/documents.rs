//! The commands for config documents.

pub mod encrypt;
pub mod get;
pub mod joined;
pub mod seal;
pub mod set;
pub mod unset;
