//! The payload of an age file: chunks that are each authenticated, with the last one marked. C2SP *age*, "Payload".

use std::io::{IoSlice, IoSliceMut};

use crate::crypto::TAG_LEN;
use crate::crypto::age_file::{ChunkPlace, StreamKey};
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::batch_buffer::BatchBuffer;
use crate::formats::pipeline::{BatchPosition, BatchWork, Pipeline};
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// Plaintext bytes of every chunk but the last, which may be shorter, and is empty only if all of the plaintext is.
pub(super) const CHUNK_LEN: usize = 65_536;
/// Length of a sealed chunk that is not the last, in bytes.
pub(super) const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

/// Number of chunks of a payload of `sealed_len` bytes (behind its nonce) and length of its plaintext, or `None` where no
/// payload has that length.
pub(super) fn plaintext_size(sealed_len: u64) -> Option<(u64, u64)> {
    let chunks = sealed_len.div_ceil(SEALED_CHUNK_LEN as u64).max(1);
    let plaintext = sealed_len.checked_sub(chunks * TAG_LEN as u64)?;
    let last_is_long_enough = plaintext > (chunks - 1) * CHUNK_LEN as u64 || (chunks == 1 && plaintext == 0);
    last_is_long_enough.then_some((chunks, plaintext))
}

/// Length of the payload for `plaintext_len` bytes (behind its nonce).
pub(super) fn sealed_len(plaintext_len: u64) -> u64 {
    plaintext_len + plaintext_len.div_ceil(CHUNK_LEN as u64).max(1) * TAG_LEN as u64
}

/// Seals or opens the chunks of one payload.
pub(super) struct StreamCipher {
    pub(super) key: StreamKey,
    /// Where the first chunk begins in the file, in bytes.
    pub(super) start: u64,
}

impl StreamCipher {
    /// Seals everything from `input` into chunks. Returns the number of bytes written.
    pub(super) fn seal(
        &self,
        pipeline: &Pipeline<'_>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        self.run(StreamDirection::Seal, pipeline, input, output)
    }

    /// Opens all chunks from `input`, each written only after it was authenticated. Returns the number of plaintext bytes.
    pub(super) fn open(
        &self,
        pipeline: &Pipeline<'_>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        self.run(StreamDirection::Open, pipeline, input, output)
    }

    fn run(
        &self,
        direction: StreamDirection,
        pipeline: &Pipeline<'_>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        // What is opened takes as much memory again.
        let buffers = if direction == StreamDirection::Open { 2 } else { 1 };
        let chunks = (pipeline.batch_bytes(&input, &output) / buffers / CHUNK_LEN).max(1);
        pipeline.run(&StreamWork { direction, cipher: self, chunks }, input, output)
    }
}

