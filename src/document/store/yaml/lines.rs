//! Reads usual YAML line by line, many times faster than the parser for all of YAML: mappings and lists in block style, whose
//! scalars stand on one line each or in a literal block, and comments.
//!
//! Whatever is not certain to be that has no layout here, and the parser decides what it means, or what is wrong with it. A
//! layout that is returned is the one that the parser gives.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ScalarStyle, StructureStyle};
use memchr::{memchr, memchr_iter, memchr2};

use super::layout::{CollectionKind, DocumentMark, LayoutBuilder, YamlLayout};
use super::shallow::decoded;
use crate::document::content::tree::TextPlace;

/// The parser permits more.
const MAX_DEPTH: usize = 100;

/// The longest key on this path in bytes: the parser has a limit of 1024 characters.
const MAX_KEY: usize = 900;

/// The layout of a text, if it is usual.
pub(super) fn layout(text: &str) -> Option<YamlLayout<'_>> {
    read(text, LayoutBuilder::new(text))?.finish().ok()
}

/// Takes what is read, in the order of the text. `None` ends the reading.
pub(super) trait LineSink<'t> {
    /// A document begins.
    fn document(&mut self, mark: DocumentMark, range: &Range<usize>, place: TextPlace) -> Option<()>;
    /// A comment.
    fn comment(&mut self, range: Range<usize>, place: TextPlace) -> Option<()>;
    /// A collection begins. Its children are in the column `indent`, from 0.
    fn start(
        &mut self,
        kind: CollectionKind,
        style: StructureStyle,
        indent: usize,
        range: Range<usize>,
        place: TextPlace,
    ) -> Option<()>;
    /// The innermost collection ends, with the bracket at `range` if it has one.
    fn stop(&mut self, range: &Range<usize>) -> Option<()>;
    /// A key or a value; with an empty range, the missing value of the key whose colon is there.
    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, range: Range<usize>, place: TextPlace) -> Option<()>;
}

impl<'t> LineSink<'t> for LayoutBuilder<'t> {
    fn document(&mut self, mark: DocumentMark, range: &Range<usize>, place: TextPlace) -> Option<()> {
        self.document(mark, range, place).ok()
    }

    fn comment(&mut self, range: Range<usize>, place: TextPlace) -> Option<()> {
        self.comment(range, place).ok()
    }

    fn start(
        &mut self,
        kind: CollectionKind,
        style: StructureStyle,
        _: usize,
        range: Range<usize>,
        place: TextPlace,
    ) -> Option<()> {
        self.start(kind, style, range, place).ok()
    }

    fn stop(&mut self, range: &Range<usize>) -> Option<()> {
        self.stop(range);
        Some(())
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, range: Range<usize>, place: TextPlace) -> Option<()> {
        self.scalar(text, style, None, range, place).ok()
    }
}

/// Reads a text, if it is usual.
pub(super) fn read<'t, S: LineSink<'t>>(text: &'t str, sink: S) -> Option<S> {
    if !has_usual_characters(text) {
        return None;
    }
    let mut reader = LineReader {
        text,
        bytes: text.as_bytes(),
        is_ascii: text.is_ascii(),
        at: 0,
        line: 1,
        open: Vec::new(),
        waits: None,
        document: DocumentState::Between,
        sink,
    };
    reader.read()?;
    Some(reader.sink)
}

/// Whether every character is printable, without tabs, carriage returns and marks that some readers take for line ends.
fn has_usual_characters(text: &str) -> bool {
    let is_control = |byte: u8| u8::from((byte < b' ' && byte != b'\n') || byte == 0x7f);
    // No early end within a block, so that it is done many bytes at a time.
    let is_usual_block = |block: &[u8]| block.iter().fold(0, |any, byte| any | is_control(*byte)) == 0;
    let is_unusual = |letter: char| matches!(letter, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..);
    text.as_bytes().chunks(4096).all(is_usual_block) && (text.is_ascii() || !text.chars().any(is_unusual))
}

/// Where the reader is in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DocumentState {
    /// Before the first content of a document, which begins with that.
    Between,
    /// After a marker.
    Begun,
    /// After some content.
    Within,
}

/// A collection that has not ended.
#[derive(Clone, Copy)]
struct OpenCollection {
    kind: CollectionKind,
    /// The column of its children, from 0.
    indent: usize,
}

