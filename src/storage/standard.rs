//! The standard streams as the caller left them.
//!
//! The runtime of Rust puts `/dev/null` in the place of a standard stream that is closed, before `main`. A backup of a
//! closed standard input would then be a whole, authentic and empty file, and a result would vanish with exit code 0. A program
//! that has looked at the streams before the runtime starts says here which are closed.

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

#[cfg(unix)]
pub use unix::{input, output};

static INPUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);
static OUTPUT_IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Records that the standard input was closed or unreadable when the program started.
pub fn set_input_closed() {
    INPUT_IS_CLOSED.store(true, Ordering::Relaxed);
}

/// Records that the standard output was closed or not writable when the program started.
pub fn set_output_closed() {
    OUTPUT_IS_CLOSED.store(true, Ordering::Relaxed);
}

/// Whether the standard input was closed when the program was started.
#[must_use]
pub fn is_input_closed() -> bool {
    INPUT_IS_CLOSED.load(Ordering::Relaxed)
}

/// Whether the standard output was closed when the program was started.
#[must_use]
pub fn is_output_closed() -> bool {
    OUTPUT_IS_CLOSED.load(Ordering::Relaxed)
}

/// Writes a result to the standard output.
///
/// # Errors
/// If there is none, or it cannot be written to.
pub fn print(bytes: &[u8]) -> Result<()> {
    let mut output = output()?;
    output.write_all(bytes).and_then(|()| output.flush()).map_err(Error::Write)
}

/// Fails if nothing can be read from the standard input.
///
/// # Errors
/// If there is none.
pub fn check_input() -> Result<()> {
    input().map(drop)
}

/// Fails if nothing can be written to the standard output.
///
/// # Errors
/// If there is none.
pub fn check_output() -> Result<()> {
    output().map(drop)
}

fn closed() -> std::io::Error {
    std::io::Error::new(ErrorKind::NotConnected, "it is closed")
}

#[cfg(unix)]
mod unix {
    use std::fs::File;

    use rustix::stdio;

    use super::{closed, is_input_closed, is_output_closed};
    use crate::error::{Error, Result};

    /// The standard input, from where it stands.
    ///
    /// # Errors
    /// If there is none.
    pub fn input() -> Result<File> {
        let failed = |source| Error::io("read the standard input", source);
        if is_input_closed() {
            return Err(failed(closed()));
        }
        rustix::io::dup(stdio::stdin()).map(File::from).map_err(|error| failed(error.into()))
    }

    /// The standard output.
    ///
    /// # Errors
    /// If there is none.
    pub fn output() -> Result<File> {
        let failed = |source| Error::io("write the standard output", source);
        if is_output_closed() {
            return Err(failed(closed()));
        }
        rustix::io::dup(stdio::stdout()).map(File::from).map_err(|error| failed(error.into()))
    }
}

/// The standard input.
///
/// # Errors
/// If there is none.
#[cfg(not(unix))]
pub fn input() -> Result<std::io::Stdin> {
    if is_input_closed() { Err(Error::io("read the standard input", closed())) } else { Ok(std::io::stdin()) }
}

/// The standard output.
///
/// # Errors
/// If there is none.
#[cfg(not(unix))]
pub fn output() -> Result<std::io::Stdout> {
    if is_output_closed() { Err(Error::io("write the standard output", closed())) } else { Ok(std::io::stdout()) }
}
