//! Sealing and opening of chunks, without input or output.
//!
//! Work is done in batches of chunks. The bytes of a batch lie together and its tags lie apart, so that one vectored call
//! reads or writes all of it and plaintext needs no gaps.

use std::io::{IoSlice, IoSliceMut};

use crate::crypto::kdf::{PayloadKey, PayloadPrefix};
use crate::crypto::{TAG_LEN, Tag};
use crate::error::AuthenticationError;
use crate::formats::batch_buffer::BatchBuffer;

/// Plaintext bytes of every chunk but the last, which is shorter.
pub const CHUNK_LEN: usize = 16_384;
/// Length of a sealed chunk that is not the last, in bytes.
pub const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;
/// Maximum number of chunks of a payload.
pub const MAX_CHUNKS: u64 = 1 << 38;

/// Length of the plaintext in a payload of `sealed_len` bytes (behind salt and commitment), or `None` where no payload
/// has that length.
#[must_use]
pub fn plaintext_len(sealed_len: u64) -> Option<u64> {
    let whole = sealed_len / SEALED_CHUNK_LEN as u64;
    let last = (sealed_len % SEALED_CHUNK_LEN as u64).checked_sub(TAG_LEN as u64)?;
    Some(whole * CHUNK_LEN as u64 + last)
}

/// Length of the payload for `plaintext_len` bytes (behind salt and commitment).
#[must_use]
pub fn sealed_len(plaintext_len: u64) -> u64 {
    plaintext_len + (plaintext_len / CHUNK_LEN as u64 + 1) * TAG_LEN as u64
}

/// Some consecutive chunks: their bytes, which are plaintext or ciphertext, and their tags.
pub(crate) struct ChunkBatch {
    data: BatchBuffer,
    tags: Vec<Tag>,
    /// Bytes of `data` in use.
    len: usize,
}

impl ChunkBatch {
    /// A batch with room for `chunks` chunks.
    pub(crate) fn new(chunks: usize) -> Self {
        Self { data: BatchBuffer::new(chunks * CHUNK_LEN), tags: vec![[0; TAG_LEN]; chunks], len: 0 }
    }

    /// Bytes of plaintext in this many whole chunks.
    pub(crate) fn plaintext_len(chunks: usize) -> usize {
        chunks * CHUNK_LEN
    }

    /// Bytes of this many whole chunks, sealed.
    pub(crate) fn sealed_len(chunks: usize) -> usize {
        chunks * SEALED_CHUNK_LEN
    }

    /// Bytes of plaintext that it has room for.
    pub(crate) fn capacity(&self) -> usize {
        self.data.len()
    }

    /// Bytes of sealed chunks that it has room for.
    pub(crate) fn sealed_capacity(&self) -> usize {
        Self::sealed_len(self.tags.len())
    }

    /// Room for `len` bytes of plaintext to be read into. The caller passes how many came to [`ChunkCipher::seal`].
    pub(crate) fn plaintext_room(&mut self, len: usize) -> &mut [u8] {
        self.data.lend(len);
        &mut self.data[..len]
    }

    /// Room for sealed chunks to be read into, tags apart from bytes, `len` bytes in all.
    pub(crate) fn sealed_room(&mut self, len: usize) -> Vec<IoSliceMut<'_>> {
        let mut room = Vec::with_capacity(2 * self.tags.len());
        let mut left = len;
        for (data, tag) in self.data.chunks_mut(CHUNK_LEN).zip(&mut self.tags) {
            for part in [data, &mut tag[..]] {
                let length = part.len().min(left);
                left -= length;
                if length > 0 {
                    room.push(IoSliceMut::new(&mut part[..length]));
                }
            }
        }
        room
    }

    /// The plaintext, after it was opened.
    pub(crate) fn plaintext(&self) -> &[u8] {
        &self.data[..self.len]
    }

    /// The sealed chunks, after they were sealed.
    pub(crate) fn sealed(&self) -> Vec<IoSlice<'_>> {
        // An empty batch is one empty last chunk, of which only the tag is written.
        let chunks = self.data[..self.len].chunks(CHUNK_LEN).map(Some).chain(std::iter::repeat(None));
        let count = self.len / CHUNK_LEN + usize::from(self.ends_short());
        let mut slices = Vec::with_capacity(2 * count);
        for (chunk, tag) in chunks.zip(&self.tags).take(count) {
            slices.extend(chunk.map(IoSlice::new));
            slices.push(IoSlice::new(tag));
        }
        slices
    }

    /// Whether it ends with a short chunk, the last of its payload.
    pub(crate) fn ends_short(&self) -> bool {
        self.len < self.capacity()
    }
}

/// Outcome of opening a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum OpenedBatch {
    /// Every chunk is authentic, and more chunks follow.
    More,
    /// Every chunk is authentic, and the last of them ends the payload.
    End,
    /// A chunk was not authentic. The batch was shortened to the authentic chunks before it.
    Fault(AuthenticationError),
}