struct LineReader<'t, S> {
    text: &'t str,
    bytes: &'t [u8],
    is_ascii: bool,
    /// The start of the line that is read, and its number.
    at: usize,
    line: u64,
    open: Vec<OpenCollection>,
    /// The colon of a key whose value is not on its line.
    waits: Option<(usize, TextPlace)>,
    document: DocumentState,
    sink: S,
}

/// A scalar on one line.
struct Token<'t> {
    start: usize,
    end: usize,
    style: ScalarStyle,
    text: Cow<'t, str>,
}

impl<'t, S: LineSink<'t>> LineReader<'t, S> {
    fn read(&mut self) -> Option<()> {
        while self.at < self.text.len() {
            let end = memchr(b'\n', &self.bytes[self.at..]).map_or(self.text.len(), |length| self.at + length);
            let blanks = self.bytes[self.at..end].iter().take_while(|byte| **byte == b' ').count();
            let start = self.at + blanks;
            if start == end {
                self.next_line(end);
            } else if self.bytes[start] == b'#' {
                self.comment(start, end)?;
                self.next_line(end);
            } else if blanks == 0 && matches!(&self.bytes[start..end], [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..])
            {
                self.marker(start, end)?;
                self.next_line(end);
            } else {
                self.content(blanks, start, end)?;
            }
        }
        self.close_document()?;
        (self.document == DocumentState::Within).then_some(())
    }

    fn next_line(&mut self, end: usize) {
        self.at = end + 1;
        self.line += 1;
    }

    fn place(&self, at: usize) -> TextPlace {
        let before = &self.text[self.at..at];
        let column = if self.is_ascii { before.len() } else { before.chars().count() };
        TextPlace { line: self.line, column: column as u64 + 1 }
    }

    fn comment(&mut self, start: usize, end: usize) -> Option<()> {
        self.sink.comment(start..end, self.place(start))
    }

    /// A line that is a marker and nothing else.
    fn marker(&mut self, start: usize, end: usize) -> Option<()> {
        if &self.bytes[start..end] != b"---" || self.document == DocumentState::Begun {
            return None;
        }
        self.close_document()?;
        self.sink.document(DocumentMark::Explicit, &(start..end), self.place(start))?;
        self.document = DocumentState::Begun;
        Some(())
    }

    fn close_document(&mut self) -> Option<()> {
        self.settle()?;
        while !self.open.is_empty() {
            self.close()?;
        }
        Some(())
    }

    /// A line with content from `start`.
    fn content(&mut self, indent: usize, start: usize, end: usize) -> Option<()> {
        if self.document == DocumentState::Between {
            self.sink.document(DocumentMark::Implicit, &(start..start), self.place(start))?;
        }
        let is_first = self.document != DocumentState::Within;
        self.document = DocumentState::Within;
        if self.bytes[start] != b'-' || self.bytes.get(start + 1) != Some(&b' ') {
            self.reach(indent, start, is_first)?;
            return self.member(indent, start, end);
        }
        let item = start + 1 + self.bytes[start + 1..end].iter().take_while(|byte| **byte == b' ').count();
        if item == end {
            return None;
        }
        self.reach_item(indent, start, item, is_first)?;
        // A list within a list on one line is unusual, and so is a comment here.
        if matches!(self.bytes[item], b'-' if matches!(self.bytes.get(item + 1), None | Some(b' ' | b'\n'))) {
            return None;
        }
        let column = item - self.at;
        if self.key(item, end).is_some() {
            self.start(CollectionKind::Mapping, column, item)?;
            return self.member(column, item, end);
        }
        if self.bytes[item] == b'|' {
            return None;
        }
        self.value(item, end)
    }

    /// Ends and begins collections until the innermost is the mapping to which the line belongs.
    fn reach(&mut self, indent: usize, start: usize, is_first: bool) -> Option<()> {
        if is_first {
            return self.start(CollectionKind::Mapping, indent, start);
        }
        let holder = self.open.last()?;
        if self.waits.is_some() && indent > holder.indent {
            self.waits = None;
            return self.start(CollectionKind::Mapping, indent, start);
        }
        self.settle()?;
        let is_inside = |last: &OpenCollection| {
            last.indent > indent || (last.indent == indent && last.kind == CollectionKind::Sequence)
        };
        while self.open.last().is_some_and(is_inside) {
            self.close()?;
        }
        self.open.last().filter(|last| last.indent == indent).map(|_| ())
    }

    /// The same for an item of a list, whose content begins at `item`.
    fn reach_item(&mut self, indent: usize, dash: usize, item: usize, is_first: bool) -> Option<()> {
        let holder = *self.open.last().filter(|_| !is_first)?;
        if self.waits.is_some() && indent >= holder.indent {
            self.waits = None;
            // Of a list that is not indented more than its key, the parser reports the first item.
            return self.start(CollectionKind::Sequence, indent, if indent == holder.indent { item } else { dash });
        }
        self.settle()?;
        while self.open.last().is_some_and(|last| last.indent > indent) {
            self.close()?;
        }
        let is_list = |last: &&OpenCollection| last.indent == indent && last.kind == CollectionKind::Sequence;
        self.open.last().filter(is_list).map(|_| ())
    }

    fn start(&mut self, kind: CollectionKind, indent: usize, at: usize) -> Option<()> {
        if self.open.len() == MAX_DEPTH {
            return None;
        }
        self.sink.start(kind, StructureStyle::Block, indent, at..at, self.place(at))?;
        self.open.push(OpenCollection { kind, indent });
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.open.pop();
        self.sink.stop(&(0..0))
    }

    /// A key that waited for a value has none.
    fn settle(&mut self) -> Option<()> {
        let Some((colon, place)) = self.waits.take() else { return Some(()) };
        self.sink.scalar(Cow::Borrowed("~"), ScalarStyle::Plain, colon..colon, place)
    }

    /// A key with what follows it on its line.
    fn member(&mut self, indent: usize, start: usize, end: usize) -> Option<()> {
        let (key, colon) = self.key(start, end)?;
        self.scalar(key)?;
        let value = colon + 1 + self.bytes[colon + 1..end].iter().take_while(|byte| **byte == b' ').count();
        if value == end || self.bytes[value] == b'#' {
            self.waits = Some((colon, self.place(colon)));
            if value < end {
                self.comment(value, end)?;
            }
            self.next_line(end);
            return Some(());
        }
        if self.bytes[value] == b'|' {
            return self.literal(indent, value, end);
        }
        self.value(value, end)
    }

    /// A key and the offset of its colon, if there is one.
    fn key(&self, start: usize, end: usize) -> Option<(Token<'t>, usize)> {
        let is_colon = |at: usize| self.bytes[at] == b':' && (at + 1 == end || self.bytes[at + 1] == b' ');
        if matches!(self.bytes[start], b'"' | b'\'') {
            let token = self.quoted(start, end)?;
            let colon = token.end;
            return (colon < end && is_colon(colon) && colon - start <= MAX_KEY).then_some((token, colon));
        }
        if !self.begins_plain(start, end) {
            return None;
        }
        let colon = memchr_iter(b':', &self.bytes[start..end]).map(|at| start + at).find(|at| is_colon(*at))?;
        let text = &self.text[start..colon];
        let is_usual = colon - start <= MAX_KEY && !text.ends_with(' ') && !text.contains(" #");
        is_usual.then_some((Token { start, end: colon, style: ScalarStyle::Plain, text: text.into() }, colon))
    }

    /// A scalar on the rest of a line, and the comment after it.
    fn value(&mut self, start: usize, end: usize) -> Option<()> {
        let token = match self.bytes[start] {
            b'"' | b'\'' => self.quoted(start, end)?,
            b'[' if self.bytes[start + 1..end].first() == Some(&b']') => {
                return self.empty_collection(CollectionKind::Sequence, start, end);
            }
            b'{' if self.bytes[start + 1..end].first() == Some(&b'}') => {
                return self.empty_collection(CollectionKind::Mapping, start, end);
            }
            _ => self.plain(start, end)?,
        };
        let behind = token.end;
        self.scalar(token)?;
        self.rest(behind, end)
    }

    fn scalar(&mut self, token: Token<'t>) -> Option<()> {
        let Token { start, end, style, text } = token;
        self.sink.scalar(text, style, start..end, self.place(start))
    }

    fn empty_collection(&mut self, kind: CollectionKind, start: usize, end: usize) -> Option<()> {
        self.sink.start(kind, StructureStyle::Flow, start - self.at, start..start + 1, self.place(start))?;
        self.sink.stop(&(start + 1..start + 2))?;
        self.rest(start + 2, end)
    }

    /// What follows a scalar on its line: nothing, or a comment.
    fn rest(&mut self, from: usize, end: usize) -> Option<()> {
        let blanks = self.bytes[from..end].iter().take_while(|byte| **byte == b' ').count();
        let start = from + blanks;
        if start < end {
            if blanks == 0 || self.bytes[start] != b'#' {
                return None;
            }
            self.comment(start, end)?;
        }
        self.next_line(end);
        Some(())
    }

    /// Whether a plain scalar begins here, and not something else.
    fn begins_plain(&self, start: usize, end: usize) -> bool {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_/.+$(<=^~\\".contains(&byte);
        match self.bytes[start] {
            b'-' => self.bytes[start + 1..end].first().is_some_and(|byte| *byte == b'-' || is_usual(*byte)),
            byte => is_usual(byte),
        }
    }

    fn plain(&self, start: usize, end: usize) -> Option<Token<'t>> {
        if !self.begins_plain(start, end) {
            return None;
        }
        let (mut at, mut stop) = (start, end);
        while let Some(found) = memchr2(b':', b'#', &self.bytes[at..end]) {
            let sign = at + found;
            if self.bytes[sign] == b'#' {
                if self.bytes[sign - 1] == b' ' {
                    stop = sign;
                    break;
                }
            } else if sign + 1 == end || self.bytes[sign + 1] == b' ' {
                return None;
            }
            at = sign + 1;
        }
        let text = self.text[start..stop].trim_end_matches(' ');
        Some(Token { start, end: start + text.len(), style: ScalarStyle::Plain, text: text.into() })
    }

    /// A scalar in quotes that ends on its line.
    fn quoted(&self, start: usize, end: usize) -> Option<Token<'t>> {
        let quote = self.bytes[start];
        let (mut at, mut is_verbatim) = (start + 1, true);
        loop {
            let sign = at + memchr2(quote, b'\\', &self.bytes[at..end])?;
            at = sign + 1;
            if quote == b'"' && self.bytes[sign] == b'\\' {
                (at, is_verbatim) = (sign + 2, false);
                if at >= end {
                    return None;
                }
            } else if self.bytes[sign] == quote {
                if quote == b'"' || self.bytes[at..end].first() != Some(&quote) {
                    break;
                }
                (at, is_verbatim) = (sign + 2, false);
            }
        }
        let inside = &self.text[start + 1..at - 1];
        let text = match (is_verbatim, quote) {
            (true, _) => inside.into(),
            (false, b'\'') => inside.replace("''", "'").into(),
            (false, _) => decoded(&self.text[start..at])?.into(),
        };
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        Some(Token { start, end: at, style, text })
    }

    /// A literal block below a header, in a mapping with this indentation.
    fn literal(&mut self, parent: usize, header: usize, end: usize) -> Option<()> {
        let (chomping, header_end) = match self.bytes[header + 1..end].first() {
            Some(b'-') => (Some(b'-'), header + 2),
            Some(b'+') => (Some(b'+'), header + 2),
            _ => (None, header + 1),
        };
        if self.bytes[header_end..end].iter().any(|byte| *byte != b' ') {
            return None;
        }
        self.next_line(end);
        let mut text = String::new();
        while self.bytes.get(self.at) == Some(&b'\n') {
            text.push('\n');
            self.next_line(self.at);
        }
        let indent = self.bytes.get(self.at..)?.iter().take_while(|byte| **byte == b' ').count();
        let start = self.at + indent;
        if indent <= parent || matches!(self.bytes.get(start), None | Some(b'\n')) {
            return None;
        }
        let place = self.place(start);
        let mut body_end = start;
        // The line breaks after the last line.
        let mut breaks = 0;
        while self.at < self.text.len() {
            let line_end = memchr(b'\n', &self.bytes[self.at..]).map_or(self.text.len(), |length| self.at + length);
            let blanks = self.bytes[self.at..line_end].iter().take_while(|byte| **byte == b' ').count();
            if self.at + blanks == line_end {
                // A line of spaces may be part of the text, and at the end of a file is something else again.
                if blanks > indent || line_end == self.text.len() {
                    return None;
                }
                breaks += 1;
                body_end = (line_end + 1).min(self.text.len());
            } else if blanks < indent {
                if blanks > parent {
                    return None;
                }
                body_end = self.at + blanks;
                break;
            } else {
                (0..breaks).for_each(|_| text.push('\n'));
                text.push_str(&self.text[self.at + indent..line_end]);
                // A file that ends without a line break is left to the parser.
                if line_end == self.text.len() {
                    return None;
                }
                breaks = 1;
                body_end = line_end + 1;
            }
            self.next_line(line_end);
        }
        match chomping {
            Some(b'-') => {}
            Some(_) => (0..breaks).for_each(|_| text.push('\n')),
            None => text.push('\n'),
        }
        self.sink.scalar(text.into(), ScalarStyle::Literal, start..body_end, place)
    }
}

#[cfg(test)]
mod tests;
