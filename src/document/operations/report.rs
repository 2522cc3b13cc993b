//! What was found out about a document when it was opened.

use crate::document::sops::seal::SealStatus;
use crate::error::At;

/// What was found out about a document when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// The MAC.
    pub mac: MacStatus,
    /// The seal.
    pub seal: SealStatus,
    /// Encrypted comments that do not open at their place, and were left as they stand.
    pub comments_left: Vec<At>,
}

/// What is known about the MAC of a document that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacStatus {
    /// It is right.
    Verified,
    /// It is wrong, which was ignored as demanded.
    Wrong,
    /// There is none, which was ignored as demanded.
    Missing,
}
