//! YAML documents.
//!
//! A reader gives the position of every scalar and comment; all other text is left alone. The meaning of scalars
//! follows go-yaml v3, through which sops reads, and so does the placement of comments.

mod build;
mod change;
mod comments;
mod edit;
mod emit;
mod layout;
mod lines;
mod metadata;
mod outline;
mod parser;
mod parts;
mod region;
mod shallow;
mod source;
mod style;
mod tag;
mod usual;
mod usual_outline;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use outline::{YamlOutline, YamlView};
use parts::ParsedParts;

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::{Frame, Store};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// The store of YAML documents.
pub(crate) struct YamlStore;

impl Store for YamlStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        if let Some(usual) = usual::parse(text) {
            return Ok(usual);
        }
        let ParsedParts { tree, tokens, metadata, aliases, outline } = parts::parse(text)?;
        Ok(ParsedText { tree, tokens, metadata, aliases, duplicate: None, outline: Arc::new(outline) })
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        emit::tree(tree, indent)
    }

    fn frame(&self, key: &str, _: Option<u8>) -> Option<Frame> {
        Some(Frame { start: format!("{key}:"), end: "", indent: None })
    }
}

impl Outline for YamlOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        leaf: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        change::of_leaf(text, token, self.settings.get(leaf.0), new)
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &self.metadata_places, metadata, None)
    }

    /// That of later documents is covered as text if it differs from the first, because only the first is read.
    fn metadata_ranges(&self, _: &str) -> Result<Vec<Range<usize>>, DocumentError> {
        Ok(metadata::ranges(&self.metadata_places))
    }

    fn indent_metadata(
        &self,
        text: &str,
        metadata: Option<&Map<String, Json>>,
        indent: u8,
    ) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &self.metadata_places, metadata, Some(indent))
    }

    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        edit::insert(YamlView { text, outline: self }, &found.tree, path, value)
    }

    fn replace(
        &self,
        text: &str,
        found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        edit::replace(YamlView { text, outline: self }, &found.tree, path, value)
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        edit::remove(YamlView { text, outline: self }, &found.tree, path)
    }

    fn alias_targets(&self, tree: &Tree) -> Vec<(Path, Path)> {
        YamlOutline::alias_targets(self, tree)
    }

    fn shifted(&self, shift: &Shift, text: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(YamlOutline::shifted(self, shift, text)?))
    }
}

#[cfg(test)]
mod tests;
