//! TOML text: of single values in their current style, of keys, of whole files.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{Member, Node, Tree, TreeEntry, children};
use crate::document::content::value::Value;
use crate::document::content::value_text::text_of_bytes;
use crate::error::DocumentError;

/// The text for a leaf or comment that reads `old` now.
pub(super) fn new_token(old: &str, new: NewTextRef<'_>, newline: &str) -> Result<String, DocumentError> {
    let is_comment = old.starts_with('#');
    match new {
        NewTextRef::Source(source) => Ok(source.to_string()),
        NewTextRef::Comment(text) => comment_text(text),
        NewTextRef::Encrypted(token) if is_comment => comment_text(token),
        NewTextRef::Plain(Value::Text(text)) if is_comment => comment_text(text),
        NewTextRef::Encrypted(token) => Ok(in_style_of(old, token, newline)),
        NewTextRef::Plain(Value::Text(text)) => Ok(in_style_of(old, text, newline)),
        NewTextRef::Plain(value) => value_text(value, newline),
    }
}

fn comment_text(text: &str) -> Result<String, DocumentError> {
    let is_carried = !text.chars().any(|letter| letter.is_control() && letter != '\t');
    is_carried.then(|| format!("#{text}")).ok_or_else(|| cannot_carry("a control character in a comment"))
}

/// A string in the quotes of `old`, if these can express it.
fn in_style_of(old: &str, text: &str, newline: &str) -> String {
    // A newline right after three quotes is not part of the text, and stays.
    let first = if old.get(3..).is_some_and(|inside| inside.starts_with(newline)) { newline } else { "" };
    let is_plain = |is_allowed: fn(char) -> bool| text.chars().all(|letter| !letter.is_control() || is_allowed(letter));
    // Some readers drop a carriage return at the end of a line.
    let has_plain_lines = || is_plain(|letter| matches!(letter, '\t' | '\n'));
    let is_safe_start = !first.is_empty() || !text.starts_with(['\r', '\n']);
    if old.starts_with("'''") {
        let is_carried = has_plain_lines() && !text.contains("'''") && !text.ends_with('\'');
        if is_carried && is_safe_start {
            return format!("'''{first}{text}'''");
        }
    } else if old.starts_with("\"\"\"") {
        let first = if is_safe_start { first } else { newline };
        return format!("\"\"\"{first}{}\"\"\"", escaped(text, true));
    } else if old.starts_with('\'') && is_plain(|letter| letter == '\t') && !text.contains('\'') {
        return format!("'{text}'");
    }
    format!("\"{}\"", escaped(text, false))
}

/// A new string: over several lines if it has several.
pub(super) fn string_text(text: &str, newline: &str) -> String {
    // In a file with CR LF line ends, an editor would change a lone LF.
    let style =
        if text.contains('\n') && newline == "\n" { format!("\"\"\"{newline}\"\"\"") } else { "\"\"".to_owned() };
    in_style_of(&style, text, newline)
}

