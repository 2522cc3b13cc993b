//! Sources and destinations of a payload: in order, or at positions of a regular file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use crate::fs::input::InputKind;

/// Where the bytes come from.
pub enum PayloadInput<'a> {
    /// Read in order until its end.
    Stream(&'a mut (dyn Read + Send)),
    /// `len` bytes of a regular file from `start`, read at their places.
    File {
        /// The file.
        file: &'a File,
        /// First byte.
        start: u64,
        /// Number of bytes.
        len: u64,
    },
}

impl<'a> PayloadInput<'a> {
    /// All of an input.
    pub fn of(kind: &'a mut InputKind) -> Self {
        match kind {
            InputKind::File { file, start, len } => Self::part(file, *start, *len),
            InputKind::Object(object) => {
                object.expect_rest();
                Self::Stream(object)
            }
            InputKind::Stream(stream) => Self::Stream(&mut **stream),
        }
    }

    /// A part of a file. The file is left at the end of the part, as if it had been read in order: another program may
    /// share it.
    pub fn part(file: &'a mut File, start: u64, len: u64) -> Self {
        let _ = file.seek(SeekFrom::Start(start + len));
        Self::File { file, start, len }
    }
}

/// Where the bytes go.
pub enum PayloadOutput<'a> {
    /// Written in order.
    Stream(&'a mut (dyn Write + Send)),
    /// Written at their places in a regular file from `start`, which is the end of what is there.
    File {
        /// The file.
        file: &'a File,
        /// First byte.
        start: u64,
    },
    /// Nowhere: only authenticate.
    Nowhere,
}
