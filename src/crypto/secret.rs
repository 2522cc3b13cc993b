//! The data key, in memory that is locked, wiped and never printed.

use zeroize::Zeroizing;

/// Length of a data key, in bytes.
pub const DATA_KEY_LEN: usize = 32;

/// The 32-byte key of one payload, as the key service makes it. Old messages of the AWS Encryption SDK have shorter ones.
///
/// It has no `Debug`, `Display` or `Clone`, is wiped when dropped, and its memory is locked where the system lets us,
/// so that it is not written to swap.
pub struct DataKey {
    bytes: Box<Zeroizing<[u8; DATA_KEY_LEN]>>,
    /// Bytes in use; zeros follow.
    len: usize,
}

/// Lengths of the data keys of messages of the AWS Encryption SDK, in bytes: the lengths of keys of AES.
pub(crate) const MESSAGE_KEY_LENGTHS: [usize; 3] = [16, 24, DATA_KEY_LEN];

impl DataKey {
    /// A new random data key.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = Self::locked();
        super::fill_random(&mut key.bytes[..]);
        key
    }

    /// Takes over the bytes of a data key. The caller wipes its own copy.
    ///
    /// Returns `None` if there are not exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Self::of_message(bytes).filter(Self::is_whole)
    }

    /// The same for the data key of a message of the AWS Encryption SDK, which has 16, 24 or 32 bytes.
    #[must_use]
    pub(crate) fn of_message(bytes: &[u8]) -> Option<Self> {
        if !MESSAGE_KEY_LENGTHS.contains(&bytes.len()) {
            return None;
        }
        let mut key = Self::locked();
        key.len = bytes.len();
        key.bytes[..bytes.len()].copy_from_slice(bytes);
        Some(key)
    }

    /// Whether it has 32 bytes, as all have but those of old messages of the AWS Encryption SDK.
    pub(crate) fn is_whole(&self) -> bool {
        self.len == DATA_KEY_LEN
    }

    /// The key itself, to derive from it or to wrap it. Zeros follow a shorter one.
    #[must_use]
    pub fn expose(&self) -> &[u8; DATA_KEY_LEN] {
        &self.bytes
    }

    /// The key itself, without the zeros that follow a shorter one.
    pub(crate) fn in_use(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The key itself, if it has this length.
    pub(crate) fn of_len(&self, len: usize) -> Option<&[u8]> {
        (self.len == len).then(|| &self.bytes[..len])
    }

    /// A key of zero bytes on the heap, where it stays: moving the `DataKey` moves a pointer, and leaves no copy.
    fn locked() -> Self {
        let bytes = Box::new(Zeroizing::new([0; DATA_KEY_LEN]));
        lock_in_memory(&bytes[..]);
        Self { bytes, len: DATA_KEY_LEN }
    }
}

/// Length of a share of a data key, in bytes: a byte for each of the data key's, and its number.
pub const KEY_SHARE_LEN: usize = DATA_KEY_LEN + 1;

/// A share of a data key that was split by Shamir's scheme: see [`crate::crypto::shamir`].
///
/// As many as the threshold of them are the data key, so it is kept as a data key is: no `Debug`, `Display` or `Clone`,
/// wiped when dropped, and locked where the system lets us.
pub struct KeyShare(Box<Zeroizing<[u8; KEY_SHARE_LEN]>>);

impl KeyShare {
    /// Takes over the bytes of a share. The caller wipes its own copy.
    ///
    /// Returns `None` if there are not exactly 33 bytes, or the share has the number 0, which is that of the secret.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != KEY_SHARE_LEN || bytes.last() == Some(&0) {
            return None;
        }
        let mut share = Self(Box::new(Zeroizing::new([0; KEY_SHARE_LEN])));
        lock_in_memory(&share.0[..]);
        share.0.copy_from_slice(bytes);
        Some(share)
    }

    /// The share itself: a byte for each byte of the data key, then its number.
    #[must_use]
    pub fn expose(&self) -> &[u8; KEY_SHARE_LEN] {
        &self.0
    }

    /// The number of the share, never 0.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.0[DATA_KEY_LEN]
    }
}

/// Asks the system not to swap out the page of `bytes`. A refusal (a limit on locked memory) is no error: it leaves
/// what every other program has.
#[cfg(unix)]
#[allow(unsafe_code)]
fn lock_in_memory(bytes: &[u8]) {
    // SAFETY: the range is a live allocation, and locking a page changes nothing that Rust can observe. It is never
    // unlocked, because another key may share the page; few keys live in one process, so few pages stay locked.
    let _ = unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) };
}

#[cfg(not(unix))]
fn lock_in_memory(_bytes: &[u8]) {}

/// Forbids core dumps of this process, and reading its memory by other processes of the same user.
///
/// Called once at the start of a program that handles secrets. A system that refuses is left as it is.
pub fn forbid_core_dumps() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // The upper limit stays: a program that takes our place may want to permit itself what we do without.
        let maximum = getrlimit(Resource::Core).maximum;
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_key_of_another_length_is_refused() {
        for length in [0, 16, 31, 33, 64] {
            assert!(DataKey::from_slice(&vec![7; length]).is_none());
        }
    }

    #[test]
    fn two_generated_data_keys_differ() {
        assert_ne!(DataKey::generate().expose(), DataKey::generate().expose());
    }
}
