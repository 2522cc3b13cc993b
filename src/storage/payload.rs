//! Sources and destinations of a payload: in order, or at positions of a regular file.

use std::fs::File;
use std::io::{Read, Write};

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
