//! Replacing the file of a document.

use std::io::Write;

use crate::error::{Error, Result};
use crate::fs::atomic::AtomicFile;
use crate::fs::held::Held;

/// Replaces a document, which was read while it was held, by its successor.
///
/// # Errors
/// If the file was changed meanwhile, or cannot be written.
pub fn replace(held: Held, text: &str) -> Result<()> {
    let output = AtomicFile::replace(held)?;
    output.file().write_all(text.as_bytes()).map_err(Error::Write)?;
    output.commit()
}
