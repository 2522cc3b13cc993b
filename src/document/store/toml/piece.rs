//! The lines of a TOML file that define something.

use std::ops::Range;

use crate::document::content::tree::PathStep;

/// A line, or the lines of a value.
#[derive(Clone)]
pub(super) struct TomlPiece {
    /// From the start of the line to the end of the last, without newline.
    pub(super) lines: Range<usize>,
    /// What it defines.
    pub(super) path: Vec<PathStep>,
    /// The table that contains the line; its own for a header.
    pub(super) table: Vec<PathStep>,
    /// The range of the value; `None` for a header.
    pub(super) value: Option<Range<usize>>,
}
