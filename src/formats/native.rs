//! The native format: a header with wrapped keys and context, then chunks that are each authenticated.
//!
//! [`Encryptor`] is a writer and [`Decryptor`] a reader, for any stream; [`SeekingDecryptor`] opens any part of a file;
//! [`pipeline::Pipeline`] moves a whole payload with several threads. All read and write the same bytes: `kenc-format(5)`.

pub mod armor;
pub mod chunk;
#[cfg(test)]
mod chunked_encryption_vectors;
pub mod file;
pub mod file_format;
#[cfg(test)]
mod golden_vectors;
pub mod header;
pub(crate) mod magic;
pub mod pipeline;
mod seek;
pub mod slot_table;
mod slot_table_write;
mod small;

use std::io::{self, Read, Write};

use crate::crypto::kdf::{PayloadKey, PayloadPrefix};
use crate::crypto::{Backend, DataKey};
use crate::error::{Error, Result};
use crate::keys::WrappedKey;

pub use crate::formats::transfer::{read_error, write_error};
pub use chunk::ChunkCipher;
pub use header::{Header, Parameters, TableCopies};
pub use seek::SeekingDecryptor;
pub use slot_table_write::{TableStore, mend_tables, write_placed, write_tables};
pub use small::Room;

use crate::formats::transfer::{fill, read_part};
use chunk::{ChunkBatch, OpenedBatch};

/// Chunks that [`Encryptor`] and [`Decryptor`] hold at a time.
const SERIAL_BATCH: usize = 4;

/// A new file: its first bytes, and the cipher for the chunks that follow them.
#[non_exhaustive]
pub struct NewFile {
    /// Header, salt and commitment, to be written before the chunks.
    pub head: Vec<u8>,
    /// Seals the chunks.
    pub cipher: ChunkCipher,
}

impl NewFile {
    /// Begins a file under `data_key`, which `slots` hold in wrapped form. Salt, key and nonces are made here.
    ///
    /// # Errors
    /// If the slots are too many or too long for the format.
    pub fn new(parameters: Parameters, slots: Vec<WrappedKey>, data_key: &DataKey, backend: Backend) -> Result<Self> {
        let header = Header::new(parameters, slots)?;
        let Parameters { suite, .. } = header.parameters;
        let (key, prefix) = PayloadKey::new(suite, backend, data_key, &header.parameters.payload_context());
        Ok(Self::assemble(&header, key, prefix))
    }

    fn assemble(header: &Header, key: PayloadKey, prefix: PayloadPrefix) -> Self {
        let mut head = header.to_bytes();
        let cipher = ChunkCipher::new(key, head.len() as u64);
        head.extend_from_slice(&prefix.to_bytes());
        Self { head, cipher }
    }
}

/// What precedes the chunks of an existing file.
#[derive(Clone)]
pub struct FileHead {
    /// Parameters and wrapped keys.
    pub header: Header,
    prefix: PayloadPrefix,
}

impl FileHead {
    /// Reads the header, the salt and the commitment, and nothing after them.
    ///
    /// # Errors
    /// As [`Header::read`].
    pub fn read(input: &mut dyn Read) -> Result<Self> {
        let header = Header::read(input)?;
        let mut prefix = [0; PayloadPrefix::LEN];
        read_part(input, &mut prefix, "salt and commitment of the payload")?;
        Ok(Self { header, prefix: PayloadPrefix::from_bytes(&prefix) })
    }

    /// Where the first chunk begins, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.header.len() + PayloadPrefix::LEN as u64
    }

    /// What precedes the same chunks when the file has `header` instead.
    #[must_use]
    pub fn bytes_with(&self, header: &Header) -> Vec<u8> {
        [header.to_bytes(), self.prefix.to_bytes().to_vec()].concat()
    }

    /// The cipher for the chunks, if `data_key` is the one that this payload commits to, and parameters and context are
    /// those that it was made with.
    #[must_use]
    pub fn cipher(&self, data_key: &DataKey, backend: Backend) -> Option<ChunkCipher> {
        let Parameters { suite, .. } = self.header.parameters;
        let context = self.header.parameters.payload_context();
        let key = PayloadKey::open(suite, backend, data_key, &context, &self.prefix).ok()?;
        Some(ChunkCipher::new(key, self.header.len()))
    }
}

