//! Places at which both sides of a merge differ.

use std::fmt;

use crate::document::content::tree::Path;

/// A place at which both sides differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The path of the value.
    pub path: Path,
    /// What each side did.
    pub kind: ConflictKind,
}

/// How both sides changed one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConflictKind {
    /// Both changed it, differently.
    BothChanged,
    /// Both added it, with different values.
    BothAdded,
    /// We deleted it, and they changed it.
    OursDeleted,
    /// They deleted it, and we changed it.
    TheirsDeleted,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        f.write_str(match kind {
            ConflictKind::BothChanged => "both sides changed",
            ConflictKind::BothAdded => "both sides added",
            ConflictKind::OursDeleted => "we deleted and they changed",
            ConflictKind::TheirsDeleted => "they deleted and we changed",
        })?;
        if *path == Path::default() { f.write_str(" the text") } else { write!(f, " `{path}`") }
    }
}
