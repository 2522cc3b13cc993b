//! Adding and removing keys and sections of INI files, and the metadata, which is a section.

use std::fmt::Write as _;
use std::ops::Range;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::outline::{DEFAULT, IniLine, IniLineKind, IniOutline};
use super::read::key;
use super::value::{cannot_carry, new_token, write};
use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{Leaf, Member, Node, Path, PathStep, Tree, TreeEntry};
use crate::document::store::flat_metadata::flatten;
use crate::document::store::parsed::{METADATA_KEY, ParsedText};
use crate::document::store::splice::{Splice, change_at_end};
use crate::error::DocumentError;

/// Replaces, appends or removes the metadata.
pub(super) fn metadata(
    text: &str,
    outline: &IniOutline,
    metadata: Option<&Map<String, Json>>,
) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let lines = &outline.lines;
    let header = lines.iter().position(|line| line.kind == IniLineKind::Metadata);
    let found = header.map(|header| place(&lines[header..end_of_section(lines, header)]));
    let written = metadata.map(|fields| metadata_text(fields, newline)).transpose()?;
    Ok(change_at_end(text, found, written, newline))
}

/// Inserts a key after the last of its section, or a section after the last one.
pub(super) fn insert(
    text: &str,
    outline: &IniOutline,
    found: &ParsedText,
    path: &Path,
    value: &Node,
) -> Result<Vec<Splice>, DocumentError> {
    let newline = newline_of(text);
    let lines = &outline.lines;
    let splice = match (path.steps.as_slice(), value) {
        ([PathStep::Key(name), PathStep::Key(key)], Node::Leaf(leaf)) => {
            let section = section(lines, name).ok_or_else(|| nothing_at(path))?;
            let last = &lines[section.end - 1];
            let line = key_line(key, leaf, &delimiter(text, last, &found.tokens))?;
            let indent = &text[last.place.start..last.place.end];
            let indent = &indent[..indent.len() - indent.trim_start_matches([' ', '\t']).len()];
            let carriage = if newline == "\r\n" && text[..last.place.end].ends_with('\r') { "\r" } else { "" };
            let text = format!("\n{indent}{line}{carriage}");
            Splice { place: last.place.end..last.place.end, text }
        }
        ([PathStep::Key(name)], Node::Mapping(entries)) => {
            let section = section_text(name, entries, newline)?;
            let metadata = lines.iter().find(|line| line.kind == IniLineKind::Metadata);
            match metadata {
                _ if name == DEFAULT => {
                    let start = text.len() - text.trim_start_matches('\u{feff}').len();
                    Splice { place: start..start, text: section + newline }
                }
                Some(metadata) => {
                    let start = metadata.place.start;
                    Splice { place: start..start, text: format!("{section}{newline}{newline}") }
                }
                None => {
                    let before = match text {
                        "" => "",
                        _ if text.ends_with('\n') => newline,
                        _ => &[newline, newline].concat(),
                    };
                    Splice { place: text.len()..text.len(), text: format!("{before}{section}{newline}") }
                }
            }
        }
        _ => return Err(cannot_carry("anything but single values in sections")),
    };
    Ok(vec![splice])
}

/// Removes a key or a section, with its lines.
pub(super) fn remove(
    text: &str,
    outline: &IniOutline,
    found: &ParsedText,
    path: &Path,
) -> Result<Vec<Splice>, DocumentError> {
    let lines = &outline.lines;
    let place = match (path.steps.as_slice(), found.tree.node(path)) {
        ([PathStep::Key(name)], Some(_)) => section(lines, name).map(|range| place(&lines[range])),
        (_, Some(Node::Leaf(leaf))) => {
            let is_it = |line: &&IniLine| matches!(line.kind, IniLineKind::Key { value, .. } if value == leaf.id);
            lines.iter().find(is_it).map(|line| line.place.clone())
        }
        _ => None,
    };
    let place = place.ok_or_else(|| nothing_at(path))?;
    let end = text.len().min(place.end + 1);
    Ok(vec![Splice { place: place.start..end, text: String::new() }])
}

/// A whole file.
pub(super) fn emit(tree: &Tree) -> Result<String, DocumentError> {
    let [Node::Mapping(entries)] = tree.roots.as_slice() else {
        return Err(cannot_carry("anything but one mapping at the top level"));
    };
    let mut out = String::new();
    for (position, entry) in entries.iter().enumerate() {
        match entry {
            TreeEntry::Comment(comment) => push_comment(&comment.text, "\n", &mut out),
            TreeEntry::Child(Member { key, value: Node::Mapping(entries), .. }) if position == 0 && key == DEFAULT => {
                push_keys(entries, "\n", &mut out)?;
            }
            TreeEntry::Child(Member { key, value: Node::Mapping(entries), .. }) => {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(&Zeroizing::new(section_text(key, entries, "\n")?));
                out.push('\n');
            }
            TreeEntry::Child(_) => return Err(cannot_carry("values outside of sections")),
        }
    }
    Ok(out)
}

