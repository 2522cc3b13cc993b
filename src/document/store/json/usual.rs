//! Reads strict JSON without comments, which most files are, many times faster than by way of the parser for all of JSONC.
//!
//! Whatever is not certain to be that is left to the parser, which decides what it means, or what is wrong with it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use memchr::memchr2;
use serde_json::{Map, Value as Json};

use super::outline::{JsonChild, JsonContainer, JsonOutline};
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Leaf, LeafId, Member, Node, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};

/// The parser permits more.
const MAX_DEPTH: usize = 100;

/// Up to so many keys are compared one by one.
const FEW_KEYS: usize = 8;

/// The content of a text, if it is strict JSON whose top is an object.
pub(super) fn read(text: &str) -> Option<ParsedText> {
    let mut reader = StrictReader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        lines: LineIndex::new(text),
        line: 0,
        entries: 0,
        places: Vec::new(),
        containers: Vec::new(),
        metadata: None,
        duplicate: None,
    };
    reader.skip_blanks();
    if reader.byte()? != b'{' {
        return None;
    }
    let root = reader.members(0)?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return None;
    }
    let StrictReader { places, containers, metadata, duplicate, .. } = reader;
    Some(ParsedText {
        tree: Tree { roots: vec![root] },
        tokens: places,
        metadata,
        aliases: Vec::new(),
        duplicate,
        outline: Arc::new(JsonOutline { containers }),
    })
}

/// A number in a text that the parser has accepted too: integers that fit are integers, everything else is the nearest float,
/// as in sops.
pub(super) fn number(text: &str) -> Option<Value> {
    if let Ok(integer) = text.parse::<i64>() {
        return Some(Value::Integer(integer));
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float)
}

struct StrictReader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    lines: LineIndex<'t>,
    /// The line of the last place, from 0.
    line: usize,
    /// The number of values so far, at least.
    entries: usize,
    places: Vec<Range<usize>>,
    containers: Vec<JsonContainer>,
    metadata: Option<Map<String, Json>>,
    duplicate: Option<TextPlace>,
}

/// A key with its place in the text.
struct JsonKey {
    key: String,
    start: usize,
    place: TextPlace,
}

impl<'t> StrictReader<'t> {
    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn place(&mut self, offset: usize) -> TextPlace {
        self.lines.place_from(&mut self.line, offset)
    }

    /// A sign that a value follows, as a rule.
    fn sign(&mut self) -> Option<()> {
        self.at += 1;
        self.entries += 1;
        check_entries(self.entries, TextPlace::default).ok()
    }

    /// A value within containers of this depth.
    fn value(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        let value = match self.byte()? {
            b'{' => return self.members(depth),
            b'[' => return self.items(depth),
            b'"' => Value::Text(match self.string()? {
                Cow::Borrowed(text) => text.into(),
                Cow::Owned(text) => text.into(),
            }),
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Null)?,
            _ => {
                let end = start + number_len(&self.bytes[start..])?;
                self.at = end;
                number(&self.text[start..end])?
            }
        };
        let leaf = Leaf { id: LeafId(self.places.len()), value, place: self.place(start) };
        self.places.push(start..self.at);
        Some(Node::Leaf(leaf))
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.bytes[self.at..].starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        Some(value)
    }

    /// Begins a container with the bracket that is here.
    fn open(&mut self, depth: usize) -> Option<usize> {
        if depth == MAX_DEPTH {
            return None;
        }
        let place = self.at..self.text.len();
        self.sign()?;
        self.containers.push(JsonContainer { place, children: Vec::new(), metadata: None });
        Some(self.containers.len() - 1)
    }

    /// After a child: whether another one follows. If not, the container ended with `bracket`.
    fn goes_on(&mut self, container: usize, bracket: u8) -> Option<bool> {
        self.skip_blanks();
        match self.byte()? {
            b',' => {
                self.sign()?;
                self.skip_blanks();
                Some(true)
            }
            byte if byte == bracket => {
                self.close(container);
                Some(false)
            }
            _ => None,
        }
    }

    fn close(&mut self, container: usize) {
        self.at += 1;
        self.containers[container].place.end = self.at;
    }

    /// A child whose key, or which itself, begins at `start`.
    fn child(&mut self, container: usize, start: usize, depth: usize) -> Option<Node> {
        let number = self.containers.len();
        let value_start = self.at;
        let node = self.value(depth + 1)?;
        let inside = node.is_container().then_some(number);
        self.containers[container].children.push(JsonChild { start, value: value_start..self.at, container: inside });
        Some(node)
    }

    fn items(&mut self, depth: usize) -> Option<Node> {
        let container = self.open(depth)?;
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.byte()? == b']' {
            self.close(container);
            return Some(Node::Sequence(entries));
        }
        loop {
            entries.push(TreeEntry::Child(self.child(container, self.at, depth)?));
            if !self.goes_on(container, b']')? {
                return Some(Node::Sequence(entries));
            }
        }
    }

    fn members(&mut self, depth: usize) -> Option<Node> {
        let container = self.open(depth)?;
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.byte()? == b'}' {
            self.close(container);
            return Some(Node::Mapping(entries));
        }
        loop {
            let JsonKey { key, start, place } = self.key()?;
            if depth == 0 && key == METADATA_KEY {
                self.take_metadata(container, start)?;
            } else {
                let value = self.child(container, start, depth)?;
                entries.push(TreeEntry::Child(Member { key, place, value }));
            }
            if !self.goes_on(container, b'}')? {
                let repeated = first_repeated(&entries);
                self.duplicate = self.duplicate.into_iter().chain(repeated).min();
                return Some(Node::Mapping(entries));
            }
        }
    }

    /// A key, and what is between it and its value.
    fn key(&mut self) -> Option<JsonKey> {
        let start = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        let key = self.string()?.into_owned();
        let place = self.place(start);
        self.skip_blanks();
        if self.byte()? != b':' {
            return None;
        }
        self.at += 1;
        self.skip_blanks();
        Some(JsonKey { key, start, place })
    }

    /// Takes the metadata, which is no part of the tree.
    fn take_metadata(&mut self, container: usize, start: usize) -> Option<()> {
        let (begin, leaves, containers) = (self.at, self.places.len(), self.containers.len());
        let duplicate = self.duplicate;
        self.value(1)?;
        let fields = serde_json::from_str(&self.text[begin..self.at]).ok()?;
        if self.metadata.replace(fields).is_some() {
            return None;
        }
        self.places.truncate(leaves);
        self.containers.truncate(containers);
        self.duplicate = duplicate;
        let root = &mut self.containers[container];
        root.metadata = Some(root.children.len());
        root.children.push(JsonChild { start, value: begin..self.at, container: None });
        Some(())
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at + 1;
        let (mut at, mut is_verbatim) = (start, true);
        loop {
            at += memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes[at] == b'"' {
                break;
            }
            (at, is_verbatim) = (at + 2, false);
        }
        let inside = &self.text[start..at];
        // No early end, so that it is done many bytes at a time.
        if inside.bytes().fold(0, |any, byte| any | u8::from(byte < b' ')) != 0 {
            return None;
        }
        let text = if is_verbatim {
            Cow::Borrowed(inside)
        } else {
            Cow::Owned(serde_json::from_str(&self.text[self.at..=at]).ok()?)
        };
        self.at = at + 1;
        Some(text)
    }
}

