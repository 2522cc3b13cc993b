//! Objects that are read in ranges, wherever they are: a request for each range.

use std::io::{self, IoSliceMut, Read, Seek, SeekFrom};
use std::ops::Range;

/// "Read a range": an object whose bytes can be asked for by their places, such as one of an object storage. It does not
/// change while it is open.
pub trait ReadRange: Send + Sync {
    /// Its length, in bytes.
    fn len(&self) -> u64;

    /// Reads at `offset` into as many of `slices` as come at once. Returns how many bytes came: none only at the end.
    ///
    /// # Errors
    /// Those of the storage.
    fn read_at(&self, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize>;

    /// These bytes are read next, in order. A storage that knows asks for them with fewer requests.
    fn expect(&self, _range: Range<u64>) {}
}

/// Reads an object in order, from any place.
pub struct RangedReader {
    object: Box<dyn ReadRange>,
    position: u64,
}

impl RangedReader {
    /// From the beginning on.
    #[must_use]
    pub fn new(object: Box<dyn ReadRange>) -> Self {
        Self { object, position: 0 }
    }

    /// Says that `range` is read next, in order.
    pub fn expect(&self, range: Range<u64>) {
        self.object.expect(range);
    }

    /// Says that everything from here on is read next, in order.
    pub fn expect_rest(&self) {
        self.expect(self.position..self.len());
    }

    /// Length of the object, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.object.len()
    }
}

impl Read for RangedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_vectored(&mut [IoSliceMut::new(buffer)])
    }

    fn read_vectored(&mut self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let count = self.object.read_at(slices, self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for RangedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
