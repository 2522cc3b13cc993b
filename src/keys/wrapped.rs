//! A wrapped data key.

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
