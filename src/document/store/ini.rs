//! INI files, as gopkg.in/ini.v1 reads them with the settings of sops. What that would silently cut off is refused.
//!
//! Sections are mappings below the root; keys before the first section are in one named `DEFAULT`. A section may occur
//! several times, and is a member each time. Comments belong to the key or section that follows.

mod change;
mod outline;
mod read;
mod value;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use outline::IniOutline;

use crate::document::content::edit::NewTextRef;
use crate::document::content::inference::as_text;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::content::value::Value;
use crate::document::store::notation::Store;
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

pub(crate) use outline::DEFAULT;

/// INI files.
pub(crate) struct IniStore;

impl Store for IniStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        read::read(text)
    }

    fn emit(&self, tree: &Tree, _: Option<u8>) -> Result<String, DocumentError> {
        change::emit(tree)
    }

    fn inferred(&self, text: &str) -> Value {
        as_text(text)
    }
}

impl Outline for IniOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        _: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let place = token.clone();
        let old = &text[place.clone()];
        // No value begins like this.
        let is_comment = old.starts_with(['#', ';']);
        let new = if is_comment { comment(old, new)? } else { value::new_token(old, new)? };
        let line = &text[text[..place.start].rfind('\n').map_or(0, |newline| newline + 1)..place.start];
        let line = line.trim_start_matches('\u{feff}');
        if is_comment && !line.trim().is_empty() && new.contains('\n') {
            return Err(value::cannot_carry("a line break in a comment after a value"));
        }
        if is_comment && line.trim_start().starts_with('[') && new.contains(']') {
            return Err(value::cannot_carry("a bracket, as in every encrypted comment, after the name of a section"));
        }
        // After an empty value, a comment may follow at once.
        let is_before_comment = place.is_empty() && text[place.end..].starts_with(['#', ';']);
        Ok(vec![Splice { text: if is_before_comment { new + " " } else { new }, place }])
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        change::metadata(text, self, metadata)
    }

    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, self, found, path, value)
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, self, found, path)
    }

    fn shifted(&self, shift: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(IniOutline::shifted(self, shift)))
    }
}

/// A comment that reads `old` now. sops encrypts comments on several lines as one, with the marks of all but the first.
fn comment(old: &str, new: NewTextRef<'_>) -> Result<String, DocumentError> {
    let text = match new {
        NewTextRef::Source(source) => return Ok(source.to_string()),
        NewTextRef::Comment(text) | NewTextRef::Encrypted(text) => text,
        NewTextRef::Plain(Value::Text(text)) => text.as_str(),
        NewTextRef::Plain(_) => return Err(value::cannot_carry("anything but text in a comment")),
    };
    let mut lines = text.split('\n');
    let mut out = old[..read::prefix(old)].to_owned() + lines.next().unwrap_or_default();
    for line in lines {
        out.push('\n');
        if !line.starts_with(['#', ';']) {
            out.push_str(&old[..read::prefix(old)]);
        }
        out.push_str(line);
    }
    Ok(out)
}
