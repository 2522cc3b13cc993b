//! Destinations of results: a file that appears complete or not at all, or a stream.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::fs::held::Held;
use crate::fs::lock::{LockWaiter, SilentWait};
use crate::storage::object::WholeObject;
use crate::storage::payload::PayloadOutput;
use crate::storage::s3::name::ObjectName;

/// Destination of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The standard output. `forced` if it was asked for by name, even if it is a terminal.
    StandardOutput {
        /// Whether it was asked for by name.
        forced: bool,
    },
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// What becomes of one that is there.
        existing: Existing,
    },
    /// An object of S3.
    Object {
        /// Its name.
        name: ObjectName,
        /// The same as a path.
        path: PathBuf,
        /// What becomes of one that is there.
        existing: Existing,
    },
    /// The input itself, which is replaced.
    Input {
        /// Its path.
        path: PathBuf,
    },
}

impl Destination {
    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardOutput { .. } => None,
            Self::File { path, .. } | Self::Object { path, .. } | Self::Input { path } => Some(path),
        }
    }
}

/// An open output.
pub enum Output {
    /// Written in order: a pipe, a terminal, a device, or a file that others append to as well.
    Stream(Box<dyn Write + Send>),
    /// The standard output, redirected to a regular file that ends at `start`.
    #[cfg_attr(not(unix), allow(dead_code))]
    Redirected {
        /// The file.
        file: File,
        /// Where it ends.
        start: u64,
    },
    /// A file that appears when it is whole.
    Atomic(AtomicFile),
    /// An object of another storage, which appears when it is whole. Written in order.
    Object(Box<dyn WholeObject>),
}

impl Output {
    /// Opens the local output at `place`. What replaces its input takes the input as it is held.
    ///
    /// # Errors
    /// If it cannot be opened for writing, or is there and must not be replaced.
    ///
    /// # Panics
    /// If the input is to be replaced and is not held.
    pub fn open(place: &Destination, access: Access, sync: Sync, held: Option<Held>) -> Result<Self> {
        match place {
            Destination::StandardOutput { .. } => Self::stdout(),
            Destination::Object { path, .. } => {
                Err(Error::io(format!("write {}", path.display()), std::io::ErrorKind::Unsupported.into()))
            }
            Destination::Input { .. } => {
                let held = held.expect("an input that is replaced is held from before it is read");
                Ok(Self::Atomic(AtomicFile::replace(held)?))
            }
            Destination::File { path, existing } => match std::fs::metadata(path) {
                // A device or a named pipe is written to, not replaced.
                Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
                    let file = File::options().write(true).open(path);
                    let file = file.map_err(|source| Error::io(format!("write {}", path.display()), source))?;
                    crate::fs::widen_pipe(&file);
                    Ok(Self::Stream(Box::new(file)))
                }
                _ => Ok(Self::Atomic(AtomicFile::create(path, *existing, access, sync)?)),
            },
        }
    }

    #[cfg(unix)]
    fn stdout() -> Result<Self> {
        let mut file = crate::storage::standard::output()?;
        let metadata = file.metadata().map_err(Error::Write)?;
        if metadata.is_file() && !crate::fs::appends(&file) {
            let start = file.stream_position().map_err(Error::Write)?;
            if start >= metadata.len() {
                return Ok(Self::Redirected { file, start });
            }
        }
        crate::fs::widen_pipe(&file);
        Ok(Self::Stream(Box::new(file)))
    }

    #[cfg(not(unix))]
    fn stdout() -> Result<Self> {
        Ok(Self::Stream(Box::new(std::io::stdout())))
    }

    /// It will have about this many bytes.
    pub fn expect_len(&mut self, len: u64) {
        if let Self::Object(object) = self {
            object.expect_len(len);
        }
    }

    /// A writer for everything in order.
    pub fn writer(&mut self) -> Box<dyn Write + Send + '_> {
        match self {
            Self::Stream(stream) => Box::new(stream),
            Self::Redirected { file, .. } => Box::new(file),
            Self::Atomic(atomic) => Box::new(atomic.file()),
            Self::Object(object) => Box::new(ObjectWriter(&mut **object)),
        }
    }

    /// Lets `work` write behind `head`, at positions where that is possible.
    ///
    /// # Errors
    /// Those of the output, and those of `work`.
    pub fn write(&mut self, head: &[u8], work: impl FnOnce(PayloadOutput<'_>) -> Result<u64>) -> Result<u64> {
        self.writer().write_all(head).map_err(Error::Write)?;
        let head_len = head.len() as u64;
        match self {
            Self::Stream(stream) => work(PayloadOutput::Stream(&mut **stream)),
            Self::Object(object) => work(PayloadOutput::Stream(&mut ObjectWriter(&mut **object))),
            Self::Atomic(atomic) => work(PayloadOutput::File { file: atomic.file(), start: head_len }),
            Self::Redirected { file, start } => {
                let start = *start + head_len;
                let outcome = work(PayloadOutput::File { file, start });
                // Other users of the redirected output, such as the next command of a script, write after us.
                file.seek(SeekFrom::End(0)).map_err(Error::Write)?;
                outcome
            }
        }
    }

    /// The file that appears when it is whole, if it is one.
    #[must_use]
    pub fn into_file(self) -> Option<AtomicFile> {
        if let Self::Atomic(file) = self { Some(file) } else { None }
    }

    /// Ends the output: a file gets its name.
    ///
    /// # Errors
    /// As [`AtomicFile::commit`].
    pub fn commit(self) -> Result<()> {
        self.commit_waiting(&SilentWait)
    }

    /// The same. `waiter` is asked as long as another program holds the file that it replaces.
    ///
    /// # Errors
    /// As [`AtomicFile::commit_waiting`].
    pub fn commit_waiting(self, waiter: &dyn LockWaiter) -> Result<()> {
        match self {
            Self::Stream(mut stream) => stream.flush().map_err(Error::Write),
            Self::Redirected { .. } => Ok(()),
            Self::Atomic(atomic) => atomic.commit_waiting(waiter),
            Self::Object(object) => object.commit(),
        }
    }

    /// Whether a part that was written stays written when the rest fails.
    #[must_use]
    pub fn releases_early(&self) -> bool {
        !matches!(self, Self::Atomic(_) | Self::Object(_))
    }
}

/// Writes an object in order.
struct ObjectWriter<'a>(&'a mut dyn WholeObject);

impl Write for ObjectWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
