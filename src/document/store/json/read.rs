//! Parses a JSON file into a tree.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::outline::{JsonChild, JsonContainer, JsonOutline};
use super::usual;
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::document::store::structured_metadata::HAS_COMMENT;
use crate::error::DocumentError;

/// A byte order mark, which is kept, but which the parser does not accept.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// RFC 8259 with comments and trailing commas, as in tsconfig.json. The other extensions of the parser are off.
fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<ParsedText, DocumentError> {
    usual::read(text).map_or_else(|| by_parser(text), Ok)
}

/// Reads a file by way of the parser for all of JSONC.
pub(super) fn by_parser(text: &str) -> Result<ParsedText, DocumentError> {
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let lines = LineIndex::new(body);
    refuse_number(body, &lines)?;
    let tokens = parsed_tokens(body).map_err(|error| syntax(&lines, &error))?;
    let mut reader = JsonReader {
        text: body,
        lines,
        line: 0,
        tokens: &tokens,
        next: 0,
        places: Vec::new(),
        metadata: None,
        duplicate: None,
        containers: Vec::new(),
        mark: text.len() - body.len(),
    };
    reader.refuse_what_no_other_reader_takes()?;
    let root = reader.root()?;
    let JsonReader { places, metadata, duplicate, containers, .. } = reader;
    Ok(ParsedText {
        tree: Tree { roots: vec![root] },
        tokens: places,
        metadata,
        aliases: Vec::new(),
        duplicate,
        outline: Arc::new(JsonOutline { containers }),
    })
}

/// The tokens of a text that the parser accepts.
fn parsed_tokens(text: &str) -> Result<Vec<TokenAndRange<'_>>, jsonc_parser::errors::ParseError> {
    let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    Ok(parse_to_ast(text, &collect, &options())?.tokens.unwrap_or_default())
}

/// Counts the starts of values and comments before the parser allocates for them.
fn refuse_number(text: &str, lines: &LineIndex<'_>) -> Result<(), DocumentError> {
    let bytes = text.as_bytes();
    let behind = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    let (mut at, mut count) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let begin = at;
        at += 1;
        match byte {
            b'"' => {
                while !matches!(bytes.get(at), None | Some(b'"')) {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                continue;
            }
            b'/' if bytes.get(at) == Some(&b'/') => at = behind(at, "\n"),
            b'/' if bytes.get(at) == Some(&b'*') => at = behind(at + 1, "*/"),
            b',' | b'[' | b'{' => {}
            _ => continue,
        }
        count += 1;
        check_entries(count, || lines.place(begin))?;
    }
    Ok(())
}

/// The parser's messages contain nothing from the file except, in one of them, four hexadecimal digits of an escape.
fn syntax(lines: &LineIndex, error: &jsonc_parser::errors::ParseError) -> DocumentError {
    use jsonc_parser::ParseStringErrorKind::InvalidUnicodeEscapeSequence;
    use jsonc_parser::errors::ParseErrorKind;

    let fault = match error.kind() {
        ParseErrorKind::String(InvalidUnicodeEscapeSequence(_)) => {
            "half of a surrogate pair is not a character".to_owned()
        }
        kind => {
            let sentence = kind.to_string();
            let mut letters = sentence.chars();
            letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default() + letters.as_str()
        }
    };
    DocumentError::Syntax { at: lines.place(error.range().start).into(), fault }
}

/// Walks over the tokens of a text that the parser has accepted.
struct JsonReader<'a> {
    text: &'a str,
    lines: LineIndex<'a>,
    /// The line of the last token, from 0.
    line: usize,
    tokens: &'a [TokenAndRange<'a>],
    next: usize,
    places: Vec<Range<usize>>,
    metadata: Option<Map<String, Json>>,
    duplicate: Option<TextPlace>,
    containers: Vec<JsonContainer>,
    /// The length of the byte order mark before `text`.
    mark: usize,
}

impl<'a> JsonReader<'a> {
    fn root(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        self.take_comments(&mut entries);
        match self.peek() {
            Some(TokenAndRange { token: Token::OpenBrace, .. }) => {}
            Some(TokenAndRange { range, .. }) => {
                return Err(self.refused(range.start, "the top level of a JSON document must be an object"));
            }
            None => return Err(self.refused(0, "the file is empty")),
        }
        let Node::Mapping(inside) = self.value(true)? else { unreachable!("an object follows a brace") };
        entries.extend(inside);
        self.take_comments(&mut entries);
        Ok(Node::Mapping(entries))
    }

