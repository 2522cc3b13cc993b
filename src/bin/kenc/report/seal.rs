//! Seals of documents, in words.

use kenc::document::SealStatus;
use kenc::error::SealFault;

/// The state of a seal in words.
pub fn seal_sentence(seal: SealStatus) -> String {
    match seal {
        SealStatus::Verified => "sealed".to_owned(),
        SealStatus::Absent => "not sealed: kenc never sealed it, or another tool has encrypted it since".to_owned(),
        SealStatus::Broken(fault) => fault.to_string(),
    }
}

/// The state of a seal as programs are told it.
pub fn seal_word(seal: SealStatus) -> &'static str {
    match seal {
        SealStatus::Verified => "verified",
        SealStatus::Absent => "absent",
        SealStatus::Broken(SealFault::Removed) => "removed",
        SealStatus::Broken(SealFault::Wrong | SealFault::Unexpected | SealFault::Unknown) => "broken",
    }
}
