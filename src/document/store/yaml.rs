//! YAML documents.
//!
//! The parser gives the position of every scalar and comment; all other text is left alone. The meaning of scalars
//! follows go-yaml v3, through which sops reads, and so does the placement of comments.

pub(crate) mod aliases;
mod build;
mod change;
mod comments;
mod edit;
mod emit;
mod layout;
mod metadata;
mod region;
mod shallow;
mod source;
mod style;
mod tag;

use serde_json::{Map, Value as Json};

use crate::document::content::edit::NewText;
use crate::document::content::tree::{LeafId, Node, Path, Tree};
use crate::document::store::notation::Store;
use crate::document::store::parsed::ParsedText;
use crate::document::store::splice::Splice;
use crate::error::{At, DocumentError};

/// The store of YAML documents.
pub(crate) struct YamlStore;

impl Store for YamlStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        let layout = layout::layout(text)?;
        if layout.sections.is_empty() {
            let fault = "the file is empty: it needs at least one document".to_owned();
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault });
        }
        let metadata::MetadataStanding { left_out, fields, places } = metadata::find(&layout)?;
        let build::Built { tree, tokens, settings, aliases } = build::build(&layout, &left_out)?;
        Ok(ParsedText { tree, tokens, metadata: fields, settings, aliases, duplicate: None, metadata_places: places })
    }

    fn change(
        &self,
        text: &str,
        found: &ParsedText,
        leaf: LeafId,
        new: &NewText,
    ) -> Result<Vec<Splice>, DocumentError> {
        change::change(text, found, leaf, new)
    }

    fn change_metadata(
        &self,
        text: &str,
        found: &ParsedText,
        metadata: Option<&Map<String, Json>>,
    ) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &found.metadata_places, metadata, None)
    }

    fn indent_metadata(&self, text: &str, found: &ParsedText, indent: u8) -> Result<Vec<Splice>, DocumentError> {
        metadata::change(text, &found.metadata_places, found.metadata.as_ref(), Some(indent))
    }

    fn insert(&self, text: &str, _found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        edit::insert(&layout::layout(text)?, path, value)
    }

    fn replace(
        &self,
        text: &str,
        _found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        edit::replace(&layout::layout(text)?, path, value)
    }

    fn remove(&self, text: &str, _found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        edit::remove(&layout::layout(text)?, path)
    }

    fn emit(&self, tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
        emit::tree(tree, indent)
    }
}

#[cfg(test)]
mod tests;
