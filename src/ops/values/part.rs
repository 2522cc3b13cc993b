//! Parts of plaintext documents: single values, and mappings and lists with everything in them.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::document::{Document, Format, Leaf, Node, Path, Tree, TreeItem, Value};
use crate::error::{DocumentError, Error, Result};
use crate::ops::documents::layout::{TextLayout, data_of, tree_of};
use crate::ops::documents::typed_dates::{typed_date, with_typed_dates};
use crate::ops::failure::{Cause, Failure};
use crate::ops::values::nearest::nearest;

/// A document, or one part of it, as the content of a file: a single value as it is, without a line end; a mapping or a
/// list as a document of its own. With `None` for `format` in the notation of the document.
///
/// # Errors
/// If there is no such part, or the notation cannot express it.
pub fn content(document: &Document, part: Option<&Path>, format: Option<Format>) -> Result<Zeroizing<Vec<u8>>> {
    let format = format.unwrap_or(document.format());
    let Some(path) = part else {
        return if format == document.format() {
            Ok(document.plaintext(&[])?)
        } else {
            Ok(bytes(Document::emit(format, &*resolved(document)?)?))
        };
    };
    let format = or_json(format);
    let tree = with_typed_dates(document, resolved(document)?, format);
    match tree.node(path).ok_or_else(|| nothing_at(document, path))? {
        Node::Leaf(leaf) => Ok(as_typed(document, leaf)),
        Node::Alias(_) => Err(nothing_at(document, path).into()),
        node => Ok(bytes(Document::emit_part(format, node, None)?)),
    }
}

/// How a part of a document is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartForm {
    /// As it is; a mapping or a list in a notation, by default that of the document.
    Text {
        /// The notation.
        format: Option<Format>,
        /// What follows a text without a final line end.
        end: TextEnd,
    },
    /// As JSON on one line.
    Json,
}

/// What follows a text without a final line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEnd {
    /// A line end.
    LineEnd,
    /// Nothing.
    Nothing,
}

/// One part of a document for display.
///
/// # Errors
/// If there is no such part, with a suggestion in the message, or the notation cannot express it.
pub fn printed(document: &Document, path: &Path, form: PartForm) -> Result<Zeroizing<Vec<u8>>> {
    let fault = |fault: &str| DocumentError::Path { path: path.to_string(), fault: fault.to_owned() };
    let format = match form {
        PartForm::Text { format, .. } => or_json(format.unwrap_or(document.format())),
        PartForm::Json => Format::Json,
    };
    let tree = with_typed_dates(document, resolved(document)?, format);
    let node = tree.node(path).ok_or_else(|| nothing_at(document, path))?;
    let PartForm::Text { end, .. } = form else {
        let mut text = serde_json::to_string(node)
            .map_err(|error| DocumentError::CannotCarry { notation: "JSON", what: error.to_string() })?;
        text.push('\n');
        return Ok(Zeroizing::new(text.into_bytes()));
    };
    let (mut bytes, is_text) = match node {
        Node::Leaf(leaf) => {
            let is_text = document.format() != Format::Binary && !matches!(leaf.value, Value::Bytes(_));
            (as_typed(document, leaf), is_text)
        }
        Node::Alias(_) => return Err(fault("it is an alias; the value is elsewhere").into()),
        Node::Mapping(_) | Node::Sequence(_) => (bytes(Document::emit_part(format, node, None)?), true),
    };
    if is_text && end == TextEnd::LineEnd && !bytes.ends_with(b"\n") {
        bytes.reserve_exact(1);
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// A single value as it is, and a date as the file has it.
fn as_typed(document: &Document, leaf: &Leaf) -> Zeroizing<Vec<u8>> {
    match typed_date(document, leaf) {
        Some(date) => Zeroizing::new(date.as_bytes().to_vec()),
        None => leaf.value.bare(),
    }
}

/// One part of a document as sops prints it: text unquoted, another value in the notation, a mapping or a list as a
/// document of its own.
///
/// # Errors
/// If there is no such part, or the notation cannot express it.
pub fn as_sops_gives_it(document: &Document, path: &Path, layout: TextLayout) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let TextLayout { format, indent } = layout;
    let tree = tree_of(document).map_err(Error::from)?;
    let node = tree.node(path).ok_or_else(|| Error::from(nothing_in_tree(path)))?;
    let value = match node {
        Node::Leaf(leaf) => &leaf.value,
        node @ Node::Mapping(_) if format == Format::Binary => return data_of(&Tree { roots: vec![node.clone()] }),
        Node::Sequence(_) if matches!(format, Format::Binary | Format::Dotenv) => return Err(Cause::ListAlone.into()),
        node => {
            let mut text = Document::emit_part(format, node, indent).map_err(Error::from)?;
            if format == Format::Json && matches!(node, Node::Sequence(_)) {
                text.pop();
            }
            return Ok(bytes(text));
        }
    };
    match (value, format) {
        (Value::Text(_) | Value::Bytes(_), _) => Ok(value.bare()),
        (_, Format::Binary | Format::Dotenv) => Err(Cause::ValueWithoutText.into()),
        (Value::Time(time), Format::Json) => Ok(format!("\"{time}\"").into_bytes().into()),
        (_, Format::Yaml) => {
            let mut bytes = value.bare();
            bytes.push(b'\n');
            Ok(bytes)
        }
        _ => Ok(value.bare()),
    }
}

/// What a document says without aliases, which everybody who asks for values gets.
fn resolved(document: &Document) -> Result<Cow<'_, Tree>, DocumentError> {
    document.refuse_duplicates()?;
    match document.format() {
        Format::Yaml => document.followed().map(Cow::Owned),
        _ => Ok(Cow::Borrowed(document.tree())),
    }
}

/// The error for a place without a value. It names a place that may be meant.
pub(super) fn nothing_at(document: &Document, path: &Path) -> DocumentError {
    let fault = if path.root < document.tree().roots.len() {
        what_is_missing(document, path)
    } else {
        "the file has no such document".to_owned()
    };
    DocumentError::Path { path: path.to_string(), fault }
}

fn nothing_in_tree(path: &Path) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() }
}

/// A part of a binary file is a part of the JSON in it.
fn or_json(format: Format) -> Format {
    if format == Format::Binary { Format::Json } else { format }
}

fn bytes(mut text: Zeroizing<String>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(std::mem::take(&mut *text).into_bytes())
}

/// The message for a missing value: where there is one, or a similar path.
fn what_is_missing(document: &Document, path: &Path) -> String {
    let Ok(tree) = resolved(document) else { return "no such value".to_owned() };
    let elsewhere = (0..tree.roots.len()).find(|root| tree.node(&Path { root: *root, ..path.clone() }).is_some());
    if let Some(root) = elsewhere {
        return format!("no such value in document {}; document {1} has it: `--document {1}`", path.root + 1, root + 1);
    }
    let mut paths = Vec::new();
    tree.walk(|path, item| {
        if matches!(item, TreeItem::Leaf(_) | TreeItem::Enter(_)) {
            paths.push(path.clone());
        }
    });
    // The whole document, `.`, is similar to every short path, and never meant.
    let is_meant = |other: &Path| other.root == path.root && !other.steps.is_empty();
    let names: Vec<String> = paths.into_iter().filter(is_meant).map(|path| path.to_string()).collect();
    match nearest(&path.to_string(), names.iter().map(String::as_str)) {
        Some(name) => format!("no such value; did you mean `{name}`?"),
        None => "no such value".to_owned(),
    }
}
