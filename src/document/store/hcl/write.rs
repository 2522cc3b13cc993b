//! HCL text: of single values in their current style, of objects and lists, of metadata, of whole files.

use std::fmt::Write as _;

use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::heredoc::{Heredoc, is_name};
use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{Member, Node, Tree, TreeEntry, children};
use crate::document::content::value::Value;
use crate::document::content::value_text::text_of_bytes;
use crate::error::DocumentError;

/// The indentation of one level.
pub(super) const UNIT: &str = "  ";

/// How objects and lists are spread over lines.
#[derive(Clone)]
pub(super) enum HclLayout {
    /// All on one line.
    OneLine,
    /// A line for each child.
    Lines {
        /// `\n` or `\r\n`.
        newline: &'static str,
        /// Indentation of the line on which the text begins.
        base: String,
    },
}

impl HclLayout {
    fn begin_line(&self, depth: usize, out: &mut String) {
        match self {
            Self::OneLine => out.push(' '),
            Self::Lines { newline, base } => {
                out.push_str(newline);
                out.push_str(base);
                (0..depth).for_each(|_| out.push_str(UNIT));
            }
        }
    }
}

/// The line end of a text.
pub(super) fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The text for a leaf or comment that reads `old` now.
pub(super) fn new_token(old: &str, new: NewTextRef<'_>) -> Result<String, DocumentError> {
    let is_comment = old.starts_with(['#', '/']);
    match new {
        NewTextRef::Source(source) => Ok(source.to_string()),
        NewTextRef::Comment(text) => comment_text(old, text),
        NewTextRef::Encrypted(token) if is_comment => comment_text(old, token),
        NewTextRef::Plain(Value::Text(text)) if is_comment => comment_text(old, text),
        NewTextRef::Encrypted(token) => {
            Ok(Heredoc::at_start(old).map_or_else(|_| quoted(token), |heredoc| heredoc.with_encrypted(token)))
        }
        NewTextRef::Plain(Value::Text(text)) => {
            let heredoc = Heredoc::at_start(old).ok().and_then(|heredoc| heredoc.with(text));
            Ok(heredoc.unwrap_or_else(|| quoted(text)))
        }
        NewTextRef::Plain(value) => value_text(value),
    }
}

/// A comment with the marks of `old`.
fn comment_text(old: &str, text: &str) -> Result<String, DocumentError> {
    if old.starts_with("/*") {
        let is_carried = !text.contains("*/");
        return is_carried.then(|| format!("/*{text}*/")).ok_or_else(|| cannot_carry("`*/` in a block comment"));
    }
    let mark = if old.starts_with("//") { "//" } else { "#" };
    let is_carried = !text.contains(['\r', '\n']);
    is_carried.then(|| format!("{mark}{text}")).ok_or_else(|| cannot_carry("a line break in a line comment"))
}

/// A single value.
pub(super) fn value_text(value: &Value) -> Result<String, DocumentError> {
    Ok(match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        // With a point or an exponent: otherwise it would be an integer.
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Float(_) => return Err(cannot_carry("infinity or NaN")),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(time) => quoted(time),
        Value::Bytes(bytes) => quoted(&text_of_bytes(bytes).ok_or_else(|| cannot_carry("bytes that are not text"))?),
    })
}

/// A string with its quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(2 * text.len() + 2);
    out.push('"');
    let mut letters = text.chars().peekable();
    let mut before = None;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Before a brace, a sign is doubled. Readers differ on three of them, so one more is escaped.
            '$' | '%' if letters.peek() == Some(&'{') => {
                if before == Some(letter) {
                    out.pop();
                    let _ = write!(out, "\\u{:04x}", u32::from(letter));
                }
                out.push(letter);
                out.push(letter);
            }
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
        before = Some(letter);
    }
    out.push('"');
    out
}

/// A key of an object, quoted if necessary.
pub(super) fn key_text(key: &str) -> String {
    if is_plain_key(key) { key.to_owned() } else { quoted(key) }
}

/// Whether every reader takes a key without quotes for a name: not for a value, nor for the start of a `for` expression.
fn is_plain_key(key: &str) -> bool {
    key.is_ascii() && is_name(key) && !matches!(key, "for" | "true" | "false" | "null")
}

