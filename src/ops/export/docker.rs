//! Lines for `docker run --env-file`, which takes everything behind the `=` as it is, up to the end of the line.

use zeroize::Zeroizing;

use super::parts::text_of;

/// Docker reads lines of less than 64 KiB.
const LONGEST_LINE: usize = (64 << 10) - 1;

/// A line that sets a variable.
pub(super) fn line(name: &str, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let value = text_of(value)?;
    if value.contains('\n') || value.ends_with('\r') {
        return Err("its value contains a line end, which Docker's env files cannot hold".to_owned());
    }
    let len = name.len() + value.len() + 2;
    if len > LONGEST_LINE {
        return Err("its value is too long for Docker's env files, which have lines of less than 64 KiB".to_owned());
    }
    let mut line = Zeroizing::new(Vec::with_capacity(len));
    line.extend_from_slice(name.as_bytes());
    line.push(b'=');
    line.extend_from_slice(value.as_bytes());
    line.push(b'\n');
    Ok(line)
}
