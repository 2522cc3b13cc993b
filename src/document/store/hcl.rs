//! HCL as Terraform, OpenTofu and Packer read it in files of variables: names with values, and nothing to evaluate.
//!
//! sops does not have it: the same encrypted values, and the metadata in an object `sops`. `hcl-edit` decides what is HCL;
//! a reader of its own gives the positions, and limits the nesting before that parser runs.

mod change;
mod heredoc;
mod metadata;
mod outline;
mod read;
mod write;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use outline::HclOutline;

use crate::document::content::edit::NewTextRef;
use crate::document::content::tree::{LeafId, Node, Path, Tree, children};
use crate::document::store::notation::{Frame, Store};
use crate::document::store::parsed::{Outline, ParsedText};
use crate::document::store::shift::Shift;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// Files of variables.
pub(crate) struct HclStore;

impl Store for HclStore {
    fn parse(&self, text: &str) -> Result<ParsedText, DocumentError> {
        read::read(text)
    }

    fn emit(&self, tree: &Tree, _: Option<u8>) -> Result<String, DocumentError> {
        write::emit(tree)
    }

    /// Variables of a file have names. The keys of an object can be any text.
    fn is_framed(&self, part: &Node) -> bool {
        match part {
            Node::Mapping(entries) => children(entries).any(|member| write::variable_name(&member.key).is_err()),
            part => matches!(part, Node::Sequence(_)),
        }
    }

    fn frame(&self, key: &str, _: Option<u8>) -> Option<Frame> {
        Some(Frame { start: format!("{key} = "), end: "\n", indent: Some(String::new()) })
    }
}

impl Outline for HclOutline {
    fn change(
        &self,
        text: &str,
        token: &Range<usize>,
        _: LeafId,
        new: NewTextRef<'_>,
    ) -> Result<Vec<Splice>, DocumentError> {
        let text = write::new_token(&text[token.clone()], new)?;
        Ok(vec![Splice { place: token.clone(), text }])
    }

    fn change_metadata(&self, text: &str, metadata: Option<&Map<String, Json>>) -> Result<Vec<Splice>, DocumentError> {
        Ok(metadata::change(text, self, metadata))
    }

    fn replace(
        &self,
        text: &str,
        found: &ParsedText,
        path: &Path,
        value: &Node,
    ) -> Result<Option<Vec<Splice>>, DocumentError> {
        change::replace(text, (self, &found.tree), path, value).map(Some)
    }

    fn insert(&self, text: &str, found: &ParsedText, path: &Path, value: &Node) -> Result<Vec<Splice>, DocumentError> {
        change::insert(text, (self, &found.tree), path, value)
    }

    fn remove(&self, text: &str, found: &ParsedText, path: &Path) -> Result<Vec<Splice>, DocumentError> {
        change::remove(text, (self, &found.tree), path)
    }

    fn shifted(&self, shift: &Shift, _: &str) -> Option<Arc<dyn Outline>> {
        Some(Arc::new(HclOutline::shifted(self, shift)))
    }
}
