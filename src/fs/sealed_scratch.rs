//! Scratch space on a disk that only this process can read: an unnamed temporary file, encrypted under a key that is in no
//! other place. It goes with the process, and what is left on the disk then opens with no key.

use std::fs::File;
use std::io::{self, Write};

use zeroize::Zeroizing;

use crate::crypto::scratch_key::ScratchKey;
use crate::crypto::{TAG_LEN, Tag};
use crate::fs::positioned::PositionedReader;

/// Plaintext bytes of a block.
pub const SCRATCH_BLOCK: usize = 256 << 10;

/// Takes bytes in order.
pub struct ScratchWriter {
    file: File,
    key: ScratchKey,
    /// The block that is filled.
    block: Zeroizing<Vec<u8>>,
    len: u64,
}

/// Bytes that were written, to be read in blocks as often as needed.
pub struct SealedScratch {
    file: File,
    key: ScratchKey,
    len: u64,
}

impl ScratchWriter {
    /// Makes a file in the folder for temporary files.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new() -> io::Result<Self> {
        let block = Zeroizing::new(Vec::with_capacity(SCRATCH_BLOCK + TAG_LEN));
        Ok(Self { file: tempfile::tempfile()?, key: ScratchKey::generate(), block, len: 0 })
    }

    /// Bytes so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn finish(mut self) -> io::Result<SealedScratch> {
        if !self.block.is_empty() {
            self.seal_block()?;
        }
        let Self { file, key, len, .. } = self;
        Ok(SealedScratch { file, key, len })
    }

    fn seal_block(&mut self) -> io::Result<()> {
        let tag = self.key.seal_next(&mut self.block);
        self.block.extend_from_slice(&tag);
        self.file.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }
}

impl Write for ScratchWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == SCRATCH_BLOCK {
            self.seal_block()?;
        }
        let count = bytes.len().min(SCRATCH_BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..count]);
        self.len += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SealedScratch {
    /// Length of the content, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Block `number`, from 0. All but the last have [`SCRATCH_BLOCK`] bytes; behind that there are empty ones.
    ///
    /// # Errors
    /// Those of the system, and if the disk gives back something else than was written.
    pub fn block(&self, number: u64) -> io::Result<Vec<u8>> {
        use std::io::Read;
        let start = number.saturating_mul(SCRATCH_BLOCK as u64);
        let len = usize::try_from(self.len.saturating_sub(start)).unwrap_or(usize::MAX).min(SCRATCH_BLOCK);
        if len == 0 {
            return Ok(Vec::new());
        }
        let mut block = vec![0; len + TAG_LEN];
        PositionedReader::new(&self.file, number * (SCRATCH_BLOCK + TAG_LEN) as u64).read_exact(&mut block)?;
        let tag: Tag = *block.last_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
        block.truncate(len);
        let opened = self.key.open(number, &tag, &mut block);
        opened.map_err(|_| io::Error::other("the temporary file was changed"))?;
        Ok(block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_and_is_not_on_the_disk() {
        use std::io::Read;
        for len in [0, 1, SCRATCH_BLOCK - 1, SCRATCH_BLOCK, SCRATCH_BLOCK + 1, 3 * SCRATCH_BLOCK + 5] {
            let content: Vec<u8> = (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let mut writer = ScratchWriter::new().unwrap();
            for piece in content.chunks(100_003) {
                writer.write_all(piece).unwrap();
            }
            let scratch = writer.finish().unwrap();
            let blocks = (0..).map(|number| scratch.block(number).unwrap()).take_while(|block| !block.is_empty());
            assert!(blocks.collect::<Vec<_>>().concat() == content, "{len}");
            let mut raw = Vec::new();
            PositionedReader::new(&scratch.file, 0).read_to_end(&mut raw).unwrap();
            assert!(len < 100 || !raw.windows(64).any(|window| window == &content[..64]));
        }
    }

    #[test]
    fn a_block_that_the_disk_changed_is_refused() {
        let mut writer = ScratchWriter::new().unwrap();
        writer.write_all(&[7; 1000]).unwrap();
        let scratch = writer.finish().unwrap();
        crate::fs::positioned::write_vectored_at(&scratch.file, &[io::IoSlice::new(&[1])], 500).unwrap();
        assert!(scratch.block(0).is_err());
    }
}
