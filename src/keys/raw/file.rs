//! Files of raw keys.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::KeyRefusal;
use crate::limits::LONGEST_RAW_KEY;

/// Reads the file of a key.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    // The buffer does not grow, which would leave copies of the key in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST_RAW_KEY + 1));
    let read = File::open(path).and_then(|file| file.take(LONGEST_RAW_KEY as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| refusal(path, &error.to_string()))?;
    if bytes.len() > LONGEST_RAW_KEY { Err(refusal(path, "it is too long for a key")) } else { Ok(bytes) }
}

pub(super) fn refusal(path: &Path, reason: &str) -> KeyRefusal {
    KeyRefusal::KeyFile { path: path.to_owned(), reason: reason.to_owned() }
}
