//! Errors of the git commands.

use std::path::PathBuf;

use crate::error::{At, Class};
use crate::ops::drift::Drift;

/// Why a git command failed, or what it found.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each says in a sentence what it is")]
#[non_exhaustive]
pub enum GitFault {
    #[error("{0}")]
    NoGit(String),
    #[error("git: {0}")]
    Failed(String),
    #[error("not inside a git working tree")]
    NoRepository,
    #[error("`{0}` is not a valid .gitattributes pattern")]
    NoAttributePattern(String),
    #[error("a pre-commit hook already exists: {}", .0.display())]
    OtherHook(PathBuf),
    #[error("{}: two versions of a file encrypted as a whole cannot be merged", .0.display())]
    MergeOfWholeFiles(PathBuf),
    #[error("{}: one side is empty", .0.display())]
    MergeOfNothing(PathBuf),
    #[error("{0}")]
    MergeConflicts(Box<MergeConflicts>),
    #[error("{} matches a config rule but is not encrypted", .0.display())]
    ShouldBeEncrypted(PathBuf),
    #[error("{at}: `{path}` is in plaintext, but the config rule selects it for encryption")]
    InTheClearByConfig { at: At, path: String },
    #[error("the seal is missing: the last commit has one")]
    SealGone,
    #[error("keys that are not trusted were added: {}", .0.join(", "))]
    KeysAdded(Vec<String>),
    #[error("{0}")]
    Drift(Box<Drift>),
    #[error("{}: nothing was repaired: nobody confirmed it", .0.display())]
    NotConfirmed(PathBuf),
}

impl GitFault {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NoAttributePattern(_) => Class::Usage,
            Self::OtherHook(_) => Class::WouldOverwrite,
            _ => Class::Failed,
        }
    }

    /// Whether it is a finding of a check, not a failure of the check.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        matches!(
            self,
            Self::ShouldBeEncrypted(_)
                | Self::InTheClearByConfig { .. }
                | Self::SealGone
                | Self::KeysAdded(_)
                | Self::Drift(_)
        )
    }
}

/// The conflicts that a merge leaves.
#[derive(Debug)]
pub struct MergeConflicts {
    /// The file.
    pub path: PathBuf,
    /// What the sides did to each conflicting value, and to parts of the metadata.
    pub conflicts: Vec<String>,
    /// The path of the first conflicting value.
    pub first: Option<String>,
}

impl std::fmt::Display for MergeConflicts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.conflicts.join("; "))
    }
}
