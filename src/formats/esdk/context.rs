//! The encryption context as messages encode it.

use std::collections::HashSet;

use crate::codec::{FieldReader, FieldWriter};
use crate::context::EncryptionContext;
use crate::error::FormatError;

/// Keys that begin so belong to the SDK.
pub const RESERVED_PREFIX: &str = "aws-crypto-";
/// The pair of a signed message that holds its public key.
pub const PUBLIC_KEY_PAIR: &str = "aws-crypto-public-key";

/// Reads a context, which fills all of `bytes`. Pairs keep the order that they have there: some writers sort them in another
/// way, and the order is authenticated.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<(String, String)>, FormatError> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = FieldReader::new(bytes, "encryption context");
    let count = usize::from(reader.u16()?);
    if count == 0 {
        return Err(FormatError::NotCanonical("encryption context has bytes and no pairs"));
    }
    let mut pairs = Vec::new();
    for _ in 0..count {
        pairs.push((text(reader.u16_prefixed()?)?, text(reader.u16_prefixed()?)?));
    }
    if !reader.rest().is_empty() {
        return Err(FormatError::NotCanonical("encryption context has bytes after its pairs"));
    }
    let distinct: HashSet<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    if distinct.len() < pairs.len() {
        return Err(FormatError::NotCanonical("encryption context has a key twice"));
    }
    Ok(pairs)
}

/// Writes a context.
///
/// # Errors
/// If it is longer than 65 535 bytes.
pub(super) fn encode(pairs: &[(String, String)]) -> Result<Vec<u8>, FormatError> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let len = 2 + pairs.iter().map(|(key, value)| 4 + key.len() + value.len()).sum::<usize>();
    if len > usize::from(u16::MAX) {
        let limit = u64::from(u16::MAX);
        return Err(FormatError::LimitExceeded { field: "length of the encryption context", found: len as u64, limit });
    }
    let mut writer = FieldWriter::new();
    writer.u16(pairs.len());
    for (key, value) in pairs {
        writer.u16_prefixed(key.as_bytes());
        writer.u16_prefixed(value.as_bytes());
    }
    Ok(writer.into_bytes())
}

/// A context as messages encode it, in the order of its keys.
pub(crate) fn encode_context(context: &EncryptionContext) -> Result<Vec<u8>, FormatError> {
    encode(&context.to_pairs())
}

fn text(bytes: &[u8]) -> Result<String, FormatError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FormatError::NotCanonical("encryption context is not UTF-8"))?;
    Ok(text.to_owned())
}
