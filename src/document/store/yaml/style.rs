//! The text of scalars, in each style.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr2_iter;
use zeroize::Zeroizing;

use crate::document::content::scalar::{plain_text, reads_as_text};
use crate::document::content::value::Value;

/// The styles of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Block,
}

impl Style {
    /// The style of a token without its tag.
    pub(super) fn of(token: &str) -> Self {
        match token.as_bytes().first() {
            Some(b'\'') => Self::Single,
            Some(b'"') => Self::Double,
            Some(b'|' | b'>') => Self::Block,
            _ => Self::Plain,
        }
    }
}

/// A value on one line: in the given style if it can express the value.
pub(super) fn one_line(value: &Value, style: Style, in_flow: bool) -> Zeroizing<String> {
    let text = match value {
        Value::Text(text) => text,
        Value::Bytes(bytes) => return format!("!!binary {}", STANDARD.encode(bytes)).into(),
        other => return plain_text(other).expect("what is no text has a plain text").into(),
    };
    match style {
        Style::Plain | Style::Block if may_be_plain(text, in_flow) => text.to_string().into(),
        Style::Single if may_be_single_quoted(text) => format!("'{}'", text.replace('\'', "''")).into(),
        _ => double_quoted(text),
    }
}

/// Whether a text can be written without quotes, for every reader.
pub(super) fn may_be_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let begins_well = match first {
        '-' | '?' | ':' => text.chars().nth(1).is_some_and(|second| second.is_ascii_alphanumeric()),
        ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => false,
        _ => true,
    };
    let is_open = |letter: char| in_flow && matches!(letter, ',' | '[' | ']' | '{' | '}' | ':' | '?');
    let bytes = text.as_bytes();
    let ends_something = |at: usize| match bytes[at] {
        b':' => bytes.get(at + 1) == Some(&b' '),
        _ => bytes[..at].ends_with(b" "),
    };
    begins_well
        && !text.starts_with("...")
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !memchr2_iter(b':', b'#', bytes).any(ends_something)
        && (!in_flow && is_plain_ascii(text) || !text.chars().any(|letter| is_open(letter) || !is_printable(letter)))
        && reads_as_text(text)
}

/// Whether a text has only letters that are always printable, as most have.
fn is_plain_ascii(text: &str) -> bool {
    // No early end, so that it is done many bytes at a time.
    text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

fn may_be_single_quoted(text: &str) -> bool {
    text.chars().all(is_printable)
}

/// Characters that need no escape: no controls, no line breaks of any kind, no invisible marks.
fn is_printable(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text in double quotes, with escapes where necessary.
pub(super) fn double_quoted(text: &str) -> Zeroizing<String> {
    // Room for everything at once: growth leaves copies of a secret behind.
    let signs = |letter: char| match letter {
        '"' | '\\' | '\n' | '\r' | '\t' | '\0' => 2,
        letter if is_printable(letter) => letter.len_utf8(),
        letter if u32::from(letter) < 0x100 => 4,
        _ => 6,
    };
    let mut quoted = Zeroizing::new(String::with_capacity(text.chars().map(signs).sum::<usize>() + 2));
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0' => quoted.push_str("\\0"),
            letter if is_printable(letter) => quoted.push(letter),
            letter if u32::from(letter) < 0x100 => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(letter));
            }
            letter => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A text as a literal block whose lines are indented by `indent` spaces, or `None` if a block cannot express it.
///
/// With `relative`, the header states the indentation, relative to the surrounding collection.
pub(super) fn literal(text: &str, indent: usize, relative: usize, line_break: &str) -> Option<Zeroizing<String>> {
    let carried = |letter: char| is_printable(letter) || letter == '\n' || letter == '\t';
    let content = text.trim_end_matches('\n');
    // Readers differ on a blank line at the top and on lines of spaces.
    let is_plain_enough = !content.is_empty()
        && !content.starts_with('\n')
        && text.chars().all(carried)
        && content.lines().all(|line| line.is_empty() || !line.trim_matches([' ', '\t']).is_empty())
        && !content.lines().any(|line| line.starts_with('\t'));
    if !is_plain_enough {
        return None;
    }
    let lines = text.split('\n').count();
    let mut block = Zeroizing::new(String::with_capacity(text.len() + lines * (indent + line_break.len()) + 4));
    block.push('|');
    if content.starts_with(' ') {
        if relative > 9 {
            return None;
        }
        let _ = write!(block, "{relative}");
    }
    let newlines = text.len() - content.len();
    block.push_str(["-", "", "+"][newlines.min(2)]);
    for line in content.split('\n') {
        block.push_str(line_break);
        if !line.is_empty() {
            block.extend(std::iter::repeat_n(' ', indent));
            block.push_str(line);
        }
    }
    for _ in 1..newlines {
        block.push_str(line_break);
    }
    Some(block)
}
