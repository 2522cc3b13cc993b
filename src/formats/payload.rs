//! What follows the head of an encrypted file, in every format: where it is, and copies of it.

use std::fs::File;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::formats::transfer::{copy, write_error};
use crate::fs::copy::append_rest;
use crate::fs::positioned::PositionedReader;
use crate::fs::ranged::RangedReader;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;

/// Where the encrypted payload of a file is.
pub enum Payload {
    /// In a regular file, from `start` on.
    File {
        /// The file.
        file: File,
        /// First byte of the payload.
        start: u64,
        /// Bytes from there on.
        len: u64,
    },
    /// In an object of a storage that reads in ranges, which is positioned at the first byte of the payload.
    Object {
        /// The object, which begins with the head.
        object: RangedReader,
        /// Bytes from there on.
        len: u64,
    },
    /// In a stream.
    Stream(Box<dyn Read + Send>),
}

impl Payload {
    /// Its length where it is known, in bytes.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::File { len, .. } | Self::Object { len, .. } => Some(*len),
            Self::Stream(_) => None,
        }
    }

    /// The payload as the pipeline takes it.
    pub fn source(&mut self) -> PayloadInput<'_> {
        match self {
            Self::File { file, start, len } => PayloadInput::part(file, *start, *len),
            Self::Object { object, .. } => {
                object.expect_rest();
                PayloadInput::Stream(object)
            }
            Self::Stream(stream) => PayloadInput::Stream(&mut **stream),
        }
    }

    /// The payload in order.
    pub fn reader(&mut self) -> Box<dyn Read + Send + '_> {
        match self {
            Self::File { file, start, .. } => Box::new(PositionedReader::new(file, *start)),
            Self::Object { object, .. } => {
                object.expect_rest();
                Box::new(object)
            }
            Self::Stream(stream) => Box::new(stream),
        }
    }

    /// Copies the payload as it is.
    pub(in crate::formats) fn copy_to(&mut self, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<()> {
        copy(&mut *self.reader(), output, cancelled).map(drop)
    }

    /// Writes `head`, and the payload as it is behind it: from file to file as the system copies fastest.
    pub(in crate::formats) fn write_behind(
        &mut self,
        head: &[u8],
        output: &mut Output,
        cancelled: &AtomicBool,
    ) -> Result<()> {
        output.writer().write_all(head).map_err(Error::Write)?;
        let proceed = |_| {
            let is_cancelled = cancelled.load(Ordering::Relaxed);
            if is_cancelled { Err(std::io::Error::other(Error::Interrupted)) } else { Ok(()) }
        };
        let target = match output {
            Output::Atomic(atomic) => Some(atomic.file()),
            Output::Redirected { file, .. } => Some(&*file),
            Output::Stream(_) | Output::Object(_) => None,
        };
        match (&*self, target) {
            (Self::File { file, start, .. }, Some(target)) => {
                append_rest(file, *start, target, proceed).map(drop).map_err(write_error)
            }
            _ => self.copy_to(&mut *output.writer(), cancelled),
        }
    }
}
