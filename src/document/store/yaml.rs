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
mod region;
mod shallow;
mod source;
mod style;
mod tag;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use outline::{MetadataPlace, YamlOutline, YamlView};

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::{Frame, Store};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::{At, DocumentError};

/// The store of YAML documents.
pub(crate) struct YamlStore;

impl Store for YamlStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        let mut layout = lines::layout(text).map_or_else(|| parser::layout(text), Ok)?;
        if layout.sections.is_empty() {
            let fault = "the file is empty: it needs at least one document".to_owned();
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault });
        }
        let metadata::MetadataStanding { left_out, fields, places } = metadata::find(&layout)?;
        let build::Built { tree, tokens, settings, aliases } = build::build(&layout, &left_out)?;
        let mut outline = std::mem::take(&mut layout.outline);
        outline.settings = settings;
        outline.metadata_places = places;
        outline.metadata_keys = left_out.into_iter().map(|(key, _)| key).collect();
        Ok(ParsedText { tree, tokens, metadata: fields, aliases, duplicate: None, outline: Arc::new(outline) })
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
        match self.settings.get(leaf.0) {
            Some(setting) => change::change(text, token, *setting, new),
            None => Err(DocumentError::NotAsMeant("a changed value is not in the document".to_owned())),
        }
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &self.metadata_places, metadata, None)
    }

    /// That of later documents is covered as text if it differs from the first, because only the first is read.
    fn metadata_ranges(&self, _: &str) -> Result<Vec<Range<usize>>, DocumentError> {
        let ranges = self.metadata_places.iter().filter_map(|place| match place {
            MetadataPlace::There { all, says_the_same: true, .. } => Some(all.clone()),
            _ => None,
        });
        Ok(ranges.collect())
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
