//! Quoted scalars whose further lines are not indented more than their key. YAML forbids it, go-yaml and libyaml read it, and
//! people write it; the parser does not.
//!
//! The parser gets a copy of the text in which the first letters of such lines are blanks: every byte keeps its offset and its
//! line. What the scalar says is then read from the text itself.

use std::ops::Range;

use granit_parser::{Event, Parser, ScanError, options};
use zeroize::Zeroizing;

use super::source::start_of_line;

/// How many bytes are parsed for this at most: each line takes a parse or two.
const MOST_PARSED: usize = 64 << 20;

/// A text that the parser takes, with the bytes in it that are not those of the original.
pub(super) struct Deepened {
    pub(super) text: Zeroizing<String>,
    changed: Vec<Range<usize>>,
}

/// Whether the parser stopped at such a line.
pub(super) fn is_shallow(error: &ScanError) -> bool {
    error.info().contains("invalid indentation in multiline quoted scalar")
}

/// The text with such lines deepened. `None` if that does not help.
pub(super) fn deepened(text: &str) -> Option<Deepened> {
    let mut bytes = Zeroizing::new(text.as_bytes().to_vec());
    let mut changed: Vec<Range<usize>> = Vec::new();
    for _ in 0..=MOST_PARSED / text.len().max(1) {
        let current = std::str::from_utf8(&bytes).ok()?;
        let options = options! { emit_anchor_events: true, max_buffered_comment_events: usize::MAX };
        let Some(error) = Parser::new_from_str_with_options(current, options).find_map(Result::err) else {
            return Some(Deepened { text: Zeroizing::new(current.to_owned()), changed });
        };
        if !is_shallow(&error) {
            return None;
        }
        let line = start_of_line(current, error.marker().byte_offset()?);
        let blanks = current[line..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let first = line + blanks;
        let end = first + letters(&text[first..])?;
        bytes[first..end].fill(b' ');
        match changed.last_mut() {
            Some(last) if last.end == first => last.end = end,
            _ => changed.push(first..end),
        }
    }
    None
}

/// The length of the first letter within quotes: an escape must not lose its first half.
fn letters(text: &str) -> Option<usize> {
    let mut letters = text.chars();
    let first = letters.next().filter(|letter| !matches!(letter, '\n' | '\r'))?;
    let second = letters.next().filter(|letter| !matches!(letter, '\n' | '\r'));
    let is_pair = first == '\\' || (first == '\'' && second == Some('\''));
    Some(first.len_utf8() + second.filter(|_| is_pair).map_or(0, char::len_utf8))
}

impl Deepened {
    /// Whether the copy differs within a range.
    pub(super) fn differs_in(&self, range: &Range<usize>) -> bool {
        self.changed.iter().any(|changed| changed.start < range.end && range.start < changed.end)
    }
}

/// What a quoted scalar says, alone.
pub(super) fn decoded(token: &str) -> Option<String> {
    let mut scalars = Parser::new_from_str(token).filter_map(|event| match event {
        Ok((Event::Scalar(text, ..), _)) => Some(text.into_owned()),
        _ => None,
    });
    scalars.next()
}
