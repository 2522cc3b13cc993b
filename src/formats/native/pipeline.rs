//! The chunks of a whole payload through the pipeline.

use std::io::{IoSlice, IoSliceMut};

use crate::error::{Error, Result};
use crate::formats::native::chunk::{CHUNK_LEN, ChunkBatch, ChunkCipher, OpenedBatch, plaintext_len, sealed_len};
pub use crate::formats::pipeline::Pipeline;
use crate::formats::pipeline::{BatchPosition, BatchWork};
pub use crate::storage::payload::{PayloadInput, PayloadOutput};

impl Pipeline<'_> {
    /// Seals everything from `input` into chunks. Returns the number of bytes written.
    ///
    /// # Errors
    /// If the input cannot be read, the output cannot be written, or the payload would be too long.
    pub fn seal(&self, cipher: &ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        self.run_chunks(Direction::Seal, cipher, None, input, output)
    }

    /// Opens all chunks from `input`. Returns the number of plaintext bytes.
    ///
    /// Each chunk is written only after it was authenticated.
    ///
    /// # Errors
    /// [`Error::Authentication`] for the first chunk that is not authentic: everything before it was written, and nothing
    /// behind it remains in the output. [`Error::Io`] if the input cannot be read, or the output cannot be written.
    pub fn open(&self, cipher: &ChunkCipher, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        self.run_chunks(Direction::Open, cipher, None, input, output)
    }

    /// Opens all chunks from `input` and seals them again with another cipher, each where it stands in memory. Returns the
    /// number of bytes written.
    ///
    /// # Errors
    /// As [`Pipeline::open`]; what was written before is cut off, so it opens with no key.
    pub fn reseal(
        &self,
        old: &ChunkCipher,
        new: &ChunkCipher,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        self.run_chunks(Direction::Reseal, old, Some(new), input, output)
    }

    fn run_chunks(
        &self,
        direction: Direction,
        cipher: &ChunkCipher,
        new_cipher: Option<&ChunkCipher>,
        input: PayloadInput<'_>,
        output: PayloadOutput<'_>,
    ) -> Result<u64> {
        let chunks = (self.batch_bytes(&input, &output) / CHUNK_LEN).max(1);
        self.run(&ChunkWork { direction, cipher, new_cipher, chunks }, input, output)
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Seal,
    Open,
    /// To open, and to seal with another cipher.
    Reseal,
}

struct ChunkWork<'a> {
    direction: Direction,
    cipher: &'a ChunkCipher,
    /// Of [`Direction::Reseal`].
    new_cipher: Option<&'a ChunkCipher>,
    /// How many are in a batch.
    chunks: usize,
}

impl BatchWork for ChunkWork<'_> {
    type Batch = ChunkBatch;

    fn new_batch(&self) -> ChunkBatch {
        ChunkBatch::new(self.chunks)
    }

    fn input_len(&self) -> usize {
        match self.direction {
            Direction::Seal => ChunkBatch::plaintext_len(self.chunks),
            Direction::Open | Direction::Reseal => ChunkBatch::sealed_len(self.chunks),
        }
    }

    fn output_len(&self) -> usize {
        match self.direction {
            Direction::Seal | Direction::Reseal => ChunkBatch::sealed_len(self.chunks),
            Direction::Open => ChunkBatch::plaintext_len(self.chunks),
        }
    }

    fn total_output_len(&self, input_len: u64) -> u64 {
        match self.direction {
            Direction::Seal => sealed_len(input_len),
            Direction::Open => plaintext_len(input_len).unwrap_or(0),
            Direction::Reseal => input_len,
        }
    }

    fn room<'b>(&self, batch: &'b mut ChunkBatch, len: usize) -> Vec<IoSliceMut<'b>> {
        match self.direction {
            Direction::Seal => vec![IoSliceMut::new(batch.plaintext_room(len))],
            Direction::Open | Direction::Reseal => batch.sealed_room(len),
        }
    }

    /// A batch that is not full ends the payload: the chunk cipher sees that by itself.
    fn process(&self, number: u64, batch: &mut ChunkBatch, len: usize, _position: BatchPosition) -> Result<()> {
        let first = number * self.chunks as u64;
        match self.direction {
            Direction::Seal => Ok(self.cipher.seal(first, batch, len)?),
            Direction::Open | Direction::Reseal => {
                if let OpenedBatch::Fault(fault) = self.cipher.open(first, batch, len) {
                    return Err(fault.into());
                }
                let opened = batch.plaintext().len();
                self.new_cipher.map_or(Ok(()), |cipher| Ok(cipher.seal(first, batch, opened)?))
            }
        }
    }

    fn output<'b>(&self, batch: &'b ChunkBatch, outcome: &Result<()>) -> Vec<IoSlice<'b>> {
        match (self.direction, outcome) {
            (Direction::Seal | Direction::Reseal, Ok(())) => batch.sealed(),
            // What was opened before a fault is authentic, and is released.
            (Direction::Open, Ok(()) | Err(Error::Authentication(_))) => vec![IoSlice::new(batch.plaintext())],
            (_, Err(_)) => Vec::new(),
        }
    }

    fn kept(&self, number: u64, error: &Error) -> u64 {
        match (self.direction, error) {
            (Direction::Open, Error::Authentication(fault)) => fault.authentic(),
            (Direction::Open, _) => number * self.output_len() as u64,
            (Direction::Seal | Direction::Reseal, _) => 0,
        }
    }
}

#[cfg(test)]
mod tests;
