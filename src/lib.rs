//! stub
mod codec;
pub mod context;
pub mod crypto;
pub mod error;
pub mod fs;
pub mod keys;
pub mod stream;
