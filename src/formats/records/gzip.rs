//! Files of records that are compressed with gzip, as DynamoDB exports them.
//!
//! A gzip file is a sequence of members, which unpack to one text. The header has a member of its own, so that it can be replaced,
//! with an extra field by which the file is recognised.

use std::io::{self, BufReader, Read, Write as _};

use flate2::bufread::{GzDecoder, MultiGzDecoder};
use flate2::{Compression, GzBuilder};

use crate::error::{Error, RecordFault};

/// What a gzip file begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// The extra field: its name, its length, and the version of the format.
const EXTRA: [u8; 5] = [b'K', b'E', 1, 0, 1];
/// The flag of a member that only has an extra field.
const HAS_EXTRA: u8 = 4;
/// Where the length of the extra fields stands.
const EXTRA_LEN_AT: usize = 10;

/// Whether a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
}

impl Packing {
    /// That of an input that begins so.
    pub(super) fn of_start(start: &[u8]) -> Self {
        if start.starts_with(&GZIP) { Self::Gzip } else { Self::Plain }
    }

    /// The header as it is written.
    pub(super) fn header(self, record: &str) -> Vec<u8> {
        match self {
            Self::Plain => record.as_bytes().to_vec(),
            Self::Gzip => member(GzBuilder::new().extra(EXTRA), record.as_bytes()),
        }
    }

    /// What follows the header, as it is written; `None` if it is written as it is.
    pub(super) fn packed(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some(member(GzBuilder::new(), text)),
        }
    }
}

/// Whether an input begins with a compressed header.
pub(super) fn begins_with_header(start: &[u8]) -> bool {
    let extra_len = u16::try_from(EXTRA.len()).expect("5").to_le_bytes();
    start.starts_with(&GZIP)
        && start.get(GZIP.len()) == Some(&HAS_EXTRA)
        && start.get(EXTRA_LEN_AT..).is_some_and(|rest| rest.starts_with(&extra_len) && rest[2..].starts_with(&EXTRA))
}

/// Unpacks all members.
pub(super) struct Unpacker<R: Read>(MultiGzDecoder<BufReader<R>>);

impl<R: Read> Unpacker<R> {
    pub(super) fn new(input: R) -> Self {
        Self(MultiGzDecoder::new(BufReader::with_capacity(64 << 10, input)))
    }
}

impl<R: Read> Read for Unpacker<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(of_packing)
    }
}

/// Unpacks the first member, which has at most `limit` bytes, and leaves the input behind it.
pub(super) fn unpack_first(input: &mut BufReader<impl Read>, limit: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut member = GzDecoder::new(input).take(limit as u64 + 1);
    member.read_to_end(&mut text).map_err(of_packing)?;
    Ok(text)
}

/// A fault of the compressed bytes is one of the file, and not of reading it.
fn of_packing(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            io::Error::other(Error::from(RecordFault::Packing))
        }
        _ => error,
    }
}

fn member(builder: GzBuilder, text: &[u8]) -> Vec<u8> {
    let packed = Vec::with_capacity(text.len() / 4 + 64);
    let mut writer = builder.write(packed, Compression::fast());
    writer.write_all(text).and_then(|()| writer.finish()).expect("writing to memory does not fail")
}
