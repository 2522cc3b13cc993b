//! A kenc file as an input: in a regular file or in a stream, armored or not.

use std::io::{Read, Seek, SeekFrom};

use crate::error::{Error, FormatError, Result};
use crate::formats::foreign::foreign;
use crate::formats::native::FileHead;
use crate::formats::native::armor::{self, ArmorReader};
use crate::formats::native::magic::MAGIC;
use crate::formats::payload::Payload;
use crate::fs::input::{Input, InputKind};
use crate::fs::positioned::PositionedReader;

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
#[non_exhaustive]
pub struct NativeFile {
    /// Header, salt and commitment.
    pub head: FileHead,
    /// Whether it is armored.
    pub is_armored: bool,
    /// The chunks that follow the head.
    pub payload: Payload,
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
