//! Parses a JSON file into a tree.

use std::collections::HashSet;
use std::ops::Range;

use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::error::DocumentError;

/// A byte order mark, which is kept, but which the parser does not accept.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// RFC 8259 with comments and trailing commas, as in tsconfig.json. The other extensions of the parser are off.
pub(super) fn options() -> ParseOptions {
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
    let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let collect = CollectOptions { comments: CommentCollectionStrategy::AsTokens, tokens: true };
    let lines = LineIndex::new(body);
    refuse_number(body, &lines)?;
    let parsed = parse_to_ast(body, &collect, &options()).map_err(|error| syntax(&lines, &error))?;
    let tokens = parsed.tokens.unwrap_or_default();
    drop(parsed.value);
    let mut reader =
        JsonReader { text: body, lines, tokens: &tokens, next: 0, places: Vec::new(), metadata: None, duplicate: None };
    reader.refuse_what_no_other_reader_takes()?;
    let root = reader.root()?;
    let JsonReader { mut places, metadata, duplicate, .. } = reader;
    let mark = text.len() - body.len();
    for place in &mut places {
        *place = place.start + mark..place.end + mark;
    }
    Ok(ParsedText {
        tree: Tree { roots: vec![root] },
        tokens: places,
        metadata,
        settings: Vec::new(),
        aliases: Vec::new(),
        duplicate,
        metadata_places: Vec::new(),
    })
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
pub(super) fn syntax(lines: &LineIndex, error: &jsonc_parser::errors::ParseError) -> DocumentError {
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
    tokens: &'a [TokenAndRange<'a>],
    next: usize,
    places: Vec<Range<usize>>,
    metadata: Option<Map<String, Json>>,
    duplicate: Option<TextPlace>,
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
            Token::String(text) => Value::Text(Zeroizing::new(text.to_string())),
            Token::Boolean(truth) => Value::Bool(*truth),
            Token::Null => Value::Null,
            Token::Number(number) => {
                Self::number(number).ok_or_else(|| self.refused(place.start, "a number is too large"))?
            }
            _ => unreachable!("the parser lets only values stand here"),
        };
        let leaf = Leaf { id: LeafId(self.places.len()), value, place: self.lines.place(place.start) };
        self.places.push(place);
        Ok(Node::Leaf(leaf))
    }

    fn members(&mut self, is_root: bool) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        let mut keys = HashSet::new();
        loop {
            self.take_comments(&mut entries);
            let TokenAndRange { token, range } = self.take();
            let key = match token {
                Token::CloseBrace => return Ok(Node::Mapping(entries)),
                Token::Comma => continue,
                Token::String(key) => key.as_ref(),
                _ => unreachable!("the parser lets only keys stand here"),
            };
            let place = self.lines.place(range.start);
            if !keys.insert(key) {
                if is_root && key == METADATA_KEY {
                    return Err(self.refused(range.start, "a key occurs twice in its object"));
                }
                self.duplicate.get_or_insert(place);
            }
            if is_root && key == METADATA_KEY {
                self.take_metadata(range.start)?;
                continue;
            }
            // Comments on both sides of the colon come before the member.
            self.take_comments(&mut entries);
            self.take();
            self.take_comments(&mut entries);
            let value = self.value(false)?;
            self.take_comments_of_line(&mut entries);
            entries.push(TreeEntry::Child(Member { key: key.to_owned(), place, value }));
        }
    }

    fn items(&mut self) -> Result<Node, DocumentError> {
        let mut entries = Vec::new();
        loop {
            self.take_comments(&mut entries);
            match self.peek().map(|token| &token.token) {
                Some(Token::CloseBracket) => {
                    self.take();
                    return Ok(Node::Sequence(entries));
                }
                Some(Token::Comma) => {
                    self.take();
                }
                _ => {
                    let value = self.value(false)?;
                    self.take_comments_of_line(&mut entries);
                    entries.push(TreeEntry::Child(value));
                }
            }
        }
    }

    /// Other readers need plain JSON in metadata, so comments in it are refused rather than lost.
    fn take_metadata(&mut self, start: usize) -> Result<(), DocumentError> {
        let mut depth = 0_usize;
        let mut range = None::<Range<usize>>;
        self.take();
        loop {
            let TokenAndRange { token, range: place } = self.take();
            range = Some(range.map_or(place.start, |range| range.start)..place.end);
            match token {
                Token::OpenBrace | Token::OpenBracket => depth += 1,
                Token::CloseBrace | Token::CloseBracket => depth -= 1,
                Token::CommentLine(_) | Token::CommentBlock(_) => {
                    return Err(self.refused(place.start, "there is a comment in the metadata"));
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let metadata = range.and_then(|range| serde_json::from_str(&self.text[range]).ok());
        let fault = "the key `sops` does not hold metadata; rename it";
        self.metadata = Some(metadata.ok_or_else(|| self.refused(start, fault))?);
        Ok(())
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
        let place = self.lines.place(range.start);
        self.places.push(range.start..range.end);
        entries.push(TreeEntry::Comment(Comment { id, text: Zeroizing::new(text.to_owned()), place }));
    }

    /// Integers that fit are integers, everything else is the nearest float, as in sops.
    fn number(text: &str) -> Option<Value> {
        if let Ok(integer) = text.parse::<i64>() {
            return Some(Value::Integer(integer));
        }
        text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float)
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