    // The recursion is bounded by the nesting limit of the parser.
    fn value(&mut self, is_root: bool) -> Result<Node, DocumentError> {
        let TokenAndRange { token, range } = self.take();
        let place = range.start..range.end;
        let value = match token {
            Token::OpenBrace => return self.members(is_root),
            Token::OpenBracket => return self.items(),
            Token::String(text) => Value::Text(text.as_ref().into()),
            Token::Boolean(truth) => Value::Bool(*truth),
            Token::Null => Value::Null,
            Token::Number(number) => {
                usual::number(number).ok_or_else(|| self.refused(place.start, "a number is too large"))?
            }
            _ => unreachable!("the parser lets only values stand here"),
        };
        let leaf = Leaf { id: LeafId(self.places.len()), value, place: self.place(place.start) };
        self.places.push(self.range(place));
        Ok(Node::Leaf(leaf))
    }

    /// A child that begins at `start`, with its key if it has one.
    fn child(&mut self, container: usize, start: Option<usize>) -> Result<Node, DocumentError> {
        let number = self.containers.len();
        let value_start = self.peek().map_or(self.text.len(), |token| token.range.start);
        let node = self.value(false)?;
        let value = self.range(value_start..self.tokens[self.next - 1].range.end);
        let start = start.map_or(value.start, |start| start + self.mark);
        let inside = node.is_container().then_some(number);
        self.containers[container].children.push(JsonChild { start, value, container: inside });
        Ok(node)
    }

    /// Begins a container whose bracket was just taken.
    fn open(&mut self) -> usize {
        let place = self.range(self.tokens[self.next - 1].range.start..self.text.len());
        self.containers.push(JsonContainer { place, children: Vec::new(), metadata: None });
        self.containers.len() - 1
    }

    /// Ends it, with its bracket that was just taken.
    fn close(&mut self, container: usize) {
        self.containers[container].place.end = self.tokens[self.next - 1].range.end + self.mark;
    }

    /// The place of what begins at an offset.
    fn place(&mut self, offset: usize) -> TextPlace {
        self.lines.place_from(&mut self.line, offset)
    }

    /// A range of the whole text.
    fn range(&self, range: Range<usize>) -> Range<usize> {
        range.start + self.mark..range.end + self.mark
    }

