//! The new text of one leaf or comment.

use std::ops::Range;

use zeroize::Zeroizing;

use super::outline::Setting;
use super::source::{self, Block};
use super::style::{Style, double_quoted, literal, one_line};
use crate::document::content::edit::NewTextRef;
use crate::document::content::value::Value;
use crate::document::store::splice::Splice;
use crate::error::{At, DocumentError};

/// The splices that give a leaf or a comment its new text.
pub(super) fn of_leaf(
    text: &str,
    place: &Range<usize>,
    setting: Option<&Setting>,
    new: NewTextRef<'_>,
) -> Result<Vec<Splice>, DocumentError> {
    match setting {
        Some(setting) => change(text, place, *setting, new),
        None => Err(DocumentError::NotAsMeant("a changed value is not in the document".to_owned())),
    }
}

fn change(
    text: &str,
    place: &Range<usize>,
    setting: Setting,
    new: NewTextRef<'_>,
) -> Result<Vec<Splice>, DocumentError> {
    let token = YamlToken { text, start: place.start, here: &text[place.clone()], setting };
    match new {
        NewTextRef::Source(source) => Ok(token.source(source)),
        NewTextRef::Comment(comment) => token.comment(comment),
        NewTextRef::Encrypted(comment) if token.is_comment() => token.comment(comment),
        NewTextRef::Plain(Value::Text(comment)) if token.is_comment() => token.comment(comment),
        NewTextRef::Encrypted(value) => token.encrypted(value),
        NewTextRef::Plain(value) => token.plain(value),
    }
}

/// A token with its place in the text.
struct YamlToken<'t> {
    text: &'t str,
    start: usize,
    here: &'t str,
    setting: Setting,
}

impl<'t> YamlToken<'t> {
    /// No value begins like a comment.
    fn is_comment(&self) -> bool {
        self.here.starts_with('#')
    }

    fn encrypted(&self, value: &str) -> Result<Vec<Splice>, DocumentError> {
        if self.setting.blocked {
            return Err(self.refused("this value has a type tag, and an encrypted value is text"));
        }
        let style = Style::of(self.here);
        Ok(match style {
            Style::Single => self.whole(format!("'{value}'")),
            Style::Double => self.whole(taken(double_quoted(value))),
            Style::Plain if self.setting.in_flow => self.whole(taken(double_quoted(value))),
            Style::Plain => self.whole(value),
            Style::Block => self.body(self.block().body_with(value, self.parent_indent())),
        })
    }

    fn plain(&self, value: &Value) -> Result<Vec<Splice>, DocumentError> {
        let style = Style::of(self.here);
        if style == Style::Block {
            return Ok(self.plain_in_block(value));
        }
        if let (Value::Text(content), Style::Plain | Style::Double) = (value, style)
            && content.trim_end_matches('\n').contains('\n')
            && !self.setting.in_flow
            && !self.here.is_empty()
            && self.is_last_on_its_line()
            // In a block, blank lines and the end of the file would decide about its final line breaks.
            && !content.ends_with("\n\n")
            && self.may_be_block(content)
            && let Some(block) = self.literal(content)
        {
            return Ok(self.whole(taken(block)));
        }
        let line = one_line(value, style, self.setting.in_flow);
        if !self.here.is_empty() {
            return Ok(self.whole(taken(line)));
        }
        if *value == Value::Null {
            return Ok(Vec::new());
        }
        // The value is empty: it follows a sign, an anchor or a tag, and precedes the end of the line or a comment.
        match self.text[..self.start].bytes().next_back() {
            Some(b'\n' | b'\r') | None => Err(self.refused("a value cannot be inserted here")),
            Some(b' ') => Ok(self.whole(taken(line))),
            Some(_) => Ok(self.whole(format!(" {}", *line))),
        }
    }

    fn plain_in_block(&self, value: &Value) -> Vec<Splice> {
        let block = self.block();
        let below = block.header.len() + block.remark.len();
        if let Value::Text(content) = value
            && self.may_be_block(content)
            && let Some(new) = self.literal(content)
            && let Some(body) = self.above_the_blank_lines(content, source::block(&new).body)
        {
            let header = source::block(&new).header;
            return vec![self.splice(0, block.header.len(), header), self.splice(below, self.here.len(), taken(body))];
        }
        // On one line, in place of the header; a comment after the header stays after the value.
        let line = match value {
            Value::Text(content) if content.contains('\n') => double_quoted(content),
            other => one_line(other, Style::Plain, self.setting.in_flow),
        };
        vec![self.splice(0, block.header.len(), taken(line)), self.splice(below, self.here.len(), "")]
    }

