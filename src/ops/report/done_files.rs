//! The files that an earlier run has done, as its report says.

use std::collections::HashSet;
use std::path::Path;

use super::lines::{FileLine, FileOutcomeWord};
use crate::crypto::sha256;

/// The files that an earlier run has done. 16 bytes are kept of each, so that a report of a million files costs little.
#[derive(Clone, Debug, Default)]
pub struct DoneFiles(HashSet<[u8; 16]>);

impl DoneFiles {
    /// Whether a file is one of them.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        !self.0.is_empty() && path.to_str().is_some_and(|name| self.0.contains(&mark(name)))
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