/// Encrypts what is written to it. [`Encryptor::finish`] writes the last chunk; without it the file stays cut off.
pub struct Encryptor<W: Write> {
    writer: W,
    cipher: ChunkCipher,
    batch: ChunkBatch,
    filled: usize,
    next_chunk: u64,
    failed: bool,
}

impl<W: Write> Encryptor<W> {
    /// Writes the first bytes of `file`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(mut writer: W, file: NewFile) -> io::Result<Self> {
        let NewFile { head, cipher } = file;
        writer.write_all(&head)?;
        Ok(Self { writer, cipher, batch: ChunkBatch::new(SERIAL_BATCH), filled: 0, next_chunk: 0, failed: false })
    }

    /// Writes the last chunk, and returns the writer.
    ///
    /// # Errors
    /// Those of the writer, and any that came before.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_batch()?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn write_batch(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("the encryptor failed before"));
        }
        // Only complete success clears this: a partial write cannot be continued.
        self.failed = true;
        self.cipher
            .seal(self.next_chunk, &mut self.batch, self.filled)
            .map_err(|e| io::Error::other(Error::from(e)))?;
        for slice in self.batch.sealed() {
            self.writer.write_all(&slice)?;
        }
        self.next_chunk += SERIAL_BATCH as u64;
        self.filled = 0;
        self.failed = false;
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.filled == self.batch.capacity() {
            self.write_batch()?;
        }
        let taken = bytes.len().min(self.batch.capacity() - self.filled);
        let before = self.filled;
        self.filled += taken;
        self.batch.plaintext_room(self.filled)[before..].copy_from_slice(&bytes[..taken]);
        if self.filled == self.batch.capacity() {
            self.write_batch()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Decrypts what it reads, and returns only authentic plaintext. After an error it returns the same error again.
pub struct Decryptor<R: Read> {
    reader: R,
    cipher: ChunkCipher,
    batch: ChunkBatch,
    given: usize,
    next_chunk: u64,
    state: ReadState,
}

enum ReadState {
    More,
    Ended,
    Fault(crate::error::AuthenticationError),
    Failed,
}

impl<R: Read> Decryptor<R> {
    /// Reads chunks from `reader`, which is positioned after the head of the file.
    pub fn new(reader: R, cipher: ChunkCipher) -> Self {
        Self { reader, cipher, batch: ChunkBatch::new(SERIAL_BATCH), given: 0, next_chunk: 0, state: ReadState::More }
    }

    fn read_batch(&mut self) -> Result<()> {
        // Until the batch is complete, a failure of the reader would leave a gap.
        self.state = ReadState::Failed;
        let wanted = self.batch.sealed_capacity();
        let mut slices = self.batch.sealed_room(wanted);
        let filled = fill(&mut slices, |slices, _| self.reader.read_vectored(slices))?;
        self.given = 0;
        self.state = match self.cipher.open(self.next_chunk, &mut self.batch, filled) {
            OpenedBatch::More => ReadState::More,
            OpenedBatch::End => ReadState::Ended,
            OpenedBatch::Fault(fault) => ReadState::Fault(fault),
        };
        self.next_chunk += SERIAL_BATCH as u64;
        Ok(())
    }
}

impl<R: Read> Read for Decryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.batch.plaintext().len() {
            match self.state {
                ReadState::More => self.read_batch().map_err(io::Error::other)?,
                ReadState::Ended => return Ok(0),
                ReadState::Fault(fault) => return Err(io::Error::other(Error::from(fault))),
                ReadState::Failed => return Err(io::Error::other("the decryptor failed before")),
            }
        }
        let ready = &self.batch.plaintext()[self.given..];
        let count = ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ready[..count]);
        self.given += count;
        Ok(count)
    }
}
