//! The terminal of the user, whatever the standard streams are.

use std::fs::File;
use std::io::{self, BufReader};

/// What the user types, and where they see what is written.
pub struct Terminal {
    pub typed: BufReader<File>,
    pub shown: File,
}

/// Opens the terminal.
///
/// # Errors
/// If there is none.
pub fn open() -> io::Result<Terminal> {
    // On Windows the console has a name for each direction. Both must be opened for both, or its modes cannot be read.
    let (typed, shown) = if cfg!(windows) { ("CONIN$", "CONOUT$") } else { ("/dev/tty", "/dev/tty") };
    let open = |name| File::options().read(true).write(true).open(name);
    Ok(Terminal { typed: BufReader::new(open(typed)?), shown: open(shown)? })
}
