//! Reads a YAML text by its parts: by lines where it is usual, or else by the parser for all of YAML.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::outline::YamlOutline;
use super::{build, lines, metadata, parser};
use crate::document::content::tree::Tree;
use crate::error::{At, DocumentError};

/// The content of a text with its parts.
pub(super) struct ParsedParts {
    pub(super) tree: Tree,
    pub(super) tokens: Vec<Range<usize>>,
    pub(super) metadata: Option<Map<String, Json>>,
    pub(super) aliases: Vec<Range<usize>>,
    pub(super) outline: YamlOutline,
}

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<ParsedParts, DocumentError> {
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
    Ok(ParsedParts { tree, tokens, metadata: fields, aliases, outline })
}
