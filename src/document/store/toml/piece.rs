//! The lines of a TOML text that define something.

use std::ops::Range;

use crate::document::content::tree::PathStep;
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::shift::Shift;

/// All of them, in text order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TomlOutline {
    pub(super) pieces: Vec<TomlPiece>,
}

/// A line, or the lines of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl TomlPiece {
    pub(super) fn is_metadata(&self) -> bool {
        matches!(self.path.first(), Some(PathStep::Key(key)) if key == METADATA_KEY)
    }
}

impl TomlOutline {
    /// The same after values were decrypted and the metadata was removed.
    pub(super) fn shifted(&self, shift: &Shift) -> Self {
        let pieces = self.pieces.iter().filter(|piece| !piece.is_metadata()).map(|piece| TomlPiece {
            lines: shift.range(&piece.lines),
            path: piece.path.clone(),
            table: piece.table.clone(),
            value: piece.value.as_ref().map(|value| shift.range(value)),
        });
        Self { pieces: pieces.collect() }
    }
}
