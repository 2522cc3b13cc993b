//! How much a run over many files has to do, found out beside the work, for a progress bar that somebody looks at.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::levels::FilesIn;
use super::request::{Results, TreePlan, TreeRequest};
use crate::fs::folder::Folder;
use crate::ops::observer::{Progress, TreeSize};
use crate::storage::s3::ObjectName;

/// The size of what was requested. `None` if that cannot be known beforehand, or `goes_on` said no.
pub(super) fn size(request: &TreeRequest<'_>, plan: &TreePlan, goes_on: impl Fn() -> bool) -> Option<TreeSize> {
    // Standard input is read only once.
    if request.files0_from.is_some_and(|list| list.as_os_str() == "-") {
        return None;
    }
    let mut size = TreeSize::default();
    let mut add = |input: &Path, path: &Path| {
        if plan.has_file(input, path)
            && let Ok(metadata) = std::fs::metadata(path)
            && metadata.is_file()
        {
            size.files += 1;
            size.bytes += metadata.len();
        }
        goes_on().then_some(())
    };
    for path in request.names().ok()? {
        let path = path.ok()?;
        if ObjectName::is_meant(&path) {
            // Listing them would take as many requests as the walk.
            return None;
        }
        if !path.is_dir() {
            add(&path, &path)?;
        } else if plan.recursive {
            let root = if let Results::Below { root, .. } = &plan.results { root.local() } else { None };
            let results = root.and_then(Folder::identity);
            let is_left_out = move |folder: &Folder| results.is_some() && folder.identity() == results;
            for file in FilesIn::without(Folder::open(&path).ok()?, is_left_out).flatten() {
                add(&path, &file)?;
            }
        }
    }
    Some(size)
}

/// Counts what the work on one file reports, so that in the end the whole file is accounted for.
pub(in crate::ops) struct FileProgress<'a> {
    all: &'a dyn Progress,
    /// Length of the file; 0 where nobody looks.
    len: u64,
    done: AtomicU64,
}

impl<'a> FileProgress<'a> {
    pub(in crate::ops) fn new(all: &'a dyn Progress, path: impl FnOnce() -> std::path::PathBuf) -> Self {
        let len = if all.wants_size() { std::fs::metadata(path()).map_or(0, |metadata| metadata.len()) } else { 0 };
        Self { all, len, done: AtomicU64::new(0) }
    }

    /// Accounts for the rest of the file.
    pub(in crate::ops) fn end(self, has_worked: bool) {
        let rest = self.len.saturating_sub(self.done.into_inner());
        match rest {
            0 => {}
            rest if has_worked => self.all.advance(rest),
            rest => self.all.pass_over(rest),
        }
    }
}

impl Progress for FileProgress<'_> {
    fn advance(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
        self.all.advance(bytes);
    }
}
