//! Reads records in blocks: whole ones, with their numbers, in little memory.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};
use zeroize::Zeroizing;

use crate::error::{Error, RecordFault, Result};
use crate::formats::records::notation::RecordNotation;
use crate::formats::transfer::read_up_to;

/// Bytes of a block, unless a record is longer.
const BLOCK: usize = 256 << 10;

/// Some records that follow each other.
pub(super) struct RecordBlock {
    /// Their text.
    pub(super) text: Zeroizing<Vec<u8>>,
    /// Number of the first one, from 1; 0 for the names of columns.
    pub(super) first: u64,
    /// How many there are.
    pub(super) count: u64,
    /// Where the last one ends that has a line end, in bytes: only the last block can go on.
    pub(super) whole_len: usize,
}

/// What becomes of the last record that was read so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastRecord {
    /// It belongs to its block.
    Given,
    /// It waits, with the one before it, until it is known whether it is the last one of the file.
    HeldBack,
}

/// Reads blocks.
pub(super) struct RecordBlocks<'a> {
    input: &'a mut dyn Read,
    notation: RecordNotation,
    last: LastRecord,
    longest: usize,
    cancelled: &'a AtomicBool,
    /// What was read and not given.
    rest: Zeroizing<Vec<u8>>,
    next: u64,
    has_ended: bool,
}

/// Where records end in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct RecordEnds {
    /// How many.
    count: u64,
    /// Where the last one ends.
    last: usize,
    /// Where the third last one ends.
    third_last: usize,
}

impl<'a> RecordBlocks<'a> {
    pub(super) fn new(
        input: &'a mut dyn Read,
        notation: RecordNotation,
        (last, longest): (LastRecord, usize),
        cancelled: &'a AtomicBool,
    ) -> Self {
        let next = u64::from(notation != RecordNotation::Csv);
        Self { input, notation, last, longest, cancelled, rest: Zeroizing::default(), next, has_ended: false }
    }

    /// The next block; `None` at the end. The last one may end without a line end.
    pub(super) fn next(&mut self) -> Result<Option<RecordBlock>> {
        let mut wanted = BLOCK;
        loop {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            self.fill(wanted)?;
            if self.has_ended {
                return Ok(self.give_rest());
            }
            let ends = self.ends();
            let end = match self.last {
                LastRecord::Given => ends.last,
                LastRecord::HeldBack => ends.third_last,
            };
            if end > 0 {
                let held_back = if self.last == LastRecord::HeldBack { 2 } else { 0 };
                return Ok(Some(self.give_counted((end, end), ends.count - held_back)));
            }
            // There is one record, or two that are held back and one that goes on.
            if self.rest.len() > 3 * self.longest {
                return Err(self.too_long());
            }
            wanted = self.rest.len().saturating_mul(2);
        }
    }

    fn fill(&mut self, wanted: usize) -> Result<()> {
        if self.has_ended || self.rest.len() >= wanted {
            return Ok(());
        }
        // The old bytes are copied into a larger buffer by ourselves, so that they are wiped where they were.
        let mut larger = Zeroizing::new(Vec::with_capacity(wanted));
        larger.extend_from_slice(&self.rest);
        let filled = larger.len();
        larger.resize(wanted, 0);
        let count = read_up_to(self.input, &mut larger[filled..])?;
        larger.truncate(filled + count);
        self.has_ended = filled + count < wanted;
        self.rest = larger;
        Ok(())
    }

    fn ends(&self) -> RecordEnds {
        ends_of(self.notation, &self.rest)
    }

    fn give_rest(&mut self) -> Option<RecordBlock> {
        let (ends, len) = (self.ends(), self.rest.len());
        let count = ends.count + u64::from(ends.last < len);
        (len > 0).then(|| self.give_counted((len, ends.last), count))
    }

    fn give_counted(&mut self, (end, whole_len): (usize, usize), count: u64) -> RecordBlock {
        let rest = Zeroizing::new(self.rest[end..].to_vec());
        let mut text = std::mem::replace(&mut self.rest, rest);
        text.truncate(end);
        let first = self.next;
        self.next += count;
        RecordBlock { text, first, count, whole_len }
    }

