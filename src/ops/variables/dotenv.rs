//! dotenv files as programs read them: docker compose, and godotenv and python-dotenv where they agree with it.
//!
//! sops reads every line as it stands, quotes included. Programs take `export KEY='value' # comment`: quotes do not belong to
//! the value, a value in quotes may have several lines, and all but those in single quotes may refer to other variables.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::expansion::{Lookup, expanded};
use crate::ops::failure::Cause;

/// A variable of a dotenv file.
pub(super) type Assignment = (String, Zeroizing<String>);

/// The variables of a file, in the order in which they stand. One that is given twice has its last value.
///
/// `environment` are the variables that values may refer to, besides those that stand before them in the file.
///
/// # Errors
/// [`Cause::DotenvSyntax`] with the line, if a program could not read it.
pub(super) fn assignments(text: &str, environment: Lookup<'_>) -> Result<Vec<Assignment>, Cause> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut values: Vec<Assignment> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    loop {
        reader.skip_lines_without_values();
        if reader.rest.is_empty() {
            return Ok(values);
        }
        let line = reader.line;
        let fault = |fault: String| Cause::DotenvSyntax { line, fault };
        let Some(key) = reader.key().map_err(fault)? else { continue };
        let lookup =
            |name: &str| positions.get(name).map(|&position| values[position].1.clone()).or_else(|| environment(name));
        let value = reader.value(&lookup).map_err(fault)?;
        if let Some(&position) = positions.get(key) {
            values[position].1 = value;
        } else {
            positions.insert(key.to_owned(), values.len());
            values.push((key.to_owned(), value));
        }
    }
}

/// Whether programs read a value in a dotenv file as sops does, which takes it literally.
#[must_use]
pub fn reads_literally(value: &str) -> bool {
    let line = Zeroizing::new(format!("KEY={}", value.replace('\n', "\\n")));
    matches!(assignments(&line, &|_| None).as_deref(), Ok([(_, read)]) if **read == *value)
}

struct Reader<'t> {
    rest: &'t str,
    line: u64,
}

impl<'t> Reader<'t> {
    fn skip_lines_without_values(&mut self) {
        loop {
            let text = self.rest.trim_start();
            self.advance(self.rest.len() - text.len());
            if !self.rest.starts_with('#') {
                return;
            }
            self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += passed.bytes().filter(|&byte| byte == b'\n').count() as u64;
        self.rest = rest;
    }

    /// The key at the start of the line, with the `=` or `:` behind it. `None` for a name alone: such a variable is inherited.
    fn key(&mut self) -> Result<Option<&'t str>, String> {
        let line = self.rest.split('\n').next().unwrap_or_default();
        let after_export = line.strip_prefix("export").filter(|rest| rest.starts_with(is_blank)).unwrap_or(line);
        let statement = after_export.trim_start_matches(is_blank);
        let end = statement.find(|letter: char| !is_of_key(letter)).unwrap_or(statement.len());
        let (key, behind) = statement.split_at(end);
        if key.is_empty() {
            return Err("the line does not start with the name of a variable".to_owned());
        }
        let separator = behind.trim_start_matches(is_blank);
        let consumed = line.len() - separator.len();
        if separator.is_empty() {
            self.advance(consumed);
            return Ok(None);
        }
        if !separator.starts_with(['=', ':']) {
            return Err("the line has no `=` behind the name of a variable".to_owned());
        }
        self.advance(consumed + 1);
        Ok(Some(key))
    }

    fn value(&mut self, lookup: Lookup<'_>) -> Result<Zeroizing<String>, String> {
        let text = self.rest.trim_start_matches(is_blank);
        self.advance(self.rest.len() - text.len());
        if let Some(quote) = text.chars().next().filter(|first| matches!(first, '\'' | '"')) {
            return self.quoted(quote, lookup);
        }
        let line = text.split('\n').next().unwrap_or_default();
        self.advance(line.len());
        let value = line.split_once(" #").map_or(line, |(value, _)| value).trim_end();
        expanded(value, lookup)
    }

    fn quoted(&mut self, quote: char, lookup: Lookup<'_>) -> Result<Zeroizing<String>, String> {
        let text = self.rest;
        let end = closing_quote(text, quote).ok_or("a quote is not closed")?;
        let mut value = Zeroizing::new(String::with_capacity(end));
        let mut letters = text[1..end].chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => unescape(letters.next(), quote, &mut value),
                letter => value.push(letter),
            }
        }
        self.advance(end + 1);
        let behind = self.rest.split('\n').next().unwrap_or_default();
        let after_blanks = behind.trim_start_matches(is_blank);
        if !after_blanks.is_empty() && !after_blanks.starts_with('#') {
            return Err("a quoted value is followed by something other than a comment".to_owned());
        }
        self.advance(behind.len());
        if quote == '\'' { Ok(value) } else { expanded(&value, lookup) }
    }
}

