//! Files: what is in folders, and what tests put into them.

mod header;
mod long_text;

use std::path::Path;
use std::process::Output;

pub use header::{RawFile, RawSlot};
pub use long_text::LongText;

/// The names in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

/// Bytes that do not compress and do not repeat, the same every time.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(len).collect()
}

/// What bytes say, whatever they are.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a program said on its standard error.
pub fn stderr(output: &Output) -> String {
    text(&output.stderr)
}
