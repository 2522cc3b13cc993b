//! Unresolved conflicts that a merge has left in a document.

use crate::document::content::conflict_key::original_key;
use crate::document::content::format::Format;
use crate::document::content::tree::{Path, PathStep};
use crate::document::content::value::Value;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::merge::pieces;
use crate::error::At;

/// The paths and positions of unresolved conflicts. In a binary file, which is one value, they can only be found in the
/// plaintext.
#[must_use]
pub fn unresolved(document: &Document) -> Vec<(At, Path)> {
    let mut found: Vec<(At, Path)> = Vec::new();
    document.tree().walk(|path, item| {
        let TreeItem::Leaf(leaf) = item else { return };
        if document.format() == Format::Binary {
            let has_mark = |text: &str| text.split_inclusive('\n').any(|line| line == pieces::OURS_MARK);
            if matches!(&leaf.value, Value::Text(text) if has_mark(text)) {
                found.push((At { line: 1, column: 1 }, Path::default()));
            }
            return;
        }
        let is_original =
            |step: &PathStep| !matches!(step, PathStep::Key(key) if original_key(key) != Some(key.as_str()));
        let Some(end) = path.steps.iter().position(|step| !is_original(step)) else { return };
        let mut steps = path.steps[..end].to_vec();
        if let PathStep::Key(key) = &path.steps[end] {
            steps.extend(original_key(key).map(|key| PathStep::Key(key.to_owned())));
        }
        let path = Path { root: path.root, steps };
        if found.iter().all(|(_, other)| *other != path) {
            found.push((leaf.place.into(), path));
        }
    });
    found
}