impl StreamCipher {
    /// Opens one chunk into `plaintext`, which has room for [`CHUNK_LEN`] bytes. Returns the length of its plaintext.
    ///
    /// # Errors
    /// If it is not authentic. A whole chunk that is authentic in the other place is opened: its plaintext counts as authentic in
    /// the error, which is about what follows it or does not.
    pub(super) fn open_alone(
        &self,
        number: u64,
        place: ChunkPlace,
        sealed: &[u8],
        plaintext: &mut [u8],
    ) -> Result<usize, AuthenticationError> {
        let authentic = number * CHUNK_LEN as u64;
        let offset = self.start + number * SEALED_CHUNK_LEN as u64;
        let cut_off = AuthenticationError::CutOff { offset: offset + sealed.len() as u64, authentic };
        let Some((sealed, tag)) = sealed.split_last_chunk::<TAG_LEN>() else { return Err(cut_off) };
        let is_short = place == ChunkPlace::Last && sealed.len() < CHUNK_LEN;
        let end = is_short.then_some(offset + (sealed.len() + TAG_LEN) as u64);
        let fault = AuthenticationError::Chunk { chunk: number, offset, end, authentic };
        // The last chunk is empty only if all of the plaintext is.
        if sealed.is_empty() && number > 0 {
            return Err(fault);
        }
        let plaintext = &mut plaintext[..sealed.len()];
        if self.key.open_chunk(number, place, tag, sealed, plaintext).is_ok() {
            return Ok(sealed.len());
        }
        let (other, authentic) = (other_place(place), authentic + CHUNK_LEN as u64);
        if sealed.len() < CHUNK_LEN || self.key.open_chunk(number, other, tag, sealed, plaintext).is_err() {
            return Err(fault);
        }
        let offset = offset + SEALED_CHUNK_LEN as u64;
        Err(match other {
            // It is not the last, and nothing follows: the file was cut off.
            ChunkPlace::Inner => AuthenticationError::CutOff { offset, authentic },
            // It is the last, and something follows.
            ChunkPlace::Last => AuthenticationError::Chunk { chunk: number + 1, offset, end: None, authentic },
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StreamDirection {
    Seal,
    Open,
}

struct StreamWork<'a> {
    direction: StreamDirection,
    cipher: &'a StreamCipher,
    /// How many are in a batch.
    chunks: usize,
}

/// Some chunks that follow each other.
struct StreamBatch {
    /// The chunks, each where it is sealed, and one byte that is looked ahead.
    bytes: BatchBuffer,
    /// What was opened, which is not in the place of what was sealed: that may have to be opened again.
    plaintext: BatchBuffer,
    /// Plaintext bytes that were opened, or sealed.
    plaintext_len: usize,
}

impl BatchWork for StreamWork<'_> {
    type Batch = StreamBatch;

    fn new_batch(&self) -> StreamBatch {
        let opened_len = if self.direction == StreamDirection::Open { self.chunks * CHUNK_LEN } else { 0 };
        StreamBatch {
            bytes: BatchBuffer::new(self.sealed_capacity() + 1),
            plaintext: BatchBuffer::new(opened_len),
            plaintext_len: 0,
        }
    }

    fn input_len(&self) -> usize {
        match self.direction {
            StreamDirection::Seal => self.chunks * CHUNK_LEN,
            StreamDirection::Open => self.sealed_capacity(),
        }
    }

    fn output_len(&self) -> usize {
        match self.direction {
            StreamDirection::Seal => self.sealed_capacity(),
            StreamDirection::Open => self.chunks * CHUNK_LEN,
        }
    }

    /// The last chunk is marked, and can be as long as the others: only what follows tells which one it is.
    fn lookahead(&self) -> usize {
        1
    }

    fn total_output_len(&self, input_len: u64) -> u64 {
        match self.direction {
            StreamDirection::Seal => sealed_len(input_len),
            StreamDirection::Open => plaintext_size(input_len).map_or(0, |(_, plaintext)| plaintext),
        }
    }

    fn room<'b>(&self, batch: &'b mut StreamBatch, len: usize) -> Vec<IoSliceMut<'b>> {
        if self.direction == StreamDirection::Open {
            return vec![IoSliceMut::new(&mut batch.bytes[..len])];
        }
        batch.bytes.lend(len.div_ceil(CHUNK_LEN) * SEALED_CHUNK_LEN);
        let (chunks, ahead) = batch.bytes.split_at_mut(self.sealed_capacity());
        let places = chunks.chunks_mut(SEALED_CHUNK_LEN).map(|chunk| &mut chunk[..CHUNK_LEN]).chain([ahead]);
        let mut left = len;
        let taken = places.map(|place| {
            let taken = left.min(place.len());
            left -= taken;
            IoSliceMut::new(&mut place[..taken])
        });
        taken.filter(|slice| !slice.is_empty()).collect()
    }

    fn take_lookahead(&self, batch: &mut StreamBatch) -> Vec<u8> {
        vec![std::mem::take(&mut batch.bytes[self.sealed_capacity()])]
    }

    fn process(&self, number: u64, batch: &mut StreamBatch, len: usize, position: BatchPosition) -> Result<()> {
        let first = number * self.chunks as u64;
        match self.direction {
            StreamDirection::Seal => self.seal(first, batch, len, position),
            StreamDirection::Open => self.open(first, batch, len, position)?,
        }
        Ok(())
    }

