//! Encrypt files and streams under keys in AWS KMS, or under age keys.
//!
//! This is the library below the `kenc` program. A [`Session`] seals and opens in one call, in memory or as a stream;
//! `examples/` shows both, and values of config files and changed keys.
//!
//! ```
//! # fn main() -> Result<(), kenc::error::Error> {
//! let identity = kenc::keys::NewIdentity::generate();
//! let session = kenc::Session::new().with_key(identity.recipient).with_identities(identity.secret);
//! let sealed = session.seal(b"attack at dawn")?;
//! assert_eq!(*session.open(&sealed)?, b"attack at dawn");
//! # Ok(())
//! # }
//! ```
//!
//! What a session is made of: [`keys::Keyring`] makes a data key and wraps it; [`formats::native`] seals and opens the payload in
//! chunks of 16 KiB, each authenticated before a byte of it is released. The format is described in `kenc-format(5)`.
//! [`document`] encrypts the values of config files one by one; [`config`] says which keys are for which path.

mod codec;
pub mod config;
pub mod context;
pub mod crypto;
pub mod document;
pub mod error;
pub mod formats;
pub mod fs;
pub mod keys;
pub mod limits;
pub mod ops;
pub mod pattern;
pub mod storage;
#[cfg(test)]
#[path = "../tests/support/data.rs"]
mod test_data;

pub mod threads;

pub use age::secrecy::SecretString;
pub use ops::session::Session;
