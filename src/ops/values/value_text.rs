//! The text of a new value, from a file or a stream.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{DocumentError, Error};
use crate::limits::LONGEST_DOCUMENT;
use crate::ops::failure::{Cause, Failure};

/// The text of a file, exactly as it is.
///
/// # Errors
/// If it cannot be read, or is not text.
pub fn of_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |source| Error::io(format!("read {}", path.display()), source);
    let file = File::open(path).map_err(failed)?;
    let len = file.metadata().map_err(failed)?.len();
    text(&read(file, usize::try_from(len).unwrap_or(0)).map_err(failed)?)
}

/// The text of a stream. The line end of a single line belongs to the shell; those of several lines belong to the text.
///
/// # Errors
/// If it cannot be read, is not text, or is empty: a program that failed before it wrote must not blank a secret.
pub fn of_stream(stream: impl Read) -> Result<Zeroizing<String>, Failure> {
    let mut value = text(&read(stream, 0).map_err(Error::Read)?)?;
    if value.is_empty() {
        return Err(Cause::NoValue("the standard input is empty").into());
    }
    if value.find('\n') == Some(value.len() - 1) {
        value.pop();
        if value.ends_with('\r') {
            value.pop();
        }
    }
    Ok(value)
}

/// All bytes, into a buffer that leaves no copies behind when it grows.
fn read(mut input: impl Read, expected: usize) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut all = Zeroizing::new(Vec::with_capacity(expected.clamp(8 << 10, LONGEST_DOCUMENT) + 1));
    loop {
        if all.len() == all.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(all.capacity() * 2));
            larger.extend_from_slice(&all);
            all = larger;
        }
        let room = (all.capacity() - all.len()) as u64;
        if input.by_ref().take(room).read_to_end(&mut all)? == 0 {
            return Ok(all);
        }
        if all.len() > LONGEST_DOCUMENT {
            return Err(std::io::Error::other(DocumentError::TooLong { limit: LONGEST_DOCUMENT as u64 }));
        }
    }
}

fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Cause::ValueNotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_end_of_a_single_line_is_the_shells_and_nothing_is_no_value() {
        for (given, expected) in [("a\n", "a"), ("a\r\n", "a"), ("a", "a"), ("a\nb\n", "a\nb\n"), ("\n", "")] {
            assert_eq!(*of_stream(given.as_bytes()).unwrap(), expected);
        }
        assert!(matches!(of_stream(&b""[..]), Err(Failure { cause: Cause::NoValue(_), .. })));
        assert!(matches!(of_stream(&b"\xff"[..]), Err(Failure { cause: Cause::ValueNotText, .. })));
    }
}