/// Seals and opens the chunks of one payload.
pub struct ChunkCipher {
    key: PayloadKey,
    /// Where the first chunk begins in the file, in bytes.
    start: u64,
}

impl ChunkCipher {
    pub(crate) fn new(key: PayloadKey, header_len: u64) -> Self {
        Self { key, start: header_len + PayloadPrefix::LEN as u64 }
    }

    /// Where chunk `number` begins in the file, in bytes.
    pub(crate) fn offset(&self, number: u64) -> u64 {
        self.start + number * SEALED_CHUNK_LEN as u64
    }

    /// Seals the `len` bytes of plaintext in `batch`, which start with chunk `first`.
    ///
    /// A batch that is not full ends the payload.
    pub(crate) fn seal(&self, first: u64, batch: &mut ChunkBatch, len: usize) -> Result<(), AuthenticationError> {
        batch.len = len;
        batch.data.touch(len);
        let count = len / CHUNK_LEN + usize::from(batch.ends_short());
        if first + count as u64 > MAX_CHUNKS {
            return Err(AuthenticationError::TooLong);
        }
        let mut rest = &mut batch.data[..len];
        for (tag, number) in batch.tags[..count].iter_mut().zip(first..) {
            let (chunk, behind) = rest.split_at_mut(rest.len().min(CHUNK_LEN));
            *tag = self.key.seal_chunk(number, chunk);
            rest = behind;
        }
        Ok(())
    }

    /// Opens the `sealed_len` bytes of sealed chunks in `batch`, which start with chunk `first`.
    ///
    /// A batch that is not full ends the payload. Afterwards the batch contains only authentic plaintext.
    pub(crate) fn open(&self, first: u64, batch: &mut ChunkBatch, sealed_len: usize) -> OpenedBatch {
        batch.len = 0;
        let whole = sealed_len / SEALED_CHUNK_LEN;
        for slot in 0..whole {
            if let Err(fault) = self.open_chunk(first, batch, slot, CHUNK_LEN) {
                return OpenedBatch::Fault(fault);
            }
        }
        if sealed_len == batch.sealed_capacity() {
            return OpenedBatch::More;
        }
        let rest = sealed_len % SEALED_CHUNK_LEN;
        let Some(last_len) = rest.checked_sub(TAG_LEN) else {
            let offset = self.offset(first) + sealed_len as u64;
            let authentic = (first + whole as u64) * CHUNK_LEN as u64;
            return OpenedBatch::Fault(AuthenticationError::CutOff { offset, authentic });
        };
        batch.move_last_tag(whole, last_len);
        match self.open_chunk(first, batch, whole, last_len) {
            Ok(()) => OpenedBatch::End,
            Err(AuthenticationError::Chunk { chunk, offset, authentic, .. }) => {
                let end = Some(self.offset(first) + sealed_len as u64);
                OpenedBatch::Fault(AuthenticationError::Chunk { chunk, offset, end, authentic })
            }
            Err(fault) => OpenedBatch::Fault(fault),
        }
    }

    fn open_chunk(
        &self,
        first: u64,
        batch: &mut ChunkBatch,
        slot: usize,
        len: usize,
    ) -> Result<(), AuthenticationError> {
        let number = first + slot as u64;
        if number >= MAX_CHUNKS {
            return Err(AuthenticationError::TooLong);
        }
        let start = slot * CHUNK_LEN;
        batch.data.touch(start + len);
        self.key.open_chunk(number, &batch.tags[slot], &mut batch.data[start..start + len]).map_err(|_| {
            let authentic = number * CHUNK_LEN as u64;
            AuthenticationError::Chunk { chunk: number, offset: self.offset(number), end: None, authentic }
        })?;
        batch.len = start + len;
        Ok(())
    }
}

impl ChunkBatch {
    /// The last chunk is short, so its tag was read behind its bytes, in part or wholly into the room for bytes.
    fn move_last_tag(&mut self, slot: usize, len: usize) {
        let start = slot * CHUNK_LEN;
        let in_data = (CHUNK_LEN - len).min(TAG_LEN);
        let tag = &mut self.tags[slot];
        tag.copy_within(..TAG_LEN - in_data, in_data);
        tag[..in_data].copy_from_slice(&self.data[start + len..start + len + in_data]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_plaintext_follows_from_the_length_of_its_payload_and_back() {
        for length in [0, 1, 16_383, 16_384, 16_385, 32_767, 32_768, 100_000_000_000] {
            assert_eq!(plaintext_len(sealed_len(length)), Some(length));
        }
        // No payload ends within a tag, or with a whole chunk.
        for sealed in [0, 15, 16_400, 16_415, 32_800] {
            assert_eq!(plaintext_len(sealed), None, "{sealed}");
        }
    }
}
