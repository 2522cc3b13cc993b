//! Writing documents.

use std::io::Write;

use crate::error::{Error, Result};
use crate::fs::atomic::{Access, AtomicFile, Sync};
use crate::fs::held::Held;
use crate::storage::output::{Destination, Output};

/// Writes a text to its destination, atomically if that is a file.
///
/// # Errors
/// If it cannot be written.
pub fn write(place: &Destination, bytes: &[u8], access: Access, sync: Sync, held: Option<Held>) -> Result<()> {
    let mut output = Output::open(place, access, sync, held)?;
    output.writer().write_all(bytes).map_err(Error::Write)?;
    output.commit()
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
