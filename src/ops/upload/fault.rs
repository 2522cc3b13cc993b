//! Why an upload cannot be one that a later run goes on with.

use std::path::PathBuf;

use crate::error::Class;

/// Why an upload cannot be one that a later run goes on with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each says in a sentence what it is")]
pub enum UploadFault {
    #[error("{0}: --resume of a single file needs a regular file, which can be read again")]
    NotAFile(String),
    #[error("{0}: --resume of a single file is for uploads, and the output is not an object")]
    NotToObject(String),
    #[error("--resume of a single file is for kenc files, and the format is {0}")]
    NotThisFormat(&'static str),
    #[error("--resume of a single file is for files that are encrypted as a whole, and kenc would encrypt values")]
    OfValues,
    #[error("no folder found for the state of the upload")]
    NoStateFolder,
    #[error("others can write {}, the state of the upload", .0.display())]
    OpenToOthers(PathBuf),
    #[error("another run uploads {input} to {object}")]
    UnderWay { input: String, object: String },
}

impl UploadFault {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NotAFile(_) | Self::NotToObject(_) | Self::NotThisFormat(_) | Self::OfValues => Class::Usage,
            Self::NoStateFolder | Self::OpenToOthers(_) | Self::UnderWay { .. } => Class::Failed,
        }
    }
}
