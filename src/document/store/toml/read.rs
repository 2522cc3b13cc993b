//! Parses a TOML file into a tree and its lines.
//!
//! `toml_edit` decides what is TOML; then the tokens give the positions.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use toml_edit::{Key, Value as Scalar};
use toml_parser::lexer::{Token, TokenKind};
use zeroize::Zeroizing;

use super::metadata;
use super::piece::{TomlOutline, TomlPiece};
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, PathStep, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::document::store::structured_metadata::HAS_COMMENT;
use crate::error::DocumentError;

/// Maximum length of a dotted key.
const MAX_KEYS: usize = 64;

/// Reads a file.
pub(super) fn read(text: &str) -> Result<ParsedText, DocumentError> {
    let lines = LineIndex::new(text);
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    refuse_depth(&tokens, &lines)?;
    refuse_number(&tokens, &lines)?;
    if let Err(error) = toml_edit::Document::parse(text) {
        let at = lines.place(error.span().map_or(0, |span| span.start)).into();
        let fault = error.message().lines().collect::<Vec<_>>().join(", ");
        return Err(DocumentError::Syntax { at, fault });
    }
    let mut reader = TomlReader {
        text,
        lines,
        tokens,
        next: 0,
        tables: vec![Table::default()],
        places: Vec::new(),
        pending: Vec::new(),
        above_metadata: Vec::new(),
        pieces: Vec::new(),
        path: Vec::new(),
        metadata: None,
    };
    reader.document()?;
    let tree = reader.node(0);
    let metadata = reader.metadata.map(|id| metadata::read(&reader.node(id))).transpose()?;
    Ok(ParsedText {
        tree: Tree { roots: vec![tree] },
        tokens: reader.places,
        metadata,
        aliases: Vec::new(),
        duplicate: None,
        outline: Arc::new(TomlOutline { pieces: reader.pieces }),
    })
}

/// The parser limits the nesting of values, but not the length of dotted keys.
fn refuse_depth(tokens: &[Token], lines: &LineIndex<'_>) -> Result<(), DocumentError> {
    // The dotted keys of the enclosing inline tables, and those of the current line or member.
    let mut above = vec![0];
    let mut keys = 0;
    let mut assigned = 0;
    for token in tokens {
        match token.kind() {
            TokenKind::Dot => keys += 1,
            TokenKind::Equals => assigned = std::mem::take(&mut keys),
            TokenKind::Comma | TokenKind::Newline => keys = 0,
            TokenKind::LeftCurlyBracket => above.push(above.last().unwrap_or(&0) + std::mem::take(&mut assigned)),
            TokenKind::RightCurlyBracket => drop(above.pop()),
            _ => {}
        }
        if above.last().unwrap_or(&0) + keys > MAX_KEYS {
            let at = lines.place(token.span().start()).into();
            return Err(DocumentError::Refused { at, fault: "tables are nested too deep".to_owned() });
        }
    }
    Ok(())
}

/// Every value follows an equals sign or a comma, or is the first of its array.
fn refuse_number(tokens: &[Token], lines: &LineIndex<'_>) -> Result<(), DocumentError> {
    let is_of_entry = |token: &&Token| {
        matches!(token.kind(), TokenKind::Equals | TokenKind::Comma | TokenKind::Comment | TokenKind::LeftSquareBracket)
    };
    for (count, token) in tokens.iter().filter(is_of_entry).enumerate() {
        check_entries(count + 1, || lines.place(token.span().start()))?;
    }
    Ok(())
}

/// A mapping or sequence being built, by its number.
#[derive(Default)]
struct Table {
    entries: Vec<TreeEntry<TomlSlot>>,
    /// Its children that can still grow.
    known: HashMap<String, usize>,
    /// For a sequence: how many items there are.
    items: Option<usize>,
}

struct TomlSlot {
    key: String,
    place: TextPlace,
    value: SlotValue,
}

enum SlotValue {
    Leaf(Leaf),
    Table(usize),
}

struct TomlReader<'a> {
    text: &'a str,
    lines: LineIndex<'a>,
    tokens: Vec<Token>,
    next: usize,
    tables: Vec<Table>,
    places: Vec<Range<usize>>,
    /// Comments that belong to what comes next.
    pending: Vec<Comment>,
    /// Those above the metadata.
    above_metadata: Vec<Comment>,
    pieces: Vec<TomlPiece>,
    /// The path of the last header.
    path: Vec<PathStep>,
    /// The table with the metadata.
    metadata: Option<usize>,
}

