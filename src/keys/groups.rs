//! The wrapping keys of documents: groups of keys, each key with what goes with it there.
//!
//! With one group, any of its keys opens. With several, the data key is split by Shamir's scheme: any key of a group gives
//! that group's share, and as many shares as the threshold are the data key.

pub(super) mod key;
mod unwrap;
mod wrap;

pub use self::key::{GroupSlot, WrappingKey};
pub use super::access::KmsAccess;
pub use crate::error::GroupOutcome;
