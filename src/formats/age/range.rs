//! A part of the plaintext of an age file.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::crypto::age_file::ChunkPlace;
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::age::stream::{CHUNK_LEN, SEALED_CHUNK_LEN, StreamCipher, plaintext_size};
use crate::formats::format::ByteRange;
use crate::formats::payload::Payload;
use crate::formats::transfer::{read_up_to, write_error};
use crate::fs::positioned::PositionedReader;

/// Writes a part of the plaintext. From a file only the chunks of that part are read, and the last one: it tells that nothing
/// was cut off.
pub(super) fn open_range(
    cipher: &StreamCipher,
    mut payload: Payload,
    range: ByteRange,
    output: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<u64> {
    let ByteRange { start, end } = range;
    let beyond = |available| Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available };
    let Payload::File { file, start: first, len } = &payload else {
        return open_range_of_stream(cipher, &mut *payload.reader(), range, output, cancelled);
    };
    let Some((chunks, available)) = plaintext_size(*len) else {
        return Err(AuthenticationError::CutOff { offset: cipher.start + len, authentic: 0 }.into());
    };
    if start > available || end.is_some_and(|end| end > available) {
        return Err(beyond(available));
    }
    let end = end.unwrap_or(available);
    let mut sealed = vec![0; SEALED_CHUNK_LEN];
    let mut open = |number: u64| -> Result<Zeroizing<Vec<u8>>> {
        check_cancelled(cancelled)?;
        let mut reader = PositionedReader::new(file, first + number * SEALED_CHUNK_LEN as u64);
        let rest = len - number * SEALED_CHUNK_LEN as u64;
        let expected = usize::try_from(rest).map_or(SEALED_CHUNK_LEN, |rest| rest.min(SEALED_CHUNK_LEN));
        let filled = read_up_to(&mut reader, &mut sealed[..expected])?;
        let place = if number + 1 == chunks { ChunkPlace::Last } else { ChunkPlace::Inner };
        let mut plaintext = Zeroizing::new(vec![0; CHUNK_LEN]);
        let len = cipher.open_alone(number, place, &sealed[..filled], &mut plaintext)?;
        plaintext.truncate(len);
        Ok(plaintext)
    };
    open(chunks - 1)?;
    let chunk_len = CHUNK_LEN as u64;
    let mut written = 0;
    for number in start / chunk_len..end.div_ceil(chunk_len).max(start / chunk_len) {
        let plaintext = open(number)?;
        let part = part_of(&plaintext, number * chunk_len, start, end);
        output.write_all(part).map_err(write_error)?;
        written += part.len() as u64;
    }
    Ok(written)
}

/// Reads a whole payload in order, and writes a part of its plaintext.
fn open_range_of_stream(
    cipher: &StreamCipher,
    payload: &mut dyn Read,
    ByteRange { start, end }: ByteRange,
    output: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<u64> {
    // A chunk, and the byte behind it that tells whether it is the last.
    let mut sealed = vec![0; SEALED_CHUNK_LEN + 1];
    let mut opened = Zeroizing::new(vec![0; CHUNK_LEN]);
    let (mut number, mut ahead, mut begin, mut written) = (0, 0, 0, 0);
    loop {
        check_cancelled(cancelled)?;
        let filled = ahead + read_up_to(payload, &mut sealed[ahead..])?;
        let place = if filled > SEALED_CHUNK_LEN { ChunkPlace::Inner } else { ChunkPlace::Last };
        let next = sealed[SEALED_CHUNK_LEN];
        let len = cipher.open_alone(number, place, &sealed[..filled.min(SEALED_CHUNK_LEN)], &mut opened)?;
        let plaintext = &opened[..len];
        let available = begin + plaintext.len() as u64;
        let part = part_of(plaintext, begin, start, end.unwrap_or(u64::MAX));
        output.write_all(part).map_err(write_error)?;
        written += part.len() as u64;
        if place == ChunkPlace::Last {
            let is_beyond = start > available || end.is_some_and(|end| end > available);
            let beyond = Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available };
            return if is_beyond { Err(beyond) } else { Ok(written) };
        }
        begin = available;
        number += 1;
        (sealed[0], ahead) = (next, 1);
    }
}

/// What of a plaintext that begins at `begin` lies between `start` and `end`.
fn part_of(plaintext: &[u8], begin: u64, start: u64, end: u64) -> &[u8] {
    let within =
        |at: u64| usize::try_from(at.saturating_sub(begin)).map_or(plaintext.len(), |at| at.min(plaintext.len()));
    &plaintext[within(start)..within(end).max(within(start))]
}

fn check_cancelled(cancelled: &AtomicBool) -> Result<()> {
    if cancelled.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
}
