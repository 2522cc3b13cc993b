//! Makes a new MAC for a document whose values were merged by hand.

use std::collections::BTreeMap;
use std::path::Path;

use super::program::last_commit;
use crate::document::merge::unresolved;
use crate::document::{
    Document, MacRequirement, MacStatus, OpenedDocument, SealRequirement, SealStatus, TreeItem, Value,
};
use crate::error::DocumentError;
use crate::formats::detect::Detected;
use crate::fs::held::Held;
use crate::ops::documents::written::replace;
use crate::ops::failure::Failure;
use crate::ops::jobs::hold;
use crate::ops::session::Session;

/// A document with a wrong MAC, while it is locked.
pub struct Repair {
    name: String,
    held: Held,
    /// The document. Every single value is authentic at its path.
    pub opened: OpenedDocument,
    /// The differences from the last commit. `None` if there is none to compare with.
    pub differences: Option<Vec<Difference>>,
}

/// A difference in one value.
pub struct Difference {
    /// What happened to it.
    pub kind: DifferenceKind,
    /// Its path.
    pub path: String,
}

/// What happened to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It was added.
    Added,
    /// It was changed.
    Changed,
    /// It was removed.
    Removed,
}

impl Repair {
    /// Opens a document that may need a new MAC. `None` if its MAC is right.
    ///
    /// # Errors
    /// If it cannot be opened, has unresolved conflicts, or its seal is broken although its MAC is right.
    pub fn open(session: &Session, path: &Path) -> Result<Option<Self>, Failure> {
        let name = path.display().to_string();
        let about = || Failure::about(name.clone());
        let guards = session.guards(Some(path))?;
        let held = hold(path, session)?;
        let input = held.input().map_err(about())?;
        let sealed = Detected::new(input, Some(path), None).and_then(Detected::document).map_err(about())?;
        if let Some((at, path)) = unresolved(sealed.document()).into_iter().next() {
            return Err(about()(DocumentError::Unresolved { at, path: path.to_string() }.into()));
        }
        let demands = session.document_demands(MacRequirement::Nothing, SealRequirement::NotBroken);
        let opened = sealed.open(&session.keyring_trusting(&guards.trusted), &demands).map_err(about())?;
        let report = opened.report();
        if report.mac == MacStatus::Verified {
            // A right MAC says nothing about what only the seal covers.
            return match report.seal {
                SealStatus::Broken(fault) => Err(about()(DocumentError::BrokenSeal(fault).into())),
                _ => Ok(None),
            };
        }
        let differences = last_commit(path).map(|old| differences(&old, opened.document()));
        Ok(Some(Self { name, held, opened, differences }))
    }

    /// Writes the document with a new MAC. It is not sealed.
    ///
    /// # Errors
    /// If it was changed in the meantime, or cannot be written.
    pub fn write(self) -> Result<(), Failure> {
        let Self { name, held, opened, differences: _ } = self;
        let about = || Failure::about(name.clone());
        let mended = opened.mended().map_err(about())?;
        replace(held, &mended.text).map_err(about())
    }
}

/// Which values were added, removed or changed. Not their content: encrypted values are compared by ciphertext.
fn differences(old: &Document, new: &Document) -> Vec<Difference> {
    let values = |document: &Document| {
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        document.tree().walk(|path, item| {
            if let TreeItem::Leaf(leaf) = item {
                values.insert(path.to_string(), leaf.value.clone());
            }
        });
        values
    };
    let (old, new) = (values(old), values(new));
    let mut differences = Vec::new();
    let mut add = |kind, path: &str| differences.push(Difference { kind, path: path.to_owned() });
    for (path, value) in &new {
        match old.get(path) {
            None => add(DifferenceKind::Added, path),
            Some(old) if old != value => add(DifferenceKind::Changed, path),
            Some(_) => {}
        }
    }
    old.keys().filter(|path| !new.contains_key(*path)).for_each(|path| add(DifferenceKind::Removed, path));
    differences
}
