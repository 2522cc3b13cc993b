//! Files of raw keys.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::KeyRefusal;

/// Longest file of a key, in bytes: the longest RSA keys have less.
const MAX_LEN: usize = 64 << 10;

/// Reads the file of a key.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyRefusal> {
    // The buffer does not grow, which would leave copies of the key in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN + 1));
    let read = File::open(path).and_then(|file| file.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| refusal(path, &error.to_string()))?;
    if bytes.len() > MAX_LEN { Err(refusal(path, "it is too long for a key")) } else { Ok(bytes) }
}

pub(super) fn refusal(path: &Path, reason: &str) -> KeyRefusal {
    KeyRefusal::KeyFile { path: path.to_owned(), reason: reason.to_owned() }
}
