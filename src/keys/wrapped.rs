//! A wrapped data key.

use crate::crypto::sha256;

/// A data key as one wrapping key wrapped it: the content of one slot of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Who can unwrap it: [`AWS_KMS`](crate::keys::AWS_KMS), [`AGE`](crate::keys::AGE), or a provider that this version
    /// does not know.
    pub provider: String,
    /// The provider's name for the wrapping key.
    pub key_id: String,
    /// The wrapped data key.
    pub ciphertext: Vec<u8>,
}

/// Bytes of a digest that are kept: enough that no two wrapped keys have the same.
const DIGEST_LEN: usize = 16;

/// The digest of a wrapped key, by which a file is found whatever its name is now. A wrapped key is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrappedKeyDigest([u8; DIGEST_LEN]);

impl WrappedKeyDigest {
    /// The digest of a wrapped key.
    #[must_use]
    pub fn of(wrapped_key: &[u8]) -> Self {
        let whole = sha256(wrapped_key);
        Self(std::array::from_fn(|at| whole[at]))
    }

    /// Its hexadecimal digits, as the log has them.
    #[must_use]
    pub fn to_hex(self) -> String {
        hexadecimal(&self.0)
    }

    /// Reads them.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 2 * DIGEST_LEN || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok();
        (0..DIGEST_LEN).map(byte).collect::<Option<Vec<u8>>>()?.try_into().ok().map(Self)
    }
}

/// Hexadecimal digits, in lower case.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