/// The lines of a section: from its header to its last key. Comments after that belong to the next section.
fn section(lines: &[IniLine], name: &str) -> Option<Range<usize>> {
    let is_it = |line: &IniLine| matches!(&line.kind, IniLineKind::Section(other) if other == name);
    let first = match lines.iter().position(is_it) {
        Some(header) => header,
        // Keys before the first section have no header.
        None if name == DEFAULT => {
            let first = lines.iter().position(IniLine::is_key)?;
            if lines[..first].iter().any(IniLine::is_header) {
                return None;
            }
            first
        }
        None => return None,
    };
    Some(first..end_of_section(lines, first))
}

/// The end of the section whose first line this is.
fn end_of_section(lines: &[IniLine], first: usize) -> usize {
    let within = lines[first + 1..].iter().take_while(|line| !line.is_header());
    first + 1 + within.enumerate().filter(|(_, line)| line.is_key()).last().map_or(0, |(at, _)| at + 1)
}

fn place(lines: &[IniLine]) -> Range<usize> {
    let start = lines.first().map_or(0, |line| line.place.start);
    start..lines.last().map_or(start, |line| line.place.end)
}

/// The section of the metadata without its last newline, its keys one per line as in sops.
fn metadata_text(metadata: &Map<String, Json>, newline: &str) -> Result<String, DocumentError> {
    let fields = flatten(metadata);
    let width = fields.keys().map(String::len).max().unwrap_or_default();
    let mut out = format!("[{METADATA_KEY}]");
    for (key, value) in &fields {
        let _ = write!(out, "{newline}{key:width$} = {}", write(value, "")?);
    }
    Ok(out)
}

/// A section without its last newline. The one of keys before the first section has no header.
fn section_text(name: &str, entries: &[TreeEntry<Member>], newline: &str) -> Result<String, DocumentError> {
    if name.is_empty() || name.contains([']', '\n', '\r']) {
        return Err(cannot_carry("a section with this name"));
    }
    let mut out = String::new();
    if name != DEFAULT {
        let _ = write!(out, "[{name}]{newline}");
    }
    push_keys(entries, newline, &mut out)?;
    out.truncate(out.trim_end_matches(['\r', '\n']).len());
    Ok(out)
}

fn push_keys(entries: &[TreeEntry<Member>], newline: &str, out: &mut String) -> Result<(), DocumentError> {
    for entry in entries {
        match entry {
            TreeEntry::Comment(comment) => push_comment(&comment.text, newline, out),
            TreeEntry::Child(Member { key, value: Node::Leaf(leaf), .. }) => {
                out.push_str(&Zeroizing::new(key_line(key, leaf, " = ")?));
                out.push_str(newline);
            }
            TreeEntry::Child(_) => return Err(cannot_carry("anything but single values in sections")),
        }
    }
    Ok(())
}

fn push_comment(text: &str, newline: &str, out: &mut String) {
    for line in text.split('\n') {
        out.push(';');
        out.push_str(line);
        out.push_str(newline);
    }
}

fn key_line(key: &str, leaf: &Leaf, delimiter: &str) -> Result<String, DocumentError> {
    let name = key_text(key).ok_or_else(|| cannot_carry("a key with this name"))?;
    let value = Zeroizing::new(new_token("", NewTextRef::Plain(&leaf.value))?);
    Ok(format!("{name}{delimiter}{}", *value))
}

/// The name of a key, quoted if necessary. A single dash would be numbered instead.
fn key_text(name: &str) -> Option<String> {
    let is_line = name != "-" && !name.contains(['\n', '\r']);
    let mut written = ["", "`", "\"\"\"", "\""].iter().map(|quote| format!("{quote}{name}{quote}"));
    written.find(|written| {
        let probe = format!("{written} = x");
        is_line && !written.starts_with(['#', ';', '[']) && key(&probe, 0).is_ok_and(|(read, ..)| read == name)
    })
}

/// The separator of the neighbouring key, without alignment.
fn delimiter(text: &str, neighbour: &IniLine, tokens: &[Range<usize>]) -> String {
    let IniLineKind::Key { key, value } = &neighbour.kind else { return " = ".to_owned() };
    let between = &text[key.end..tokens[value.0].start];
    let blank = |is_there: bool| if is_there { " " } else { "" };
    let sign = between.trim();
    format!(
        "{}{sign}{}",
        blank(between.starts_with(char::is_whitespace)),
        blank(between.ends_with(char::is_whitespace))
    )
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn nothing_at(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() }
}
