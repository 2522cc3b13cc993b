//! The plaintext of a file that is encrypted as a whole, in memory.

use std::io::{self, Write};

use zeroize::Zeroizing;

use crate::error::Result;
use crate::formats::format::{UnlockedFile, Work};
use crate::ops::session::Session;
use crate::storage::payload::PayloadOutput;

/// A text that was decrypted or typed.
pub type Plaintext = Zeroizing<Vec<u8>>;

/// The plaintext, all of it authenticated; `None` if it is longer than `limit` bytes. `expected` is its length as far as that
/// is known.
///
/// # Errors
/// As [`UnlockedFile::open`].
pub fn plaintext_of(
    session: &Session,
    unlocked: Box<dyn UnlockedFile>,
    expected: Option<u64>,
    limit: usize,
) -> Result<Option<Plaintext>> {
    let expected = expected.and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    if expected > limit {
        return Ok(None);
    }
    let mut buffer = SecretBuffer { bytes: Zeroizing::new(Vec::with_capacity(expected)), limit, is_full: false };
    let work = Work { threads: 1, progress: &|_| (), cancelled: session.cancelled(), workspace: None };
    match unlocked.open(PayloadOutput::Stream(&mut buffer), work) {
        Err(_) if buffer.is_full => Ok(None),
        outcome => outcome.map(|_| Some(buffer.bytes)),
    }
}

/// Memory for a secret of at most `limit` bytes. It leaves no copies behind when it grows.
struct SecretBuffer {
    bytes: Plaintext,
    limit: usize,
    is_full: bool,
}

impl Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = self.bytes.len() + bytes.len();
        if needed > self.limit {
            self.is_full = true;
            return Err(io::Error::other("the plaintext is too long"));
        }
        if needed > self.bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(self.bytes.capacity() * 2)));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
