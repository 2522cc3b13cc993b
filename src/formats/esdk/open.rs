//! Opening frames in batches.

use std::io::{IoSlice, IoSliceMut};
use std::sync::Arc;

use crate::crypto::TAG_LEN;
use crate::crypto::message_key::BodyPart;
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::esdk::cipher::{MessageCipher, RunningSignatureCheck};
use crate::formats::esdk::frame::NONCE_LEN;
use crate::formats::esdk::frame::{
    FINAL_MARK, FINAL_OVERHEAD, FINAL_START, FRAME_OVERHEAD, FrameBatch, MAX_SIGNATURE_LEN, NUMBER_LEN, frames_in,
    frames_per_batch,
};
use crate::formats::pipeline::{BatchPosition, BatchWork};

/// Opens the frames of one body.
pub(super) struct FrameOpening {
    cipher: Arc<MessageCipher>,
    check: Option<RunningSignatureCheck>,
    frame_len: usize,
    /// Frames of a batch.
    frames: usize,
}

/// A frame in a batch.
#[derive(Debug)]
pub(super) struct FoundFrame {
    pub(super) part: BodyPart,
    /// From its own number or its mark to the end of its tag.
    pub(super) len: usize,
    /// Where its plaintext begins in it.
    pub(super) start: usize,
}

/// What is wrong with the bytes at the place of a frame.
#[derive(Debug)]
pub(super) enum FrameFault {
    CutOff,
    Malformed(&'static str),
}

impl FrameOpening {
    pub(super) fn new(
        cipher: Arc<MessageCipher>,
        check: Option<RunningSignatureCheck>,
        frame_len: usize,
        batch_bytes: usize,
    ) -> Self {
        Self { cipher, check, frame_len, frames: frames_per_batch(frame_len, batch_bytes) }
    }

    /// Opens the frames of a batch one after another, and notes where their plaintext is.
    fn open(&self, number: u64, batch: &mut FrameBatch, len: usize, position: BatchPosition) -> Result<()> {
        let offset = self.cipher.start + number * self.input_len() as u64;
        let mut at = 0;
        for frame in number * self.frames as u64 + 1.. {
            if position == BatchPosition::Inner && at == len {
                return Ok(());
            }
            // Of a signed message no part of a batch is released that comes with a fault.
            let batch_start = number * self.output_len() as u64;
            let authentic = if self.check.is_some() { batch_start } else { (frame - 1) * self.frame_len as u64 };
            let offset = offset + at as u64;
            let found = find(&batch.bytes[at..len], frame, self.frame_len).map_err(|fault| match fault {
                FrameFault::CutOff => AuthenticationError::CutOff { offset: offset + (len - at) as u64, authentic },
                FrameFault::Malformed(fault) => AuthenticationError::Body { fault, offset, authentic },
            })?;
            let FoundFrame { part, len: frame_len, start } = found;
            batch.bytes.touch(at + frame_len);
            let bytes = &mut batch.bytes[at..at + frame_len];
            open_frame(&self.cipher, part, frame, bytes, start).map_err(|()| AuthenticationError::Frame {
                frame,
                offset,
                authentic,
            })?;
            batch.plaintext.push(at + start..at + frame_len - TAG_LEN);
            at += frame_len;
            if part == BodyPart::FinalFrame {
                let authentic =
                    if self.check.is_some() { batch_start } else { authentic + (frame_len - FINAL_OVERHEAD) as u64 };
                let trailing = AuthenticationError::Body {
                    fault: "bytes follow the end of the message",
                    offset: offset + frame_len as u64,
                    authentic,
                };
                if position == BatchPosition::Inner {
                    return Err(trailing.into());
                }
                let footer = &batch.bytes[at..len];
                return match &self.check {
                    None if footer.is_empty() => Ok(()),
                    None => Err(trailing.into()),
                    Some(check) if check.is_verified() => Ok(()),
                    Some(_) => Err(signature_fault(footer, offset + frame_len as u64, authentic).into()),
                };
            }
        }
        unreachable!("a body has an end")
    }
}

impl BatchWork for FrameOpening {
    type Batch = FrameBatch;

    fn new_batch(&self) -> FrameBatch {
        FrameBatch::new(self.input_len() + self.lookahead())
    }

    fn input_len(&self) -> usize {
        self.frames * (self.frame_len + FRAME_OVERHEAD)
    }

    fn output_len(&self) -> usize {
        self.frames * self.frame_len
    }

    /// The last frame can be this much longer than others, and a signature may follow it; one byte more belongs to neither. Of a
    /// signed message, one frame more is held back, since the last one may be empty.
    fn lookahead(&self) -> usize {
        let signed_len = if self.check.is_some() { self.frame_len + FRAME_OVERHEAD + 2 + MAX_SIGNATURE_LEN } else { 0 };
        FINAL_OVERHEAD - FRAME_OVERHEAD + signed_len + 1
    }

    fn total_output_len(&self, input_len: u64) -> u64 {
        let frame_len = u32::try_from(self.frame_len).unwrap_or(u32::MAX);
        frames_in(input_len, frame_len).map_or(0, |(frames, last)| frames * self.frame_len as u64 + last)
    }

