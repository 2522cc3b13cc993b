//! The encrypted data keys of a message, and the slots of the keyring that they are.

use crate::codec::FieldWriter;
use crate::crypto::TAG_LEN;
use crate::error::FormatError;
use crate::keys::{AWS_KMS, RAW_AES, RAW_RSA, WrappedKey};

/// Length of the nonce of a raw AES key, in bytes.
const NONCE_LEN: usize = 12;
/// Between the name of a raw AES key and the nonce: the bits of a tag and the length of a nonce.
const RAW_AES_LENGTHS: [u8; 8] = [0, 0, 0, 128, 0, 0, 0, 12];

/// A data key as one wrapping key encrypted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedDataKey {
    /// Who encrypted it: `aws-kms`, or the namespace of a raw key.
    pub provider: String,
    /// The ARN of a key of AWS KMS, or the name of a raw key and what else its provider wants to know.
    pub info: Vec<u8>,
    /// The encrypted data key.
    pub ciphertext: Vec<u8>,
}

impl EncryptedDataKey {
    /// The slot that it is for a keyring.
    #[must_use]
    pub fn to_slot(&self) -> WrappedKey {
        let Self { provider, info, ciphertext } = self;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if provider.starts_with(AWS_KMS) {
            return WrappedKey { provider: provider.clone(), key_id: text(info), ciphertext: ciphertext.clone() };
        }
        let (kind, name, ciphertext) = match self.raw_aes_parts() {
            Some((name, nonce)) => (RAW_AES, name, [nonce, ciphertext].concat()),
            None => (RAW_RSA, &info[..], ciphertext.clone()),
        };
        WrappedKey { provider: kind.to_owned(), key_id: format!("{provider}/{}", text(name)), ciphertext }
    }

    /// What a slot of a keyring is in a message.
    ///
    /// # Errors
    /// If it is too long for a message.
    ///
    /// # Panics
    /// If it is not of a provider that serves messages.
    pub fn of_slot(slot: WrappedKey) -> Result<Self, FormatError> {
        let WrappedKey { provider, key_id, ciphertext } = slot;
        let raw = |key_id: &str| {
            let (namespace, name) = key_id.split_once('/').expect("the id of a raw key is NAMESPACE/NAME");
            (namespace.to_owned(), name.as_bytes().to_vec())
        };
        let this = match provider.as_str() {
            AWS_KMS => Self { provider, info: key_id.into_bytes(), ciphertext },
            RAW_AES => {
                let (namespace, name) = raw(&key_id);
                let (nonce, sealed) = ciphertext.split_at(NONCE_LEN);
                let info = [&name, &RAW_AES_LENGTHS[..], nonce].concat();
                Self { provider: namespace, info, ciphertext: sealed.to_vec() }
            }
            RAW_RSA => {
                let (provider, info) = raw(&key_id);
                Self { provider, info, ciphertext }
            }
            _ => panic!("keys of {provider} serve no messages"),
        };
        let longest = [this.provider.len(), this.info.len(), this.ciphertext.len()].into_iter().max().unwrap_or(0);
        if longest > usize::from(u16::MAX) {
            let limit = u64::from(u16::MAX);
            return Err(FormatError::LimitExceeded { field: "length of a wrapped key", found: longest as u64, limit });
        }
        Ok(this)
    }

    pub(super) fn encode(&self, writer: &mut FieldWriter) {
        let Self { provider, info, ciphertext } = self;
        writer.u16_prefixed(provider.as_bytes());
        writer.u16_prefixed(info);
        writer.u16_prefixed(ciphertext);
    }

    /// The name and the nonce, if it is of a raw AES key.
    fn raw_aes_parts(&self) -> Option<(&[u8], &[u8])> {
        let (rest, nonce) = self.info.split_last_chunk::<NONCE_LEN>()?;
        let name = rest.strip_suffix(&RAW_AES_LENGTHS)?;
        (self.ciphertext.len() > TAG_LEN).then_some((name, nonce))
    }
}
