//! Parses an HCL file of variables into a tree and its containers.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::Expression;
use hcl_edit::parser::{parse_body, parse_expr};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::heredoc::{Heredoc, begins_name, is_of_name, template};
use super::outline::{HclChild, HclContainer, HclOutline};
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::document::store::structured_metadata::{HAS_COMMENT, json};
use crate::error::DocumentError;

/// Maximum nesting of objects and lists. `hcl-edit` has no limit of its own.
const MAX_DEPTH: usize = 64;

const NO_VALUE: &str = "only strings, numbers, true, false, null, lists and objects are values: expressions, templates and \
                        blocks are not";

/// Reads a file.
pub(super) fn read(text: &str) -> Result<ParsedText, DocumentError> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = HclReader {
        text,
        lines: LineIndex::new(text),
        at: start,
        depth: 0,
        count: 0,
        places: Vec::new(),
        containers: Vec::new(),
        metadata: None,
    };
    let root = reader.file()?;
    // The reader above has bounded the nesting, so this one cannot exhaust the stack.
    if let Err(error) = parse_body(&text[start..]) {
        let at = reader.lines.place(start + error.location().offset()).into();
        let fault = error.message().lines().collect::<Vec<_>>().join(", ");
        return Err(DocumentError::Syntax { at, fault });
    }
    let HclReader { places, containers, metadata, .. } = reader;
    Ok(ParsedText {
        tree: Tree { roots: vec![root] },
        tokens: places,
        metadata,
        aliases: Vec::new(),
        duplicate: None,
        outline: Arc::new(HclOutline { containers }),
    })
}

struct HclReader<'a> {
    text: &'a str,
    lines: LineIndex<'a>,
    at: usize,
    depth: usize,
    /// How many values, comments, objects and lists there were.
    count: usize,
    places: Vec<Range<usize>>,
    containers: Vec<HclContainer>,
    metadata: Option<Map<String, Json>>,
}

/// Whether a line break may come before the next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineBreaks {
    Skipped,
    NotSkipped,
}

