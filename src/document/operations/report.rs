//! What was found out about a document when it was opened.

use crate::document::sops::seal::SealStatus;
use crate::error::At;

/// What was found out about a document when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// The MAC.
    pub mac: MacStatus,
    /// The seal.
    pub seal: SealStatus,
    /// Encrypted comments that do not decrypt at their place, and were left as they are.
    pub comments_left: Vec<At>,
}

/// The state of the MAC of an opened document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacStatus {
    /// It is right.
    Verified,
    /// It is wrong, which was ignored on request.
    Wrong,
    /// It is missing, which was ignored on request.
    Missing,
}
