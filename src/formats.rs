//! What an encrypted file can be: one folder for each format of whole files.

pub mod native;
