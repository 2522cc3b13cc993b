//! What an encrypted file can be: one folder for each format of whole files.

pub mod age;
mod batch_buffer;
mod batch_reader;
mod copy_work;
pub mod description;
pub mod detect;
pub mod esdk;
pub mod foreign;
pub mod format;
pub mod native;
pub mod payload;
pub(crate) mod pipeline;
pub mod records;
pub mod registry;
pub mod reseal;
pub mod s3_client;
pub mod transfer;