    fn members(&mut self, is_root: bool) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let mut keys = HashSet::new();
        let container = self.open();
        loop {
            self.take_comments(&mut entries);
            let TokenAndRange { token, range } = self.take();
            let key = match token {
                Token::CloseBrace => {
                    self.close(container);
                    return Ok(Node::Mapping(entries));
                }
                Token::Comma => continue,
                Token::String(key) => key.as_ref(),
                _ => unreachable!("the parser lets only keys stand here"),
            };
            let place = self.place(range.start);
            if !keys.insert(key) {
                if is_root && key == METADATA_KEY {
                    return Err(self.refused(range.start, "a key occurs twice in its object"));
                }
                self.duplicate.get_or_insert(place);
            }
            if is_root && key == METADATA_KEY {
                let value = self.take_metadata(range.start)?;
                let root = &mut self.containers[container];
                root.metadata = Some(root.children.len());
                root.children.push(JsonChild { start: range.start + self.mark, value, container: None });
                continue;
            }
            // Comments on both sides of the colon come before the member.
            self.take_comments(&mut entries);
            self.take();
            self.take_comments(&mut entries);
            let value = self.child(container, Some(range.start))?;
            self.take_comments_of_line(&mut entries);
            entries.push(TreeEntry::Child(Member { key: key.to_owned(), place, value }));
        }
    }

    fn items(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let container = self.open();
        loop {
            self.take_comments(&mut entries);
            match self.peek().map(|token| &token.token) {
                Some(Token::CloseBracket) => {
                    self.take();
                    self.close(container);
                    return Ok(Node::Sequence(entries));
                }
                Some(Token::Comma) => {
                    self.take();
                }
                _ => {
                    let value = self.child(container, None)?;
                    self.take_comments_of_line(&mut entries);
                    entries.push(TreeEntry::Child(value));
                }
            }
        }
    }

    /// Takes the metadata, and returns its range. Other readers need plain JSON in it, so comments are refused rather than
    /// lost.
    fn take_metadata(&mut self, start: usize) -> Result<Range<usize>, DocumentError> {
        let mut depth = 0_usize;
        self.take();
        let begin = self.peek().map_or(self.text.len(), |token| token.range.start);
        let mut end;
        loop {
            let TokenAndRange { token, range: place } = self.take();
            end = place.end;
            match token {
                Token::OpenBrace | Token::OpenBracket => depth += 1,
                Token::CloseBrace | Token::CloseBracket => depth -= 1,
                Token::CommentLine(_) | Token::CommentBlock(_) => {
                    return Err(self.refused(place.start, HAS_COMMENT));
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let metadata = serde_json::from_str(&self.text[begin..end]);
        let fault = "the key `sops` does not hold metadata; rename it";
        self.metadata = Some(metadata.map_err(|_| self.refused(start, fault))?);
        Ok(self.range(begin..end))
    }

    fn take_comments<T>(&mut self, entries: &mut Vec<TreeEntry<T>>) {
        while let Some(comment) = self.peek().and_then(comment_text) {
            self.push_comment(comment, entries);
        }
    }

    /// Takes the comments on the line on which a child ended.
    fn take_comments_of_line<T>(&mut self, entries: &mut Vec<TreeEntry<T>>) {
        loop {
            let mut ahead = self.next;
            if matches!(self.tokens.get(ahead), Some(TokenAndRange { token: Token::Comma, .. })) {
                ahead += 1;
            }
            let (Some(before), Some(comment)) = (self.tokens.get(self.next - 1), self.tokens.get(ahead)) else {
                return;
            };
            let Some(text) = comment_text(comment) else { return };
            let ends_line = self.text[comment.range.end..]
                .trim_start_matches([' ', '\t'])
                .chars()
                .next()
                .is_none_or(|letter| matches!(letter, '\r' | '\n' | '}' | ']' | ',' | '/'));
            if !ends_line || self.text[before.range.end..comment.range.start].contains('\n') {
                return;
            }
            self.next = ahead;
            self.push_comment(text, entries);
        }
    }

    fn push_comment<T>(&mut self, text: &str, entries: &mut Vec<TreeEntry<T>>) {
        let range = self.take().range;
        let id = LeafId(self.places.len());
        let place = self.place(range.start);
        self.places.push(self.range(range.start..range.end));
        entries.push(TreeEntry::Comment(Comment { id, text: Zeroizing::new(text.to_owned()), place }));
    }

    /// The parser accepts raw control characters inside strings, and more kinds of blanks than JSON has.
    fn refuse_what_no_other_reader_takes(&self) -> Result<(), DocumentError> {
        let mut end = 0;
        for TokenAndRange { token, range } in self.tokens {
            self.refuse_blanks(end..range.start)?;
            end = range.end;
            let source = &self.text[range.start..range.end];
            if let (Token::String(_), Some(at)) = (token, source.bytes().position(|byte| byte < b' ')) {
                return Err(self.refused(range.start + at, "a string contains an unescaped control character"));
            }
        }
        self.refuse_blanks(end..self.text.len())
    }

    fn refuse_blanks(&self, gap: Range<usize>) -> Result<(), DocumentError> {
        let at = self.text[gap.clone()].find(|letter| !matches!(letter, ' ' | '\t' | '\r' | '\n'));
        at.map_or(Ok(()), |at| Err(self.refused(gap.start + at, "this is not JSON white space")))
    }

    fn peek(&self) -> Option<&'a TokenAndRange<'a>> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> &'a TokenAndRange<'a> {
        self.next += 1;
        &self.tokens[self.next - 1]
    }

    fn refused(&self, at: usize, fault: &str) -> DocumentError {
        DocumentError::Refused { at: self.lines.place(at).into(), fault: fault.to_owned() }
    }
}

fn comment_text<'a>(token: &'a TokenAndRange<'a>) -> Option<&'a str> {
    match token.token {
        Token::CommentLine(text) | Token::CommentBlock(text) => Some(text),
        _ => None,
    }
}
