//! What became of files and documents that got other keys, as it is told.

use std::cell::Cell;

use kenc::ops::failure::Failure;
use kenc::ops::rewrap::RewrapOutcome;
use kenc::ops::rotate::RotateOutcome;

use serde_json::{Value, json};

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
            RewrapOutcome::NotEncrypted => return Ok(Exit::Done),
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
            RotateOutcome::NotEncrypted => return Ok(Exit::Done),
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
#[derive(Default)]
pub struct RewrapCounts {
    pub files: Cell<usize>,
    pub changed: Cell<usize>,
    unchanged: Cell<usize>,
    not_encrypted: Cell<usize>,
}

impl RewrapCounts {
    pub fn add(&self, outcome: &RewrapOutcome) {
        add_one(match outcome {
            RewrapOutcome::NotEncrypted => &self.not_encrypted,
            outcome if outcome.is_changed() => &self.changed,
            _ => &self.unchanged,
        });
    }

    pub fn tell(&self, is_dry: bool, reporter: &Reporter) -> Result<(), Failure> {
        let Self { files, changed, unchanged, not_encrypted } = self;
        let (files, changed) = (files.get(), changed.get());
        let (unchanged, not_encrypted) = (unchanged.get(), not_encrypted.get());
        let done = if is_dry { "to change" } else { "changed" };
        let failed = files - changed - unchanged - not_encrypted;
        let others = others(not_encrypted);
        let mut json =
            json!({ "files": files, "changed": changed, "unchanged": unchanged, "failed": failed, "dry_run": is_dry });
        add_others(&mut json, not_encrypted);
        let text = format!("{}: {changed} {done}, {unchanged} unchanged{others}\n", counted(files, "file"));
        reporter.confirmation(&text, &json)?;
        Ok(())
    }
}

/// What became of all files, in the last line.
#[derive(Default)]
pub struct RotationCounts {
    rotated: Cell<usize>,
    failed: Cell<usize>,
    not_encrypted: Cell<usize>,
}

impl RotationCounts {
    pub fn add(&self, outcome: &Result<RotationReport, Failure>) {
        add_one(match outcome {
            Ok(RotationReport { outcome: RotateOutcome::NotEncrypted, .. }) => &self.not_encrypted,
            Ok(_) => &self.rotated,
            Err(_) => &self.failed,
        });
    }

    /// How many files there were.
    pub fn files(&self) -> usize {
        let Self { rotated, failed, not_encrypted } = self;
        rotated.get() + failed.get() + not_encrypted.get()
    }

    pub fn tell(&self, is_dry: bool, reporter: &Reporter) -> Result<(), Failure> {
        let Self { rotated, failed, not_encrypted } = self;
        let (files, rotated) = (self.files(), rotated.get());
        let (failed, not_encrypted) = (failed.get(), not_encrypted.get());
        let done = if is_dry { "would get a new data key" } else { "got a new data key" };
        let mut json = json!({ "files": files, "rotated": rotated, "failed": failed, "dry_run": is_dry });
        add_others(&mut json, not_encrypted);
        let text = format!("{}: {rotated} {done}, {failed} failed{}", counted(files, "file"), others(not_encrypted));
        reporter.summary(&text, &json)?;
        Ok(())
    }
}

fn add_one(counter: &Cell<usize>) {
    counter.set(counter.get() + 1);
}

/// The same for programs.
fn add_others(json: &mut Value, not_encrypted: usize) {
    if not_encrypted > 0 {
        json["not_encrypted"] = not_encrypted.into();
    }
}

/// Objects below a prefix that are not encrypted are told of only if there are any.
fn others(not_encrypted: usize) -> String {
    if not_encrypted == 0 { String::new() } else { format!(", {not_encrypted} not encrypted") }
}
