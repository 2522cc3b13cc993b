//! What can go wrong between kenc and git.

use std::path::PathBuf;

use kenc::error::At;

use super::exit::Exit;

/// Why a command for git failed, or what it found.
#[derive(Debug, thiserror::Error)]
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
    #[error("{}: nothing was repaired: nobody confirmed it", .0.display())]
    NotConfirmed(PathBuf),
}

impl GitFault {
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoGit(_)
            | Self::Failed(_)
            | Self::NoRepository
            | Self::MergeOfWholeFiles(_)
            | Self::MergeOfNothing(_)
            | Self::MergeConflicts(_)
            | Self::NotConfirmed(_) => Exit::Failed,
            Self::NoAttributePattern(_) => Exit::Usage,
            Self::OtherHook(_) => Exit::WouldOverwrite,
            Self::ShouldBeEncrypted(_) | Self::InTheClearByConfig { .. } | Self::SealGone | Self::KeysAdded(_) => {
                Exit::Problems
            }
        }
    }
}

/// What a merge leaves to be decided.
#[derive(Debug)]
pub struct MergeConflicts {
    pub path: PathBuf,
    /// What the sides did to each value in conflict, and to parts of the metadata.
    pub conflicts: Vec<String>,
    /// The path of the first value in conflict.
    pub first: Option<String>,
}

impl std::fmt::Display for MergeConflicts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.conflicts.join("; "))
    }
}