    fn output<'b>(&self, batch: &'b StreamBatch, outcome: &Result<()>) -> Vec<IoSlice<'b>> {
        match (self.direction, outcome) {
            (StreamDirection::Seal, Ok(())) => {
                let sealed = sealed_len(batch.plaintext_len as u64);
                vec![IoSlice::new(&batch.bytes[..usize::try_from(sealed).expect("it lies in memory")])]
            }
            // What was opened before a fault is authentic, and is released.
            (StreamDirection::Open, Ok(()) | Err(Error::Authentication(_))) => {
                vec![IoSlice::new(&batch.plaintext[..batch.plaintext_len])]
            }
            (_, Err(_)) => Vec::new(),
        }
    }

    fn kept(&self, number: u64, error: &Error) -> u64 {
        match (self.direction, error) {
            (StreamDirection::Open, Error::Authentication(fault)) => fault.authentic(),
            (StreamDirection::Open, _) => number * self.output_len() as u64,
            (StreamDirection::Seal, _) => 0,
        }
    }
}

impl StreamWork<'_> {
    fn sealed_capacity(&self) -> usize {
        self.chunks * SEALED_CHUNK_LEN
    }

    fn seal(&self, first: u64, batch: &mut StreamBatch, len: usize, position: BatchPosition) {
        batch.plaintext_len = len;
        let count = len.div_ceil(CHUNK_LEN).max(1);
        // One byte more was looked ahead, and taken back from a place that is wiped by being taken.
        batch.bytes.touch(count * SEALED_CHUNK_LEN);
        for (place, chunk) in batch.bytes.chunks_mut(SEALED_CHUNK_LEN).take(count).enumerate() {
            let len = (len - place * CHUNK_LEN).min(CHUNK_LEN);
            let (plaintext, behind) = chunk.split_at_mut(len);
            let tag = self.cipher.key.seal_chunk(first + place as u64, place_of(place, count, position), plaintext);
            behind[..TAG_LEN].copy_from_slice(&tag);
        }
    }

    fn open(
        &self,
        first: u64,
        batch: &mut StreamBatch,
        len: usize,
        position: BatchPosition,
    ) -> Result<(), AuthenticationError> {
        let StreamBatch { bytes, plaintext, plaintext_len } = batch;
        *plaintext_len = 0;
        let count = len.div_ceil(SEALED_CHUNK_LEN);
        for (place, chunk) in bytes[..len].chunks(SEALED_CHUNK_LEN).enumerate() {
            let number = first + place as u64;
            plaintext.touch((place + 1) * CHUNK_LEN);
            let room = &mut plaintext[place * CHUNK_LEN..][..CHUNK_LEN];
            match self.cipher.open_alone(number, place_of(place, count, position), chunk, room) {
                Ok(len) => *plaintext_len += len,
                Err(fault) => {
                    let authentic = fault.authentic() - number * CHUNK_LEN as u64;
                    *plaintext_len += usize::try_from(authentic).expect("no more than a chunk");
                    return Err(fault);
                }
            }
        }
        // An authentic payload has at least one chunk.
        if count == 0 {
            let offset = self.cipher.start + first * SEALED_CHUNK_LEN as u64;
            return Err(AuthenticationError::CutOff { offset, authentic: first * CHUNK_LEN as u64 });
        }
        Ok(())
    }
}

fn other_place(place: ChunkPlace) -> ChunkPlace {
    match place {
        ChunkPlace::Inner => ChunkPlace::Last,
        ChunkPlace::Last => ChunkPlace::Inner,
    }
}

fn place_of(place: usize, count: usize, position: BatchPosition) -> ChunkPlace {
    if position == BatchPosition::Last && place + 1 == count { ChunkPlace::Last } else { ChunkPlace::Inner }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_plaintext_follows_from_the_length_of_its_payload_and_back() {
        for length in [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 100_000_000_000] {
            assert_eq!(plaintext_size(sealed_len(length)).map(|(_, plaintext)| plaintext), Some(length));
        }
        // No payload ends within a tag, or with an empty chunk behind others.
        for sealed in [0, 15, 65_553, 65_567, 65_568] {
            assert_eq!(plaintext_size(sealed), None, "{sealed}");
        }
    }
}
