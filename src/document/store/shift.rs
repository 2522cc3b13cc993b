//! Where things are after a text was changed.

use std::ops::Range;

use crate::document::store::splice::Splice;

/// Maps offsets of a text to offsets after it was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shift {
    /// The replaced ranges with the ranges of the inserted text, in text order.
    splices: Vec<(Range<usize>, Range<usize>)>,
}

impl Shift {
    pub(crate) fn new(splices: &[Splice]) -> Self {
        let mut sorted: Vec<(Range<usize>, usize)> =
            splices.iter().map(|splice| (splice.place.clone(), splice.text.len())).collect();
        sorted.sort_by_key(|(place, _)| (place.start, place.end));
        let (mut removed, mut added) = (0, 0);
        let splices = sorted.into_iter().map(|(place, len)| {
            let start = place.start - removed + added;
            removed += place.len();
            added += len;
            (place, start..start + len)
        });
        Self { splices: splices.collect() }
    }

    /// The new offset of what begins at `offset`.
    pub(crate) fn start(&self, offset: usize) -> usize {
        let before = self.splices.partition_point(|(place, _)| place.start < offset);
        match before.checked_sub(1).and_then(|at| self.splices.get(at)) {
            None => offset,
            Some((place, new)) if offset >= place.end => offset - place.end + new.end,
            Some((_, new)) => new.start,
        }
    }

    /// The new range of what begins and ends outside the replaced ranges, or with one.
    pub(crate) fn range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.start(range.start);
        start..self.start(range.end).max(start)
    }

    /// The end of the text inserted for the bytes at `place`.
    pub(crate) fn end_of(&self, place: &Range<usize>) -> usize {
        let at = self.splices.partition_point(|(other, _)| (other.start, other.end) < (place.start, place.end));
        self.splices.get(at).map_or(place.end, |(_, new)| new.end)
    }

    /// Whether all bytes at `place` were replaced by nothing.
    pub(crate) fn is_cut(&self, place: &Range<usize>) -> bool {
        self.splices.iter().any(|(cut, new)| new.is_empty() && cut.start <= place.start && place.end <= cut.end)
    }
}