/// The content of double quotes. Over several lines, newlines and lone quotes stay as they are.
fn escaped(text: &str, has_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut quotes = 0;
    while let Some(letter) = letters.next() {
        quotes = if letter == '"' { quotes + 1 } else { 0 };
        match letter {
            // A third quote would close the string, and so would one before the closing ones.
            '"' if has_lines && quotes < 3 && letters.peek().is_some() => out.push('"'),
            '"' => {
                quotes = 0;
                out.push_str("\\\"");
            }
            '\\' => out.push_str("\\\\"),
            '\n' if has_lines => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\r' if letters.next_if_eq(&'\n').is_some() => out.push_str("\\r\\n"),
            '\r' => out.push_str("\\r"),
            '\t' if has_lines => out.push('\t'),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out
}

/// A single value.
pub(super) fn value_text(value: &Value, newline: &str) -> Result<String, DocumentError> {
    Ok(match value {
        Value::Null => return Err(cannot_carry("a null")),
        Value::Text(text) => string_text(text, newline),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_nan() => "nan".to_owned(),
        // With a point or an exponent: otherwise it would be an integer.
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(time) => time.clone(),
        Value::Bytes(bytes) => {
            string_text(&text_of_bytes(bytes).ok_or_else(|| cannot_carry("bytes that are not text"))?, newline)
        }
    })
}

/// A key, quoted if necessary.
pub(super) fn key_text(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if is_bare { key.to_owned() } else { format!("\"{}\"", escaped(key, false)) }
}

/// A node on one line. Comments are left out.
pub(super) fn inline_text(node: &Node, newline: &str) -> Result<String, DocumentError> {
    let mut out = String::new();
    push_inline(node, newline, &mut out)?;
    Ok(out)
}

fn push_inline(node: &Node, newline: &str, out: &mut String) -> Result<(), DocumentError> {
    match node {
        Node::Leaf(leaf) => out.push_str(&Zeroizing::new(value_text(&leaf.value, newline)?)),
        Node::Alias(_) => return Err(cannot_carry("an alias")),
        Node::Sequence(entries) => {
            out.push('[');
            for (position, item) in children(entries).enumerate() {
                out.push_str(if position == 0 { "" } else { ", " });
                push_inline(item, newline, out)?;
            }
            out.push(']');
        }
        Node::Mapping(entries) => {
            out.push('{');
            let mut is_empty = true;
            for Member { key, value, .. } in children(entries) {
                let _ = write!(out, "{} {} = ", if is_empty { "" } else { "," }, key_text(key));
                push_inline(value, newline, out)?;
                is_empty = false;
            }
            out.push_str(if is_empty { "}" } else { " }" });
        }
    }
    Ok(())
}

/// A whole file.
pub(super) fn emit(tree: &Tree) -> Result<String, DocumentError> {
    let [Node::Mapping(entries)] = tree.roots.as_slice() else {
        return Err(cannot_carry("anything but one mapping at the top level"));
    };
    let mut out = String::new();
    push_table(entries, "", "\n", &mut out)?;
    Ok(out)
}

/// A table below its header: first what has no header of its own, because nothing else can follow a header.
pub(super) fn push_table(
    entries: &[TreeEntry<Member>],
    path: &str,
    newline: &str,
    out: &mut String,
) -> Result<(), DocumentError> {
    let mut comments = Vec::new();
    let mut tables = Vec::new();
    for entry in entries {
        match entry {
            TreeEntry::Comment(comment) => comments.push(comment.text.as_str()),
            TreeEntry::Child(member) if has_header(&member.value) => {
                tables.push((std::mem::take(&mut comments), member));
            }
            TreeEntry::Child(Member { key, value, .. }) => {
                push_comments(&mut comments, newline, out)?;
                let text = Zeroizing::new(inline_text(value, newline)?);
                let _ = write!(out, "{} = {}{newline}", key_text(key), *text);
            }
        }
    }
    push_comments(&mut comments, newline, out)?;
    for (mut comments, Member { key, value, .. }) in tables {
        let path = if path.is_empty() { key_text(key) } else { format!("{path}.{}", key_text(key)) };
        let (open, close, items) = match value {
            Node::Sequence(items) => ("[[", "]]", children(items).collect()),
            single => ("[", "]", vec![single]),
        };
        for item in items {
            if !out.is_empty() {
                out.push_str(newline);
            }
            push_comments(&mut comments, newline, out)?;
            let _ = write!(out, "{open}{path}{close}{newline}");
            if let Node::Mapping(entries) = item {
                push_table(entries, &path, newline, out)?;
            }
        }
    }
    Ok(())
}

/// A mapping, or a list of only mappings.
fn has_header(node: &Node) -> bool {
    match node {
        Node::Mapping(_) => true,
        Node::Sequence(items) => {
            let mut items = children(items).peekable();
            items.peek().is_some() && items.all(|item| matches!(item, Node::Mapping(_)))
        }
        _ => false,
    }
}

fn push_comments(comments: &mut Vec<&str>, newline: &str, out: &mut String) -> Result<(), DocumentError> {
    for comment in comments.drain(..) {
        out.push_str(&comment_text(comment)?);
        out.push_str(newline);
    }
    Ok(())
}

pub(super) fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "TOML", what: what.to_owned() }
}
