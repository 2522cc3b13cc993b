//! The only place that names a cryptographic backend.
//!
//! Chunks are sealed by AWS-LC where the `aws-lc` feature is on (the default), else by RustCrypto. Both are always tested
//! against the same vectors, through the same calls.

pub mod aead;
pub(crate) mod age_file;
pub(crate) mod digest;
pub(crate) mod gcm_stream;
pub mod kdf;
pub(crate) mod message_key;
pub(crate) mod message_suite;
pub(crate) mod record_key;
pub(crate) mod rsa;
pub(crate) mod s3_message;
pub(crate) mod scratch_key;
pub mod secret;
pub mod shamir;
pub(crate) mod signature;
pub(crate) mod traces;
pub(crate) mod value;

pub use aead::{Aead, Backend, Suite, TAG_LEN, Tag};
pub use message_suite::MessageSuite;
pub use secret::{DATA_KEY_LEN, DataKey, KEY_SHARE_LEN, KeyShare};

/// Fills `buffer` from the operating system's random source.
///
/// # Panics
/// If the operating system has no randomness to give: nothing that kenc could do without it is safe.
pub fn fill_random(buffer: &mut [u8]) {
    if getrandom::fill(buffer).is_err() {
        std::panic::panic_any(NoRandomness);
    }
}

/// The payload of a panic: the operating system has no randomness to give.
#[derive(Debug)]
pub struct NoRandomness;

/// Bytes in lower-case hexadecimal digits. Not for secrets: the text is not wiped.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256, for checksums that detect damage. Not a security check.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}