    fn room<'b>(&self, batch: &'b mut FrameBatch, len: usize) -> Vec<IoSliceMut<'b>> {
        batch.plaintext.clear();
        vec![IoSliceMut::new(&mut batch.bytes[..len])]
    }

    fn take_lookahead(&self, batch: &mut FrameBatch) -> Vec<u8> {
        batch.bytes[self.input_len()..].to_vec()
    }

    fn has_read(&self, batch: &FrameBatch, len: usize, position: BatchPosition) {
        let Some(check) = &self.check else { return };
        let bytes = &batch.bytes[..len];
        if position == BatchPosition::Inner {
            return check.update(bytes);
        }
        let end = end_of_frames(bytes, self.frame_len);
        check.update(&bytes[..end.unwrap_or(len)]);
        check.finish(end.and_then(|end| signature_of(&bytes[end..])));
    }

    fn process(&self, number: u64, batch: &mut FrameBatch, len: usize, position: BatchPosition) -> Result<()> {
        self.open(number, batch, len, position)
    }

    /// What was opened before a fault is authentic, and is released. Of a signed message nothing is that comes with a fault.
    fn output<'b>(&self, batch: &'b FrameBatch, outcome: &Result<()>) -> Vec<IoSlice<'b>> {
        match outcome {
            Ok(()) => batch.opened(),
            Err(Error::Authentication(_)) if self.check.is_none() => batch.opened(),
            Err(_) => Vec::new(),
        }
    }

    fn kept(&self, number: u64, error: &Error) -> u64 {
        match error {
            _ if self.check.is_some() => 0,
            Error::Authentication(fault) => fault.authentic(),
            _ => number * self.output_len() as u64,
        }
    }
}

/// Decrypts a frame in place: from its number or mark to its tag.
pub(super) fn open_frame(
    cipher: &MessageCipher,
    part: BodyPart,
    frame: u64,
    bytes: &mut [u8],
    start: usize,
) -> Result<(), ()> {
    let number = u32::try_from(frame).map_err(|_| ())?;
    let nonce_start = if part == BodyPart::FinalFrame { 2 * NUMBER_LEN } else { NUMBER_LEN };
    let nonce: [u8; NONCE_LEN] =
        bytes[nonce_start..][..NONCE_LEN].try_into().expect("a frame that was found has a nonce");
    let (data, tag) = bytes.split_last_chunk_mut::<TAG_LEN>().expect("a frame that was found has a tag");
    cipher.key.open_part(part, number, nonce, tag, &mut data[start..]).map_err(|_| ())
}

/// The frame with which `bytes` begin, which must be `frame`.
pub(super) fn find(bytes: &[u8], frame: u64, frame_len: usize) -> Result<FoundFrame, FrameFault> {
    let number_at = |at: usize| bytes.get(at..)?.first_chunk::<NUMBER_LEN>().map(|bytes| u32::from_be_bytes(*bytes));
    let expected = u32::try_from(frame).ok();
    let first = number_at(0).ok_or(FrameFault::CutOff)?;
    let (found, number) = if first == FINAL_MARK {
        let number = number_at(NUMBER_LEN).ok_or(FrameFault::CutOff)?;
        let len = number_at(FINAL_START - NUMBER_LEN).ok_or(FrameFault::CutOff)?;
        let len = usize::try_from(len).ok().filter(|&len| len <= frame_len);
        let len = len.ok_or(FrameFault::Malformed("the last frame is longer than the frames of this message"))?;
        (FoundFrame { part: BodyPart::FinalFrame, len: FINAL_OVERHEAD + len, start: FINAL_START }, number)
    } else {
        let len = FRAME_OVERHEAD + frame_len;
        (FoundFrame { part: BodyPart::Frame, len, start: NUMBER_LEN + NONCE_LEN }, first)
    };
    if Some(number) != expected {
        return Err(FrameFault::Malformed("the frames are not in order"));
    }
    if bytes.len() < found.len { Err(FrameFault::CutOff) } else { Ok(found) }
}

/// Where the last frame ends, if all frames are as long as they should be.
fn end_of_frames(bytes: &[u8], frame_len: usize) -> Option<usize> {
    let mut at = 0;
    loop {
        let first = bytes.get(at..)?.first_chunk::<NUMBER_LEN>()?;
        if u32::from_be_bytes(*first) == FINAL_MARK {
            let len = bytes.get(at + FINAL_START - NUMBER_LEN..)?.first_chunk::<NUMBER_LEN>()?;
            let len = usize::try_from(u32::from_be_bytes(*len)).ok().filter(|&len| len <= frame_len)?;
            return Some(at + FINAL_OVERHEAD + len).filter(|&end| end <= bytes.len());
        }
        at += frame_len + FRAME_OVERHEAD;
    }
}

/// What is wrong with a signature that is not valid. `offset` is where its footer begins in the message.
pub(super) fn signature_fault(footer: &[u8], offset: u64, authentic: u64) -> AuthenticationError {
    let announced = footer.first_chunk().map(|len| 2 + usize::from(u16::from_be_bytes(*len)));
    match announced {
        Some(announced) if footer.len() == announced => AuthenticationError::Signature,
        Some(announced) if footer.len() > announced || announced > 2 + MAX_SIGNATURE_LEN => {
            AuthenticationError::Body { fault: "the signature does not end with the message", offset, authentic }
        }
        _ => AuthenticationError::CutOff { offset: offset + footer.len() as u64, authentic },
    }
}

/// The signature of a footer that ends where its length says.
pub(super) fn signature_of(footer: &[u8]) -> Option<&[u8]> {
    let (len, signature) = footer.split_first_chunk()?;
    (usize::from(u16::from_be_bytes(*len)) == signature.len()).then_some(signature)
}
