//! Objects of the Amazon S3 Encryption Client. They are opened and converted, and never made.

pub mod file_format;
mod kept;
mod metadata;
#[cfg(test)]
mod tests;
