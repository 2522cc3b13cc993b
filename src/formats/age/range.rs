//! A part of the plaintext of an age file.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::crypto::age_file::ChunkPlace;
use crate::crypto::traces::TracesToWipe;
use crate::error::{AuthenticationError, Error, Result};
use crate::formats::age::stream::{CHUNK_LEN, SEALED_CHUNK_LEN, StreamCipher, plaintext_size};
use crate::formats::format::ByteRange;
use crate::formats::payload::Payload;
use crate::formats::transfer::{read_error, read_up_to, write_error};
use crate::fs::positioned::PositionedReader;
use crate::fs::ranged::RangedReader;

/// Where chunks are read at their places.
enum ChunkSource<'a> {
    /// From a byte of a file on.
    File(&'a File, u64),
    /// From a byte of an object on.
    Object(&'a mut RangedReader, u64),
}

impl ChunkSource<'_> {
    /// Fills `buffer` from a byte of the payload on, as far as there is one.
    fn read(&mut self, at: u64, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Self::File(file, first) => read_up_to(&mut PositionedReader::new(file, *first + at), buffer),
            Self::Object(object, first) => {
                object.seek(SeekFrom::Start(*first + at)).map_err(read_error)?;
                read_up_to(*object, buffer)
            }
        }
    }

    /// Says which bytes of the payload are read next.
    fn expect(&self, start: u64, end: u64) {
        if let Self::Object(object, first) = self {
            object.expect(*first + start..*first + end);
        }
    }
}

/// Writes a part of the plaintext. From a file only the chunks of that part are read, and the last one: it tells that nothing
/// was cut off. Of an object the last one is read only for a range to the end.
pub(super) fn open_range(
    cipher: &StreamCipher,
    mut payload: Payload,
    range: ByteRange,
    output: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<u64> {
    let _traces = TracesToWipe;
    let ByteRange { start, end } = range;
    let beyond = |available| Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available };
    let (mut source, len) = match &mut payload {
        Payload::File { file, start, len } => (ChunkSource::File(file, *start), *len),
        Payload::Object { object, len } => {
            let first = object.len().saturating_sub(*len);
            (ChunkSource::Object(object, first), *len)
        }
        Payload::Stream(stream) => return open_range_of_stream(cipher, &mut **stream, range, output, cancelled),
    };
    let Some((chunks, available)) = plaintext_size(len) else {
        return Err(AuthenticationError::CutOff { offset: cipher.start + len, authentic: 0 }.into());
    };
    let is_beyond = start > available || end.is_some_and(|end| end > available);
    let needs_last = matches!(source, ChunkSource::File(..)) || end.is_none();
    if is_beyond && matches!(source, ChunkSource::File(..)) {
        return Err(beyond(available));
    }
    let end = end.unwrap_or(available);
    let place_of = |chunk: u64| chunk.saturating_mul(SEALED_CHUNK_LEN as u64).min(len);
    source.expect(place_of(start / CHUNK_LEN as u64), place_of(end.div_ceil(CHUNK_LEN as u64)));
    let mut sealed = vec![0; SEALED_CHUNK_LEN];
    let mut open = |number: u64| -> Result<Zeroizing<Vec<u8>>> {
        check_cancelled(cancelled)?;
        let rest = len - number * SEALED_CHUNK_LEN as u64;
        let expected = usize::try_from(rest).map_or(SEALED_CHUNK_LEN, |rest| rest.min(SEALED_CHUNK_LEN));
        let filled = source.read(number * SEALED_CHUNK_LEN as u64, &mut sealed[..expected])?;
        let place = if number + 1 == chunks { ChunkPlace::Last } else { ChunkPlace::Inner };
        let mut plaintext = Zeroizing::new(vec![0; CHUNK_LEN]);
        let len = cipher.open_alone(number, place, &sealed[..filled], &mut plaintext)?;
        plaintext.truncate(len);
        Ok(plaintext)
    };
    if needs_last || is_beyond {
        open(chunks - 1)?;
    }
    if is_beyond {
        return Err(beyond(available));
    }
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
