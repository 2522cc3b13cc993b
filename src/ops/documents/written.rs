//! Writing documents.

use std::io::Write;

use crate::error::{Error, Result};
use crate::fs::atomic::{Access, AtomicFile, Sync};
use crate::fs::held::Held;
use crate::fs::lock::LockWaiter;
use crate::storage::output::{Destination, Output};

/// Writes a text to its destination, atomically if that is a file. `waiter` is asked as long as another program holds a file
/// that is overwritten.
///
/// # Errors
/// If it cannot be written.
pub fn write(
    place: &Destination,
    bytes: &[u8],
    (access, sync): (Access, Sync),
    held: Option<Held>,
    waiter: &dyn LockWaiter,
) -> Result<()> {
    let mut output = Output::open(place, access, sync, held)?;
    output.writer().write_all(bytes).map_err(Error::Write)?;
    output.commit_waiting(waiter)
}

/// Replaces a document, which was locked when it was read, by its successor.
///
/// # Errors
/// If the file was changed in the meantime, or cannot be written.
pub fn replace(held: Held, text: &str) -> Result<()> {
    let output = AtomicFile::replace(held)?;
    output.file().write_all(text.as_bytes()).map_err(Error::Write)?;
    output.commit()
}
