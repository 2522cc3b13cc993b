//! What every format is made of: names, values that are text, and parts that are joined.

use zeroize::Zeroizing;

use crate::ops::failure::Cause;
use crate::ops::variables::is_variable_name;

/// All parts in one buffer, which does not grow: that would leave copies behind.
pub(super) fn joined(parts: &[Zeroizing<Vec<u8>>]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        text.extend_from_slice(part);
    }
    text
}

pub(super) fn refused(name: &str) -> impl FnOnce(String) -> Cause {
    let name = name.to_owned();
    move |fault| Cause::CannotExport { name, fault }
}

/// A name that is one. No other may reach a shell.
pub(super) fn named(name: &str) -> Result<&str, String> {
    if is_variable_name(name) { Ok(name) } else { Err("it is not a valid variable name".to_owned()) }
}

/// A value that must be text.
pub(super) fn text_of(value: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(value).map_err(|_| "its value is not UTF-8 text".to_owned())
}
