//! A kenc file as an input: in a regular file or in a stream, armored or not.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, FormatError, Result};
use crate::formats::foreign::foreign;
use crate::formats::native::FileHead;
use crate::formats::native::armor::{self, ArmorReader};
use crate::formats::native::magic::MAGIC;
use crate::formats::transfer::{copy, write_error};
use crate::fs::copy::append_rest;
use crate::fs::input::{Input, InputKind};
use crate::fs::positioned::PositionedReader;
use crate::fs::ranged::RangedReader;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;

/// Whether an input begins like a kenc file, armored or not.
#[must_use]
pub fn is_native(start: &[u8]) -> bool {
    start.starts_with(&MAGIC) || is_armored(start)
}

/// Whether an input begins like an armored kenc file.
#[must_use]
pub fn is_armored(start: &[u8]) -> bool {
    start.starts_with(armor::BEGIN.as_bytes())
}

/// A kenc file that is read: its head, and where the rest is.
pub struct NativeFile {
    /// Header, salt and commitment.
    pub head: FileHead,
    /// Whether it is armored.
    pub is_armored: bool,
    /// The chunks that follow the head.
    pub payload: Payload,
}

/// The location of the chunks.
pub enum Payload {
    /// In a regular file, from `start` on.
    File {
        /// The file.
        file: File,
        /// First byte of the chunks.
        start: u64,
        /// Bytes from there on.
        len: u64,
    },
    /// In an object of a storage that reads in ranges, which is positioned at the first byte of the chunks.
    Object {
        /// The object, which begins with the head.
        object: RangedReader,
        /// Bytes from there on.
        len: u64,
    },
    /// In a stream.
    Stream(Box<dyn Read + Send>),
}

impl NativeFile {
    /// Tells a kenc file by its first bytes, armored or not, and reads its head.
    ///
    /// # Errors
    /// If it is not a kenc file, or its header is invalid; errors of the input.
    pub fn read(input: Input) -> Result<Self> {
        let (start, input) = input.peek()?;
        Self::read_from(input, &start)
    }

    /// The same, where the first bytes are known already.
    ///
    /// # Errors
    /// As [`NativeFile::read`].
    pub fn read_from(input: Input, start: &[u8]) -> Result<Self> {
        if is_armored(start) {
            let text: Box<dyn Read + Send> = match input.kind {
                InputKind::File { file, .. } => Box::new(file),
                InputKind::Object(object) => Box::new(object),
                InputKind::Stream(stream) => stream,
            };
            let mut bytes = ArmorReader::new(text);
            let head = FileHead::read(&mut bytes)?;
            return Ok(Self { head, is_armored: true, payload: Payload::Stream(Box::new(bytes)) });
        }
        if !start.starts_with(&MAGIC) {
            return Err(FormatError::NotKenc(foreign(start)).into());
        }
        let (head, payload) = match input.kind {
            InputKind::File { file, start: first, len } => {
                // Of nearly every file the head is among the bytes that were read already.
                let rest = PositionedReader::new(&file, first + start.len() as u64);
                let head = FileHead::read(&mut start.chain(rest))?;
                let head_len = head.len();
                // A file that grew since its length was taken has a head that does not fit the length.
                let len = len.saturating_sub(head_len);
                (head, Payload::File { file, start: first + head_len, len })
            }
            InputKind::Object(mut object) => {
                // The first bytes are here: another request for them would be one too many.
                object.seek(SeekFrom::Start(start.len() as u64)).map_err(Error::Read)?;
                let head = FileHead::read(&mut start.chain(&mut object))?;
                object.seek(SeekFrom::Start(head.len())).map_err(Error::Read)?;
                let len = object.len().saturating_sub(head.len());
                (head, Payload::Object { object, len })
            }
            InputKind::Stream(mut stream) => (FileHead::read(&mut stream)?, Payload::Stream(stream)),
        };
        Ok(Self { head, is_armored: false, payload })
    }
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
            Self::Object { object, .. } => PayloadInput::Stream(object),
            Self::Stream(stream) => PayloadInput::Stream(&mut **stream),
        }
    }

    /// The payload in order.
    pub fn reader(&mut self) -> Box<dyn Read + Send + '_> {
        match self {
            Self::File { file, start, .. } => Box::new(PositionedReader::new(file, *start)),
            Self::Object { object, .. } => Box::new(object),
            Self::Stream(stream) => Box::new(stream),
        }
    }

    /// Copies the sealed chunks as they are.
    pub(in crate::formats) fn copy_to(&mut self, output: &mut dyn Write, cancelled: &AtomicBool) -> Result<()> {
        copy(&mut *self.reader(), output, cancelled).map(drop)
    }

    /// Writes `head`, and the sealed chunks as they are behind it: from file to file as the system copies fastest.
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
