//! Inputs: a file that can be read at positions where it is one, else a stream.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::fs::positioned::PositionedReader;
use crate::fs::ranged::{RangedReader, ReadRange};

/// Bytes that are looked at to recognise an input: the whole of a small file.
const PEEK: usize = 8 << 10;
/// Of a stream, as many bytes as recognise a kenc file: waiting for more could be in vain.
const ENOUGH: usize = 32;
/// A shorter file is read as a stream: it might be one of those that the system makes up while they are read, whose
/// length it does not know.
const SHORTEST_FILE: u64 = 64 << 10;

/// An open input.
pub struct Input {
    /// How it is read.
    pub kind: InputKind,
    /// Device and number, if it is a regular file.
    identity: Option<(u64, u64)>,
    notes: InputNotes,
}

/// What a storage keeps beside the bytes of an object, by names. A file has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputNotes(BTreeMap<String, String>);

impl InputNotes {
    /// From names and texts.
    #[must_use]
    pub fn new(notes: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(notes.into_iter().collect())
    }

    /// The text with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// How an input is read.
#[non_exhaustive]
pub enum InputKind {
    /// A regular file, from `start` on.
    File {
        /// The file, positioned at `start`.
        file: File,
        /// First byte that is ours.
        start: u64,
        /// Bytes from there to the end when it was opened.
        len: u64,
    },
    /// An object of a storage that reads in ranges, from its beginning on.
    Object(RangedReader),
    /// Anything else.
    Stream(Box<dyn Read + Send>),
}

impl Input {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it is not there, not readable, or a directory.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let file = File::open(path).map_err(failed)?;
        Self::from_file(file).map_err(failed)
    }

    /// Opens a regular file to be read at positions, however short it is.
    ///
    /// # Errors
    /// [`Error::Io`] if it is not there or not readable.
    pub fn open_positioned(path: &Path) -> Result<Self> {
        File::open(path).and_then(Self::of_file).map_err(|source| Error::io(format!("read {}", path.display()), source))
    }

    /// The standard input, as a file where it was redirected from one.
    ///
    /// # Errors
    /// [`Error::Io`] if there is none, or it is a directory.
    pub fn stdin() -> Result<Self> {
        #[cfg(unix)]
        {
            let failed = |source| Error::io("read the standard input", source);
            let file = rustix::io::dup(rustix::stdio::stdin()).map_err(|error| failed(error.into()))?;
            Self::from_file(file.into()).map_err(failed)
        }
        #[cfg(not(unix))]
        Ok(Self::of_stream(Box::new(io::stdin())))
    }

