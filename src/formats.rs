//! What an encrypted file can be: one folder for each format of whole files.

pub mod detect;
pub mod foreign;
pub mod native;
pub(crate) mod pipeline;
pub(crate) mod transfer;
