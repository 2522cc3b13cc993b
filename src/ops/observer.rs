//! Progress reports: operations do not print, they call an observer.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::document::SealStatus;

/// Receives progress reports. Every method has a default that does nothing. Several threads may call at the same time.
pub trait Observer: Send + Sync {
    /// Begins the work on an input of `total` bytes, if that is known. The work has ended when the result is dropped.
    fn progress(&self, name: &str, total: Option<u64>) -> Box<dyn Progress> {
        let _ = (name, total);
        Box::new(NoProgress)
    }

    /// A detail, for those who want more than results.
    fn note(&self, text: &str) {
        let _ = text;
    }

    /// What can be done next.
    fn hint(&self, text: &str) {
        let _ = text;
    }

    /// What is good to know, once in a run however often it is told, and only to a person.
    fn hint_once(&self, text: &str) {
        let _ = text;
    }

    /// What everybody has to know although nothing failed, programs as well. The same warning counts once in a run.
    fn warning(&self, warning: &Warning) {
        let _ = warning;
    }

    /// Something that was found on a way through folders, and is no input.
    fn skipped(&self, path: &Path, why: Skipped) {
        let _ = (path, why);
    }
}

/// Counts the bytes of an input that are done.
pub trait Progress: Send + Sync {
    /// Called by every worker for every batch of bytes.
    fn advance(&self, bytes: u64);
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

struct NoProgress;

impl Progress for NoProgress {
    fn advance(&self, _bytes: u64) {}
}

/// What everybody has to know although nothing failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Warning {
    /// A document was opened that no valid seal vouches for.
    NotSealed {
        /// The document as messages name it.
        name: String,
        /// What is known of its seal.
        seal: SealStatus,
    },
    /// An identity that every user of the machine can read or replace.
    IdentityOpenToAll(PathBuf),
}

/// Why something is no input.
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
    /// What belongs to version control.
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
