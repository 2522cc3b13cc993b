//! What is to become of wrapping keys, and what has.

use crate::crypto::DataKey;
use crate::keys::spec::KeySpec;
use crate::keys::wrapped::WrappedKey;

/// Which wrapping keys a file is to have afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// If there are any, these alone, in this order.
    pub replacement: Vec<KeySpec>,
    /// Keys that come to those that are there. One that is there already changes nothing.
    pub added: Vec<KeySpec>,
    /// Keys that go. One that goes and is added as well is wrapped anew.
    pub removed: Vec<KeySpec>,
}

/// What the wrapped keys of a file are to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rewrapped {
    /// All of them, in their order.
    pub slots: Vec<WrappedKey>,
    /// Those that were not there before.
    pub added: Vec<WrappedKey>,
    /// Those that are not there any more.
    pub removed: Vec<WrappedKey>,
    /// Keys that were to go, and were not there.
    pub absent: Vec<KeySpec>,
    /// How the new ones were made.
    pub way: Way,
}

/// How new wrapped keys were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// None had to be made.
    NoneNeeded,
    /// Inside KMS: the data key never reached us.
    InsideKms,
    /// The data key was unwrapped, found to be the one that the payload commits to, and wrapped again.
    Unwrapped,
}

impl Way {
    /// The name of this way in results for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoneNeeded => "none needed",
            Self::InsideKms => "inside kms",
            Self::Unwrapped => "unwrapped",
        }
    }
}

/// A new data key with its wrapped keys.
#[non_exhaustive]
pub struct Renewed {
    /// The data key.
    pub data_key: DataKey,
    /// Under every wrapping key.
    pub slots: Vec<WrappedKey>,
}
