//! A plaintext that is kept until it is known to be authentic: in memory if it is short, else in scratch space that only this process
//! can read.

use std::io::{self, Write};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::formats::transfer::write_error;
use crate::fs::sealed_scratch::{ScratchWriter, SealedScratch};

/// Longest plaintext that is kept in memory, in bytes.
const LONGEST_IN_MEMORY: usize = 4 << 20;

/// A plaintext that comes in pieces.
pub(super) enum KeptWriter {
    Memory(Zeroizing<Vec<u8>>),
    Scratch(ScratchWriter),
}

/// A plaintext that is complete.
pub(super) enum KeptPlaintext {
    Memory(Zeroizing<Vec<u8>>),
    Scratch(SealedScratch),
}

impl KeptWriter {
    /// For a plaintext of `len` bytes.
    pub(super) fn new(len: u64) -> Result<Self> {
        match usize::try_from(len) {
            // It does not grow, which would leave copies in memory.
            Ok(len) if len <= LONGEST_IN_MEMORY => Ok(Self::Memory(Zeroizing::new(Vec::with_capacity(len)))),
            _ => ScratchWriter::new().map(Self::Scratch).map_err(no_space),
        }
    }

    pub(super) fn add(&mut self, piece: &[u8]) -> Result<()> {
        match self {
            Self::Memory(whole) => {
                whole.extend_from_slice(piece);
                Ok(())
            }
            Self::Scratch(scratch) => scratch.write_all(piece).map_err(no_space),
        }
    }

    pub(super) fn finish(self) -> Result<KeptPlaintext> {
        match self {
            Self::Memory(whole) => Ok(KeptPlaintext::Memory(whole)),
            Self::Scratch(scratch) => scratch.finish().map(KeptPlaintext::Scratch).map_err(no_space),
        }
    }
}

impl KeptPlaintext {
    /// Its length, in bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Memory(whole) => whole.len() as u64,
            Self::Scratch(scratch) => scratch.len(),
        }
    }

    /// Writes the bytes from `start` up to `end`.
    pub(super) fn write(&self, start: u64, end: u64, output: &mut dyn Write) -> Result<()> {
        let mut begin = 0;
        for number in 0.. {
            let block = match self {
                Self::Memory(whole) if number == 0 => whole.clone(),
                Self::Memory(_) => Zeroizing::default(),
                Self::Scratch(scratch) => Zeroizing::new(scratch.block(number).map_err(no_space)?),
            };
            if block.is_empty() || begin >= end {
                break;
            }
            let within = |at: u64| usize::try_from(at.saturating_sub(begin)).unwrap_or(usize::MAX).min(block.len());
            output.write_all(&block[within(start)..within(end)]).map_err(write_error)?;
            begin += block.len() as u64;
        }
        Ok(())
    }
}

fn no_space(error: io::Error) -> Error {
    Error::io("keep a plaintext in an encrypted temporary file until it is authentic", error)
}
