//! Values of INI files: where one ends, what it means, and how to write a value so that it reads back the same.

use std::ops::Range;

use crate::document::content::edit::NewTextRef;
use crate::document::content::value_text::plain_text;
use crate::error::DocumentError;

/// A value as found after `=`.
pub(super) struct IniValue {
    /// The value including quotes.
    pub(super) token: Range<usize>,
    /// Its meaning.
    pub(super) text: String,
    /// A comment after it on its line.
    pub(super) comment: Option<Range<usize>>,
    /// The end of its last line, without the newline.
    pub(super) end: usize,
}

/// What is wrong with a value, and where.
pub(super) struct IniFault {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

const LOST: &str = "what follows the closing quote would be lost";

/// Reads the value that begins at `at`, as gopkg.in/ini.v1 does with the settings of sops. What that would silently cut
/// off is refused.
pub(super) fn read(text: &str, at: usize) -> Result<IniValue, IniFault> {
    let end = end_of_line(text, at);
    let start = end - text[at..end].trim_start().len();
    if start == end {
        let token = at + text[at..end].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        return Ok(IniValue { token: token..token, text: String::new(), comment: None, end });
    }
    let line = &text[start..end];
    // A triple quote at the end of the file is not one.
    if line.starts_with("\"\"\"") && (line.len() > 3 || end < text.len()) {
        return read_raw(text, start, "\"\"\"");
    }
    if line.starts_with('`') {
        return read_raw(text, start, "`");
    }
    if line.trim_end().ends_with('\\') {
        return Ok(read_continued(text, start));
    }
    read_single_line(text, start, end)
}

/// Between raw quotes, over any number of lines up to the closing one. On a line the last quote counts.
fn read_raw(text: &str, start: usize, quote: &str) -> Result<IniValue, IniFault> {
    let inside = start + quote.len();
    let mut from = inside;
    loop {
        let end = end_of_line(text, from);
        let line = &text[from..end];
        if let Some(at) = line.rfind(quote) {
            let close = from + at;
            let behind = close + quote.len();
            let rest = text[behind..end].trim();
            // The reader continues over a line that ends in a backslash after the quote, but not over the first one.
            if from == inside || !rest.ends_with('\\') {
                let comment = comment_or_nothing(text, behind, end)?;
                return Ok(IniValue { token: start..behind, text: text[inside..close].to_owned(), comment, end });
            }
        }
        if end == text.len() {
            return Err(IniFault { at: start, what: "a quote is not closed" });
        }
        from = end + 1;
    }
}

/// Over the lines that end in a backslash.
fn read_continued(text: &str, start: usize) -> IniValue {
    let mut end = end_of_line(text, start);
    let first = text[start..end].trim_end();
    let mut token = start..start + first.len();
    let mut value = first[..first.len() - 1].to_owned();
    while end < text.len() {
        let from = end + 1;
        end = end_of_line(text, from);
        let next = text[from..end].trim();
        if next.is_empty() {
            break;
        }
        token.end = from + text[from..end].trim_end().len();
        value.push_str(next);
        if !value.ends_with('\\') {
            break;
        }
        value.pop();
    }
    IniValue { token, text: value, comment: None, end }
}

/// Plain, or between quotes of one line.
fn read_single_line(text: &str, start: usize, end: usize) -> Result<IniValue, IniFault> {
    let line = text[start..end].trim_end();
    let quote = line.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    if let Some(close) = quote.and_then(|quote| line[1..].find(quote)) {
        let behind = start + close + 2;
        let rest = text[behind..end].trim_start();
        if rest.is_empty() || rest.starts_with(['#', ';']) {
            let comment = comment_or_nothing(text, behind, end)?;
            return Ok(IniValue { token: start..behind, text: line[1..=close].to_owned(), comment, end });
        }
    }
    let Some(mark) = line.find(['#', ';']) else {
        return Ok(IniValue { token: start..start + line.len(), text: line.to_owned(), comment: None, end });
    };
    // A mark after a blank begins a comment. One inside a word is part of the value for everybody but the reader.
    let value = line[..mark].trim_end();
    let is_apart = if mark == 0 {
        line[1..].starts_with([' ', '\t']) || line[1..].starts_with("ENC[AES256_GCM,")
    } else {
        value.len() < mark
    };
    if !is_apart {
        let what = "`#` and `;` end a value for sops; put the value into backticks";
        return Err(IniFault { at: start + mark, what });
    }
    let comment = Some(start + mark..start + line.len());
    Ok(IniValue { token: start..start + value.len(), text: value.to_owned(), comment, end })
}

/// What may follow a closing quote, or the name of a section.
pub(super) fn comment_or_nothing(text: &str, from: usize, end: usize) -> Result<Option<Range<usize>>, IniFault> {
    let rest = text[from..end].trim_end();
    let start = from + rest.len() - rest.trim_start().len();
    match text[start..from + rest.len()].chars().next() {
        None => Ok(None),
        Some('#' | ';') => Ok(Some(start..from + rest.len())),
        Some(_) => Err(IniFault { at: start, what: LOST }),
    }
}

/// The newline at or after `at`, or the end of the text.
pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The text for a value that reads `old` now.
pub(super) fn new_token(old: &str, new: NewTextRef<'_>) -> Result<String, DocumentError> {
    match new {
        NewTextRef::Source(source) => Ok(source.to_string()),
        NewTextRef::Encrypted(token) => write(token, old),
        NewTextRef::Plain(value) => {
            write(&plain_text(value).ok_or_else(|| cannot_carry("bytes that are not text"))?, old)
        }
        NewTextRef::Comment(_) => Err(cannot_carry("a comment in the place of a value")),
    }
}

/// The value `text`, in the quotes of `old` if these can express it.
pub(super) fn write(text: &str, old: &str) -> Result<String, DocumentError> {
    let with = |quote: &str| format!("{quote}{text}{quote}");
    let as_before = with(quote_of(old));
    if says(&as_before, text) {
        return Ok(as_before);
    }
    // Inside single and double quotes sops still treats the marks as comments.
    let quotes: &[&str] = if text.contains(['#', ';']) { &["`", "\"\"\""] } else { &["", "`", "\"\"\"", "\"", "'"] };
    let found = quotes.iter().map(|quote| with(quote)).find(|token| says(token, text));
    found.ok_or_else(|| cannot_carry("this value in any kind of quotes"))
}

/// The quotes of a value; none if it is plain.
fn quote_of(token: &str) -> &'static str {
    let quotes = ["\"\"\"", "`", "\"", "'"];
    let is_quoted =
        |quote: &&str| token.len() >= 2 * quote.len() && token.starts_with(*quote) && token.ends_with(*quote);
    quotes.into_iter().find(is_quoted).unwrap_or_default()
}

/// Whether `token` alone after `=` is read as `text`.
fn says(token: &str, text: &str) -> bool {
    // The file may continue after it.
    let probe = format!("{token}\n\n");
    read(&probe, 0).is_ok_and(|found| found.text == text && found.token == (0..token.len()))
}

pub(super) fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "an INI file", what: what.to_owned() }
}
