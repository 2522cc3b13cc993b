//! A part of the plaintext of a message in a file: only the frames that hold it are read, and the last one.

use std::fs::File;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::crypto::TAG_LEN;
use crate::crypto::message_key::BodyPart;
use crate::crypto::traces::TracesToWipe;
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::esdk::cipher::MessageCipher;
use crate::formats::esdk::frame::{FINAL_OVERHEAD, FRAME_OVERHEAD, frames_in};
use crate::formats::esdk::open::{FrameFault, find, open_frame};
use crate::formats::esdk::part::FilePart;
use crate::formats::format::ByteRange;
use crate::formats::transfer::{read_part, write_error};

/// The frames of a message in a file, without a signature.
pub(super) struct FrameSeeker<'a> {
    pub(super) cipher: &'a MessageCipher,
    pub(super) file: &'a File,
    /// Where the body is in the file, in bytes.
    pub(super) start: u64,
    pub(super) len: u64,
    pub(super) frame_len: u32,
}

impl FrameSeeker<'_> {
    /// Writes a part of the plaintext. The last frame is opened first: it tells how long the plaintext is.
    pub(super) fn write(&self, range: ByteRange, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
        let _traces = TracesToWipe;
        let frame_len = u64::from(self.frame_len);
        let cut_off = AuthenticationError::CutOff { offset: self.cipher.start + self.len, authentic: 0 };
        let (frames, last_len) = frames_in(self.len, self.frame_len).ok_or(cut_off)?;
        let last = self.open(frames, last_len)?;
        let available = frames * frame_len + last_len;
        let ByteRange { start, end } = range;
        if end.is_some_and(|end| end > available) || start > available {
            return Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available });
        }
        let end = end.unwrap_or(available).max(start);
        let mut position = start;
        while position < end {
            if cancelled.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let number = position / frame_len;
            let opened;
            let plaintext = if number == frames {
                &last
            } else {
                opened = self.open(number, frame_len)?;
                &opened
            };
            let within = usize::try_from(position % frame_len).expect("a frame fits into memory");
            let wanted = usize::try_from(end - position).unwrap_or(usize::MAX).min(plaintext.len() - within);
            output.write_all(&plaintext[within..within + wanted]).map_err(write_error)?;
            position += wanted as u64;
        }
        Ok(end - start)
    }

    /// The plaintext of one frame, counted from 0.
    fn open(&self, number: u64, len: u64) -> Result<Zeroizing<Vec<u8>>> {
        let stride = u64::from(self.frame_len) + FRAME_OVERHEAD as u64;
        let at = number * stride;
        let (frame, offset) = (number + 1, self.cipher.start + at);
        let frames = frames_in(self.len, self.frame_len).map_or(0, |(frames, _)| frames);
        let (part, overhead) =
            if number == frames { (BodyPart::FinalFrame, FINAL_OVERHEAD) } else { (BodyPart::Frame, FRAME_OVERHEAD) };
        let sealed_len = usize::try_from(len).expect("a frame fits into memory") + overhead;
        let mut bytes = Zeroizing::new(vec![0; sealed_len]);
        let mut reader = FilePart::new(self.file, self.start + at, sealed_len as u64);
        read_part(&mut reader as &mut dyn Read, &mut bytes, "body")?;
        let fault = |fault| AuthenticationError::Body { fault, offset, authentic: 0 };
        let frame_len = usize::try_from(self.frame_len).expect("a frame fits into memory");
        let found = find(&bytes, frame, frame_len).map_err(|error| match error {
            FrameFault::CutOff => fault("the frames are not where they should be"),
            FrameFault::Malformed(reason) => fault(reason),
        })?;
        if found.part != part || found.len != sealed_len {
            return Err(fault("the frames are not where they should be").into());
        }
        open_frame(self.cipher, part, frame, &mut bytes, found.start).map_err(|()| AuthenticationError::Frame {
            frame,
            offset,
            authentic: 0,
        })?;
        let end = sealed_len - TAG_LEN;
        bytes.truncate(end);
        bytes.drain(..found.start);
        Ok(bytes)
    }
}
