//! Recognising an input and finding the key that opens it: what `decrypt` and `verify` have in common.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use kenc::error::{FormatError, Result};
use kenc::formats::native::FileHead;
use kenc::formats::native::armor::{self, ArmorReader};
use kenc::formats::native::header::{self, MAGIC};
use kenc::formats::native::pipeline;
use kenc::fs::input::{Input, Kind};

use crate::args::WorkArgs;

/// Threads to work with: as asked for, else the cores that are ours, of which a few are enough.
pub fn threads(args: &WorkArgs) -> usize {
    const ENOUGH: usize = 8;
    let available = || std::thread::available_parallelism().map_or(1, usize::from).min(ENOUGH);
    args.threads.map_or_else(available, usize::from)
}

/// Whether an input begins like a kenc file, armored or not.
pub fn is_kenc_file(start: &[u8]) -> bool {
    start.starts_with(&MAGIC) || is_armored(start)
}

pub fn is_armored(start: &[u8]) -> bool {
    start.starts_with(armor::BEGIN.as_bytes())
}

/// A part of a file as the pipeline takes it.
///
/// The file is left at the end of the part, as if it had been read in order: another program may share it.
pub fn source_in_file(file: &mut File, start: u64, len: u64) -> pipeline::Input<'_> {
    let _ = file.seek(SeekFrom::Start(start + len));
    pipeline::Input::File { file, start, len }
}

/// A file that was recognised, with its head read.
pub struct Recognised {
    pub head: FileHead,
    pub is_armored: bool,
    /// The chunks that follow the head.
    pub payload: Payload,
}

/// Where the chunks are.
pub enum Payload {
    /// In a regular file, from `start` on.
    File { file: File, start: u64, len: u64 },
    /// In a stream.
    Stream(Box<dyn Read + Send>),
}

impl Recognised {
    /// Recognises a kenc file by its first bytes, armored or not, and reads its head.
    pub fn read(input: Input) -> Result<Self> {
        let (start, input) = input.peek()?;
        if is_armored(&start) {
            let text: Box<dyn Read + Send> = match input.kind {
                Kind::File { file, .. } => Box::new(file),
                Kind::Stream(stream) => stream,
            };
            let mut bytes = ArmorReader::new(text);
            let head = FileHead::read(&mut bytes)?;
            return Ok(Self { head, is_armored: true, payload: Payload::Stream(Box::new(bytes)) });
        }
        if !start.starts_with(&MAGIC) {
            return Err(FormatError::NotKenc(header::foreign(&start)).into());
        }
        let (head, payload) = match input.kind {
            Kind::File { mut file, start, len } => {
                let head = FileHead::read(&mut file)?;
                let head_len = head.len();
                // A file that grew since its length was taken has a head that does not fit the length.
                let len = len.saturating_sub(head_len);
                (head, Payload::File { file, start: start + head_len, len })
            }
            Kind::Stream(mut stream) => (FileHead::read(&mut stream)?, Payload::Stream(stream)),
        };
        Ok(Self { head, is_armored: false, payload })
    }
}

impl Payload {
    /// The payload as the pipeline takes it.
    pub fn source(&mut self) -> pipeline::Input<'_> {
        match self {
            Self::File { file, start, len } => source_in_file(file, *start, *len),
            Self::Stream(stream) => pipeline::Input::Stream(&mut **stream),
        }
    }
}
