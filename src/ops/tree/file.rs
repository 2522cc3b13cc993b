//! A file of a tree, with the folder for its result.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::fs::attributes::Attributes;
use crate::fs::folder::Folder;

/// A folder with the folder for the results from it.
pub struct Branch {
    /// The folder.
    pub source: Folder,
    /// `None` where results go nowhere, or into the folder itself.
    pub results: Option<Folder>,
    /// What the folder for the results gets when everything in it is done.
    pub(super) restored: Option<Attributes>,
    /// Dropped later than this one: what is done here changes the time of the folder above.
    pub(super) _above: Option<Arc<Branch>>,
}

impl Drop for Branch {
    fn drop(&mut self) {
        if let (Some(attributes), Some(results)) = (&self.restored, &self.results) {
            // A system that keeps no times or permissions of folders keeps the files in them all the same.
            let _ = results.handle().and_then(|handle| attributes.restore(handle));
        }
    }
}

/// A file to be done.
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
    /// Its path, as messages give it.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.branch.source.path_of(&self.name)
    }

    /// The input as messages name it.
    #[must_use]
    pub fn display(&self) -> String {
        self.path().display().to_string()
    }
}
