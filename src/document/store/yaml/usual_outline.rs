//! What is remembered of a usual YAML text: enough to change single values and the metadata. Its parts are found when
//! more changes.

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::outline::{MetadataPlace, Setting, YamlOutline, YamlView};
use super::parts::parse;
use super::{change, edit, metadata};
use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// The settings and the metadata of a text whose parts are not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UsualOutline {
    /// The surroundings of each leaf, by its number.
    pub(super) settings: Vec<Setting>,
    /// The position of existing or new metadata. Empty if it is not known.
    pub(super) metadata_places: Vec<MetadataPlace>,
}

impl Outline for UsualOutline {
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
        edit::insert(YamlView { text, outline: &parts(text)? }, &found.tree, path, value)
    }

    fn replace(
        &self,
        text: &str,
        found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        edit::replace(YamlView { text, outline: &parts(text)? }, &found.tree, path, value)
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        edit::remove(YamlView { text, outline: &parts(text)? }, &found.tree, path)
    }

    fn shifted(&self, shift: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        let is_cut = |place: &MetadataPlace| match place {
            MetadataPlace::There { all, .. } => shift.is_cut(all),
            MetadataPlace::Taken(_) | MetadataPlace::Free { .. } => true,
        };
        let settings = self.settings.clone();
        self.metadata_places.iter().all(is_cut).then(|| Arc::new(Self { settings, metadata_places: Vec::new() }) as _)
    }
}

/// The parts of a text that was read, or predicted.
fn parts(text: &str) -> Result<YamlOutline, DocumentError> {
    parse(text).map(|parsed| parsed.outline).map_err(|error| DocumentError::NotAsMeant(error.to_string()))
}
