//! Armor: a file as strict PEM text (RFC 7468), for channels that carry only text. age files have the same with other labels.

use std::io::{self, BufRead, BufReader, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, FormatError};

/// The first line of an armored file.
pub const BEGIN: &str = "-----BEGIN KENC FILE-----";
/// The last line of an armored file.
pub const END: &str = "-----END KENC FILE-----";

/// Characters in every line but the last, which may be shorter.
const LINE_CHARS: usize = 64;
/// Bytes in every line but the last.
const LINE_BYTES: usize = LINE_CHARS / 4 * 3;
/// Lines that are written at once.
const LINES_AT_ONCE: usize = 256;

/// What armor of one format begins and ends with.
#[derive(Clone, Copy, Debug)]
pub struct ArmorLabels {
    /// The first line.
    pub begin: &'static str,
    /// The last line.
    pub end: &'static str,
    /// What may stand around it.
    pub surroundings: Surroundings,
}

/// What may stand around armor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing.
    Nothing,
    /// Lines of nothing but whitespace, up to 1024 bytes on each side.
    Whitespace,
}

const KENC: ArmorLabels = ArmorLabels { begin: BEGIN, end: END, surroundings: Surroundings::Nothing };
/// Most whitespace on either side, in bytes.
const MAX_WHITESPACE: usize = 1024;

/// Writes bytes as armor to a writer below it.
pub struct ArmorWriter<W: Write> {
    writer: W,
    labels: ArmorLabels,
    /// Bytes of incomplete or unwritten lines.
    pending: Vec<u8>,
    text: String,
}