/// The name of a variable, which cannot be quoted.
pub(super) fn variable_name(key: &str) -> Result<&str, DocumentError> {
    let what = || cannot_carry("a key at the top level that is not a name of letters, digits, _ and -");
    (key.is_ascii() && is_name(key)).then_some(key).ok_or_else(what)
}

/// A node. On one line, comments are left out.
// The recursion is bounded by the nesting limit of the reader that the node comes from.
pub(super) fn node_text(node: &Node, layout: &HclLayout, depth: usize, out: &mut String) -> Result<(), DocumentError> {
    match node {
        Node::Leaf(leaf) => out.push_str(&Zeroizing::new(value_text(&leaf.value)?)),
        Node::Alias(_) => return Err(cannot_carry("an alias")),
        Node::Mapping(entries) => {
            write_container(['{', '}'], entries, layout, depth, out, |Member { key, value, .. }, out| {
                let _ = write!(out, "{} = ", key_text(key));
                node_text(value, layout, depth + 1, out)
            })?;
        }
        Node::Sequence(entries) => {
            write_container(['[', ']'], entries, layout, depth, out, |item, out| {
                node_text(item, layout, depth + 1, out)
            })?;
        }
    }
    Ok(())
}

fn write_container<T>(
    [open, close]: [char; 2],
    entries: &[TreeEntry<T>],
    layout: &HclLayout,
    depth: usize,
    out: &mut String,
    mut write: impl FnMut(&T, &mut String) -> Result<(), DocumentError>,
) -> Result<(), DocumentError> {
    out.push(open);
    let has_lines = matches!(layout, HclLayout::Lines { .. });
    let mut left = children(entries).count();
    let is_empty = left == 0 && (!has_lines || entries.is_empty());
    for entry in entries {
        match entry {
            TreeEntry::Comment(comment) if has_lines => {
                layout.begin_line(depth + 1, out);
                out.push_str(&comment_text("#", &comment.text)?);
            }
            TreeEntry::Comment(_) => {}
            TreeEntry::Child(child) => {
                left -= 1;
                if has_lines || open == '{' || !out.ends_with('[') {
                    layout.begin_line(depth + 1, out);
                }
                write(child, out)?;
                if has_lines && open == '[' || !has_lines && left > 0 {
                    out.push(',');
                }
            }
        }
    }
    if !is_empty && (has_lines || open == '{') {
        layout.begin_line(depth, out);
    }
    out.push(close);
    Ok(())
}

/// A value of metadata.
pub(super) fn json_text(value: &Json, layout: &HclLayout, depth: usize, out: &mut String) {
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (key, value) in fields {
                layout.begin_line(depth + 1, out);
                let _ = write!(out, "{} = ", key_text(key));
                json_text(value, layout, depth + 1, out);
            }
            layout.begin_line(depth, out);
            out.push('}');
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('[');
            for item in items {
                layout.begin_line(depth + 1, out);
                json_text(item, layout, depth + 1, out);
                out.push(',');
            }
            layout.begin_line(depth, out);
            out.push(']');
        }
        Json::String(text) => out.push_str(&quoted(text)),
        single => out.push_str(&single.to_string()),
    }
}

/// A whole file.
pub(super) fn emit(tree: &Tree) -> Result<String, DocumentError> {
    let [Node::Mapping(entries)] = tree.roots.as_slice() else {
        return Err(match tree.roots.len() {
            0 | 1 => cannot_carry("anything but one mapping at the top level"),
            several => cannot_carry(&format!("{several} YAML documents")),
        });
    };
    let layout = HclLayout::Lines { newline: "\n", base: String::new() };
    let mut out = String::new();
    for entry in entries {
        match entry {
            TreeEntry::Comment(comment) => out.push_str(&comment_text("#", &comment.text)?),
            TreeEntry::Child(Member { key, value, .. }) => {
                let _ = write!(out, "{} = ", variable_name(key)?);
                node_text(value, &layout, 0, &mut out)?;
            }
        }
        out.push('\n');
    }
    Ok(out)
}

pub(super) fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "HCL", what: what.to_owned() }
}
