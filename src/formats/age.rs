//! age files: C2SP *age* v1, binary and armored.

mod file;
pub mod file_format;
mod header;
mod range;
mod rewrap;
mod stream;

pub use header::AgeHeader;