    /// A regular file that is open already, from its beginning on.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of_file(file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let kind = InputKind::File { file, start: 0, len: metadata.len() };
        Ok(Self { kind, identity: identity(&metadata), notes: InputNotes::default() })
    }

    /// What is read in order from anything.
    #[must_use]
    pub fn of_stream(stream: Box<dyn Read + Send>) -> Self {
        Self { kind: InputKind::Stream(stream), identity: None, notes: InputNotes::default() }
    }

    /// An object of a storage that reads in ranges.
    #[must_use]
    pub fn of_object(object: Box<dyn ReadRange>) -> Self {
        Self { kind: InputKind::Object(RangedReader::new(object)), identity: None, notes: InputNotes::default() }
    }

    /// With what its storage keeps beside it.
    #[must_use]
    pub fn with_notes(self, notes: InputNotes) -> Self {
        Self { notes, ..self }
    }

    /// What its storage keeps beside it.
    #[must_use]
    pub fn notes(&self) -> &InputNotes {
        &self.notes
    }

    fn from_file(mut file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let identity = identity(&metadata);
        if metadata.is_file() && metadata.len() >= SHORTEST_FILE {
            let start = file.stream_position()?;
            let len = metadata.len().saturating_sub(start);
            return Ok(Self { kind: InputKind::File { file, start, len }, identity, notes: InputNotes::default() });
        }
        super::widen_pipe(&file);
        Ok(Self { kind: InputKind::Stream(Box::new(file)), identity, notes: InputNotes::default() })
    }

    /// The length where it is known, in bytes.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        match self.kind {
            InputKind::File { len, .. } => Some(len),
            InputKind::Object(ref object) => Some(object.len()),
            InputKind::Stream(_) => None,
        }
    }

    /// Device and number of the file, if it is a regular one.
    #[must_use]
    pub fn identity(&self) -> Option<(u64, u64)> {
        self.identity
    }

    /// Its content in order.
    #[must_use]
    pub fn into_reader(self) -> Box<dyn Read + Send> {
        match self.kind {
            InputKind::File { file, .. } => Box::new(io::BufReader::new(file)),
            InputKind::Object(object) => Box::new(object),
            InputKind::Stream(stream) => stream,
        }
    }

    /// The first bytes, which can be read again: as many as are at hand without waiting for many.
    ///
    /// # Errors
    /// Those of the input.
    pub fn peek(self) -> Result<(Vec<u8>, Self)> {
        let Self { kind, identity, notes } = self;
        let mut start = vec![0; PEEK];
        let (filled, kind) = match kind {
            InputKind::File { file, start: position, len } => {
                let filled = read_some(&mut PositionedReader::new(&file, position), &mut start, PEEK)?;
                (filled, InputKind::File { file, start: position, len })
            }
            InputKind::Object(mut object) => {
                let filled = read_some(&mut object, &mut start, PEEK)?;
                object.rewind().map_err(Error::Read)?;
                (filled, InputKind::Object(object))
            }
            InputKind::Stream(mut stream) => {
                let filled = read_some(&mut *stream, &mut start, ENOUGH)?;
                (filled, InputKind::Stream(Box::new(io::Cursor::new(start[..filled].to_vec()).chain(stream))))
            }
        };
        start.truncate(filled);
        Ok((start, Self { kind, identity, notes }))
    }

    /// The first `limit` bytes of a stream, or all if there are fewer, which can be read again.
    ///
    /// # Errors
    /// Those of the input.
    pub fn read_start(self, limit: usize) -> Result<(Zeroizing<Vec<u8>>, Self)> {
        let Self { kind, identity, notes } = self;
        let (start, kind) = match kind {
            InputKind::File { mut file, start: position, len } => {
                let start = read_at_most(&mut file, len, limit)?;
                file.seek(io::SeekFrom::Start(position)).map_err(Error::Read)?;
                (start, InputKind::File { file, start: position, len })
            }
            InputKind::Object(mut object) => {
                let len = object.len();
                let start = read_at_most(&mut object, len, limit)?;
                object.rewind().map_err(Error::Read)?;
                (start, InputKind::Object(object))
            }
            InputKind::Stream(mut stream) => {
                let start = read_at_most(&mut *stream, 0, limit)?;
                let again = io::Cursor::new(start.clone()).chain(stream);
                (start, InputKind::Stream(Box::new(again)))
            }
        };
        Ok((start, Self { kind, identity, notes }))
    }

    /// Everything, if it is at most `limit` bytes and has been read to its end; and the input, which can be read again.
    ///
    /// # Errors
    /// Those of the input.
    pub fn read_whole(self, limit: usize) -> Result<(Option<Zeroizing<Vec<u8>>>, Self)> {
        let Self { kind, identity, notes } = self;
        let (whole, kind) = match kind {
            InputKind::File { file, start, len } if len > limit as u64 => (None, InputKind::File { file, start, len }),
            InputKind::File { mut file, start, len } => {
                let whole = read_at_most(&mut file, len, limit)?;
                file.seek(io::SeekFrom::Start(start)).map_err(Error::Read)?;
                (Some(whole), InputKind::File { file, start, len })
            }
            InputKind::Object(object) if object.len() > limit as u64 => (None, InputKind::Object(object)),
            InputKind::Object(mut object) => {
                let len = object.len();
                let whole = read_at_most(&mut object, len, limit)?;
                object.rewind().map_err(Error::Read)?;
                (Some(whole), InputKind::Object(object))
            }
            InputKind::Stream(mut stream) => {
                let whole = read_at_most(&mut *stream, 0, limit + 1)?;
                let is_whole = whole.len() <= limit;
                let again = io::Cursor::new(whole.clone()).chain(stream);
                (is_whole.then_some(whole), InputKind::Stream(Box::new(again)))
            }
        };
        Ok((whole, Self { kind, identity, notes }))
    }
}

/// Reads up to `limit` bytes, probably `expected` ones. The buffer grows by copies that are wiped, for what is read may be
/// secret.
fn read_at_most(input: &mut dyn Read, expected: u64, limit: usize) -> Result<Zeroizing<Vec<u8>>> {
    // One byte more, so that the end is met without growing.
    let expected = usize::try_from(expected).unwrap_or(limit).saturating_add(1);
    let mut whole = Zeroizing::new(Vec::with_capacity(expected.max(PEEK).min(limit)));
    loop {
        let filled = whole.len();
        if filled == limit {
            return Ok(whole);
        }
        if filled == whole.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((filled * 2).min(limit)));
            larger.extend_from_slice(&whole);
            whole = larger;
        }
        let room = whole.capacity().min(limit);
        whole.resize(room, 0);
        let count = read_some(input, &mut whole[filled..], 1)?;
        whole.truncate(filled + count);
        if count == 0 {
            return Ok(whole);
        }
    }
}

/// Device and number of a regular file, by which two names for it are told to be the same.
#[cfg(unix)]
#[must_use]
pub fn identity(metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
}

/// This system has no numbers for its files.
#[cfg(not(unix))]
#[must_use]
pub fn identity(_metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// Reads until at least `enough` bytes are there, or the input ends.
fn read_some(input: &mut dyn Read, buffer: &mut [u8], enough: usize) -> Result<usize> {
    let mut filled = 0;
    while filled < enough {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(Error::of_read(source)),
        }
    }
    Ok(filled)
}
