//! `ENC[…]`: one value, encrypted under the data key and bound to its path.

use base64::prelude::BASE64_STANDARD;
use base64::{DecodeSliceError, Engine};
use zeroize::Zeroizing;

use crate::crypto::value::ValueKey;
use crate::crypto::{DataKey, TAG_LEN, Tag};
use crate::document::content::value::{Value, ValueKind};

const BEGIN: &str = "ENC[AES256_GCM,data:";
const IV: &str = ",iv:";
const TAG: &str = ",tag:";
const TYPE: &str = ",type:";
const END: char = ']';

const INVALID_BASE64: &str = "its base64 is invalid";

/// Whether a text looks like an encrypted value, intact or damaged.
pub(crate) fn looks_encrypted(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,")
}

/// Checks the syntax of an encrypted value without a key.
pub(crate) fn fault_of_form(token: &str) -> Option<&'static str> {
    EncryptedToken::parse(token).err()
}

/// Why an encrypted value cannot be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueFault {
    /// Its syntax is wrong.
    Damaged(&'static str),
    /// It is not authentic under this data key and at this path.
    NotAuthentic,
}

/// Encrypts and decrypts single values under one data key.
pub(crate) struct ValueCipher(ValueKey);

impl ValueCipher {
    pub(crate) fn new(data_key: &DataKey) -> Self {
        Self(ValueKey::new(data_key))
    }

    /// The token of a plaintext, with an IV of its own.
    pub(crate) fn encrypt(&self, kind: ValueKind, plaintext: &[u8], aad: &str) -> String {
        let mut data = Zeroizing::new(plaintext.to_vec());
        let (iv, tag) = self.0.seal_in_place(aad.as_bytes(), &mut data);
        let digits = |len: usize| len.div_ceil(3) * 4;
        let signs = BEGIN.len() + IV.len() + TAG.len() + TYPE.len() + kind.name().len() + END.len_utf8();
        let mut token = String::with_capacity(signs + digits(data.len()) + digits(iv.len()) + digits(tag.len()));
        for (begin, bytes) in [(BEGIN, data.as_slice()), (IV, &iv), (TAG, &tag)] {
            token.push_str(begin);
            BASE64_STANDARD.encode_string(bytes, &mut token);
        }
        token.push_str(TYPE);
        token.push_str(kind.name());
        token.push(END);
        token
    }

    /// The type and the plaintext of a token.
    pub(crate) fn decrypt(&self, token: &str, aad: &str) -> Result<(ValueKind, Zeroizing<Vec<u8>>), ValueFault> {
        let EncryptedToken { mut data, iv, tag, kind } = EncryptedToken::parse(token).map_err(ValueFault::Damaged)?;
        self.0.open_in_place(iv.bytes(), aad.as_bytes(), &tag, &mut data).map_err(|_| ValueFault::NotAuthentic)?;
        Ok((kind, data))
    }

    /// The value of a token.
    pub(crate) fn decrypt_value(&self, token: &str, aad: &str) -> Result<Value, ValueFault> {
        let (kind, plaintext) = self.decrypt(token, aad)?;
        Value::from_plaintext(kind, plaintext).ok_or(ValueFault::Damaged("its content does not match its type"))
    }
}

/// The text of an encrypted comment. Writers differ in which container a comment at the border of two belongs to, so
/// the containers around it are all tried.
pub(crate) fn comment_text(cipher: &ValueCipher, token: &str, aad: &str) -> Option<Zeroizing<String>> {
    let around = aad.match_indices(':').map(|(at, _)| &aad[..=at]).rev();
    let candidates = around.chain((aad != ":").then_some(":"));
    candidates.into_iter().find_map(|aad| match cipher.decrypt(token, aad) {
        Ok((ValueKind::Comment, text)) => std::str::from_utf8(&text).ok().map(|text| Zeroizing::new(text.to_owned())),
        _ => None,
    })
}

struct EncryptedToken {
    /// Ciphertext, decrypted in place.
    data: Zeroizing<Vec<u8>>,
    iv: Iv,
    tag: Tag,
    kind: ValueKind,
}

/// An IV of any length. None that is longer than what is kept of it decrypts anything.
struct Iv {
    bytes: [u8; MAX_IV_LEN],
    len: usize,
}

