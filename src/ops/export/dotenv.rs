//! Lines of a dotenv file that its readers read alike: docker compose, godotenv and python-dotenv.

use zeroize::Zeroizing;

use super::parts::text_of;

/// A line that sets a variable; of several lines where the value has them.
pub(super) fn line(name: &str, value: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
    let value = text_of(value)?;
    // A letter takes at most two bytes more.
    let mut line = Zeroizing::new(Vec::with_capacity(name.len() + 2 * value.len() + 4));
    line.extend_from_slice(name.as_bytes());
    line.push(b'=');
    // python-dotenv expands it in all quotes, and no reader lets it be escaped.
    if value.contains("${") {
        return Err(
            "its value contains `${`, which some programs replace in a dotenv file whatever the quotes".to_owned()
        );
    }
    if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./:@%+,=-".contains(&byte)) {
        line.extend_from_slice(value.as_bytes());
    } else if !value.contains(['\'', '\\', '\r']) {
        line.push(b'\'');
        line.extend_from_slice(value.as_bytes());
        line.push(b'\'');
    } else if value.contains('$') || value.ends_with(['"', '\\']) {
        return Err(
            "its value mixes quotes, backslashes and `$`, which programs read differently in a dotenv file".to_owned()
        );
    } else {
        line.push(b'"');
        for byte in value.bytes() {
            match byte {
                b'\n' => line.extend_from_slice(b"\\n"),
                b'\r' => line.extend_from_slice(b"\\r"),
                b'"' | b'\\' => line.extend_from_slice(&[b'\\', byte]),
                byte => line.push(byte),
            }
        }
        line.push(b'"');
    }
    line.push(b'\n');
    Ok(line)
}