impl TomlReader<'_> {
    fn document(&mut self) -> Result<(), DocumentError> {
        let mut table = 0;
        loop {
            let start = self.skip_blank_lines();
            match self.kind() {
                TokenKind::Eof => break,
                TokenKind::LeftSquareBracket => table = self.header(start)?,
                _ => self.key_value(table, start)?,
            }
        }
        self.pending.splice(0..0, self.above_metadata.drain(..));
        self.flush(0);
        Ok(())
    }

    fn refuse_comments_in_metadata(&self) -> Result<(), DocumentError> {
        let first = self.pending.first().map(|comment| self.places[comment.id.0].start);
        first.map_or(Ok(()), |at| Err(self.refused(at, HAS_COMMENT)))
    }

    /// Skips blank lines, takes comment lines, and returns the start of the next line.
    fn skip_blank_lines(&mut self) -> usize {
        let mut start = self.start();
        loop {
            match self.kind() {
                TokenKind::Whitespace => self.next += 1,
                TokenKind::Newline => {
                    self.next += 1;
                    start = self.start();
                }
                TokenKind::Comment => {
                    let comment = self.comment();
                    self.pending.push(comment);
                }
                _ => return start,
            }
        }
    }

    fn header(&mut self, start: usize) -> Result<usize, DocumentError> {
        let bracket = self.start();
        let place = self.lines.place(bracket);
        self.next += 1;
        let is_item = self.kind() == TokenKind::LeftSquareBracket;
        self.next += usize::from(is_item);
        let keys = self.keys();
        self.next += 1 + usize::from(is_item);
        let is_metadata = keys.first().is_some_and(|(key, _)| key == METADATA_KEY);
        if is_metadata && self.metadata.is_some() {
            self.refuse_comments_in_metadata()?;
        } else if is_metadata {
            // What is above the metadata stays at the end of the rest.
            self.above_metadata.append(&mut self.pending);
        } else {
            self.pending.splice(0..0, self.above_metadata.drain(..));
        }
        self.path.clear();
        let mut table = 0;
        for (position, (key, _)) in keys.iter().enumerate() {
            let is_last = position + 1 == keys.len();
            self.path.push(PathStep::Key(key.clone()));
            if is_last && (!is_item || !self.tables[table].known.contains_key(key)) {
                self.flush(table);
            }
            table = self.child(table, key, place);
            if let (false, Some(items)) = (is_last && is_item, self.tables[table].items) {
                self.path.push(PathStep::Index(items - 1));
                table = self.last_item(table);
            }
        }
        if is_item {
            let items = self.tables[table].items.get_or_insert(0);
            *items += 1;
            self.path.push(PathStep::Index(*items - 1));
            self.flush(table);
            let item = self.new_table();
            self.push(table, String::new(), place, SlotValue::Table(item));
            table = item;
        }
        if is_metadata && self.metadata.is_none() {
            self.metadata = self.tables[0].known.get(METADATA_KEY).copied();
        }
        let end = self.end_of_line(table);
        let path = self.path.clone();
        self.pieces.push(TomlPiece { lines: start..end, table: path.clone(), path, value: None });
        Ok(table)
    }

    fn key_value(&mut self, table: usize, start: usize) -> Result<(), DocumentError> {
        let keys = self.keys();
        self.next += 1;
        self.skip_blanks();
        let mut path = self.path.clone();
        path.extend(keys.iter().map(|(key, _)| PathStep::Key(key.clone())));
        if path.first() == Some(&PathStep::Key(METADATA_KEY.to_owned())) {
            if self.metadata.is_none() {
                return Err(self.refused(start, "the key `sops` does not hold metadata; rename it"));
            }
            self.refuse_comments_in_metadata()?;
        }
        let value_start = self.start();
        let above = std::mem::take(&mut self.pending);
        let value = self.value()?;
        let value_end = self.tokens[self.next - 1].span().end();
        let value_end = value_start + self.text[value_start..value_end].trim_end().len();
        self.pending = above;
        let behind = self.comment_of_line();
        self.pending.extend(behind);
        self.put(table, &keys, value);
        let end = self.start();
        self.pieces.push(TomlPiece {
            lines: start..end,
            path,
            table: self.path.clone(),
            value: Some(value_start..value_end),
        });
        Ok(())
    }

    /// Inserts a value below dotted keys, after the pending comments.
    fn put(&mut self, mut table: usize, keys: &[(String, usize)], value: SlotValue) {
        let Some(((last, at), parents)) = keys.split_last() else { return };
        for (key, at) in parents {
            let place = self.lines.place(*at);
            table = self.child(table, key, place);
        }
        self.flush(table);
        let place = self.lines.place(*at);
        self.push(table, last.clone(), place, value);
    }

    // The recursion is bounded by the nesting limit of the parser.
    fn value(&mut self) -> Result<SlotValue, DocumentError> {
        match self.kind() {
            TokenKind::LeftSquareBracket => self.array(),
            TokenKind::LeftCurlyBracket => self.inline_table(),
            _ => self.scalar(),
        }
    }

    fn array(&mut self) -> Result<SlotValue, DocumentError> {
        let id = self.new_table();
        self.tables[id].items = Some(0);
        self.next += 1;
        loop {
            self.skip_blank_lines();
            match self.kind() {
                TokenKind::RightSquareBracket => {
                    self.flush(id);
                    self.next += 1;
                    return Ok(SlotValue::Table(id));
                }
                TokenKind::Comma => self.next += 1,
                _ => {
                    let place = self.lines.place(self.start());
                    let above = std::mem::take(&mut self.pending);
                    let value = self.value()?;
                    self.pending = above;
                    self.take_comment_behind_comma();
                    self.flush(id);
                    self.push(id, String::new(), place, value);
                }
            }
        }
    }

    fn inline_table(&mut self) -> Result<SlotValue, DocumentError> {
        let id = self.new_table();
        self.next += 1;
        loop {
            self.skip_blank_lines();
            match self.kind() {
                TokenKind::RightCurlyBracket => {
                    self.flush(id);
                    self.next += 1;
                    return Ok(SlotValue::Table(id));
                }
                TokenKind::Comma => self.next += 1,
                _ => {
                    let keys = self.keys();
                    self.next += 1;
                    self.skip_blanks();
                    let above = std::mem::take(&mut self.pending);
                    let value = self.value()?;
                    self.pending = above;
                    self.take_comment_behind_comma();
                    self.put(id, &keys, value);
                }
            }
        }
    }

    /// A single value may be several tokens: a point splits a float, a blank splits a date from a time.
    fn scalar(&mut self) -> Result<SlotValue, DocumentError> {
        use TokenKind::{Comma, Comment, Eof, Newline, RightCurlyBracket, RightSquareBracket};

        let start = self.start();
        while !matches!(self.kind(), Comma | Comment | Eof | Newline | RightCurlyBracket | RightSquareBracket) {
            self.next += 1;
        }
        let source = self.text[start..self.start()].trim_end_matches([' ', '\t']);
        let parsed: Result<Scalar, _> = source.parse();
        let value = match parsed {
            Ok(Scalar::String(text)) => Value::Text(text.into_value().into()),
            Ok(Scalar::Integer(number)) => Value::Integer(*number.value()),
            Ok(Scalar::Float(number)) => Value::Float(*number.value()),
            Ok(Scalar::Boolean(truth)) => Value::Bool(*truth.value()),
            Ok(Scalar::Datetime(time)) => Value::Time(time.value().to_string()),
            _ => return Err(self.refused(start, "this is not a value")),
        };
        let id = LeafId(self.places.len());
        self.places.push(start..start + source.len());
        Ok(SlotValue::Leaf(Leaf { id, value, place: self.lines.place(start) }))
    }

    /// A dotted key, with the position of each part.
    fn keys(&mut self) -> Vec<(String, usize)> {
        let mut keys = Vec::new();
        loop {
            match self.kind() {
                TokenKind::Whitespace | TokenKind::Dot => self.next += 1,
                TokenKind::Equals | TokenKind::RightSquareBracket | TokenKind::Eof => return keys,
                _ => {
                    let span = self.tokens[self.next].span();
                    let source = &self.text[span.start()..span.end()];
                    let key = source.parse::<Key>().map_or_else(|_| source.to_owned(), |key| key.get().to_owned());
                    keys.push((key, span.start()));
                    self.next += 1;
                }
            }
        }
    }

    /// The child container of that name, created if missing.
    fn child(&mut self, table: usize, key: &str, place: TextPlace) -> usize {
        if let Some(child) = self.tables[table].known.get(key) {
            return *child;
        }
        let child = self.new_table();
        self.tables[table].known.insert(key.to_owned(), child);
        self.push(table, key.to_owned(), place, SlotValue::Table(child));
        child
    }

    fn last_item(&self, table: usize) -> usize {
        let last = self.tables[table].entries.iter().rev().find_map(|entry| match entry {
            TreeEntry::Child(TomlSlot { value: SlotValue::Table(id), .. }) => Some(*id),
            _ => None,
        });
        last.unwrap_or(table)
    }

    fn new_table(&mut self) -> usize {
        self.tables.push(Table::default());
        self.tables.len() - 1
    }

    fn push(&mut self, table: usize, key: String, place: TextPlace, value: SlotValue) {
        self.tables[table].entries.push(TreeEntry::Child(TomlSlot { key, place, value }));
    }

    fn flush(&mut self, table: usize) {
        let comments = self.pending.drain(..).map(TreeEntry::Comment);
        self.tables[table].entries.extend(comments);
    }

    /// Takes the rest of the line of a header. A comment on it is the first entry of its table.
    fn end_of_line(&mut self, table: usize) -> usize {
        if let Some(comment) = self.comment_of_line() {
            self.tables[table].entries.push(TreeEntry::Comment(comment));
        }
        self.start()
    }

    fn comment_of_line(&mut self) -> Option<Comment> {
        self.skip_blanks();
        (self.kind() == TokenKind::Comment).then(|| self.comment())
    }

    /// A comment after an item and its comma belongs to the item.
    fn take_comment_behind_comma(&mut self) {
        self.skip_blanks();
        if self.kind() == TokenKind::Comma {
            self.next += 1;
        }
        let comment = self.comment_of_line();
        self.pending.extend(comment);
    }

    fn comment(&mut self) -> Comment {
        let span = self.tokens[self.next].span();
        self.next += 1;
        let id = LeafId(self.places.len());
        self.places.push(span.start()..span.end());
        let text = Zeroizing::new(self.text[span.start() + 1..span.end()].to_owned());
        Comment { id, text, place: self.lines.place(span.start()) }
    }

    fn skip_blanks(&mut self) {
        while self.kind() == TokenKind::Whitespace {
            self.next += 1;
        }
    }

    fn kind(&self) -> TokenKind {
        self.tokens.get(self.next).map_or(TokenKind::Eof, Token::kind)
    }

    fn start(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |token| token.span().start())
    }

    /// Removes a container from the ones being built. The metadata is left out of the root.
    fn node(&mut self, id: usize) -> Node {
        let Table { entries, items, .. } = std::mem::take(&mut self.tables[id]);
        let is_metadata =
            |slot: &TomlSlot| matches!(slot.value, SlotValue::Table(child) if Some(child) == self.metadata);
        let entries: Vec<_> =
            entries.into_iter().filter(|entry| !matches!(entry, TreeEntry::Child(slot) if is_metadata(slot))).collect();
        let mut value = |value| match value {
            SlotValue::Leaf(leaf) => Node::Leaf(leaf),
            SlotValue::Table(id) => self.node(id),
        };
        if items.is_some() {
            let items = entries.into_iter().map(|entry| match entry {
                TreeEntry::Comment(comment) => TreeEntry::Comment(comment),
                TreeEntry::Child(slot) => TreeEntry::Child(value(slot.value)),
            });
            return Node::Sequence(items.collect());
        }
        let members = entries.into_iter().map(|entry| match entry {
            TreeEntry::Comment(comment) => TreeEntry::Comment(comment),
            TreeEntry::Child(TomlSlot { key, place, value: slot }) => {
                TreeEntry::Child(Member { key, place, value: value(slot) })
            }
        });
        Node::Mapping(members.collect())
    }

    fn refused(&self, at: usize, fault: &str) -> DocumentError {
        DocumentError::Refused { at: self.lines.place(at).into(), fault: fault.to_owned() }
    }
}
