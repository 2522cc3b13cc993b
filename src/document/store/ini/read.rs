//! Parses an INI file into pieces, and these into a tree.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::outline::{DEFAULT, IniLine, IniLineKind, IniOutline};
use super::value::{self, IniFault, comment_or_nothing, end_of_line};
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::flat_metadata::unflatten;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::document::store::structured_metadata::HAS_COMMENT;
use crate::error::DocumentError;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A line with content, or the lines of a value, as it is read.
struct IniPiece {
    /// From the start of the first line to the end of the last, without its newline.
    place: Range<usize>,
    kind: IniPieceKind,
}

enum IniPieceKind {
    /// A line with only a comment, and its position.
    Comment(Range<usize>),
    Section {
        name: String,
        /// Position of the bracket.
        start: usize,
        comment: Option<Range<usize>>,
    },
    Key {
        name: String,
        /// Position of the key, including quotes.
        key: Range<usize>,
        value: value::IniValue,
    },
}

/// Splits a text into pieces.
fn pieces(text: &str) -> Result<Vec<IniPiece>, DocumentError> {
    let lines = LineIndex::new(text);
    split(text)
        .map_err(|IniFault { at, what }| DocumentError::Syntax { at: lines.place(at).into(), fault: what.to_owned() })
}

fn split(text: &str) -> Result<Vec<IniPiece>, IniFault> {
    let mut pieces = Vec::new();
    let mut next = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut count = 1;
    while next < text.len() {
        let end = end_of_line(text, next);
        let place = next..end;
        let start = end - text[place.clone()].trim_start().len();
        let line = text[start..end].trim_end();
        next = end + 1;
        let piece = match line.chars().next() {
            None => continue,
            Some('#' | ';') => IniPiece { place, kind: IniPieceKind::Comment(start..start + line.len()) },
            Some('[') => {
                count = 1;
                IniPiece { place, kind: section(text, start, end)? }
            }
            Some(_) => {
                let (mut name, key, behind) = key(line, start)?;
                if name == "-" {
                    name = format!("#{count}");
                    count += 1;
                }
                let value = value::read(text, behind)?;
                next = value.end + 1;
                IniPiece { place: place.start..value.end, kind: IniPieceKind::Key { name, key, value } }
            }
        };
        pieces.push(piece);
    }
    Ok(pieces)
}

fn section(text: &str, start: usize, end: usize) -> Result<IniPieceKind, IniFault> {
    let close = text[start..end].rfind(']').ok_or(IniFault { at: start, what: "a bracket is not closed" })?;
    let name = &text[start + 1..start + close];
    if name.is_empty() || name.contains(']') {
        return Err(IniFault { at: start, what: "the name of a section cannot be read back" });
    }
    let comment = comment_or_nothing(text, start + close + 1, end)?;
    Ok(IniPieceKind::Section { name: name.to_owned(), start, comment })
}

/// The name of a key, its position, and the start of its value.
pub(super) fn key(line: &str, start: usize) -> Result<(String, Range<usize>, usize), IniFault> {
    let fault = |what| IniFault { at: start, what };
    let quote = match () {
        () if line.len() > 6 && line.starts_with("\"\"\"") => "\"\"\"",
        () if line.starts_with('"') => "\"",
        () if line.starts_with('`') => "`",
        () => "",
    };
    let behind_quotes = match quote {
        "" => 0,
        quote => {
            let inside = line[quote.len()..].find(quote).ok_or_else(|| fault("a quote is not closed"))?;
            inside + 2 * quote.len()
        }
    };
    let delimiter = line[behind_quotes..].find(['=', ':']).ok_or_else(|| fault("the line has neither `=` nor `:`"))?;
    let between = &line[behind_quotes..behind_quotes + delimiter];
    let token = if quote.is_empty() {
        between.trim_end()
    } else if between.trim().is_empty() {
        &line[..behind_quotes]
    } else {
        return Err(fault("what follows the closing quote of the key would be lost"));
    };
    let name = token[quote.len()..token.len() - quote.len()].trim();
    if name.is_empty() {
        return Err(fault("a key has no name"));
    }
    Ok((name.to_owned(), start..start + token.len(), start + behind_quotes + delimiter + 1))
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<ParsedText, DocumentError> {
    let mut reader = IniReader {
        text,
        lines: LineIndex::new(text),
        tokens: Vec::new(),
        root: Vec::new(),
        pending: Vec::new(),
        keys: HashSet::new(),
        metadata: None,
        is_in_metadata: false,
        outline: Vec::new(),
    };
    for piece in pieces(text)? {
        reader.take(piece)?;
    }
    reader.finish()
}

struct IniReader<'a> {
    text: &'a str,
    lines: LineIndex<'a>,
    tokens: Vec<Range<usize>>,
    root: Vec<TreeEntry<Member>>,
    /// Comments that belong to what comes next.
    pending: Vec<Comment>,
    /// The keys of the section that is being read.
    keys: HashSet<String>,
    metadata: Option<Vec<(String, String)>>,
    is_in_metadata: bool,
    outline: Vec<IniLine>,
}

