//! The standard error.

use std::io::Write as _;

use crate::progress::above_bar;

/// A closed standard error must not turn into another failure.
pub fn print_error_line(text: &str) {
    let _ = above_bar(|| std::io::stderr().write_all(text.as_bytes()));
}
