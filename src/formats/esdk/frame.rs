//! How frames lie in a body, and the buffer for some that follow each other.

use std::io::{IoSlice, IoSliceMut};
use std::ops::Range;

use crate::crypto::TAG_LEN;
use crate::formats::batch_buffer::BatchBuffer;

/// Length of a nonce, in bytes.
pub(super) const NONCE_LEN: usize = 12;
/// Takes the place of a frame's number in the last frame.
pub(super) const FINAL_MARK: u32 = u32::MAX;
/// Length of a number, in bytes.
pub(super) const NUMBER_LEN: usize = 4;
/// What a frame has besides its plaintext, in bytes: number, nonce and tag.
pub(super) const FRAME_OVERHEAD: usize = NUMBER_LEN + NONCE_LEN + TAG_LEN;
/// What the last frame has besides its plaintext, in bytes: mark, number, nonce, length and tag.
pub(super) const FINAL_OVERHEAD: usize = FRAME_OVERHEAD + 2 * NUMBER_LEN;
/// Where the plaintext of the last frame begins in it.
pub(super) const FINAL_START: usize = FINAL_OVERHEAD - TAG_LEN;
/// Longest signature in DER that is read, in bytes. One on P-384 has at most 104.
pub(super) const MAX_SIGNATURE_LEN: usize = 128;
/// Most frames of a batch, so that short ones make no long lists.
const MAX_BATCH_FRAMES: usize = 4096;

/// Whole frames that follow each other, and their plaintext where it stands.
pub(super) struct FrameBatch {
    pub(super) bytes: BatchBuffer,
    /// The plaintext of each frame that was opened.
    pub(super) plaintext: Vec<Range<usize>>,
    /// Bytes that are sealed.
    pub(super) sealed_len: usize,
}

impl FrameBatch {
    pub(super) fn new(len: usize) -> Self {
        Self { bytes: BatchBuffer::new(len), plaintext: Vec::new(), sealed_len: 0 }
    }

    /// Room for `len` bytes of plaintext, each frame's where it is sealed.
    pub(super) fn plaintext_room(&mut self, frame_len: usize, len: usize) -> Vec<IoSliceMut<'_>> {
        self.bytes.lend(len.div_ceil(frame_len) * (frame_len + FRAME_OVERHEAD));
        let mut left = len;
        let mut room = Vec::with_capacity(len.div_ceil(frame_len));
        for frame in self.bytes.chunks_mut(frame_len + FRAME_OVERHEAD) {
            let taken = left.min(frame_len);
            if taken == 0 {
                break;
            }
            room.push(IoSliceMut::new(&mut frame[NUMBER_LEN + NONCE_LEN..][..taken]));
            left -= taken;
        }
        room
    }

    /// The plaintext of the frames that were opened.
    pub(super) fn opened(&self) -> Vec<IoSlice<'_>> {
        self.plaintext.iter().map(|part| IoSlice::new(&self.bytes[part.clone()])).collect()
    }
}

/// How many frames of this length a batch of `batch_bytes` bytes has.
pub(super) fn frames_per_batch(frame_len: usize, batch_bytes: usize) -> usize {
    (batch_bytes / frame_len).clamp(1, MAX_BATCH_FRAMES)
}

/// Length of a body without a signature for `plaintext_len` bytes.
pub(super) fn sealed_body_len(plaintext_len: u64, frame_len: u32) -> u64 {
    plaintext_len + plaintext_len / u64::from(frame_len) * FRAME_OVERHEAD as u64 + FINAL_OVERHEAD as u64
}

/// How many frames precede the last one in a body of `len` bytes, without its footer, and how many bytes of plaintext the last
/// one has. `None` if no body has this length.
pub(super) fn frames_in(len: u64, frame_len: u32) -> Option<(u64, u64)> {
    let stride = u64::from(frame_len) + FRAME_OVERHEAD as u64;
    let rest = len.checked_sub(FINAL_OVERHEAD as u64)?;
    let last = rest % stride;
    (last <= u64::from(frame_len)).then_some((rest / stride, last))
}
