//! The names of inputs, as typed and in messages.

use std::path::Path;

use crate::error::Error;
use crate::ops::failure::Failure;

/// The name of standard input in messages.
pub const STANDARD_INPUT: &str = "the standard input";

/// The file that an input names; `None` for `-`, the standard input.
#[must_use]
pub fn path_of(input: &Path) -> Option<&Path> {
    (input.as_os_str() != "-").then_some(input)
}

/// The name of an input in messages; `None` is standard input.
#[must_use]
pub fn name_of(path: Option<&Path>) -> String {
    path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string())
}

/// Adds which of several inputs a failure concerns, even one of a key: the others may use other keys.
pub fn about_one_of_many(path: Option<&Path>) -> impl FnOnce(Error) -> Failure {
    let name = name_of(path);
    move |error| {
        let is_of_key = matches!(error, Error::CannotWrap { .. });
        let failure = Failure::about(name.clone())(error);
        if is_of_key { Failure { subject: Some(name), ..failure } } else { failure }
    }
}
