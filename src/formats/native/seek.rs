//! Random access to the plaintext of a seekable file.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::{AuthenticationError, Error, Result};
use crate::formats::native::chunk::{CHUNK_LEN, ChunkBatch, ChunkCipher, OpenedBatch, SEALED_CHUNK_LEN, plaintext_len};
use crate::formats::transfer::{fill, read_error};

/// Reads any part of the plaintext.
pub struct SeekingDecryptor<R: Read + Seek> {
    reader: R,
    cipher: ChunkCipher,
    /// The chunk that was opened last.
    batch: ChunkBatch,
    opened: Option<u64>,
    position: u64,
    len: u64,
}

impl<R: Read + Seek> SeekingDecryptor<R> {
    /// Opens the last chunk, which authenticates the length. The file begins at the beginning of `reader`.
    ///
    /// # Errors
    /// If the file was cut off or extended, or cannot be read.
    pub fn new(reader: R, cipher: ChunkCipher) -> Result<Self> {
        let mut this = Self::of_claimed_len(reader, cipher)?;
        this.authenticate_len()?;
        Ok(this)
    }

    /// The same, but nothing vouches for the length. Every part that is read is authentic all the same, and at its place: only a
    /// chunk that is really the last one opens as the last one, and no other chunk is shorter than the rest.
    ///
    /// # Errors
    /// If no file has this length, or it cannot be read.
    pub(crate) fn of_claimed_len(mut reader: R, cipher: ChunkCipher) -> Result<Self> {
        let end = reader.seek(SeekFrom::End(0)).map_err(read_error)?;
        let cut_off = AuthenticationError::CutOff { offset: end, authentic: 0 };
        let len = end.checked_sub(cipher.offset(0)).and_then(plaintext_len).ok_or(cut_off)?;
        Ok(Self { reader, cipher, batch: ChunkBatch::new(1), opened: None, position: 0, len })
    }

    /// Opens the last chunk.
    ///
    /// # Errors
    /// If the file was cut off or extended, or cannot be read.
    pub(crate) fn authenticate_len(&mut self) -> Result<()> {
        self.open(self.len / CHUNK_LEN as u64)
    }

    /// Length of the plaintext, in bytes.
    #[must_use]
    pub fn plaintext_len(&self) -> u64 {
        self.len
    }

    fn open(&mut self, number: u64) -> Result<()> {
        if self.opened == Some(number) {
            return Ok(());
        }
        self.opened = None;
        self.reader.seek(SeekFrom::Start(self.cipher.offset(number))).map_err(read_error)?;
        let is_last = number == self.len / CHUNK_LEN as u64;
        let mut slices = self.batch.sealed_room(SEALED_CHUNK_LEN);
        let filled = fill(&mut slices, |slices, _| self.reader.read_vectored(slices))?;
        match (self.cipher.open(number, &mut self.batch, filled), is_last) {
            (OpenedBatch::More, false) | (OpenedBatch::End, true) => {
                self.opened = Some(number);
                Ok(())
            }
            (OpenedBatch::Fault(AuthenticationError::Chunk { chunk, offset, end, .. }), _) => {
                Err(AuthenticationError::Chunk { chunk, offset, end, authentic: 0 }.into())
            }
            (OpenedBatch::Fault(fault), _) => Err(fault.into()),
            // The file became longer or shorter since it was opened.
            (OpenedBatch::More, true) | (OpenedBatch::End, false) => {
                Err(AuthenticationError::CutOff { offset: self.cipher.offset(number) + filled as u64, authentic: 0 }
                    .into())
            }
        }
    }
}

impl<R: Read + Seek> Read for SeekingDecryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.len || buffer.is_empty() {
            return Ok(0);
        }
        let number = self.position / CHUNK_LEN as u64;
        self.open(number).map_err(io::Error::other::<Error>)?;
        let within = usize::try_from(self.position % CHUNK_LEN as u64).expect("less than the length of a chunk");
        let ready = &self.batch.plaintext()[within..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for SeekingDecryptor<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}
