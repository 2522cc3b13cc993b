//! Memory for one batch of a payload.

use std::ops::{Deref, DerefMut};

use zeroize::Zeroize;

use crate::crypto::traces::wipe_traces;

/// Bytes to which a buffer is aligned: a page, which is what the system copies to and from files.
const ALIGNMENT: usize = 4096;

/// A buffer of a fixed length that begins with a page, so that copies between it and the pages of a file are as fast as they
/// can be. What may have held plaintext is wiped when it is dropped: by the thread that worked on it, and above the calls that did.
pub(in crate::formats) struct BatchBuffer {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
    /// How many of its first bytes may hold plaintext.
    touched: usize,
    /// As many more as were lent to be read into, until it is known how many came.
    lent: usize,
}

impl BatchBuffer {
    /// A buffer of `len` zero bytes.
    pub(in crate::formats) fn new(len: usize) -> Self {
        // Zeroed memory of this size comes from the system as pages that exist only once they are touched.
        let bytes = vec![0; len + ALIGNMENT - 1];
        let start = bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT - 1);
        Self { bytes, start, len, touched: 0, lent: 0 }
    }

    /// The first `len` bytes may hold plaintext from now on.
    pub(in crate::formats) fn touch(&mut self, len: usize) {
        self.touched = self.touched.max(len.min(self.len));
        self.lent = 0;
    }

    /// Plaintext is read into the first `len` bytes. [`BatchBuffer::touch`] says afterwards how many came; a read that fails says
    /// nothing, so until then all of them may hold plaintext.
    pub(in crate::formats) fn lend(&mut self, len: usize) {
        self.lent = len.min(self.len);
    }
}

impl Deref for BatchBuffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.len]
    }
}

impl DerefMut for BatchBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.len]
    }
}

impl Drop for BatchBuffer {
    fn drop(&mut self) {
        let touched = self.touched.max(self.lent);
        if touched > 0 {
            self[..touched].zeroize();
            wipe_traces();
        }
    }
}
