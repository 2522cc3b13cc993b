//! Regular expressions in the syntax of Go, which the configs and documents of sops use.
//!
//! Go and the `regex` crate agree in nearly everything, linear time included. Where they do not, the text is translated: a
//! `{` that begins no repetition, `\Q…\E`, `[` within a class, and what `\d`, `\s` and `\w` mean beyond ASCII.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// Maximum size of a compiled expression, in bytes: a config is read on every start, and may be hostile.
const MAX_SIZE: usize = 1 << 20;

/// Compiles an expression. It matches anywhere in a text unless it is anchored.
///
/// # Errors
/// If it is not a regular expression, with the reason.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&translate(pattern)).size_limit(MAX_SIZE).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The first lines repeat the expression and point at the place; the last says what is wrong.
        other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    })
}

/// The same expression as the `regex` crate writes it.
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => escape(&mut rest, &mut translated, Within::Expression),
            '[' => class(&mut rest, &mut translated),
            '{' if !is_repetition(&rest) => translated.push_str(r"\{"),
            '{' => {
                translated.push('{');
                translated.extend(rest.by_ref().take_while(|&letter| letter != '}'));
                translated.push('}');
            }
            '}' => translated.push_str(r"\}"),
            other => translated.push(other),
        }
    }
    translated
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Expression,
    Class,
}

/// What follows a backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, translated: &mut String, within: Within) {
    let Some(letter) = rest.next() else {
        translated.push('\\');
        return;
    };
    match (letter, within) {
        ('Q', Within::Expression) => {
            let mut quoted = String::new();
            for letter in rest.by_ref() {
                quoted.push(letter);
                if quoted.ends_with(r"\E") {
                    quoted.truncate(quoted.len() - r"\E".len());
                    break;
                }
            }
            translated.push_str(&regex::escape(&quoted));
        }
        ('d', Within::Expression) => translated.push_str("[0-9]"),
        ('d', Within::Class) => translated.push_str("0-9"),
        ('D', _) => translated.push_str("[^0-9]"),
        ('s', Within::Expression) => translated.push_str(r"[\t\n\f\r ]"),
        ('s', Within::Class) => translated.push_str(r"\t\n\f\r "),
        ('S', _) => translated.push_str(r"[^\t\n\f\r ]"),
        ('w', Within::Expression) => translated.push_str("[0-9A-Za-z_]"),
        ('w', Within::Class) => translated.push_str("0-9A-Za-z_"),
        ('W', _) => translated.push_str("[^0-9A-Za-z_]"),
        ('b', Within::Expression) => translated.push_str(r"(?-u:\b)"),
        ('p' | 'P' | 'x', _) => {
            translated.extend(['\\', letter]);
            if rest.peek() == Some(&'{') {
                translated.extend(rest.by_ref().take_while(|&letter| letter != '}'));
                translated.push('}');
            }
        }
        // To the crate these are the ends of a word; to Go they are themselves.
        ('<' | '>', _) => translated.push(letter),
        _ => translated.extend(['\\', letter]),
    }
}

/// What follows the `[` of a class, its `]` included.
fn class(rest: &mut Peekable<Chars<'_>>, translated: &mut String) {
    translated.push('[');
    if rest.next_if_eq(&'^').is_some() {
        translated.push('^');
    }
    // A `]` that comes first is one of the class.
    let mut is_first = true;
    // Whether a `-` would make a range with what stands before it.
    let mut can_begin_range = false;
    while let Some(letter) = rest.next() {
        let was_able = std::mem::replace(&mut can_begin_range, true);
        match letter {
            ']' if !is_first => {
                translated.push(']');
                return;
            }
            '\\' => {
                can_begin_range = !rest.peek().is_some_and(|kind| "dDsSwWpP".contains(*kind));
                escape(rest, translated, Within::Class);
            }
            '[' if rest.peek() == Some(&':') => {
                can_begin_range = false;
                translated.push('[');
                for letter in rest.by_ref() {
                    translated.push(letter);
                    if letter == ']' {
                        break;
                    }
                }
            }
            '-' if was_able && rest.peek() != Some(&']') => {
                translated.push('-');
                match rest.next() {
                    Some('\\') => escape(rest, translated, Within::Class),
                    Some(end) => push_escaped(end, translated),
                    None => {}
                }
                can_begin_range = false;
            }
            other => push_escaped(other, translated),
        }
        is_first = false;
    }
}