    /// The lines of a new block above the blank lines below the old one, so that the value ends as intended.
    ///
    /// The blank lines stay, and they count only under a `+`.
    fn above_the_blank_lines(&self, content: &str, lines: &str) -> Option<Zeroizing<String>> {
        let newlines = content.len() - content.trim_end_matches('\n').len();
        if newlines < 2 {
            return Some(Zeroizing::new(lines.to_owned()));
        }
        let missing = (newlines - 1).checked_sub(self.blank_lines_below())?;
        let lines = lines.trim_end_matches(['\r', '\n']);
        Some(Zeroizing::new(format!("{lines}{}", source::line_break(self.text).repeat(missing))))
    }

    /// The previous text, with its quotes and lines.
    fn source(&self, source: &str) -> Vec<Splice> {
        if Style::of(self.here) != Style::Block || Style::of(source) != Style::Block {
            return self.whole(source);
        }
        // A comment after the header is changed separately.
        let (here, there) = (self.block(), source::block(source));
        vec![
            self.splice(0, here.header.len(), there.header),
            self.splice(here.header.len() + here.remark.len(), self.here.len(), there.body),
        ]
    }

    fn comment(&self, comment: &str) -> Result<Vec<Splice>, DocumentError> {
        if comment.contains(['\n', '\r']) {
            return Err(self.refused("a comment has only one line"));
        }
        Ok(self.whole(format!("#{comment}")))
    }

    fn literal(&self, content: &str) -> Option<Zeroizing<String>> {
        literal(content, self.parent_indent() + 2, 2, source::line_break(self.text))
    }

    fn block(&self) -> Block<'t> {
        source::block(self.here)
    }

    /// The indentation of the surrounding collection.
    fn parent_indent(&self) -> usize {
        usize::try_from(self.setting.indent.saturating_sub(1)).unwrap_or(0)
    }

    fn is_last_on_its_line(&self) -> bool {
        let end = self.start + self.here.len();
        self.text[end..source::end_of_line(self.text, end)].trim().is_empty()
    }

    /// Whether a text reads the same in a block, whatever follows. A file without a final line break has its metadata
    /// without one, and loses the last line break of a block when the metadata is removed.
    fn may_be_block(&self, content: &str) -> bool {
        let line_end = source::end_of_line(self.text, self.start + self.here.len());
        (!content.ends_with('\n') || self.text.ends_with(['\n', '\r']))
            && !source::is_above_deeper_comment(self.text, line_end, self.parent_indent())
    }

    /// The number of blank lines directly below the token.
    fn blank_lines_below(&self) -> usize {
        let end = self.start + self.here.len();
        let rest = &self.text[end..];
        let blank = &rest[..rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()];
        blank.matches('\n').count().saturating_sub(1)
    }

    fn whole(&self, text: impl Into<String>) -> Vec<Splice> {
        vec![self.splice(0, self.here.len(), text)]
    }

    fn body(&self, body: String) -> Vec<Splice> {
        let block = self.block();
        vec![self.splice(block.header.len() + block.remark.len(), self.here.len(), body)]
    }

    fn splice(&self, from: usize, to: usize, text: impl Into<String>) -> Splice {
        Splice { place: self.start + from..self.start + to, text: text.into() }
    }

    fn refused(&self, fault: &str) -> DocumentError {
        let line_start = source::start_of_line(self.text, self.start);
        let line = self.text[..self.start].matches('\n').count() as u64 + 1;
        let column = self.text[line_start..self.start].chars().count() as u64 + 1;
        DocumentError::Refused { at: At { line, column }, fault: fault.to_owned() }
    }
}

/// A text for a [`Splice`], which wipes it.
fn taken(mut text: Zeroizing<String>) -> String {
    std::mem::take(&mut *text)
}

impl Block<'_> {
    /// The one line `value` in place of the lines of the block.
    fn body_with(&self, value: &str, parent_indent: usize) -> String {
        let lines = self.body.trim_start_matches(['\r', '\n']);
        let line_break = source::line_break(self.body);
        let explicit = self.header.bytes().find(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0'));
        let indent = match explicit {
            Some(explicit) => parent_indent + explicit,
            None => first_indent(lines).unwrap_or(parent_indent + 2),
        };
        format!("{line_break}{}{value}", " ".repeat(indent))
    }
}

/// The indentation of the first line that is not blank.
fn first_indent(lines: &str) -> Option<usize> {
    let line = lines.lines().find(|line| !line.trim_matches([' ', '\r']).is_empty())?;
    Some(line.len() - line.trim_start_matches(' ').len())
}
