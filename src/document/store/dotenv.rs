//! Lines of `KEY=value`, exactly as sops reads them: no quotes, no trimming, a carriage return belongs to its value,
//! and only `\n` is an escape. Metadata with carriage returns is the one exception: see [`as_written`].

use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::document::content::edit::NewTextRef;
use crate::document::content::inference::as_text;
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::content::value_text::plain_text;
use crate::document::store::flat_metadata::{flatten, unflatten};
use crate::document::store::notation::Store;
use crate::document::store::parsed::{METADATA_KEY, Outline, ParsedText, check_entries};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// dotenv files.
pub(crate) struct DotenvStore;

/// The text with the line ends that it had when it was encrypted.
///
/// Metadata is written with LF. If it has CR LF, another program, such as git with `core.autocrlf`, converted the whole
/// file afterwards, and sops cannot read it any more. Nothing is taken on trust here: a plaintext value that had a
/// carriage return of its own differs from what the MAC covers.
fn as_written(text: Zeroizing<String>) -> Zeroizing<String> {
    let is_metadata = |line: &DotenvLine<'_>| matches!(line.kind, DotenvLineKind::Metadata(..));
    // The last line of a file may end without a line end.
    let has_return = |line: DotenvLine<'_>| text[line.place.clone()].ends_with('\r') || line.place.end == text.len();
    let is_converted = text.contains("\r\n")
        && lines(&text).any(|line| is_metadata(&line))
        && lines(&text).filter(is_metadata).all(has_return);
    if is_converted { Zeroizing::new(text.replace("\r\n", "\n")) } else { text }
}

impl Store for DotenvStore {
    fn as_written(&self, text: Zeroizing<String>) -> Zeroizing<String> {
        as_written(text)
    }

    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        let mut entries = Vec::new();
        let mut tokens = Vec::new();
        let mut keys = HashSet::new();
        let mut duplicate = None;
        let mut metadata = Vec::new();
        let mut metadata_lines = Vec::new();
        for line in lines(text) {
            let id = LeafId(tokens.len());
            let place = TextPlace { line: line.number, column: 1 };
            check_entries(tokens.len(), || place)?;
            match line.kind {
                DotenvLineKind::Blank => {}
                DotenvLineKind::Comment => {
                    tokens.push(line.place.clone());
                    let text = Zeroizing::new(text[line.place.start + 1..line.place.end].to_owned());
                    entries.push(TreeEntry::Comment(Comment { id, text, place }));
                }
                DotenvLineKind::Metadata(key, value) => {
                    metadata.push((key, &text[value]));
                    metadata_lines.push(line.place);
                }
                DotenvLineKind::Value(key, value) => {
                    if !keys.insert(key) {
                        duplicate = duplicate.or(Some(place));
                    }
                    tokens.push(value.clone());
                    let column = key.chars().count() as u64 + 2;
                    let read = Value::Text(text[value].replace("\\n", "\n").into());
                    let leaf = Node::Leaf(Leaf { id, value: read, place: TextPlace { column, ..place } });
                    entries.push(TreeEntry::Child(Member { key: key.to_owned(), place, value: leaf }));
                }
                DotenvLineKind::Nothing => {
                    let fault = match &text[line.place] {
                        "\r" => "the line is empty but ends with CRLF, which sops cannot read",
                        _ => "the line has no `=`; sops reads no values of several lines",
                    };
                    return Err(DocumentError::Syntax { at: place.into(), fault: fault.to_owned() });
                }
            }
        }
        let metadata = match metadata.as_slice() {
            [] => None,
            fields => Some(
                unflatten(fields.iter().copied()).map_err(|fault| refused(TextPlace { line: 1, column: 1 }, fault))?,
            ),
        };
        Ok(ParsedText {
            tree: Tree { roots: vec![Node::Mapping(entries)] },
            tokens,
            metadata,
            aliases: Vec::new(),
            duplicate,
            outline: Arc::new(DotenvOutline { metadata: metadata_lines }),
        })
    }

    fn inferred(&self, text: &str) -> Value {
        as_text(text)
    }

    fn emit(&self, tree: &Tree, _: Option<u8>) -> Result<String, DocumentError> {
        let [Node::Mapping(entries)] = tree.roots.as_slice() else {
            return Err(cannot_carry("anything but one mapping at the top level"));
        };
        let mut out = String::new();
        for entry in entries {
            match entry {
                TreeEntry::Comment(comment) => out.push_str(&comment_line(&comment.text)?),
                TreeEntry::Child(Member { key, value: Node::Leaf(leaf), .. }) => {
                    out.push_str(key_text(key)?);
                    out.push('=');
                    out.push_str(&Zeroizing::new(value_text(&leaf.value)?));
                }
                TreeEntry::Child(_) => return Err(cannot_carry("mappings and lists")),
            }
            out.push('\n');
        }
        Ok(out)
    }
}

/// What is not in the tree of a dotenv file.
#[derive(Debug)]
struct DotenvOutline {
    /// The lines of the metadata, without line ends.
    metadata: Vec<Range<usize>>,
}