impl IniReader<'_> {
    fn take(&mut self, piece: IniPiece) -> Result<(), DocumentError> {
        let lines = piece.place;
        match piece.kind {
            IniPieceKind::Comment(place) => {
                self.outline.push(IniLine { place: lines, kind: IniLineKind::Comment });
                if !self.continue_comment(&place) {
                    let comment = self.comment(place);
                    self.pending.push(comment);
                }
            }
            IniPieceKind::Section { name, start, comment } => {
                self.keys.clear();
                self.is_in_metadata = name == METADATA_KEY;
                let kind = if self.is_in_metadata { IniLineKind::Metadata } else { IniLineKind::Section(name.clone()) };
                self.outline.push(IniLine { place: lines, kind });
                if self.is_in_metadata {
                    // What comes before the metadata belongs to the section before it.
                    self.flush();
                    if self.metadata.replace(Vec::new()).is_some() {
                        return Err(self.refused(start, "there is a second metadata section"));
                    }
                    return comment.map_or(Ok(()), |place| Err(self.comment_in_metadata(place.start)));
                }
                let place = self.lines.place(start);
                self.root.push(TreeEntry::Child(Member { key: name, place, value: Node::Mapping(Vec::new()) }));
                self.flush();
                let comment = comment.map(|place| self.comment(place));
                self.pending.extend(comment);
                self.flush();
            }
            IniPieceKind::Key { name, key, value } if self.is_in_metadata => {
                if let Some(place) = self.pending.first().map(|comment| self.tokens[comment.id.0].start) {
                    return Err(self.comment_in_metadata(place));
                }
                if let Some(comment) = value.comment {
                    return Err(self.comment_in_metadata(comment.start));
                }
                if !self.keys.insert(name.clone()) {
                    return Err(self.refused(key.start, "a key occurs twice in its section"));
                }
                self.metadata.get_or_insert_default().push((name, value.text));
                self.outline.push(IniLine { place: lines, kind: IniLineKind::MetadataKey });
            }
            IniPieceKind::Key { name, key, value } => {
                if !self.keys.insert(name.clone()) {
                    return Err(self.refused(key.start, "a key occurs twice in its section"));
                }
                let place = self.lines.place(key.start);
                if self.section().is_none() {
                    let value = Node::Mapping(Vec::new());
                    self.root.push(TreeEntry::Child(Member { key: DEFAULT.to_owned(), place, value }));
                }
                let comment = value.comment.map(|place| self.comment(place));
                self.pending.extend(comment);
                self.flush();
                let id = LeafId(self.tokens.len());
                let leaf_place = self.lines.place(value.token.start);
                check_entries(id.0 + 1, || leaf_place)?;
                self.outline.push(IniLine { place: lines, kind: IniLineKind::Key { key, value: id } });
                self.tokens.push(value.token);
                let value = Value::Text(value.text.into());
                let leaf = Node::Leaf(Leaf { id, value, place: leaf_place });
                if let Some(section) = self.section() {
                    section.push(TreeEntry::Child(Member { key: name, place, value: leaf }));
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ParsedText, DocumentError> {
        self.flush();
        let metadata = match &self.metadata {
            None => None,
            Some(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                Some(unflatten(fields).map_err(|fault| self.refused(0, fault))?)
            }
        };
        Ok(ParsedText {
            tree: Tree { roots: vec![Node::Mapping(self.root)] },
            tokens: self.tokens,
            metadata,
            aliases: Vec::new(),
            duplicate: None,
            outline: Arc::new(IniOutline { lines: self.outline }),
        })
    }

    /// The entries of the current section.
    fn section(&mut self) -> Option<&mut Vec<TreeEntry<Member>>> {
        match self.root.last_mut() {
            Some(TreeEntry::Child(Member { value: Node::Mapping(entries), .. })) => Some(entries),
            _ => None,
        }
    }

    /// Puts the pending comments into the section, or above all sections.
    fn flush(&mut self) {
        let comments = std::mem::take(&mut self.pending).into_iter().map(TreeEntry::Comment);
        match self.section() {
            Some(section) => section.extend(comments),
            None => self.root.extend(comments),
        }
    }

    /// Adds a line to the comment on the line before it: to sops they are one, encrypted as one. An encrypted comment is
    /// on one line.
    fn continue_comment(&mut self, line: &Range<usize>) -> bool {
        let (Some(comment), Some(token)) = (self.pending.last_mut(), self.tokens.last_mut()) else { return false };
        let between = &self.text[token.end..line.start];
        let is_next_line = between.matches('\n').count() == 1 && between.trim().is_empty();
        let is_plain = |place: &Range<usize>| !self.text[place.clone()].contains("ENC[");
        if !is_next_line || !is_plain(token) || !is_plain(line) {
            return false;
        }
        token.end = line.end;
        let text = &self.text[token.clone()];
        comment.text = Zeroizing::new(text[prefix(text)..].to_owned());
        true
    }

    fn comment(&mut self, place: Range<usize>) -> Comment {
        let id = LeafId(self.tokens.len());
        let token = &self.text[place.clone()];
        let text = Zeroizing::new(token[prefix(token)..].to_owned());
        let comment = Comment { id, text, place: self.lines.place(place.start) };
        self.tokens.push(place);
        comment
    }

    fn comment_in_metadata(&self, at: usize) -> DocumentError {
        self.refused(at, HAS_COMMENT)
    }

    fn refused(&self, at: usize, fault: &str) -> DocumentError {
        DocumentError::Refused { at: self.lines.place(at).into(), fault: fault.to_owned() }
    }
}

/// The length of a comment's prefix. sops writes a blank before an encrypted one, and ignores it when reading.
pub(super) fn prefix(token: &str) -> usize {
    let text = token.trim_start_matches(['#', ';', ' ']);
    if text.starts_with("ENC[") { token.len() - text.len() } else { 1 }
}
