//! Converts offsets into a text to lines and columns.

use memchr::memchr_iter;

use crate::document::content::tree::TextPlace;

/// The number of bytes between two recorded character counts.
const BLOCK: usize = 256;

/// Converts offsets to lines and columns quickly, even if a text is one long line.
pub(crate) struct LineIndex<'a> {
    text: &'a str,
    /// The offset of the start of each line.
    starts: Vec<usize>,
    /// The number of characters before each block; empty if every character is one byte.
    characters: Vec<usize>,
}

/// The lines of a comment with their line break, if they hold nothing else.
pub(crate) fn own_lines(text: &str, comment: &std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
    const BLANKS: [char; 4] = [' ', '\t', '\r', '\u{feff}'];
    let start = text[..comment.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[comment.end..].find('\n').map_or(text.len(), |newline| comment.end + newline + 1);
    let is_alone = text[start..comment.start].trim_matches(BLANKS).is_empty()
        && text[comment.end..end].trim_end_matches('\n').trim_matches(BLANKS).is_empty();
    // A byte order mark is kept at the start.
    let mark = text[start..comment.start].starts_with('\u{feff}');
    is_alone.then(|| if mark { start + '\u{feff}'.len_utf8()..end } else { start..end })
}

impl<'a> LineIndex<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for block in text.as_bytes().chunks(BLOCK) {
                characters.push(count);
                count += count_characters(block);
            }
            characters.push(count);
        }
        Self { text, starts, characters }
    }

    /// The position of the byte at `offset`.
    pub(crate) fn place(&self, offset: usize) -> TextPlace {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        TextPlace {
            line: line as u64,
            column: (self.characters_before(offset) - self.characters_before(start) + 1) as u64,
        }
    }

    /// The same for offsets that mostly come in order. `line` is the last one, counted from 0.
    pub(crate) fn place_from(&self, line: &mut usize, offset: usize) -> TextPlace {
        if self.starts.get(*line).is_none_or(|start| *start > offset) {
            *line = self.starts.partition_point(|start| *start <= offset) - 1;
        }
        while self.starts.get(*line + 1).is_some_and(|start| *start <= offset) {
            *line += 1;
        }
        let before = self.characters_before(offset) - self.characters_before(self.starts[*line]);
        TextPlace { line: *line as u64 + 1, column: before as u64 + 1 }
    }

    /// The offset of a position, or the end of the text if it is beyond that.
    pub(crate) fn offset(&self, place: TextPlace) -> usize {
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
        let Some(start) = self.starts.get(at(place.line)) else { return self.text.len() };
        if self.characters.is_empty() {
            return start.saturating_add(at(place.column)).min(self.text.len());
        }
        let wanted = self.characters_before(*start).saturating_add(at(place.column));
        let block = self.characters.partition_point(|count| *count <= wanted).saturating_sub(1);
        let is_start = |(_, byte): &(usize, u8)| byte & 0b1100_0000 != 0b1000_0000;
        let bytes = self.text.bytes().enumerate().skip(block * BLOCK).filter(is_start);
        bytes.map(|(offset, _)| offset).nth(wanted - self.characters[block]).unwrap_or(self.text.len())
    }

    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        match self.characters.get(offset / BLOCK) {
            None => offset,
            Some(count) => count + count_characters(&self.text.as_bytes()[offset / BLOCK * BLOCK..offset]),
        }
    }
}

/// The number of characters that begin in `bytes`.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_and_in_characters() {
        let text = format!("a\nüx\r\n{}é!", "ö".repeat(1000));
        let lines = LineIndex::new(&text);
        for (letter, line, column) in
            [('a', 1, 1), ('ü', 2, 1), ('x', 2, 2), ('ö', 3, 1), ('é', 3, 1001), ('!', 3, 1002)]
        {
            let place = lines.place(text.find(letter).unwrap());
            assert_eq!((place.line, place.column), (line, column), "{letter}");
        }
        let (mut line, mut back) = (0, 0);
        for (offset, _) in text.char_indices() {
            assert_eq!(lines.offset(lines.place(offset)), offset);
            assert_eq!(lines.place_from(&mut line, offset), lines.place(offset));
            assert_eq!(lines.place_from(&mut back, text.len() - offset), lines.place(text.len() - offset));
        }
        assert_eq!(lines.place(text.len()), TextPlace { line: 3, column: 1003 });
        assert_eq!(lines.offset(TextPlace { line: 3, column: 1003 }), text.len());
        assert_eq!(LineIndex::new("").place(0), TextPlace { line: 1, column: 1 });
    }
}
