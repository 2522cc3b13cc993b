//! A random pair in the encryption context, by which logs of AWS CloudTrail tell a file from others of the same key.

use crate::context::EncryptionContext;
use crate::crypto::fill_random;
use crate::error::ContextError;

/// The name of the pair.
pub const FILE_ID: &str = "kenc-id";
/// Random bytes of an id.
const LEN: usize = 16;

/// Adds a new id to a context.
///
/// # Errors
/// If there is one already, or the context would be too long.
pub fn add(context: &mut EncryptionContext) -> Result<(), ContextError> {
    let mut bytes = [0; LEN];
    fill_random(&mut bytes);
    context.insert(FILE_ID, &format!("{:032x}", u128::from_be_bytes(bytes)))
}
