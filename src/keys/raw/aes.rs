//! Wrapping under a raw AES key, as the raw AES keyring of the AWS Encryption SDK does.

use zeroize::Zeroizing;

use crate::codec::FieldWriter;
use crate::context::EncryptionContext;
use crate::crypto::message_key::{WRAP_NONCE_LEN, WrappingCipher};

/// Wraps a data key under `key`. The result is the nonce, the ciphertext and the tag. `None` if `key` is not one of AES.
pub(super) fn wrap(key: &[u8], data_key: &[u8], context: &EncryptionContext) -> Option<Vec<u8>> {
    Some(WrappingCipher::new(key)?.wrap(data_key, &authenticated(context)))
}

/// Unwraps a data key. `None` if `key` is not the one, or the context is not.
pub(crate) fn open(key: &[u8], wrapped: &[u8], context: &EncryptionContext) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = wrapped.split_first_chunk::<WRAP_NONCE_LEN>()?;
    WrappingCipher::new(key)?.unwrap(*nonce, sealed, &authenticated(context))
}

/// The context as messages encode it. One without pairs is nothing.
fn authenticated(context: &EncryptionContext) -> Vec<u8> {
    if context.is_empty() {
        return Vec::new();
    }
    let mut writer = FieldWriter::new();
    context.encode(&mut writer);
    writer.into_bytes()
}
