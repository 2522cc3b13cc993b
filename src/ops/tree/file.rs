//! A file of a tree, with the folder for its result.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::fs::attributes::Attributes;
use crate::fs::folder::Folder;

/// A folder with the folder for its results.
pub struct Branch {
    /// The folder.
    pub source: Folder,
    /// `None` if there are no results, or they go into the folder itself.
    pub results: Option<Folder>,
    /// Times and permissions that the results folder gets when everything in it is done.
    pub(super) restored: Option<Attributes>,
    /// Dropped after this one: changes here update the time of the parent folder.
    pub(super) _above: Option<Arc<Branch>>,
}

impl Drop for Branch {
    fn drop(&mut self) {
        if let (Some(attributes), Some(results)) = (&self.restored, &self.results) {
            // A file system without times or permissions of folders still keeps the files.
            let _ = results.handle().and_then(|handle| attributes.restore(handle));
        }
    }
}

/// A file to process.
pub struct FileToDo {
    /// Its folder.
    pub branch: Arc<Branch>,
    /// Its name there.
    pub name: OsString,
    /// The name of its result.
    pub result_name: OsString,
    /// Whether it was found in a folder, and not named by the user.
    pub is_found: bool,
}

impl FileToDo {
    /// Its path, as in messages.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.branch.source.path_of(&self.name)
    }

    /// The name of the input in messages.
    #[must_use]
    pub fn display(&self) -> String {
        self.path().display().to_string()
    }
}
