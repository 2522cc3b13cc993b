//! A payload that is only moved: the work of the pipeline without encryption.
//!
//! No command does it. It is the most that reading and writing permit on a machine, which `benches/compare` holds the rest to.

use std::io::{IoSlice, IoSliceMut};

use crate::error::{Error, Result};
use crate::formats::batch_buffer::BatchBuffer;
use crate::formats::pipeline::{BatchPosition, BatchWork, Pipeline};
use crate::storage::payload::{PayloadInput, PayloadOutput};

impl Pipeline<'_> {
    /// Moves everything from `input` to `output` as it is. Returns the number of bytes written.
    ///
    /// # Errors
    /// If the input cannot be read, or the output cannot be written.
    pub fn copy(&self, input: PayloadInput<'_>, output: PayloadOutput<'_>) -> Result<u64> {
        let len = self.batch_bytes(&input, &output);
        self.run(&CopyWork { len }, input, output)
    }
}

struct CopyWork {
    /// Bytes of a batch.
    len: usize,
}

struct CopyBatch {
    bytes: BatchBuffer,
    /// How many of them were read.
    filled: usize,
}

impl BatchWork for CopyWork {
    type Batch = CopyBatch;

    fn new_batch(&self) -> CopyBatch {
        CopyBatch { bytes: BatchBuffer::new(self.len), filled: 0 }
    }

    fn input_len(&self) -> usize {
        self.len
    }

    fn output_len(&self) -> usize {
        self.len
    }

    fn total_output_len(&self, input_len: u64) -> u64 {
        input_len
    }

    fn room<'b>(&self, batch: &'b mut CopyBatch, len: usize) -> Vec<IoSliceMut<'b>> {
        vec![IoSliceMut::new(&mut batch.bytes[..len])]
    }

    fn process(&self, _number: u64, batch: &mut CopyBatch, len: usize, _position: BatchPosition) -> Result<()> {
        batch.filled = len;
        Ok(())
    }

    fn output<'b>(&self, batch: &'b CopyBatch, outcome: &Result<()>) -> Vec<IoSlice<'b>> {
        match outcome {
            Ok(()) => vec![IoSlice::new(&batch.bytes[..batch.filled])],
            Err(_) => Vec::new(),
        }
    }

    fn kept(&self, _number: u64, _error: &Error) -> u64 {
        0
    }
}