/// A letter of a class, which doubled or alone could be an operator of the crate.
fn push_escaped(letter: char, translated: &mut String) {
    if "[]-&~".contains(letter) {
        translated.push('\\');
    }
    translated.push(letter);
}

/// Whether what follows a `{` makes it a repetition: `n}`, `n,}` or `n,m}`.
fn is_repetition(rest: &Peekable<Chars<'_>>) -> bool {
    let inner: String = rest.clone().take_while(|&letter| letter != '}').collect();
    let is_closed = rest.clone().any(|letter| letter == '}');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (least, most) = inner.split_once(',').unwrap_or((&inner, ""));
    is_closed && is_number(least) && (most.is_empty() || is_number(most))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn expressions_match_what_they_match_in_go() {
        for (pattern, text, matches) in [
            (r"\.yaml$", "a/b.yaml", true),
            (r"\.yaml$", "a/byaml", false),
            ("b", "abc", true),
            ("^b", "abc", false),
            (r"secrets\/.*", "secrets/a", true),
            ("{dev}", "{dev}", true),
            ("x{dev}", "x{dev}", true),
            ("x{2}", "xx", true),
            ("^x{2}$", "x{2}", false),
            ("^x{2,}$", "xxx", true),
            ("^x{1,2}$", "xxx", false),
            ("^x{,2}$", "x{,2}", true),
            ("^a}$", "a}", true),
            (r"^\Qa.b\E.$", "a.bc", true),
            (r"^\Qa.b\E.$", "axbc", false),
            (r"\Qa+", "a+", true),
            (r"^\d$", "٣", false),
            (r"^\w$", "é", false),
            (r"^[\w-]+$", "a-b_c", true),
            (r"^[^\s]$", "é", true),
            (r"^[\D]$", "x", true),
            (r"^[\D]$", "1", false),
            ("^[[]$", "[", true),
            ("^[]a]+$", "]a", true),
            ("^[^]a]$", "b", true),
            ("^[a&&b]+$", "a&b", true),
            ("^[+--]+$", "+,-", true),
            ("^[a~~b]+$", "~", true),
            ("^[--a]+$", "-A", true),
            ("^[a-]+$", "a-", true),
            ("^[a-c-e]+$", "b-e", true),
            ("^[a-c-e]+$", "d", false),
            (r"^[a\W--c]$", "Z", true),
            (r"^[[:digit:]--]$", "-", true),
            ("^{2}a$", "a", true),
            (r"^[\x00-\x20]$", " ", true),
            ("^[[:alpha:]_]+$", "ab_", true),
            (r"\<x\>", "<x>", true),
            (r"\bx\b", "a x b", true),
            (r"(?i)SECRETS", "secrets", true),
            (r"(?P<env>dev|prod)", "prod", true),
            ("", "anything", true),
            ("é+", "éé", true),
            (r"^\p{Greek}\x{e9}[\p{Greek}]$", "αéβ", true),
        ] {
            let compiled = compile(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
            assert_eq!(compiled.is_match(text), matches, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_with_a_reason() {
        for (pattern, reason) in [
            ("(a", "unclosed group"),
            ("a)", "unopened group"),
            ("{2}.yaml", "repetition operator missing expression"),
            ("*.yaml", "repetition operator missing expression"),
            ("[a", "unclosed character class"),
            ("a\\", "incomplete escape sequence, reached end of pattern prematurely"),
            ("a(?=b)", "look-around, including look-ahead and look-behind, is not supported"),
            (r"(a)\1", "backreferences are not supported"),
            ("(((a{1000}){1000}){1000})", "it is too large"),
        ] {
            assert_eq!(compile(pattern).unwrap_err(), reason, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_expression_or_is_refused_without_a_panic(pattern in r"[\\\[\]{}()a-c0-9,:^&~Q E-]{0,12}") {
            let _ = compile(&pattern);
        }

        #[test]
        fn a_quoted_text_matches_itself(text in r"[ -\[\]-~é]{0,12}") {
            let pattern = format!(r"^\Q{text}\E$");
            prop_assert!(compile(&pattern).unwrap().is_match(&text));
        }
    }
}