/// The longest IV that is decoded, in bytes: that of a new value has 32.
const MAX_IV_LEN: usize = 48;

impl Iv {
    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl EncryptedToken {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let parts = || {
            // In a block scalar, the line end belongs to the text.
            let rest = text.trim_end_matches('\n').strip_prefix(BEGIN)?;
            // Base64 has no comma.
            let field = |rest: &'_ str, next: &str| {
                let end = rest.find(',')?;
                rest[end..].starts_with(next).then_some((end, end + next.len()))
            };
            let (data_end, iv_start) = field(rest, IV)?;
            let (data, rest) = (&rest[..data_end], &rest[iv_start..]);
            let (iv_end, tag_start) = field(rest, TAG)?;
            let (iv, rest) = (&rest[..iv_end], &rest[tag_start..]);
            let (tag_end, type_start) = field(rest, TYPE)?;
            Some([data, iv, &rest[..tag_end], rest[type_start..].strip_suffix(END)?])
        };
        let [data, iv, tag, kind] = parts().ok_or("it is not of the form ENC[…]")?;
        const { assert!(TAG_LEN == 16) };
        let mut tag_bytes = [0; MAX_IV_LEN];
        let tag_len = decode_short(tag, &mut tag_bytes)?;
        let tag = Tag::try_from(&tag_bytes[..tag_len]).map_err(|_| "its tag is not 16 bytes long")?;
        let kind = ValueKind::from_name(kind).ok_or("its type is unknown")?;
        let mut plain = Zeroizing::new(Vec::with_capacity(data.len() / 4 * 3 + 3));
        BASE64_STANDARD.decode_vec(data, &mut plain).map_err(|_| INVALID_BASE64)?;
        let mut bytes = [0; MAX_IV_LEN];
        let len = decode_short(iv, &mut bytes)?;
        Ok(Self { data: plain, iv: Iv { bytes, len }, tag, kind })
    }
}

/// Decodes a short text without allocating, and returns its length. One that is too long is as good as empty.
fn decode_short(text: &str, bytes: &mut [u8; MAX_IV_LEN]) -> Result<usize, &'static str> {
    match BASE64_STANDARD.decode_slice(text, bytes) {
        Ok(len) => Ok(len),
        Err(DecodeSliceError::OutputSliceTooSmall) => {
            BASE64_STANDARD.decode(text).map(|_| 0).map_err(|_| INVALID_BASE64)
        }
        Err(DecodeSliceError::DecodeError(_)) => Err(INVALID_BASE64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher() -> ValueCipher {
        ValueCipher::new(&DataKey::from_slice(&[7; 32]).unwrap())
    }

    #[test]
    fn a_value_opens_with_its_own_path_and_data_key_only() {
        let token = cipher().encrypt(ValueKind::Text, b"c4r1b0u", "db:password:");
        let value = cipher().decrypt_value(&token, "db:password:");
        assert_eq!(value, Ok(Value::Text("c4r1b0u".into())));
        assert_eq!(cipher().decrypt_value(&token, "db:user:"), Err(ValueFault::NotAuthentic));
        let other = ValueCipher::new(&DataKey::generate());
        assert_eq!(other.decrypt_value(&token, "db:password:"), Err(ValueFault::NotAuthentic));
    }

    #[test]
    fn a_damaged_token_is_refused_at_every_byte() {
        let token = cipher().encrypt(ValueKind::Integer, b"42", "a:");
        for at in 0..token.len() {
            let mut damaged = token.clone().into_bytes();
            damaged[at] ^= 1;
            let damaged = String::from_utf8(damaged).unwrap();
            assert!(cipher().decrypt_value(&damaged, "a:").is_err(), "{damaged}");
            assert!(cipher().decrypt_value(&token[..at], "a:").is_err());
        }
        assert!(cipher().decrypt_value(&format!("{token} "), "a:").is_err());
    }

    #[test]
    fn a_value_that_is_not_of_its_type_is_damaged() {
        let token = cipher().encrypt(ValueKind::Text, b"one", "a:").replace("type:str", "type:int");
        assert!(matches!(cipher().decrypt_value(&token, "a:"), Err(ValueFault::Damaged(_))));
    }
}