/// Where the quote stands that ends the value with whose quote `text` starts.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => drop(letters.next()?),
            letter if letter == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// Adds what a backslash and the letter behind it stand for. Single quotes know no escape but that of the quote itself.
fn unescape(escaped: Option<char>, quote: char, value: &mut Zeroizing<String>) {
    let Some(escaped) = escaped else { return value.push('\\') };
    match (quote, escaped) {
        (_, escaped) if escaped == quote => value.push(quote),
        ('"', 'a') => value.push('\x07'),
        ('"', 'b') => value.push('\x08'),
        ('"', 'f') => value.push('\x0c'),
        ('"', 'n') => value.push('\n'),
        ('"', 'r') => value.push('\r'),
        ('"', 't') => value.push('\t'),
        ('"', 'v') => value.push('\x0b'),
        ('"', '\\') => value.push('\\'),
        // References are expanded behind this, where two of them are one.
        ('"', '$') => value.push_str("$$"),
        _ => {
            value.push('\\');
            value.push(escaped);
        }
    }
}

/// What Unicode calls white space, within a line.
fn is_blank(letter: char) -> bool {
    matches!(letter, '\t' | '\x0b' | '\x0c' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

fn is_of_key(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '[' | ']')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let environment = |name: &str| (name == "HOME").then(|| "/home/me".to_owned().into());
        let assignments = assignments(text, &environment).map_err(|error| error.to_string())?;
        Ok(assignments.into_iter().map(|(key, value)| (key, value.to_string())).collect())
    }

    fn value(text: &str) -> String {
        let mut all = read(text).unwrap();
        assert_eq!(all.len(), 1, "{text}");
        all.remove(0).1
    }

    #[test]
    fn quotes_comments_and_export_do_not_belong_to_a_value() {
        for (text, wanted) in [
            ("A=plain", "plain"),
            ("A = spaced  # comment", "spaced"),
            ("export A=x", "x"),
            ("export\tA='x' # y", "x"),
            ("A: yaml", "yaml"),
            ("A=a#b", "a#b"),
            ("A=\"a # b\"#c\n", "a # b"),
            ("A=", ""),
            ("A=\r\n", ""),
            ("A=it's \"quoted\"", "it's \"quoted\""),
            ("A='it\\'s'", "it's"),
            ("A='a\\nb\\\\'", "a\\nb\\\\"),
            ("A=\"a\\nb\\\\\\\"c\\q\"", "a\nb\\\"c\\q"),
            ("\u{feff}\n# c\n  A=x\\ny \t\r\n", "x\\ny"),
            ("A='one\n# two=\"\n three'\n", "one\n# two=\"\n three"),
            ("A=\"one\ntwo\" # c", "one\ntwo"),
            ("A=x=y", "x=y"),
        ] {
            assert_eq!(value(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn values_refer_to_those_before_them_and_to_the_environment() {
        let text = "A=1\nB=$A-${HOME}\nC='$A'\nD=\"\\$A $$A $A\"\nA=2\nE=${A}\nHOME=h\nF=$HOME\n";
        let wanted =
            [("A", "2"), ("B", "1-/home/me"), ("C", "$A"), ("D", "$A $A 1"), ("E", "2"), ("HOME", "h"), ("F", "h")];
        assert_eq!(read(text).unwrap(), wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn values_that_programs_read_differently_are_told_from_others() {
        for value in ["", "plain", "two words", "a=b", "it's", "a#b"] {
            assert!(reads_literally(value), "{value}");
        }
        for value in ["'quoted'", "\"x\"", "p$word", "a # b", "one\ntwo", " x", "x ", "$$"] {
            assert!(!reads_literally(value), "{value}");
        }
    }

    #[test]
    fn a_name_alone_is_inherited() {
        assert_eq!(read("export A\nB\nC=1\n").unwrap(), [("C".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn what_programs_cannot_read_is_refused_with_its_line() {
        for (text, line) in [
            ("A=1\n=x\n", 2),
            ("A B=1\n", 1),
            ("\n\nA='x\ny\n", 3),
            ("A='x'y\n", 1),
            ("A=\"x\\", 1),
            ("A=x$NOT\n", 1),
            ("+A=1", 1),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(&format!("line {line}")), "{text:?}: {said}");
            assert!(!said.contains("x$"), "{said}");
        }
    }
}
