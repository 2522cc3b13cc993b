//! The lines of an INI text.

use std::ops::Range;

use crate::document::content::tree::LeafId;
use crate::document::store::shift::Shift;

/// The section of the keys before the first section.
pub(crate) const DEFAULT: &str = "DEFAULT";

/// The lines of a text that have content, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IniOutline {
    pub(super) lines: Vec<IniLine>,
}

/// A line, or the lines of a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IniLine {
    /// From the start of the first line to the end of the last, without its newline.
    pub(super) place: Range<usize>,
    pub(super) kind: IniLineKind,
}

/// What is on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IniLineKind {
    Comment,
    /// A header, and its name.
    Section(String),
    Key {
        /// Position of the key, including quotes.
        key: Range<usize>,
        value: LeafId,
    },
    /// The header of the metadata.
    Metadata,
    /// A key in the metadata.
    MetadataKey,
}

impl IniLine {
    pub(super) fn is_header(&self) -> bool {
        matches!(self.kind, IniLineKind::Section(_) | IniLineKind::Metadata)
    }

    pub(super) fn is_key(&self) -> bool {
        matches!(self.kind, IniLineKind::Key { .. } | IniLineKind::MetadataKey)
    }
}

impl IniOutline {
    /// The same after values were decrypted and the metadata was removed.
    pub(super) fn shifted(&self, shift: &Shift) -> Self {
        let lines = self.lines.iter().filter_map(|line| {
            let kind = match &line.kind {
                IniLineKind::Metadata | IniLineKind::MetadataKey => return None,
                IniLineKind::Key { key, value } => IniLineKind::Key { key: shift.range(key), value: *value },
                other => other.clone(),
            };
            Some(IniLine { place: shift.range(&line.place), kind })
        });
        Self { lines: lines.collect() }
    }
}
