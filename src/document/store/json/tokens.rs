//! The tokens of strict JSON without comments, which most files are, found many times faster than by the parser for all of JSONC.
//!
//! Whatever is not certain to be that has no tokens here, and the parser decides what it means, or what is wrong with it.

use std::borrow::Cow;

use jsonc_parser::common::Range;
use jsonc_parser::tokens::{Token, TokenAndRange};
use memchr::memchr2;

use crate::document::content::tree::TextPlace;
use crate::document::store::parsed::check_entries;

/// The parser permits more.
const MAX_DEPTH: usize = 100;

/// The tokens of a text, if it is strict JSON whose top is an object.
pub(super) fn tokens(text: &str) -> Option<Vec<TokenAndRange<'_>>> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, tokens: Vec::new(), entries: 0 };
    let mut open = Vec::new();
    let mut expected = Expected::Root;
    loop {
        scanner.skip_blanks();
        let Some(byte) = scanner.bytes.get(scanner.at).copied() else {
            return (expected == Expected::End).then_some(scanner.tokens);
        };
        expected = match (expected, byte) {
            (Expected::Root | Expected::Value | Expected::ValueOrEnd, b'{') => {
                scanner.open(Token::OpenBrace)?;
                open.push(byte);
                Expected::KeyOrEnd
            }
            (Expected::Value | Expected::ValueOrEnd, b'[') => {
                scanner.open(Token::OpenBracket)?;
                open.push(byte);
                Expected::ValueOrEnd
            }
            (Expected::KeyOrEnd | Expected::CommaOrEnd, b'}') if open.pop() == Some(b'{') => {
                scanner.sign(Token::CloseBrace);
                Expected::after_value(&open)
            }
            (Expected::ValueOrEnd | Expected::CommaOrEnd, b']') if open.pop() == Some(b'[') => {
                scanner.sign(Token::CloseBracket);
                Expected::after_value(&open)
            }
            (Expected::CommaOrEnd, b',') => {
                scanner.open(Token::Comma)?;
                if open.last() == Some(&b'{') { Expected::Key } else { Expected::Value }
            }
            (Expected::Colon, b':') => {
                scanner.sign(Token::Colon);
                Expected::Value
            }
            (Expected::Key | Expected::KeyOrEnd, b'"') => {
                scanner.string()?;
                Expected::Colon
            }
            (Expected::Value | Expected::ValueOrEnd, _) => {
                scanner.scalar(byte)?;
                Expected::CommaOrEnd
            }
            _ => return None,
        };
        if open.len() > MAX_DEPTH {
            return None;
        }
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Root,
    Key,
    KeyOrEnd,
    Colon,
    Value,
    ValueOrEnd,
    CommaOrEnd,
    End,
}

impl Expected {
    fn after_value(open: &[u8]) -> Self {
        if open.is_empty() { Self::End } else { Self::CommaOrEnd }
    }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<TokenAndRange<'t>>,
    /// The number of values so far, at least.
    entries: usize,
}

impl<'t> Scanner<'t> {
    fn skip_blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn push(&mut self, token: Token<'t>, end: usize) {
        self.tokens.push(TokenAndRange { range: Range::new(self.at, end), token });
        self.at = end;
    }

    fn sign(&mut self, sign: Token<'t>) {
        self.push(sign, self.at + 1);
    }

    /// A sign that a value follows, as a rule.
    fn open(&mut self, sign: Token<'t>) -> Option<()> {
        self.entries += 1;
        check_entries(self.entries, TextPlace::default).ok()?;
        self.sign(sign);
        Some(())
    }

    fn scalar(&mut self, first: u8) -> Option<()> {
        let rest = &self.bytes[self.at..];
        match first {
            b'"' => return self.string(),
            b't' if rest.starts_with(b"true") => self.push(Token::Boolean(true), self.at + 4),
            b'f' if rest.starts_with(b"false") => self.push(Token::Boolean(false), self.at + 5),
            b'n' if rest.starts_with(b"null") => self.push(Token::Null, self.at + 4),
            b'-' | b'0'..=b'9' => {
                let end = self.at + number_len(rest)?;
                self.push(Token::Number(&self.text[self.at..end]), end);
            }
            _ => return None,
        }
        let is_end = matches!(self.bytes.get(self.at), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}'));
        is_end.then_some(())
    }

    fn string(&mut self) -> Option<()> {
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
        if inside.bytes().map(|byte| u8::from(byte < b' ')).fold(0, |any, is_control| any | is_control) != 0 {
            return None;
        }
        let text = if is_verbatim {
            Cow::Borrowed(inside)
        } else {
            Cow::Owned(serde_json::from_str(&self.text[self.at..=at]).ok()?)
        };
        self.push(Token::String(text), at + 1);
        Some(())
    }
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

    /// Whether the text has tokens. If it has, the parser finds the same.
    fn is_taken(text: &str) -> bool {
        let Some(tokens) = tokens(text) else { return false };
        let parsed = super::super::read::parsed_tokens(text).unwrap();
        assert_eq!(tokens.len(), parsed.len(), "{text}");
        for (token, parsed) in tokens.iter().zip(&parsed) {
            assert_eq!((token.range.start, token.range.end), (parsed.range.start, parsed.range.end), "{text}");
            assert_eq!(token.token, parsed.token, "{text}");
        }
        true
    }

    #[test]
    fn strict_json_is_taken() {
        for text in [
            "{}",
            " {\n\t\"a\": [1, -0.5e+3, \"x\\u00e9\\n\\\"\", true, false, null, {}, []]\r\n}\n",
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
        ] {
            assert!(tokens(text).is_none(), "{text}");
        }
        assert!(tokens(&format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200))).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn the_parser_finds_the_same_tokens(
            parts in proptest::collection::vec("[{}\\[\\],:]|\"[a\\\\un0é]{0,3}\"|true|null|-?[0-9.eE+]{1,4}|[ \\n/]", 0..12)
        ) {
            is_taken(&format!("{{\"a\":{}}}", parts.concat()));
            is_taken(&format!("{{\"a\":[{}]}}", parts.join(",")));
        }
    }
}
