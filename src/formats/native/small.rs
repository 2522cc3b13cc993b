//! Payloads that fit into memory: sealed or opened in one go, without a pipeline.

use std::io::{IoSlice, Read, Write};

use crate::error::{AuthenticationError, Result};
use crate::formats::native::chunk::{CHUNK_LEN, ChunkBatch, ChunkCipher, OpenedBatch};
use crate::formats::transfer::{fill, write_all, write_error};
use crate::fs::positioned;
use crate::storage::payload::PayloadOutput;

/// A buffer for small payloads, one after another.
pub struct Room(ChunkBatch);

impl Room {
    /// A buffer for payloads shorter than `len` bytes, and for one chunk at least.
    #[must_use]
    pub fn of_len(len: usize) -> Self {
        Self(ChunkBatch::new((len / CHUNK_LEN).max(1)))
    }

    /// Whether a payload of `len` bytes, plain or sealed, fits.
    #[must_use]
    pub fn fits(&self, len: u64) -> bool {
        len < self.0.capacity() as u64
    }

    /// Seals all of `input`, and writes it behind `head`. Returns the number of plaintext bytes, or `None`, with nothing
    /// written, if they do not fit.
    ///
    /// # Errors
    /// Those of input and output.
    pub fn seal(
        &mut self,
        cipher: &ChunkCipher,
        input: &mut dyn Read,
        head: &[u8],
        output: &mut dyn Write,
    ) -> Result<Option<u64>> {
        let batch = &mut self.0;
        let capacity = batch.capacity();
        let mut room = [std::io::IoSliceMut::new(batch.plaintext_room(capacity))];
        let filled = fill(&mut room, |slices, _| input.read_vectored(slices))?;
        if filled == capacity {
            return Ok(None);
        }
        cipher.seal(0, batch, filled)?;
        let mut slices = vec![IoSlice::new(head)];
        slices.extend(batch.sealed());
        write_all(slices, |slices, _| output.write_vectored(slices)).map_err(write_error)?;
        Ok(Some(filled as u64))
    }

    /// Opens all of `payload`, and writes its plaintext if every byte of it is authentic. Returns the number of plaintext
    /// bytes.
    ///
    /// # Errors
    /// [`crate::error::Error::Authentication`], also for a payload that does not fit; those of input and output.
    pub fn open(&mut self, cipher: &ChunkCipher, payload: &mut dyn Read, output: PayloadOutput<'_>) -> Result<u64> {
        let batch = &mut self.0;
        let mut room = batch.sealed_room(batch.sealed_capacity());
        let filled = fill(&mut room, |slices, _| payload.read_vectored(slices))?;
        drop(room);
        match cipher.open(0, batch, filled) {
            OpenedBatch::End => {}
            OpenedBatch::Fault(fault) => return Err(fault.into()),
            // The file grew after its length was taken.
            OpenedBatch::More => return Err(AuthenticationError::TooLong.into()),
        }
        let plaintext = batch.plaintext();
        match output {
            PayloadOutput::Stream(stream) => stream.write_all(plaintext).map_err(write_error)?,
            PayloadOutput::File { file, start } => write_all(vec![IoSlice::new(plaintext)], |slices, done| {
                positioned::write_vectored_at(file, slices, start + done as u64)
            })
            .map_err(write_error)?,
            PayloadOutput::Nowhere => {}
        }
        Ok(plaintext.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::EncryptionContext;
    use crate::crypto::{Backend, DataKey, Suite};
    use crate::formats::native::{Decryptor, FileHead, NewFile, Parameters};
    use crate::keys::WrappedKey;

    #[test]
    fn what_a_room_seals_is_what_everything_else_opens_and_what_is_too_long_is_not_written() {
        let data_key = DataKey::generate();
        let mut room = Room::of_len(2 * CHUNK_LEN);
        let fits = usize::try_from((0..u64::MAX).find(|&len| !room.fits(len)).unwrap()).unwrap();
        for len in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, fits - 1, fits] {
            let plaintext = vec![7; len];
            let parameters = Parameters { suite: Suite::default(), context: EncryptionContext::new() };
            let slots = vec![WrappedKey { provider: "mine".into(), key_id: "1".into(), ciphertext: vec![0] }];
            let NewFile { head, cipher } = NewFile::new(parameters, slots, &data_key, Backend::default()).unwrap();
            let mut sealed = Vec::new();
            let done = room.seal(&cipher, &mut &plaintext[..], &head, &mut sealed).unwrap();
            if len == fits {
                assert_eq!((done, sealed.len()), (None, 0));
                continue;
            }
            assert_eq!(done, Some(len as u64));
            let mut input = &sealed[..];
            let head = FileHead::read(&mut input).unwrap();
            let mut opened = Vec::new();
            let again = || head.cipher(&data_key, Backend::default()).unwrap();
            Decryptor::new(input, again()).read_to_end(&mut opened).unwrap();
            assert!(opened == plaintext);
            let mut in_one_go = Vec::new();
            assert_eq!(room.open(&again(), &mut &*input, PayloadOutput::Stream(&mut in_one_go)).unwrap(), len as u64);
            assert!(in_one_go == plaintext);
            let cut = &input[..input.len() - 1];
            let mut nothing = Vec::new();
            assert!(room.open(&again(), &mut &*cut, PayloadOutput::Stream(&mut nothing)).is_err());
            assert_eq!(nothing, b"");
        }
    }
}
