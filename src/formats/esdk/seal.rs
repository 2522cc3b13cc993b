//! Sealing frames in batches.

use std::io::{self, IoSlice, IoSliceMut, Write};

use crate::crypto::TAG_LEN;
use crate::crypto::message_key::{BodyPart, MessageKey};
use crate::crypto::signature::MessageDigest;
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::esdk::frame::NONCE_LEN;
use crate::formats::esdk::frame::{
    FINAL_MARK, FINAL_OVERHEAD, FINAL_START, FRAME_OVERHEAD, FrameBatch, NUMBER_LEN, frames_per_batch,
};
use crate::formats::pipeline::{BatchPosition, BatchWork};

/// Where the plaintext of a frame begins in it.
const START: usize = NUMBER_LEN + NONCE_LEN;

/// Seals the frames of one body.
///
/// A plaintext that ends with a whole frame is followed by a last frame without plaintext: some readers do not take a last
/// frame that is as long as the others.
pub(super) struct FrameSealing<'a> {
    key: &'a MessageKey,
    frame_len: usize,
    /// Frames of a batch.
    frames: usize,
}

impl<'a> FrameSealing<'a> {
    pub(super) fn new(key: &'a MessageKey, frame_len: u32, batch_bytes: usize) -> Self {
        let frame_len = usize::try_from(frame_len).expect("a frame of 64 MiB fits into memory");
        Self { key, frame_len, frames: frames_per_batch(frame_len, batch_bytes) }
    }

    fn stride(&self) -> usize {
        self.frame_len + FRAME_OVERHEAD
    }

    fn seal_frame(&self, number: u64, bytes: &mut [u8]) -> Result<()> {
        let number = frame_number(number)?;
        let (start, data) = bytes.split_at_mut(START);
        let (data, tag_room) = data.split_at_mut(self.frame_len);
        let (nonce, tag) = self.key.seal_frame(BodyPart::Frame, number, data);
        start[..NUMBER_LEN].copy_from_slice(&number.to_be_bytes());
        start[NUMBER_LEN..].copy_from_slice(&nonce);
        tag_room.copy_from_slice(&tag);
        Ok(())
    }

    /// Seals the last frame in `bytes`, where its `len` bytes of plaintext are as in other frames. Returns its length.
    fn seal_last_frame(&self, number: u64, bytes: &mut [u8], len: usize) -> Result<usize> {
        let number = frame_number(number)?;
        bytes.copy_within(START..START + len, FINAL_START);
        let (start, rest) = bytes.split_at_mut(FINAL_START);
        let (data, rest) = rest.split_at_mut(len);
        let (nonce, tag) = self.key.seal_frame(BodyPart::FinalFrame, number, data);
        let len_field = u32::try_from(len).expect("a frame has fewer than 2^31 bytes");
        let fields = [&FINAL_MARK.to_be_bytes()[..], &number.to_be_bytes(), &nonce, &len_field.to_be_bytes()];
        start.copy_from_slice(&fields.concat());
        rest[..TAG_LEN].copy_from_slice(&tag);
        Ok(FINAL_OVERHEAD + len)
    }
}

/// The number of a frame. The greatest one is the mark of the last frame.
fn frame_number(number: u64) -> Result<u32> {
    let number = u32::try_from(number).ok().filter(|&number| number < FINAL_MARK);
    number.ok_or_else(|| AuthenticationError::TooManyFrames.into())
}

impl BatchWork for FrameSealing<'_> {
    type Batch = FrameBatch;

    fn new_batch(&self) -> FrameBatch {
        FrameBatch::new(self.output_len() + FINAL_OVERHEAD)
    }

    fn input_len(&self) -> usize {
        self.frames * self.frame_len
    }

    fn output_len(&self) -> usize {
        self.frames * self.stride()
    }

    fn total_output_len(&self, input_len: u64) -> u64 {
        input_len + (input_len / self.frame_len as u64) * FRAME_OVERHEAD as u64 + FINAL_OVERHEAD as u64
    }

    fn room<'b>(&self, batch: &'b mut FrameBatch, len: usize) -> Vec<IoSliceMut<'b>> {
        batch.plaintext_room(self.frame_len, len)
    }

    fn process(&self, number: u64, batch: &mut FrameBatch, len: usize, position: BatchPosition) -> Result<()> {
        let first = number * self.frames as u64 + 1;
        let (whole, rest) = (len / self.frame_len, len % self.frame_len);
        let stride = self.stride();
        batch.bytes.touch((whole + 1) * stride + FINAL_OVERHEAD);
        for (frame, bytes) in (first..).zip(batch.bytes.chunks_mut(stride)).take(whole) {
            self.seal_frame(frame, bytes)?;
        }
        batch.sealed_len = whole * stride;
        if position == BatchPosition::Last {
            let last = &mut batch.bytes[whole * stride..];
            batch.sealed_len += self.seal_last_frame(first + whole as u64, last, rest)?;
        }
        Ok(())
    }

    fn output<'b>(&self, batch: &'b FrameBatch, outcome: &Result<()>) -> Vec<IoSlice<'b>> {
        match outcome {
            Ok(()) => vec![IoSlice::new(&batch.bytes[..batch.sealed_len])],
            Err(_) => Vec::new(),
        }
    }

    fn kept(&self, _number: u64, _error: &Error) -> u64 {
        0
    }
}

/// Hashes what is written to it, for a signature.
pub(super) struct HashingWriter<'a> {
    pub(super) writer: &'a mut (dyn Write + Send),
    pub(super) digest: MessageDigest,
}

impl Write for HashingWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.digest.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
