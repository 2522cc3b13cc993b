//! A part of a file, read or written in order at its place, whatever position others have left the file at.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};

use crate::fs::positioned;

/// A part of a file. The end of a part that is written is open.
pub(super) struct FilePart<'a> {
    file: &'a File,
    position: u64,
    end: u64,
}

impl<'a> FilePart<'a> {
    pub(super) fn new(file: &'a File, start: u64, len: u64) -> Self {
        Self { file, position: start, end: start.saturating_add(len) }
    }

    pub(super) fn from(file: &'a File, start: u64) -> Self {
        Self { file, position: start, end: u64::MAX }
    }
}

impl Read for FilePart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        if len == 0 {
            return Ok(0);
        }
        let slices = &mut [IoSliceMut::new(&mut buffer[..len])];
        let count = positioned::read_vectored_at(self.file, slices, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Write for FilePart<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let count = positioned::write_vectored_at(self.file, slices, self.position)?;
        self.position += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
