//! The files that an earlier run has done, as its report says.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lines::{FileLine, FileOutcomeWord};
use crate::crypto::sha256;

/// The files that an earlier run has done. 16 bytes are kept of each, so that a report of a million files costs little. Clones
/// share everything.
#[derive(Clone, Debug, Default)]
pub struct DoneFiles {
    marks: Arc<HashSet<[u8; 16]>>,
    skipped: Arc<AtomicU64>,
}

/// The same while the report is read.
#[derive(Default)]
pub(super) struct DoneMarks(HashSet<[u8; 16]>);

impl DoneFiles {
    /// Whether a file is one of them.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        !self.marks.is_empty() && path.to_str().is_some_and(|name| self.marks.contains(&mark(name)))
    }

    /// The same, and counts those that are.
    #[must_use]
    pub fn skips(&self, path: &Path) -> bool {
        let is_done = self.has(path);
        self.skipped.fetch_add(u64::from(is_done), Ordering::Relaxed);
        is_done
    }

    pub(super) fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }
}

impl DoneMarks {
    pub(super) fn into_files(self) -> DoneFiles {
        DoneFiles { marks: Arc::new(self.0), skipped: Arc::default() }
    }

    /// Notes what a line says. The last one of a file counts.
    pub(super) fn note(&mut self, line: &FileLine) {
        let Some(name) = line.file.as_ref().filter(|_| !line.inexact) else { return };
        match line.outcome {
            FileOutcomeWord::Done | FileOutcomeWord::Unchanged => drop(self.0.insert(mark(name))),
            FileOutcomeWord::Failed => drop(self.0.remove(&mark(name))),
        }
    }
}

fn mark(name: &str) -> [u8; 16] {
    let digest = sha256(name.as_bytes());
    std::array::from_fn(|at| digest[at])
}
