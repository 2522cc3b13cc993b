//! JSON text: of single values, of nodes, of metadata, of whole trees.

use std::fmt::Write as _;

use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{Node, Tree, children};
use crate::document::content::value::Value;
use crate::document::content::value_text::{number_text, text_of_bytes};
use crate::error::DocumentError;

/// How containers are spread over lines.
#[derive(Clone)]
pub(super) enum JsonLayout {
    /// All on one line.
    OneLine,
    /// A line for each child.
    Lines {
        /// `\n` or `\r\n`.
        newline: &'static str,
        /// Indentation of each level.
        unit: String,
        /// Indentation of the line on which the text begins.
        base: String,
    },
}

impl JsonLayout {
    /// For a new file: with tabs, or this many spaces for each level.
    pub(super) fn new_file(indent: Option<u8>) -> Self {
        let unit = indent.map_or_else(|| "\t".to_owned(), |spaces| " ".repeat(usize::from(spaces)));
        Self::Lines { newline: "\n", unit, base: String::new() }
    }

    /// Begins a line at a depth below the base.
    fn begin_line(&self, depth: usize, out: &mut String) {
        if let Self::Lines { newline, unit, base } = self {
            out.push_str(newline);
            out.push_str(base);
            (0..depth).for_each(|_| out.push_str(unit));
        }
    }

    /// Between a comma and the next child.
    fn next_line(&self, depth: usize, out: &mut String) {
        match self {
            Self::OneLine => out.push(' '),
            Self::Lines { .. } => self.begin_line(depth, out),
        }
    }
}

/// The text for a leaf or comment that reads `old` now.
pub(super) fn new_token(old: &str, new: NewTextRef<'_>) -> Result<String, DocumentError> {
    let comment = |text: &str| {
        if old.starts_with("/*") {
            let is_carried = !text.contains("*/");
            return is_carried.then(|| format!("/*{text}*/")).ok_or_else(|| cannot_carry("`*/` in a block comment"));
        }
        let is_carried = !text.contains(['\r', '\n']);
        is_carried.then(|| format!("//{text}")).ok_or_else(|| cannot_carry("a line break in a line comment"))
    };
    match new {
        NewTextRef::Source(source) => Ok(source.to_string()),
        NewTextRef::Comment(text) => comment(text),
        NewTextRef::Encrypted(text) if old.starts_with('/') => comment(text),
        NewTextRef::Encrypted(text) => Ok(quoted(text)),
        NewTextRef::Plain(Value::Text(text)) if old.starts_with('/') => comment(text),
        NewTextRef::Plain(value) => value_text(value),
    }
}

/// A whole file.
pub(super) fn emit(tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
    let [root @ Node::Mapping(_)] = tree.roots.as_slice() else {
        return Err(match tree.roots.len() {
            0 | 1 => cannot_carry("anything but one mapping at the top level"),
            several => cannot_carry(&format!("{several} YAML documents")),
        });
    };
    let mut out = String::new();
    write_node(root, &JsonLayout::new_file(indent), 0, &mut out)?;
    out.push('\n');
    Ok(out)
}

/// A node. Comments are left out: other readers of JSON do not accept them.
pub(super) fn write_node(
    node: &Node,
    layout: &JsonLayout,
    depth: usize,
    out: &mut String,
) -> Result<(), DocumentError> {
    match node {
        Node::Leaf(leaf) => out.push_str(&Zeroizing::new(value_text(&leaf.value)?)),
        Node::Alias(_) => return Err(cannot_carry("an alias")),
        Node::Mapping(entries) => {
            let members = children(entries).map(|member| (Some(member.key.as_str()), &member.value));
            write_container(['{', '}'], members, layout, depth, out, write_node)?;
        }
        Node::Sequence(entries) => {
            write_container(['[', ']'], children(entries).map(|item| (None, item)), layout, depth, out, write_node)?;
        }
    }
    Ok(())
}

/// A value of metadata.
pub(super) fn write_json(value: &Json, layout: &JsonLayout, depth: usize, out: &mut String) {
    let write = |value: &Json, layout: &JsonLayout, depth: usize, out: &mut String| -> Result<(), DocumentError> {
        write_json(value, layout, depth, out);
        Ok(())
    };
    let done = match value {
        Json::Object(fields) => {
            let members = fields.iter().map(|(key, value)| (Some(key.as_str()), value));
            write_container(['{', '}'], members, layout, depth, out, write)
        }
        Json::Array(items) => {
            write_container(['[', ']'], items.iter().map(|item| (None, item)), layout, depth, out, write)
        }
        single => {
            out.push_str(&single.to_string());
            Ok(())
        }
    };
    debug_assert!(done.is_ok(), "JSON carries JSON");
}

fn write_container<'a, T: 'a>(
    [open, close]: [char; 2],
    members: impl Iterator<Item = (Option<&'a str>, &'a T)>,
    layout: &JsonLayout,
    depth: usize,
    out: &mut String,
    write: impl Fn(&'a T, &JsonLayout, usize, &mut String) -> Result<(), DocumentError>,
) -> Result<(), DocumentError> {
    out.push(open);
    let mut is_empty = true;
    for (key, value) in members {
        if is_empty {
            layout.begin_line(depth + 1, out);
        } else {
            out.push(',');
            layout.next_line(depth + 1, out);
        }
        is_empty = false;
        if let Some(key) = key {
            out.push_str(&quoted(key));
            out.push_str(": ");
        }
        write(value, layout, depth + 1, out)?;
    }
    if !is_empty {
        layout.begin_line(depth, out);
    }
    out.push(close);
    Ok(())
}

/// A single value.
fn value_text(value: &Value) -> Result<String, DocumentError> {
    Ok(match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => number_text(*number),
        Value::Float(_) => return Err(cannot_carry("infinity or NaN")),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(time) => quoted(time),
        Value::Bytes(bytes) => quoted(&text_of_bytes(bytes).ok_or_else(|| cannot_carry("bytes that are not text"))?),
    })
}

/// A string with its quotes.
pub(super) fn quoted(text: &str) -> String {
    // Room for everything at once: a buffer that grows leaves copies of secrets behind.
    let extra: usize = text.bytes().map(|byte| escaped_len(byte) - 1).sum();
    let mut quoted = String::with_capacity(text.len() + extra + 2);
    quoted.push('"');
    if extra == 0 {
        quoted.push_str(text);
    } else {
        for letter in text.chars() {
            match letter {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\u{8}' => quoted.push_str("\\b"),
                '\t' => quoted.push_str("\\t"),
                '\n' => quoted.push_str("\\n"),
                '\u{c}' => quoted.push_str("\\f"),
                '\r' => quoted.push_str("\\r"),
                letter if letter < ' ' => {
                    let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
                }
                letter => quoted.push(letter),
            }
        }
    }
    quoted.push('"');
    quoted
}

/// The length of a byte in quotes.
fn escaped_len(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | 0x08 | b'\t' | b'\n' | 0x0c | b'\r' => 2,
        0..=0x1f => 6,
        _ => 1,
    }
}

fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "JSON", what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_quoted_as_everybody_quotes_it(text in "[\\x00-\\x7f]{0,8}|.{0,8}") {
            let quoted = quoted(&text);
            prop_assert_eq!(&quoted, &serde_json::to_string(&text).unwrap());
            prop_assert_eq!(quoted.capacity(), quoted.len());
        }
    }
}
