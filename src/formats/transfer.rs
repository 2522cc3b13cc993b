//! Reads and writes in full, and attributes a failure to the input or the output.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::error::{Error, FormatError, Result};
use crate::formats::format::ByteRange;

/// Reads until `buffer` is full or the input ends; returns how many bytes came.
pub(crate) fn read_up_to(input: &mut dyn Read, buffer: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_error(error)),
        }
    }
    Ok(filled)
}

pub(crate) fn read_part(input: &mut dyn Read, buffer: &mut [u8], part: &'static str) -> Result<()> {
    if read_up_to(input, buffer)? == buffer.len() { Ok(()) } else { Err(FormatError::Truncated(part).into()) }
}

/// An error of an input, or the error of this crate that a reader below passed through it.
#[must_use]
pub fn read_error(error: io::Error) -> Error {
    Error::of_read(error)
}

/// An error of an output, or the error of this crate that a writer below passed through it.
#[must_use]
pub fn write_error(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => ours,
        Err(error) => Error::Write(error),
    }
}

/// Fills `slices` by calls of `read`, which is told how many bytes came before. Returns how many bytes came: fewer than
/// there is room for only at the end of the input.
pub(crate) fn fill(
    mut slices: &mut [IoSliceMut<'_>],
    mut read: impl FnMut(&mut [IoSliceMut<'_>], usize) -> io::Result<usize>,
) -> Result<usize> {
    let mut filled = 0;
    while !slices.is_empty() {
        match read(slices, filled) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                IoSliceMut::advance_slices(&mut slices, count);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_error(error)),
        }
    }
    Ok(filled)
}

/// Writes all of `slices` by calls of `write`, which is told how many bytes went before.
pub(crate) fn write_all(
    mut slices: Vec<IoSlice<'_>>,
    mut write: impl FnMut(&[IoSlice<'_>], usize) -> io::Result<usize>,
) -> io::Result<()> {
    let mut rest = &mut slices[..];
    let mut done = 0;
    // Slices without bytes would look like an output that takes nothing.
    IoSlice::advance_slices(&mut rest, 0);
    while !rest.is_empty() {
        match write(rest, done) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                done += count;
                IoSlice::advance_slices(&mut rest, count);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Copies everything, and tells a failing input from a failing output.
///
/// # Errors
/// Those of the input and the output, and an interruption.
pub fn copy(input: &mut dyn Read, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<u64> {
    let mut buffer = Zeroizing::new(vec![0; 64 << 10]);
    let mut count = 0;
    loop {
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let filled = input.read(&mut buffer).map_err(read_error)?;
        if filled == 0 {
            return Ok(count);
        }
        output.write_all(&buffer[..filled]).map_err(write_error)?;
        count += filled as u64;
    }
}

/// Writes a part of what is read in order.
pub(crate) fn copy_range(
    ByteRange { start, end }: ByteRange,
    mut plaintext: impl Read,
    output: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<u64> {
    let skipped = copy(&mut plaintext.by_ref().take(start), &mut std::io::sink(), cancelled)?;
    let wanted = end.map_or(u64::MAX, |end| end - start);
    let written = if skipped == start { copy(&mut plaintext.by_ref().take(wanted), output, cancelled)? } else { 0 };
    match end {
        _ if skipped < start => Err(Error::RangeBeyondEnd { start, end: end.unwrap_or(start), available: skipped }),
        Some(end) if written < wanted => Err(Error::RangeBeyondEnd { start, end, available: start + written }),
        _ => {
            // What follows is read as well: only the end tells that nothing was cut off.
            copy(&mut plaintext, &mut std::io::sink(), cancelled)?;
            Ok(written)
        }
    }
}
