//! The keys of a document, each with what goes with it there.

use crate::keys::access::KmsAccess;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// A wrapping key of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappingKey {
    /// The key.
    pub key: KeySpec,
    /// How it is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}

impl From<KeySpec> for WrappingKey {
    fn from(key: KeySpec) -> Self {
        Self { key, access: KmsAccess::default() }
    }
}

/// A wrapped key of a document, to be unwrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSlot {
    /// The wrapped data key or share: bytes for KMS, armor for age and PGP.
    pub wrapped: WrappedKey,
    /// How the key is asked, if it is one of AWS KMS.
    pub access: KmsAccess,
}
