//! How a document has a key of AWS KMS asked.

use crate::context::EncryptionContext;

/// What goes with a key of AWS KMS in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KmsAccess {
    /// The encryption context.
    pub context: EncryptionContext,
    /// The role to assume.
    pub role: Option<String>,
    /// The profile to use.
    pub profile: Option<String>,
}
