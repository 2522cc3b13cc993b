//! Wrapping under a raw AES key, as the raw AES keyring of the AWS Encryption SDK does.

use zeroize::Zeroizing;

use super::cipher::RawCipher;
use super::word::RAW_AES;
use crate::codec::FieldWriter;
use crate::context::EncryptionContext;
use crate::crypto::message_key::{WRAP_NONCE_LEN, WrappingCipher};
use crate::keys::spec::KeySpec;

/// Raw AES keys.
pub(in crate::keys) struct RawAes;

const NO_AES_KEY: &str = "a raw AES key has 16, 24 or 32 bytes, and nothing else is in its file";

impl RawCipher for RawAes {
    const NAME: &'static str = RAW_AES;
    const TITLE: &'static str = "raw AES";
    const PREFIXES: &'static [&'static str] = &["raw-aes:"];

    fn wrap(_: &KeySpec, file: &[u8], data_key: &[u8], context: &EncryptionContext) -> Result<Vec<u8>, &'static str> {
        wrap(file, data_key, context).ok_or(NO_AES_KEY)
    }

    fn unwrap(
        _: &KeySpec,
        file: &[u8],
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        if WrappingCipher::new(file).is_none() {
            return Err(NO_AES_KEY);
        }
        open(file, wrapped, context)
            .ok_or("it does not open the data key, or the encryption context is not the right one")
    }

    fn finding(file: &[u8]) -> Result<&'static str, &'static str> {
        let key = WrappingCipher::new(file).ok_or(NO_AES_KEY);
        key.map(|_| "is an AES key: encrypts and decrypts AWS Encryption SDK messages")
    }
}

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
