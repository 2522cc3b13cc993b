//! What became of files and documents that got other keys, as it is told.

use kenc::ops::failure::Failure;
use kenc::ops::rewrap::RewrapOutcome;
use kenc::ops::rotate::RotateOutcome;

use serde_json::json;

use super::{Reporter, counted, rekeyed_document, rekeyed_file};
use crate::failure::Exit;

/// A rewrap of one target.
pub struct RewrapReport {
    pub name: String,
    /// The result itself went to the standard output.
    pub is_apart: bool,
    pub is_dry: bool,
    pub outcome: RewrapOutcome,
}

impl RewrapReport {
    pub fn tell(&self, reporter: &Reporter) -> Result<Exit, Failure> {
        let Self { name, is_apart, is_dry, outcome } = self;
        let (text, json) = match outcome {
            RewrapOutcome::File(file) => {
                (rekeyed_file::rewrapped_text(name, *is_dry, file), rekeyed_file::rewrapped_json(name, *is_dry, file))
            }
            RewrapOutcome::Document(document) => (
                rekeyed_document::rewrapped_text(name, *is_dry, document),
                rekeyed_document::rewrapped_json(name, *is_dry, document),
            ),
        };
        if *is_apart {
            reporter.note(text.trim_end());
        } else {
            reporter.confirmation(&text, &json)?;
        }
        if let RewrapOutcome::Document(document) = outcome
            && !is_dry
            && document.groups.iter().any(|group| !group.removed.is_empty())
        {
            reporter.hint(&format!(
                "a removed recipient who kept the data key of {name} can still use it: `kenc rotate {name}` makes a new one"
            ));
        }
        Ok(Exit::Done)
    }
}

/// A rotation of one target.
pub struct RotationReport {
    pub name: String,
    /// The result itself went to the standard output.
    pub is_apart: bool,
    pub is_dry: bool,
    pub outcome: RotateOutcome,
}

impl RotationReport {
    pub fn tell(&self, reporter: &Reporter) -> Result<Exit, Failure> {
        let Self { name, is_apart, is_dry, outcome } = self;
        let (text, json) = match outcome {
            RotateOutcome::File(slots) => {
                (rekeyed_file::rotated_text(name, *is_dry, slots), rekeyed_file::rotated_json(name, *is_dry, slots))
            }
            RotateOutcome::Document(document) => (
                rekeyed_document::rotated_text(name, *is_dry, document),
                rekeyed_document::rotated_json(name, *is_dry, document),
            ),
        };
        if *is_apart {
            reporter.note(text.trim_end());
        } else {
            reporter.confirmation(&text, &json)?;
        }
        Ok(Exit::Done)
    }
}

/// What became of all files, in the last line.
pub struct RewrapCounts {
    pub files: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub is_dry: bool,
}

impl RewrapCounts {
    pub fn tell(&self, reporter: &Reporter) -> Result<(), Failure> {
        let Self { files, changed, unchanged, is_dry } = self;
        let done = if *is_dry { "to change" } else { "changed" };
        let failed = files - changed - unchanged;
        reporter.confirmation(
            &format!("{}: {changed} {done}, {unchanged} unchanged\n", counted(*files, "file")),
            &json!({ "files": files, "changed": changed, "unchanged": unchanged, "failed": failed, "dry_run": is_dry }),
        )?;
        Ok(())
    }
}

/// What became of all files, in the last line.
pub struct RotationCounts {
    pub files: usize,
    pub rotated: usize,
    pub failed: usize,
    pub is_dry: bool,
}

impl RotationCounts {
    pub fn tell(&self, reporter: &Reporter) -> Result<(), Failure> {
        let Self { files, rotated, failed, is_dry } = self;
        let done = if *is_dry { "would get a new data key" } else { "got a new data key" };
        reporter.summary(
            &format!("{}: {rotated} {done}, {failed} failed", counted(*files, "file")),
            &json!({ "files": files, "rotated": rotated, "failed": failed, "dry_run": is_dry }),
        )?;
        Ok(())
    }
}
