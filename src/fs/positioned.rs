//! Reading and writing at positions, and reserving space. Where a system cannot, the plain way is taken.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};

/// Reads a file from a place on, wherever the file itself is positioned.
pub struct PositionedReader<'a> {
    file: &'a File,
    offset: u64,
}

impl<'a> PositionedReader<'a> {
    /// From `offset` on.
    #[must_use]
    pub fn new(file: &'a File, offset: u64) -> Self {
        Self { file, offset }
    }
}

/// Writes to a file from a place on, wherever the file itself is positioned.
pub struct PositionedWriter<'a> {
    file: &'a File,
    offset: u64,
}

impl<'a> PositionedWriter<'a> {
    /// From `offset` on.
    #[must_use]
    pub fn new(file: &'a File, offset: u64) -> Self {
        Self { file, offset }
    }
}

impl Write for PositionedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = write_vectored_at(self.file, &[IoSlice::new(bytes)], self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for PositionedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_vectored(&mut [IoSliceMut::new(buffer)])
    }

    fn read_vectored(&mut self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        let count = read_vectored_at(self.file, slices, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// Reads at `offset` into as many of `slices` as the system takes at once. Returns the number of bytes read.
///
/// # Errors
/// Errors of the system.
#[cfg(target_os = "linux")]
pub fn read_vectored_at(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    Ok(rustix::io::preadv(file, slices, offset)?)
}

/// Writes at `offset` as many of `slices` as the system takes at once. Returns the number of bytes written.
///
/// # Errors
/// Errors of the system.
#[cfg(target_os = "linux")]
pub fn write_vectored_at(file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
    Ok(rustix::io::pwritev(file, slices, offset)?)
}

/// Reads at `offset` into the first of `slices`. Returns the number of bytes read.
///
/// # Errors
/// Errors of the system.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn read_vectored_at(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, slices.first_mut().map_or(&mut [], |slice| &mut slice[..]), offset)
}

/// Writes the first of `slices` at `offset`. Returns the number of bytes written.
///
/// # Errors
/// Errors of the system.
#[cfg(all(unix, not(target_os = "linux")))]
pub fn write_vectored_at(file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, slices.first().map_or(&[], |slice| &slice[..]), offset)
}

/// Reads at `offset` into the first of `slices`. Returns the number of bytes read.
///
/// # Errors
/// Errors of the system.
#[cfg(windows)]
pub fn read_vectored_at(file: &File, slices: &mut [IoSliceMut<'_>], offset: u64) -> io::Result<usize> {
    use std::io::{Seek, SeekFrom};
    // This system moves the position of the file itself. A file that several threads read has a position that nobody needs.
    let mut positioned = file;
    let before = positioned.stream_position()?;
    let slice = slices.first_mut().map_or(&mut [][..], |slice| &mut slice[..]);
    let count = match std::os::windows::fs::FileExt::seek_read(file, slice, offset) {
        // Its word for a read at or behind the end.
        Err(error) if error.raw_os_error() == Some(38) => 0,
        read => read?,
    };
    positioned.seek(SeekFrom::Start(before))?;
    Ok(count)
}

/// Writes the first of `slices` at `offset`. Returns the number of bytes written.
///
/// # Errors
/// Errors of the system.
#[cfg(windows)]
pub fn write_vectored_at(file: &File, slices: &[IoSlice<'_>], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, slices.first().map_or(&[], |slice| &slice[..]), offset)
}

/// Reserves space on the disk without changing the length of the file.
///
/// # Errors
/// If the disk is full, or the file would be too large. A file system that cannot reserve is no error.
#[cfg(target_os = "linux")]
pub fn reserve(file: &File, offset: u64, len: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    const TMPFS_MAGIC: u64 = 0x0102_1994;

    // On tmpfs it only touches all the memory once more.
    if len == 0 || rustix::fs::fstatfs(file).is_ok_and(|system| u64::try_from(system.f_type) == Ok(TMPFS_MAGIC)) {
        return Ok(());
    }
    match fallocate(file, FallocateFlags::KEEP_SIZE, offset, len) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Does nothing: this system cannot reserve space without changing the length.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn reserve(_file: &File, _offset: u64, _len: u64) -> io::Result<()> {
    Ok(())
}