impl Outline for DotenvOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        _: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let place = token.clone();
        // A comment begins its line; a value never does, because its key and `=` come first.
        let is_comment = text[..place.start].is_empty() || text[..place.start].ends_with('\n');
        let text = match new {
            NewTextRef::Source(source) => source.to_string(),
            NewTextRef::Comment(comment) => comment_line(comment)?,
            NewTextRef::Encrypted(token) if is_comment => comment_line(token)?,
            NewTextRef::Encrypted(token) => token.to_owned(),
            NewTextRef::Plain(Value::Text(comment)) if is_comment => comment_line(comment)?,
            NewTextRef::Plain(value) => value_text(value)?,
        };
        Ok(vec![Splice { place, text }])
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        let mut cuts = Vec::new();
        // A file without a last newline has its metadata without one, and gets back the newline before it.
        let mut end_of_rest = text.len();
        for Range { start, end } in self.metadata.iter().cloned() {
            if end == text.len() {
                end_of_rest = start.saturating_sub(1);
            }
            cuts.push(start..text.len().min(end + 1));
        }
        if end_of_rest < text.len() {
            // The lines up to the end are removed together with the newline before the first of them.
            while let Some(cut) = cuts.pop_if(|cut| cut.end > end_of_rest) {
                end_of_rest = cut.start.saturating_sub(1);
            }
            cuts.push(end_of_rest..text.len());
        }
        let is_rest_empty = cuts.iter().map(Range::len).sum::<usize>() == text.len();
        let mut splices: Vec<_> = cuts.into_iter().map(|place| Splice { place, text: String::new() }).collect();
        let mut written = String::new();
        for (key, value) in metadata.map(flatten).unwrap_or_default() {
            let (before, behind) = if is_rest_empty || text.ends_with('\n') { ("", "\n") } else { ("\n", "") };
            let _ = write!(written, "{before}{METADATA_KEY}_{key}={value}{behind}");
        }
        splices.push(Splice { place: text.len()..text.len(), text: written });
        Ok(splices)
    }

    fn insert(&self, _: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        let line = match (path.steps.as_slice(), value) {
            ([PathStep::Key(key)], Node::Leaf(leaf)) => format!("{}={}", key_text(key)?, value_text(&leaf.value)?),
            _ => return Err(cannot_carry("anything but single values at the top")),
        };
        // Values and comments both end their lines.
        let splice = match found.tokens.last() {
            None => Splice { place: 0..0, text: line + "\n" },
            Some(last) => Splice { place: last.end..last.end, text: format!("\n{line}") },
        };
        Ok(vec![splice])
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        let Some(Node::Leaf(leaf)) = found.tree.node(path) else {
            return Err(DocumentError::Path { path: path.to_string(), fault: "no such value".to_owned() });
        };
        let value = &found.tokens[leaf.id.0];
        let start = text[..value.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[value.end..].find('\n').map_or(text.len(), |newline| value.end + newline + 1);
        Ok(vec![Splice { place: start..end, text: String::new() }])
    }

    fn shifted(&self, _: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(Self { metadata: Vec::new() }))
    }
}

/// A line, without the newline that ends it.
struct DotenvLine<'a> {
    number: u64,
    place: Range<usize>,
    kind: DotenvLineKind<'a>,
}

enum DotenvLineKind<'a> {
    Blank,
    Comment,
    /// A key without its beginning, and the range of its value.
    Metadata(&'a str, Range<usize>),
    /// A key, and the range of its value.
    Value(&'a str, Range<usize>),
    /// No `=`.
    Nothing,
}

fn lines(text: &str) -> impl Iterator<Item = DotenvLine<'_>> {
    let mut start = 0;
    (1..).zip(text.split('\n')).map(move |(number, line)| {
        let place = start..start + line.len();
        start = place.end + 1;
        let kind = match line.split_once('=') {
            _ if line.is_empty() => DotenvLineKind::Blank,
            _ if line.starts_with('#') => DotenvLineKind::Comment,
            None => DotenvLineKind::Nothing,
            Some((key, _)) => {
                let value = place.start + key.len() + 1..place.end;
                match key.strip_prefix(METADATA_KEY).and_then(|rest| rest.strip_prefix('_')) {
                    Some(field) => DotenvLineKind::Metadata(field, value),
                    None => DotenvLineKind::Value(key, value),
                }
            }
        };
        DotenvLine { number, place, kind }
    })
}

fn comment_line(text: &str) -> Result<String, DocumentError> {
    if text.contains('\n') {
        return Err(cannot_carry("a line break in a comment"));
    }
    Ok(format!("#{text}"))
}

fn value_text(value: &Value) -> Result<String, DocumentError> {
    let text = plain_text(value).ok_or_else(|| cannot_carry("bytes that are not text"))?;
    if text.contains("\\n") {
        return Err(cannot_carry("a backslash before an `n`, which reads as a line break"));
    }
    Ok(text.replace('\n', "\\n"))
}

fn key_text(key: &str) -> Result<&str, DocumentError> {
    let is_key = !key.is_empty() && !key.starts_with('#') && !key.contains(['\n', '=']);
    let is_free = key.strip_prefix(METADATA_KEY).is_none_or(|rest| !rest.starts_with('_'));
    (is_key && is_free).then_some(key).ok_or_else(|| cannot_carry("a key with this name"))
}

fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "a dotenv file", what: what.to_owned() }
}

fn refused(place: TextPlace, fault: &str) -> DocumentError {
    DocumentError::Refused { at: place.into(), fault: fault.to_owned() }
}