impl<W: Write> ArmorWriter<W> {
    /// Writes the first line of the armor of a kenc file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W) -> io::Result<Self> {
        Self::with_labels(writer, KENC)
    }

    /// Writes the first line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn with_labels(mut writer: W, labels: ArmorLabels) -> io::Result<Self> {
        writer.write_all(labels.begin.as_bytes())?;
        writer.write_all(b"\n")?;
        Ok(Self { writer, labels, pending: Vec::new(), text: String::new() })
    }

    /// Writes what is left, and the last line.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_lines(self.pending.len())?;
        self.writer.write_all(self.labels.end.as_bytes())?;
        self.writer.write_all(b"\n")?;
        self.writer.flush()?;
        Ok(self.writer)
    }

    fn write_lines(&mut self, len: usize) -> io::Result<()> {
        let Self { writer, labels: _, pending, text } = self;
        text.clear();
        for line in pending[..len].chunks(LINE_BYTES) {
            STANDARD.encode_string(line, text);
            text.push('\n');
        }
        pending.drain(..len);
        writer.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for ArmorWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(LINES_AT_ONCE * LINE_BYTES);
        self.pending.extend_from_slice(&bytes[..taken]);
        let whole = self.pending.len() / LINE_BYTES * LINE_BYTES;
        if whole >= LINES_AT_ONCE * LINE_BYTES {
            self.write_lines(whole)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Reads the bytes out of armor, and refuses everything that [`ArmorWriter`] would not have written, except for line
/// ends: `\r\n` is read like `\n`.
pub struct ArmorReader<R: Read> {
    lines: BufReader<R>,
    labels: ArmorLabels,
    /// Whitespace that was skipped, in bytes.
    skipped: usize,
    line: Vec<u8>,
    line_number: u64,
    bytes: [u8; LINE_BYTES],
    /// The part of `bytes` that was not returned yet.
    ready: std::ops::Range<usize>,
    state: ArmorState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ArmorState {
    BeforeBegin,
    Body,
    /// A short line was read: only the END line may follow.
    AfterShortLine,
    Ended,
    Failed(&'static str),
}

impl<R: Read> ArmorReader<R> {
    /// Reads the armor of a kenc file from `reader`, which is at the first line.
    pub fn new(reader: R) -> Self {
        Self::with_labels(reader, KENC)
    }

    /// Reads armor from `reader`, which is at the first line or what may stand before it.
    pub fn with_labels(reader: R, labels: ArmorLabels) -> Self {
        Self {
            lines: BufReader::with_capacity(64 << 10, reader),
            labels,
            skipped: 0,
            line: Vec::with_capacity(LINE_CHARS + 2),
            line_number: 0,
            bytes: [0; LINE_BYTES],
            ready: 0..0,
            state: ArmorState::BeforeBegin,
        }
    }

    /// Reads the next line and turns it into bytes, or into a change of state.
    fn advance(&mut self) -> io::Result<()> {
        self.line.clear();
        // A line that is too long is refused before it is kept.
        let longest = LINE_CHARS as u64 + 2;
        (&mut self.lines).take(longest).read_until(b'\n', &mut self.line)?;
        self.line_number += 1;
        let at_end = self.line.is_empty();
        let line =
            self.line.strip_suffix(b"\n").map_or(&self.line[..], |line| line.strip_suffix(b"\r").unwrap_or(line));
        let fault = match self.state {
            ArmorState::BeforeBegin if !at_end && may_be_skipped(self.labels, &mut self.skipped, &self.line) => None,
            ArmorState::BeforeBegin if line == self.labels.begin.as_bytes() => {
                self.state = ArmorState::Body;
                None
            }
            ArmorState::BeforeBegin => Some("is not the BEGIN line"),
            ArmorState::Body | ArmorState::AfterShortLine if at_end => Some("is missing: the armor was cut off"),
            ArmorState::Body | ArmorState::AfterShortLine if line == self.labels.end.as_bytes() => {
                self.state = ArmorState::Ended;
                if is_at_end(&mut self.lines, self.labels.surroundings)? {
                    None
                } else {
                    self.line_number += 1;
                    Some("follows the END line")
                }
            }
            ArmorState::AfterShortLine => Some("follows a line that is shorter than 64 characters"),
            ArmorState::Body if line.len() > LINE_CHARS => Some("is longer than 64 characters"),
            ArmorState::Body if line.is_empty() => Some("is empty"),
            ArmorState::Body => match STANDARD.decode_slice(line, &mut self.bytes) {
                Ok(count) => {
                    self.ready = 0..count;
                    // A full line may be padded, too: then it is the last as well.
                    if count < LINE_BYTES {
                        self.state = ArmorState::AfterShortLine;
                    }
                    None
                }
                Err(_) => Some("is not base64"),
            },
            ArmorState::Ended | ArmorState::Failed(_) => None,
        };
        if let Some(fault) = fault {
            self.state = ArmorState::Failed(fault);
        }
        Ok(())
    }
}

impl<R: Read> Read for ArmorReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() {
            match self.state {
                ArmorState::Ended => return Ok(0),
                ArmorState::Failed(fault) => {
                    let error = FormatError::Armor { line: self.line_number, fault };
                    return Err(io::Error::other(Error::from(error)));
                }
                _ => {
                    if let Err(error) = self.advance() {
                        // Bytes of a line may be lost, so what follows cannot be trusted.
                        self.state = ArmorState::Failed("could not be read");
                        return Err(error);
                    }
                }
            }
        }
        let count = self.ready.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.bytes[self.ready.start..self.ready.start + count]);
        self.ready.start += count;
        Ok(count)
    }
}

fn may_be_skipped(labels: ArmorLabels, skipped: &mut usize, line: &[u8]) -> bool {
    *skipped += line.len();
    labels.surroundings == Surroundings::Whitespace && line.trim_ascii().is_empty() && *skipped <= MAX_WHITESPACE
}

fn is_at_end(reader: &mut dyn BufRead, surroundings: Surroundings) -> io::Result<bool> {
    let mut skipped = 0;
    loop {
        match reader.fill_buf() {
            Ok([]) => return Ok(true),
            Ok(rest) if surroundings == Surroundings::Whitespace && rest.trim_ascii().is_empty() => {
                let count = rest.len();
                skipped += count;
                if skipped > MAX_WHITESPACE {
                    return Ok(false);
                }
                reader.consume(count);
            }
            Ok(_) => return Ok(false),
            // Retry here: a caller that retries would see the end of the armor, whatever follows it.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn armored(bytes: &[u8]) -> Vec<u8> {
        let mut writer = ArmorWriter::new(Vec::new()).unwrap();
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn unarmored(text: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        ArmorReader::new(text).read_to_end(&mut bytes).map(|_| bytes)
    }

    proptest! {
        #[test]
        fn what_was_armored_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            prop_assert_eq!(unarmored(&armored(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn what_is_read_is_armored_to_the_same_text(line in "[A-D=]{0,9}", short in "[AB=\\r\\n ]{0,4}") {
            let text = format!("{BEGIN}\n{}\n{line}{short}\n{END}\n", "A".repeat(LINE_CHARS));
            if let Ok(bytes) = unarmored(text.as_bytes()) {
                prop_assert_eq!(armored(&bytes), text.replace("\r\n", "\n").into_bytes());
            }
        }
    }

    #[test]
    fn many_lines_are_read_back() {
        for length in [47, 48, 49, 256 * 48 - 1, 256 * 48, 256 * 48 + 1, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|n: u32| n.to_le_bytes()[0]).collect();
            let text = armored(&bytes);
            assert!(text.split(|&byte| byte == b'\n').all(|line| line.len() <= LINE_CHARS));
            assert_eq!(unarmored(&text).unwrap(), bytes);
        }
    }

    #[test]
    fn windows_line_ends_are_read_and_a_missing_last_line_end_too() {
        let text = String::from_utf8(armored(b"hello")).unwrap();
        assert_eq!(unarmored(text.replace('\n', "\r\n").as_bytes()).unwrap(), b"hello");
        assert_eq!(unarmored(text.trim_end().as_bytes()).unwrap(), b"hello");
    }

    /// A test reader: returns one line per read, and fails before the last.
    struct Failing<'a> {
        pieces: Vec<&'a [u8]>,
        error: Option<io::ErrorKind>,
    }

    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.pieces.len() == 1
                && let Some(error) = self.error.take()
            {
                return Err(error.into());
            }
            if self.pieces.is_empty() {
                return Ok(0);
            }
            let piece = self.pieces.remove(0);
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn an_interruption_behind_the_last_line_does_not_hide_what_follows() {
        let text = armored(b"hello");
        let pieces = vec![&text[..], b"more"];
        let mut reader = ArmorReader::new(Failing { pieces, error: Some(io::ErrorKind::Interrupted) });
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("follows the END line"), "{error}");
    }

    #[test]
    fn a_reader_that_failed_once_stays_failed() {
        let text = armored(b"hello");
        let pieces = vec![&text[..30], &text[30..]];
        let mut reader = ArmorReader::new(Failing { pieces, error: Some(io::ErrorKind::TimedOut) });
        for _ in 0..3 {
            assert!(reader.read(&mut [0; 10]).is_err());
        }
    }

    #[test]
    fn a_text_that_is_not_strict_is_refused_with_its_line() {
        let full = "A".repeat(LINE_CHARS);
        let cases = [
            (format!("{BEGIN}\n"), 2, "cut off"),
            (format!("{BEGIN}\n{full}\nAAAA\n"), 4, "cut off"),
            (format!("{BEGIN}\nAAAA\nAAAA\n{END}\n"), 3, "follows a line"),
            (format!("{BEGIN}\n\nAAAA\n{END}\n"), 2, "is empty"),
            (format!("{BEGIN}\n{full}A\n{END}\n"), 2, "longer"),
            (format!("{BEGIN}\nAAA\n{END}\n"), 2, "not base64"),
            (format!("{BEGIN}\nAAAB====\n{END}\n"), 2, "not base64"),
            (format!("{BEGIN}\nAB==\n{END}\n"), 2, "not base64"),
            (format!("{BEGIN}\n AAAA\n{END}\n"), 2, "not base64"),
            (format!("{BEGIN}\nAAAA\n{END}\nmore"), 4, "END"),
            (format!(" {BEGIN}\nAAAA\n{END}\n"), 1, "BEGIN"),
        ];
        for (text, line, fault) in cases {
            let error = unarmored(text.as_bytes()).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("line {line} of the armor")) && error.contains(fault),
                "{text}: {error}"
            );
        }
    }
}
