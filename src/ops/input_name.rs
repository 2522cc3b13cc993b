//! Inputs as messages name them.

use std::path::Path;

use crate::error::Error;
use crate::ops::failure::Failure;

/// The standard input as messages name it.
pub const STANDARD_INPUT: &str = "the standard input";

/// An input as messages name it; `None` is the standard input.
#[must_use]
pub fn name_of(path: Option<&Path>) -> String {
    path.map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string())
}

/// Says which of several inputs a failure concerns, even if it is one of a key: the others may be under other keys.
pub fn about_one_of_many(path: Option<&Path>) -> impl FnOnce(Error) -> Failure {
    let name = name_of(path);
    move |error| {
        let is_of_key = matches!(error, Error::CannotWrap { .. });
        let failure = Failure::about(name.clone())(error);
        if is_of_key { Failure { subject: Some(name), ..failure } } else { failure }
    }
}
