//! Sentences about the seals of documents.

use kenc::document::SealStatus;
use kenc::error::SealFault;

/// A sentence for the state of a seal.
pub fn seal_sentence(seal: SealStatus) -> String {
    match seal {
        SealStatus::Verified => "sealed".to_owned(),
        SealStatus::Absent => "not sealed: kenc never sealed it, or another tool has encrypted it since".to_owned(),
        SealStatus::Broken(fault) => fault.to_string(),
    }
}

/// The state of a seal in JSON.
pub fn seal_word(seal: SealStatus) -> &'static str {
    match seal {
        SealStatus::Verified => "verified",
        SealStatus::Absent => "absent",
        SealStatus::Broken(SealFault::Removed) => "removed",
        SealStatus::Broken(_) => "broken",
    }
}