    fn too_long(&self) -> Error {
        RecordFault::TooLong { record: self.next, limit: self.longest as u64 }.into()
    }
}

/// Finds the line ends that end records: in CSV, those outside quotes.
fn ends_of(notation: RecordNotation, text: &[u8]) -> RecordEnds {
    if notation != RecordNotation::Csv || memchr(b'"', text).is_none() {
        let Some(last) = memrchr(b'\n', text) else { return RecordEnds::default() };
        let before = |end: usize| memrchr(b'\n', &text[..end]);
        let third_last = before(last).and_then(before).map_or(0, |at| at + 1);
        return RecordEnds { count: memchr_iter(b'\n', text).count() as u64, last: last + 1, third_last };
    }
    let (mut ends, mut second_last, mut is_quoted) = (RecordEnds::default(), 0, false);
    for at in memchr2_iter(b'"', b'\n', text) {
        if text[at] == b'"' {
            is_quoted = !is_quoted;
        } else if !is_quoted {
            let previous_last = ends.last;
            ends = RecordEnds { count: ends.count + 1, last: at + 1, third_last: second_last };
            second_last = previous_last;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(notation: RecordNotation, last: LastRecord, text: &[u8]) -> Vec<(Vec<u8>, u64, u64)> {
        let (mut input, cancelled) = (text, AtomicBool::new(false));
        let mut blocks = RecordBlocks::new(&mut input, notation, (last, 1 << 20), &cancelled);
        let mut all = Vec::new();
        while let Some(RecordBlock { text, first, count, .. }) = blocks.next().unwrap() {
            all.push((text.to_vec(), first, count));
        }
        all
    }

    #[test]
    fn blocks_have_whole_records_with_their_numbers_and_lose_no_byte() {
        let numbers = || (0..50_000).map(|number| number.to_string());
        let lines: String =
            numbers().flat_map(|number| ["{\"number\":".to_owned(), number, "}\n".to_owned()]).collect();
        let cell = ",\"a \"\"line\"\"\nhere\"\r\n";
        let cells: String = numbers().flat_map(|number| [number, cell.to_owned()]).collect();
        for (notation, text) in [(RecordNotation::JsonLines, &lines), (RecordNotation::Csv, &cells)] {
            for last in [LastRecord::Given, LastRecord::HeldBack] {
                for text in [text.as_bytes(), text.trim_end().as_bytes()] {
                    let all = blocks(notation, last, text);
                    assert!(all.len() > 2);
                    assert_eq!(all.iter().flat_map(|(text, ..)| text).copied().collect::<Vec<u8>>(), text);
                    let mut next = u64::from(notation == RecordNotation::JsonLines);
                    for (number, (text, first, count)) in all.iter().enumerate() {
                        assert_eq!(*first, next);
                        next += count;
                        let is_last = number + 1 == all.len();
                        assert!(is_last || ends_of(notation, text).last == text.len());
                    }
                    assert_eq!(next, 50_000 + u64::from(notation == RecordNotation::JsonLines));
                }
            }
        }
        assert!(blocks(RecordNotation::Csv, LastRecord::HeldBack, b"").is_empty());
    }

    #[test]
    fn a_record_that_never_ends_is_refused_after_some_bytes() {
        for last in [LastRecord::Given, LastRecord::HeldBack] {
            let cancelled = AtomicBool::new(false);
            let mut input = std::io::repeat(b'x').take(1 << 30);
            let mut blocks = RecordBlocks::new(&mut input, RecordNotation::JsonLines, (last, 1 << 20), &cancelled);
            let fault = blocks.next().map(drop).unwrap_err();
            assert!(matches!(fault, Error::Record(RecordFault::TooLong { record: 1, limit: 0x10_0000 })));
            assert!(input.limit() > (1 << 30) - (9 << 20));
        }
    }
}