/// The place of the first key that occurred before in its object.
fn first_repeated(entries: &[TreeEntry<Member>]) -> Option<TextPlace> {
    fn member(entry: &TreeEntry<Member>) -> Option<(&str, TextPlace)> {
        match entry {
            TreeEntry::Child(member) => Some((&member.key, member.place)),
            TreeEntry::Comment(_) => None,
        }
    }
    let mut members = entries.iter().filter_map(member);
    if entries.len() <= FEW_KEYS {
        let is_repeated = |(at, key): &(usize, &str)| {
            entries[..*at].iter().any(|other| member(other).is_some_and(|(other, _)| other == *key))
        };
        let found = members.clone().map(|(key, _)| key).enumerate().find(is_repeated)?;
        return members.nth(found.0).map(|(_, place)| place);
    }
    let mut keys = HashSet::with_capacity(entries.len());
    members.find(|(key, _)| !keys.insert(*key)).map(|(_, place)| place)
}

/// The length of a number, as RFC 8259 defines it.
fn number_len(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        at += exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether the text is taken. If it is, the parser finds the same.
    fn is_taken(text: &str) -> bool {
        let Some(strict) = read(text) else { return false };
        let parsed = super::super::read::by_parser(text).unwrap();
        assert_eq!(strict.tokens, parsed.tokens, "{text}");
        assert_eq!(strict.metadata, parsed.metadata, "{text}");
        assert_eq!(strict.duplicate, parsed.duplicate, "{text}");
        assert_eq!(format!("{:?}", strict.outline), format!("{:?}", parsed.outline), "{text}");
        assert_eq!(strict.tree.dump(), parsed.tree.dump(), "{text}");
        true
    }

    #[test]
    fn strict_json_is_taken() {
        for text in [
            "{}",
            " {\n\t\"a\": [1, -0.5e+3, \"x\\u00e9\\n\\\"\", true, false, null, {}, []]\r\n}\n",
            r#"{"a":1,"b":{"c":1,"d":[{}],"c":{"e":1,"e":2}},"a":2,"sops":{"mac":["x"],"mac":1},"z":[[]]}"#,
            r#"{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"2":{"3":1,"3":2}}"#,
            r#"{"a":{"b":"ENC[AES256_GCM,data:aa=,iv:b,tag:c,type:str]"},"é":"\ud83d\ude00"}"#,
        ] {
            assert!(is_taken(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":+1}",
            "{\"a\":tru}",
            "{\"a\":truex}",
            "{\"a\":\"\t\"}",
            "{\"a\":\"\\ud83d\"}",
            "{\"a\":1} // c",
            "{/**/}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[}]}",
            "{'a':1}",
            "{a:1}",
            "\u{feff}{}",
            "{\"a\":\"\\",
            "{\"sops\":1}",
            "{\"sops\":{},\"sops\":{}}",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read(&format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200))).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn the_parser_finds_the_same(
            parts in proptest::collection::vec("[{}\\[\\],:]|\"[a\\\\un0é]{0,3}\"|true|null|-?[0-9.eE+]{1,4}|[ \\n/]", 0..12)
        ) {
            is_taken(&format!("{{\"a\":{}}}", parts.concat()));
            is_taken(&format!("{{\"a\":[{}]}}", parts.join(",")));
            let members = parts.iter().enumerate().map(|(at, part)| format!("\"{}\":{part}", ["a", "b", "sops"][at % 3]));
            is_taken(&format!("{{{}}}", members.collect::<Vec<_>>().join(",\n")));
        }
    }
}
