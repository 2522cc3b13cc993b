//! A wrapped data key, and the names of the providers that wrap.

/// A data key as one wrapping key wrapped it: the content of one slot of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Who can unwrap it: [`AWS_KMS`], [`AGE`], or a provider that this version does not know.
    pub provider: String,
    /// The provider's name for the wrapping key.
    pub key_id: String,
    /// The wrapped data key.
    pub ciphertext: Vec<u8>,
}

/// Provider name of AWS KMS.
pub const AWS_KMS: &str = "aws-kms";
/// Provider name of age recipients and passphrases.
pub const AGE: &str = "age";
/// Provider name of PGP keys, which wrap the data keys of documents only.
pub const PGP: &str = "pgp";
