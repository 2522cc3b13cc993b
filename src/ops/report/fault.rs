//! Why a report cannot be written, continued or read.

use std::path::PathBuf;

use crate::error::Class;

/// Why a report cannot be written, continued or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each says in a sentence what it is")]
pub enum ReportFault {
    #[error("{} is an object, and a report is written to a local file", .0.display())]
    Object(PathBuf),
    #[error("the report {} already exists", .0.display())]
    Exists(PathBuf),
    #[error("another run writes to the report {}", .0.display())]
    InUse(PathBuf),
    #[error("the report {} would be in {}, the folder that is processed", path.display(), folder.display())]
    AmongInputs { path: PathBuf, folder: PathBuf },
    #[error("{} is not a report of kenc", .0.display())]
    NotAReport(PathBuf),
    #[error("line {line} of {} is not one of a report", path.display())]
    Damaged { path: PathBuf, line: u64 },
    #[error("{} is the report of another run: its {what} is `{found}`, not `{wanted}`", path.display())]
    OfOtherRun { path: PathBuf, what: &'static str, found: String, wanted: String },
    #[error("cannot write the report {}: {why}", path.display())]
    NotWritten { path: PathBuf, why: String },
    #[error("no report found in {}", .0.display())]
    NoReportIn(PathBuf),
}

impl ReportFault {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Exists(_) => Class::WouldOverwrite,
            Self::Object(_) | Self::AmongInputs { .. } | Self::OfOtherRun { .. } => Class::Usage,
            Self::InUse(_)
            | Self::NotAReport(_)
            | Self::Damaged { .. }
            | Self::NotWritten { .. }
            | Self::NoReportIn(_) => Class::Failed,
        }
    }
}
