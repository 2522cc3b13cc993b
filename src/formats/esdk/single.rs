//! A body without frames: one piece, which is held in memory until all of it is authentic.

use std::io::{self, IoSlice, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::{Zeroize, Zeroizing};

use crate::crypto::message_key::BodyPart;
use crate::crypto::traces::TracesToWipe;
use crate::crypto::{TAG_LEN, Tag};
use crate::error::{AuthenticationError, Error, FormatError, Result};
use crate::formats::esdk::cipher::{MessageCipher, RunningSignatureCheck};
use crate::formats::esdk::frame::MAX_SIGNATURE_LEN;
use crate::formats::esdk::frame::NONCE_LEN;
use crate::formats::esdk::header::{FRAME_LENGTH, MessageLimits};
use crate::formats::esdk::open::{signature_fault, signature_of};
use crate::formats::esdk::part::FilePart;
use crate::formats::pipeline::Pipeline;
use crate::formats::transfer::{read_error, read_up_to, write_all, write_error};
use crate::storage::payload::{PayloadInput, PayloadOutput};

/// The number that the only piece has.
const NUMBER: u32 = 1;
/// Read at a time, in bytes.
const PIECE: usize = 1 << 20;

pub(super) fn open(
    cipher: &MessageCipher,
    verification: Option<&RunningSignatureCheck>,
    limits: MessageLimits,
    pipeline: &Pipeline<'_>,
    input: PayloadInput<'_>,
    output: PayloadOutput<'_>,
) -> Result<u64> {
    let mut part;
    let reader: &mut dyn Read = match input {
        PayloadInput::Stream(reader) => reader,
        PayloadInput::File { file, start, len } => {
            part = FilePart::new(file, start, len);
            &mut part
        }
    };
    let (plaintext, read) = read(cipher, verification, limits, pipeline.cancelled, reader)?;
    let slices = vec![IoSlice::new(&plaintext)];
    let written = match output {
        PayloadOutput::Stream(writer) => write_all(slices, |slices, _| writer.write_vectored(slices)),
        PayloadOutput::File { file, start } => {
            let mut part = FilePart::from(file, start);
            write_all(slices, |slices, _| io::Write::write_vectored(&mut part, slices))
        }
        PayloadOutput::Nowhere => Ok(()),
    };
    written.map_err(write_error)?;
    (pipeline.progress)(read);
    Ok(plaintext.len() as u64)
}

/// Reads and authenticates all of it. Returns the plaintext and how many bytes were read.
pub(super) fn read(
    cipher: &MessageCipher,
    verification: Option<&RunningSignatureCheck>,
    limits: MessageLimits,
    cancelled: &AtomicBool,
    reader: &mut dyn Read,
) -> Result<(Zeroizing<Vec<u8>>, u64)> {
    let _traces = TracesToWipe;
    let mut start = [0; NONCE_LEN + 8];
    let found = read_up_to(reader, &mut start)?;
    let cut_off = |read: usize| AuthenticationError::CutOff { offset: cipher.start + read as u64, authentic: 0 };
    if found < start.len() {
        return Err(cut_off(found).into());
    }
    let (nonce, len) = start.split_first_chunk::<NONCE_LEN>().expect("20 bytes begin with 12");
    let found = u64::from_be_bytes(len.try_into().expect("20 - 12 bytes are 8"));
    let limit = u64::from(limits.frame_len);
    let len = usize::try_from(found).ok().filter(|_| found <= limit);
    let len = len.ok_or(FormatError::LimitExceeded { field: FRAME_LENGTH, found, limit })?;

    // It grows as bytes come, not on the word of a length that nobody has authenticated. It holds ciphertext until then.
    let mut data = Vec::new();
    while data.len() < len + TAG_LEN {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let piece = (len + TAG_LEN - data.len()).min(PIECE);
        let count = reader.take(piece as u64).read_to_end(&mut data).map_err(read_error)?;
        if count < piece {
            return Err(cut_off(start.len() + data.len()).into());
        }
    }
    let mut footer = Vec::new();
    reader.take(2 + MAX_SIGNATURE_LEN as u64 + 1).read_to_end(&mut footer).map_err(read_error)?;

    if let Some(verification) = verification {
        verification.update(&start);
        verification.update(&data);
        verification.finish(signature_of(&footer));
    }
    let tag: Tag = data[len..].try_into().expect("a tag follows the data");
    data.truncate(len);
    if cipher.key.open_part(BodyPart::SingleBlock, NUMBER, *nonce, &tag, &mut data).is_err() {
        data.zeroize();
        return Err(AuthenticationError::Frame { frame: 1, offset: cipher.start, authentic: 0 }.into());
    }
    let plaintext = Zeroizing::new(data);
    let read = start.len() + len + TAG_LEN;
    match verification {
        None if !footer.is_empty() => {
            let offset = cipher.start + read as u64;
            Err(AuthenticationError::Body { fault: "bytes follow the end of the message", offset, authentic: 0 }.into())
        }
        Some(verification) if !verification.is_verified() => {
            Err(signature_fault(&footer, cipher.start + read as u64, 0).into())
        }
        _ => Ok((plaintext, (read + footer.len()) as u64)),
    }
}
