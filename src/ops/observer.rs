//! Progress reports: operations do not print, they call an observer.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::SealStatus;
use crate::keys::aws_kms::KmsCall;
use crate::ops::question::Question;
use crate::storage::s3::UnfinishedUpload;

/// Receives progress reports. Every method has a default that does nothing. Several threads may call at the same time.
pub trait Observer: Send + Sync {
    /// Starts the progress of an input of `total` bytes, if known. It ends when the result is dropped.
    fn progress(&self, name: &str, total: Option<u64>) -> Box<dyn Progress> {
        let _ = (name, total);
        Box::new(NoProgress)
    }

    /// A detail, for verbose output.
    fn note(&self, text: &str) {
        let _ = text;
    }

    /// A next step for the user.
    fn hint(&self, text: &str) {
        let _ = text;
    }

    /// A tip, shown once in a run, and only to a person.
    fn hint_once(&self, text: &str) {
        let _ = text;
    }

    /// A warning for everybody, including programs. The same warning counts once in a run.
    fn warning(&self, warning: &Warning) {
        let _ = warning;
    }

    /// A call of AWS KMS was answered. Its retries are calls of their own.
    fn kms_call(&self, call: &KmsCall) {
        let _ = call;
    }

    /// Another program has held the file `path` for a second, and the work waits for it.
    fn waits_for(&self, path: &Path) {
        let _ = path;
    }

    /// Something found in a folder that is not an input.
    fn skipped(&self, path: &Path, why: Skipped) {
        let _ = (path, why);
    }

    /// Whether there is a person who may be asked.
    fn may_ask(&self) -> bool {
        false
    }

    /// Asks a person. `None` if nobody answers.
    fn ask(&self, question: &Question<'_>) -> Option<bool> {
        let _ = question;
        None
    }
}

/// Counts the processed bytes of an input.
pub trait Progress: Send + Sync {
    /// Called by every worker for every batch of bytes.
    fn advance(&self, bytes: u64);

    /// Whether the size of a run over many files is worth finding out: somebody looks.
    fn wants_size(&self) -> bool {
        false
    }

    /// How much a run over many files has to do, as soon as that is known.
    fn expect(&self, size: TreeSize) {
        let _ = size;
    }

    /// Bytes that were expected, and turned out to need no work.
    fn pass_over(&self, bytes: u64) {
        let _ = bytes;
    }
}

/// What a run over many files has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeSize {
    /// The number of files.
    pub files: u64,
    /// The sum of their lengths, in bytes.
    pub bytes: u64,
}

/// An observer that ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

struct NoProgress;

impl Progress for NoProgress {
    fn advance(&self, _bytes: u64) {}
}

/// A warning that does not stop the operation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// An opened document has no valid seal.
    NotSealed {
        /// The name of the document in messages.
        name: String,
        /// The state of its seal.
        seal: SealStatus,
    },
    /// A stream that was encrypted had no bytes: what should have written it may have failed.
    EmptyInput {
        /// The input as messages name it.
        name: String,
    },
    /// An identity that every user of the machine can read or replace.
    IdentityOpenToAll(PathBuf),
    /// An identity that others can replace, although not everybody: its recipient vouches for nothing.
    IdentityOpenToOthers(PathBuf),
    /// An upload that another run began and did not complete: S3 keeps its parts.
    UnfinishedUpload(UnfinishedUpload),
    /// A config that is not used, although it is where configs are looked up.
    ConfigIgnored {
        /// The file.
        path: PathBuf,
        /// Why it is not used.
        reason: String,
    },
}

/// Why something is not an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// A symbolic link.
    Link,
    /// A named pipe, a socket or a device.
    Special,
    /// The folder of the results.
    Results,
    /// An output of a run that was killed.
    Unfinished,
    /// It belongs to version control.
    VersionControl,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "a symbolic link",
            Self::Special => "not a regular file",
            Self::Results => "the output folder",
            Self::Unfinished => "an unfinished output",
            Self::VersionControl => "it belongs to version control",
        })
    }
}
