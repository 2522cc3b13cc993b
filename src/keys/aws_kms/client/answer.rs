//! What an answer of KMS must be before anything is made of it.
//!
//! What is written under a wrapped key that is not the one that was asked for may never open again, so every answer is
//! held against its question. What cannot be right is the fault of the service, or of whoever answers in its place; it
//! says nothing of the file.

use aws_sdk_kms::primitives::Blob;
use zeroize::Zeroizing;

use super::call::Call;
use crate::crypto::{DATA_KEY_LEN, DataKey, KEY_SHARE_LEN};
use crate::error::{KmsRefusal, KmsRefusalKind};
use crate::keys::aws_kms::key::{AWS_KMS, KmsKey};
use crate::keys::wrapped::WrappedKey;

/// Longest wrapped key that KMS makes, in bytes.
const MAX_CIPHERTEXT: usize = 6144;

/// The data key of an answer.
pub(super) fn data_key(call: &Call, plaintext: Option<Blob>) -> Result<DataKey, Box<KmsRefusal>> {
    data_key_of_len(call, plaintext, &[DATA_KEY_LEN])
}

/// The data key of an answer, which has one of these lengths.
pub(super) fn data_key_of_len(
    call: &Call,
    plaintext: Option<Blob>,
    lengths: &[usize],
) -> Result<DataKey, Box<KmsRefusal>> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let data_key = DataKey::of_message(&bytes).filter(|_| lengths.contains(&bytes.len()));
    data_key.ok_or_else(|| wrong_length(call, bytes.len(), "a data key"))
}

/// The data key of an answer, or the share of one.
pub(super) fn secret(call: &Call, plaintext: Option<Blob>) -> Result<Zeroizing<Vec<u8>>, Box<KmsRefusal>> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    if [DATA_KEY_LEN, KEY_SHARE_LEN].contains(&bytes.len()) {
        Ok(bytes)
    } else {
        Err(wrong_length(call, bytes.len(), "a data key"))
    }
}

fn wrong_length(call: &Call, length: usize, wanted: &str) -> Box<KmsRefusal> {
    match length {
        0 => call.wrong_answer("no plaintext"),
        length => call.wrong_answer(&format!("{length} bytes where {wanted} has {DATA_KEY_LEN}")),
    }
}

/// The wrapped key of an answer, which must be under the key that was asked for. `secret` is what is in it, if that is
/// known here.
pub(super) fn wrapped_key(
    call: &Call,
    asked: &KmsKey,
    key_id: Option<&str>,
    ciphertext: Option<Blob>,
    secret: Option<&[u8]>,
) -> Result<WrappedKey, Box<KmsRefusal>> {
    check_key(call, asked, key_id)?;
    let ciphertext = ciphertext.map(Blob::into_inner).unwrap_or_default();
    if ciphertext.is_empty() {
        return Err(call.wrong_answer("no wrapped key"));
    }
    if ciphertext.len() > MAX_CIPHERTEXT {
        let length = ciphertext.len();
        return Err(call.wrong_answer(&format!("a wrapped key of {length} bytes, where the limit is {MAX_CIPHERTEXT}")));
    }
    if secret.is_some_and(|secret| ciphertext.windows(secret.len().max(1)).any(|part| part == secret)) {
        return Err(call.wrong_answer("a wrapped key that contains the data key in plaintext"));
    }
    Ok(WrappedKey { provider: AWS_KMS.to_owned(), key_id: key_id.unwrap_or_default().to_owned(), ciphertext })
}

/// Checks that an answer is about the key that was asked for, by the ARN that it gives.
pub(super) fn check_key(call: &Call, asked: &KmsKey, key_id: Option<&str>) -> Result<(), Box<KmsRefusal>> {
    let Some(key_id) = key_id.filter(|key_id| !key_id.is_empty()) else {
        return Err(call.wrong_answer("no key id"));
    };
    let Some(answered) = KmsKey::from_slot(key_id) else {
        return Err(call.wrong_answer(&format!("the key id `{key_id}`, which is not the ARN of a key")));
    };
    if asked.may_be(&answered, call.region.as_deref()) {
        Ok(())
    } else {
        Err(call.wrong_answer(&format!("another key: {key_id}")))
    }
}

impl Call {
    /// A refusal to use an answer, which is named by what the service gave.
    pub(super) fn wrong_answer(&self, given: &str) -> Box<KmsRefusal> {
        let sentence = format!("{} answered kms:{} with {given}", self.service(), self.operation);
        self.refusal(KmsRefusalKind::WrongAnswer, &sentence)
    }
}
