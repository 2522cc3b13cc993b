//! Looks at the text itself where the parser's positions do not suffice.

use std::ops::Range;

/// The token of a block scalar: from its `|` or `>` to the end of its last line that is not blank.
///
/// `from` is the end of the content before it, and `body` the parser's range of the scalar, which begins after the
/// header and the first indentation.
pub(super) fn block_token(text: &str, from: usize, body: &Range<usize>) -> Option<Range<usize>> {
    let start = header_start(text, from)?;
    let line_end = end_of_line(text, start);
    let end = body.end.max(line_end);
    let content = text[line_end..end].trim_end_matches([' ', '\t', '\r', '\n']).len();
    // Blanks at the end of the last line are part of the value.
    let end = if content == 0 { line_end } else { end_of_line(text, line_end + content) };
    Some(start..end)
}

/// The first `|` or `>` that is not in a tag, an anchor or a comment.
fn header_start(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'|' | b'>' => return Some(at),
            b'#' => at = end_of_line(text, at),
            b'!' | b'&' => at += word_length(&text[at..]),
            // Between two contents there is nothing else: blanks, structural signs, a document marker.
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' => at += 1,
            _ => return None,
        }
    }
    None
}

/// The dash after the `:` of a key, if only comments, an anchor and a tag are between.
pub(super) fn first_dash(text: &str, key_end: usize) -> Option<usize> {
    let mut at = skip_blanks(text, behind_sign(text, key_end, b':')?);
    while text[at..].starts_with(['&', '!']) {
        at = skip_blanks(text, at + word_length(&text[at..]));
    }
    let is_dash = text[at..].starts_with('-') && text[at + 1..].starts_with([' ', '\t', '\r', '\n']);
    is_dash.then_some(at)
}

fn word_length(text: &str) -> usize {
    text.find([' ', '\t', '\r', '\n']).unwrap_or(text.len())
}

/// The offset after the next `sign`, if only blanks and comments come before it.
pub(super) fn behind_sign(text: &str, from: usize, sign: u8) -> Option<usize> {
    let at = skip_blanks(text, from);
    (text.as_bytes().get(at) == Some(&sign)).then_some(at + 1)
}

/// The next byte that is not a blank or line break, outside comments.
pub(super) fn skip_blanks(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' if at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\r' | b'\n') => at = end_of_line(text, at),
            _ => break,
        }
    }
    at
}

/// Whether a text without content has an anchor or a tag.
pub(super) fn has_property(text: &str) -> bool {
    text.lines().any(|line| {
        let comment = line.find('#').unwrap_or(line.len());
        line[..comment].contains(['&', '!'])
    })
}

/// Whether a comment follows the line that ends at an offset, indented by more than `indent`: below a block scalar, it
/// would be part of the text.
pub(super) fn is_above_deeper_comment(text: &str, line_end: usize, indent: usize) -> bool {
    let mut lines = text[line_end..].split(['\n', '\r']).skip(1);
    let line = lines.find(|line| !line.trim_matches([' ', '\t']).is_empty()).unwrap_or_default();
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    line[blanks..].starts_with('#') && blanks > indent
}

/// The end of the line that holds a byte: its line break, or the end of the text.
pub(super) fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find(['\r', '\n']).map_or(text.len(), |length| at + length)
}

/// The start of the line that holds a byte.
pub(super) fn start_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind(['\r', '\n']).map_or(0, |end| end + 1)
}

/// The offset after the line break at an offset, if there is one.
pub(super) fn behind_break(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\r', '\n'])) }
}

/// The line break that the text uses.
pub(super) fn line_break(text: &str) -> &'static str {
    match text.find(['\r', '\n']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

/// The token of a block scalar in three pieces: the header, the rest of its line, and the lines below.
pub(super) struct Block<'t> {
    pub(super) header: &'t str,
    pub(super) remark: &'t str,
    /// From the first line break on.
    pub(super) body: &'t str,
}

/// Splits the token of a block scalar.
pub(super) fn block(token: &str) -> Block<'_> {
    let header = 1 + token[1..].bytes().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9')).count();
    let line = end_of_line(token, 0);
    Block { header: &token[..header], remark: &token[header..line], body: &token[line..] }
}
