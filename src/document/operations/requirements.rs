//! Requirements for opening a document.

use crate::context::EncryptionContext;
use crate::keys::KeySpec;

/// Requirements for opening a document. The default is what sops requires.
#[derive(Default)]
pub struct OpenRequirements {
    /// If there are any, no other keys are tried.
    pub only: Vec<KeySpec>,
    /// Pairs that the context of every KMS key of the document must contain.
    pub context: EncryptionContext,
    /// The requirement for the MAC.
    pub mac: MacRequirement,
    /// The requirement for the seal.
    pub seal: SealRequirement,
    /// The providers whose keys are tried first, in this order.
    pub order: Vec<&'static str>,
}

/// The requirement for the MAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacRequirement {
    /// It must be there, and right.
    #[default]
    Right,
    /// None, to rescue a damaged document: single values are authentic, their combination is not. Then the seal is not
    /// required either, and what is written from the document is not sealed.
    Nothing,
}

/// The requirement for the seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealRequirement {
    /// It must not be broken. It may be absent if the document was not sealed.
    #[default]
    NotBroken,
    /// It must be there, and right.
    Verified,
    /// None: its state is in the report. What is written from a document whose seal is not verified is not sealed.
    Nothing,
}
