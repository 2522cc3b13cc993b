//! What is demanded of a document that is to be opened.

use crate::context::EncryptionContext;
use crate::keys::KeySpec;

/// What is demanded of a document that is to be opened. The default demands what sops does.
#[derive(Default)]
pub struct OpenRequirements {
    /// If there are any, no other keys are tried.
    pub only: Vec<KeySpec>,
    /// Pairs that the context of every KMS key of the document must contain.
    pub context: EncryptionContext,
    /// What is demanded of the MAC.
    pub mac: MacRequirement,
    /// What is demanded of the seal.
    pub seal: SealRequirement,
    /// The providers whose keys are tried before the others, in this order, where a key of a group has to be chosen.
    pub order: Vec<&'static str>,
}

/// What is demanded of the MAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacRequirement {
    /// It is there, and right.
    #[default]
    Right,
    /// Nothing, as when a damaged document is to be rescued: its single values are authentic, their sum is not. Nothing is
    /// demanded of the seal either. What is written from it is not sealed.
    Nothing,
}

/// What is demanded of the seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealRequirement {
    /// It is not broken. There may be none where none belongs.
    #[default]
    NotBroken,
    /// It is there, and right.
    Verified,
    /// Nothing: what it is worth is in the report. What is written from a document whose seal is not verified is not sealed.
    Nothing,
}