impl HclReader<'_> {
    fn file(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let mut keys = HashSet::new();
        let container = self.open(0)?;
        loop {
            self.take_comments(LineBreaks::Skipped, &mut entries)?;
            if self.at == self.text.len() {
                break;
            }
            let start = self.at;
            let key = self.name().ok_or_else(|| self.refused(start, "a line must begin with a name"))?;
            let mut beside = Vec::new();
            self.take_inline_comments(&mut beside)?;
            if self.peek() != Some('=') {
                return Err(self.refused(self.at, NO_VALUE));
            }
            self.at += 1;
            self.take_inline_comments(&mut beside)?;
            let is_metadata = key == METADATA_KEY;
            let (places, inside) = (self.places.len(), self.containers.len());
            let value_start = self.at;
            let value = self.value()?;
            if is_metadata {
                self.places.truncate(places);
                self.containers.truncate(inside);
            }
            let number = (value.is_container() && !is_metadata).then_some(inside);
            let value_place = value_start..self.at;
            self.take_comments_of_line(&mut beside)?;
            let end = self.last_comment(&beside).unwrap_or(value_place.end);
            self.end_of_line()?;
            if !keys.insert(key.clone()) {
                return Err(self.refused(start, "this name has a value already"));
            }
            let place = self.lines.place(start);
            self.containers[container].children.push(HclChild {
                start,
                value: value_place,
                comma: None,
                end,
                container: number,
            });
            if is_metadata {
                self.containers[container].metadata = Some(self.containers[container].children.len() - 1);
                self.take_metadata(start, &value, &beside)?;
                continue;
            }
            entries.append(&mut beside);
            entries.push(TreeEntry::Child(Member { key, place, value }));
        }
        Ok(Node::Mapping(entries))
    }

    fn take_metadata(&mut self, start: usize, value: &Node, beside: &[TreeEntry<Member>]) -> Result<(), DocumentError> {
        if !beside.is_empty() {
            return Err(self.refused(start, HAS_COMMENT));
        }
        match json(value)? {
            Json::Object(fields) => self.metadata = Some(fields),
            _ => return Err(self.refused(start, "the key `sops` does not hold metadata; rename it")),
        }
        Ok(())
    }

    // The recursion is bounded by `MAX_DEPTH`.
    fn value(&mut self) -> Result<Node, DocumentError> {
        let start = self.at;
        let value = match self.peek() {
            Some('{') => return self.members(),
            Some('[') => return self.items(),
            Some('"') => Value::Text(self.string()?.into()),
            Some('<') => {
                let heredoc = Heredoc::at_start(&self.text[start..]).map_err(|fault| self.refused(start, fault))?;
                if let Some(at) = template(heredoc.body()) {
                    let line = self.text[start..].find('\n').map_or(0, |end| end + 1);
                    return Err(self.refused(start + line + at, NO_VALUE));
                }
                self.at += heredoc.len();
                if !self.text[self.at..].trim_start_matches([' ', '\t']).starts_with(['\r', '\n']) {
                    return Err(self.refused(start, "the end mark of a heredoc must be followed by a line break"));
                }
                Value::Text(heredoc.value().into())
            }
            Some(letter) if letter == '-' || letter.is_ascii_digit() => self.number()?,
            Some(letter) if begins_name(letter) => match self.name().as_deref() {
                Some("true") => Value::Bool(true),
                Some("false") => Value::Bool(false),
                Some("null") => Value::Null,
                _ => return Err(self.refused(start, NO_VALUE)),
            },
            _ => return Err(self.refused(start, NO_VALUE)),
        };
        self.count(start)?;
        let leaf = Leaf { id: LeafId(self.places.len()), value, place: self.lines.place(start) };
        self.places.push(start..self.at);
        Ok(Node::Leaf(leaf))
    }

    fn members(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let mut keys = HashSet::new();
        let container = self.open(1)?;
        loop {
            self.take_comments(LineBreaks::Skipped, &mut entries)?;
            if self.peek() == Some('}') {
                self.close(container);
                return Ok(Node::Mapping(entries));
            }
            let start = self.at;
            let key = match self.peek() {
                Some('"') => self.string()?.to_string(),
                _ => self.name().ok_or_else(|| self.refused(start, "a key must be a name or a string"))?,
            };
            let mut beside = Vec::new();
            self.take_inline_comments(&mut beside)?;
            if !matches!(self.peek(), Some('=' | ':')) {
                return Err(self.refused(self.at, "a key must be followed by `=` or `:`"));
            }
            self.at += 1;
            self.take_inline_comments(&mut beside)?;
            let value = self.child(container, start, &mut beside)?;
            let place = self.lines.place(start);
            if !keys.insert(key.clone()) {
                return Err(self.refused(start, "this key has a value already"));
            }
            let is_over = self.containers[container].children.last().is_some_and(|child| child.comma.is_some())
                || matches!(self.peek(), Some('\r' | '\n' | '}'));
            if !is_over {
                return Err(self.refused(self.at, NO_VALUE));
            }
            entries.append(&mut beside);
            entries.push(TreeEntry::Child(Member { key, place, value }));
        }
    }

    fn items(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let container = self.open(1)?;
        loop {
            self.take_comments(LineBreaks::Skipped, &mut entries)?;
            if self.peek() == Some(']') {
                self.close(container);
                return Ok(Node::Sequence(entries));
            }
            let start = self.at;
            let mut beside = Vec::new();
            let item = self.child(container, start, &mut beside)?;
            entries.append(&mut beside);
            entries.push(TreeEntry::Child(item));
            let number = self.containers[container].children.len() - 1;
            if self.containers[container].children[number].comma.is_some() {
                continue;
            }
            self.take_comments(LineBreaks::Skipped, &mut entries)?;
            match self.peek() {
                Some(',') => {
                    self.at += 1;
                    let child = &mut self.containers[container].children[number];
                    (child.comma, child.end) = (Some(self.at), self.at);
                }
                Some(']') => {}
                _ => return Err(self.refused(self.at, NO_VALUE)),
            }
        }
    }

    /// A value with the comma and the comments after it on its line.
    fn child<T>(
        &mut self,
        container: usize,
        start: usize,
        beside: &mut Vec<TreeEntry<T>>,
    ) -> Result<Node, DocumentError> {
        let inside = self.containers.len();
        let value_start = self.at;
        let node = self.value()?;
        let value = value_start..self.at;
        let known = beside.len();
        self.take_inline_comments(beside)?;
        let mut comma = None;
        if self.peek() == Some(',') {
            self.at += 1;
            comma = Some(self.at);
            // Comments after a comma belong to what is before it only if they end the line.
            let before = (self.at, self.places.len(), self.count, beside.len());
            self.take_comments_of_line(beside)?;
            if !matches!(self.peek(), None | Some('\r' | '\n' | '}' | ']')) {
                self.at = before.0;
                self.places.truncate(before.1);
                self.count = before.2;
                beside.truncate(before.3);
            }
        } else {
            self.take_comments_of_line(beside)?;
        }
        let comments = self.last_comment(&beside[known..]);
        let end = comments.unwrap_or(value.end).max(comma.unwrap_or(value.end));
        let number = node.is_container().then_some(inside);
        self.containers[container].children.push(HclChild { start, value, comma, end, container: number });
        Ok(node)
    }

    /// A string in quotes, on one line.
    fn string(&mut self) -> Result<Zeroizing<String>, DocumentError> {
        let start = self.at;
        let mut letters = self.text[start + 1..].char_indices();
        let end = loop {
            match letters.next() {
                None | Some((_, '\r' | '\n')) => return Err(self.refused(start, "a string is not closed on its line")),
                Some((at, '"')) => break start + 1 + at + 1,
                Some((at, '\\')) => match letters.next() {
                    Some((_, 'n' | 'r' | 't' | '"' | '\\' | 'u' | 'U')) => {}
                    _ => return Err(self.refused(start + 1 + at, "this is not an escape of HCL")),
                },
                Some(_) => {}
            }
        };
        let source = &self.text[start..end];
        if let Some(at) = template(source) {
            return Err(self.refused(start + at, NO_VALUE));
        }
        self.at = end;
        match parse_expr(source) {
            Ok(Expression::String(text)) => Ok(Zeroizing::new(text.into_value())),
            Ok(_) => Err(self.refused(start, NO_VALUE)),
            Err(error) => {
                let at = self.lines.place(start + error.location().offset()).into();
                Err(DocumentError::Syntax { at, fault: "this is not an escape of HCL".to_owned() })
            }
        }
    }

    /// Integers that fit are integers, everything else is the nearest float.
    fn number(&mut self) -> Result<Value, DocumentError> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = start + usize::from(bytes[start] == b'-');
        let mut end = digits(whole);
        let mut is_number = end > whole;
        if bytes.get(end) == Some(&b'.') {
            is_number &= digits(end + 1) > end + 1;
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            is_number &= digits(exponent) > exponent;
            end = digits(exponent);
        }
        if !is_number {
            return Err(self.refused(start, NO_VALUE));
        }
        self.at = end;
        let text = &self.text[start..end];
        if let Ok(integer) = text.parse() {
            return Ok(Value::Integer(integer));
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float);
        number.ok_or_else(|| self.refused(start, "a number is too large"))
    }

    fn name(&mut self) -> Option<String> {
        let rest = &self.text[self.at..];
        if !rest.starts_with(begins_name) {
            return None;
        }
        let end = rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len());
        self.at += end;
        Some(rest[..end].to_owned())
    }

    /// Begins a container: the file itself, or after a bracket.
    fn open(&mut self, bracket: usize) -> Result<usize, DocumentError> {
        let start = if bracket == 0 { 0 } else { self.at };
        self.depth += bracket;
        self.count(start)?;
        if self.depth > MAX_DEPTH {
            return Err(self.refused(self.at, "objects and lists are nested too deep"));
        }
        self.at += bracket;
        let place = start..self.text.len();
        self.containers.push(HclContainer { place, children: Vec::new(), metadata: None });
        Ok(self.containers.len() - 1)
    }

    fn close(&mut self, container: usize) {
        self.at += 1;
        self.depth -= 1;
        self.containers[container].place.end = self.at;
    }

    /// Takes blanks and comments.
    fn take_comments<T>(
        &mut self,
        line_breaks: LineBreaks,
        entries: &mut Vec<TreeEntry<T>>,
    ) -> Result<(), DocumentError> {
        loop {
            self.take_inline_comments(entries)?;
            let rest = &self.text[self.at..];
            if rest.starts_with('#') || rest.starts_with("//") {
                let mark = if rest.starts_with('#') { 1 } else { 2 };
                let end = rest.find('\n').unwrap_or(rest.len());
                let end = if rest[..end].ends_with('\r') { end - 1 } else { end };
                self.push_comment(self.at..self.at + end, mark, 0, entries)?;
            } else if line_breaks == LineBreaks::Skipped && rest.starts_with(['\r', '\n']) {
                self.line_break()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Takes the comments up to the end of the line.
    fn take_comments_of_line<T>(&mut self, entries: &mut Vec<TreeEntry<T>>) -> Result<(), DocumentError> {
        self.take_comments(LineBreaks::NotSkipped, entries)
    }

    /// Takes blanks and comments after which the line goes on.
    fn take_inline_comments<T>(&mut self, entries: &mut Vec<TreeEntry<T>>) -> Result<(), DocumentError> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let rest = &self.text[self.at..];
            if !rest.starts_with("/*") {
                return Ok(());
            }
            let end = rest[2..].find("*/").ok_or_else(|| self.refused(self.at, "a comment is not closed"))?;
            self.push_comment(self.at..self.at + 2 + end + 2, 2, 2, entries)?;
        }
    }

    fn push_comment<T>(
        &mut self,
        place: Range<usize>,
        open: usize,
        close: usize,
        entries: &mut Vec<TreeEntry<T>>,
    ) -> Result<(), DocumentError> {
        self.count(place.start)?;
        let id = LeafId(self.places.len());
        let text = Zeroizing::new(self.text[place.start + open..place.end - close].to_owned());
        entries.push(TreeEntry::Comment(Comment { id, text, place: self.lines.place(place.start) }));
        self.at = place.end;
        self.places.push(place);
        Ok(())
    }

    /// The end of the last of some comments.
    fn last_comment<T>(&self, entries: &[TreeEntry<T>]) -> Option<usize> {
        let ends = entries.iter().filter_map(|entry| match entry {
            TreeEntry::Comment(comment) => self.places.get(comment.id.0).map(|place| place.end),
            TreeEntry::Child(_) => None,
        });
        ends.max()
    }

    /// Takes the line break after a value of the file.
    fn end_of_line(&mut self) -> Result<(), DocumentError> {
        match self.peek() {
            None => Ok(()),
            Some('\r' | '\n') => self.line_break(),
            Some(_) => Err(self.refused(self.at, NO_VALUE)),
        }
    }

    fn line_break(&mut self) -> Result<(), DocumentError> {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("\r\n") { 2 } else { 1 };
        if rest.starts_with('\r') && length == 1 {
            return Err(self.refused(self.at, "a carriage return is not a line break"));
        }
        self.at += length;
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn count(&mut self, at: usize) -> Result<(), DocumentError> {
        self.count += 1;
        check_entries(self.count, || self.lines.place(at))
    }

    fn refused(&self, at: usize, fault: &str) -> DocumentError {
        DocumentError::Refused { at: self.lines.place(at).into(), fault: fault.to_owned() }
    }
}
