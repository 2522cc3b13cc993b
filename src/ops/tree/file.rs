//! A file of a tree, with the folder for its result.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use crate::fs::attributes::Attributes;
use crate::fs::folder::Folder;
use crate::ops::failure::{Cause, Failure};
use crate::storage::s3::ObjectName;

/// A folder, or what a storage of objects has instead of folders.
#[derive(Clone)]
pub enum TreeFolder {
    /// A folder of this machine.
    Local(Folder),
    /// All objects whose keys begin so.
    Prefix(ObjectName),
}

impl TreeFolder {
    /// The path of an entry, as the user knows it.
    #[must_use]
    pub fn path_of(&self, name: &OsStr) -> PathBuf {
        match self {
            Self::Local(folder) => folder.path_of(name),
            Self::Prefix(prefix) => prefix.below(&name.to_string_lossy()).to_path(),
        }
    }

    /// The folder, if it is one of this machine.
    #[must_use]
    pub fn local(&self) -> Option<&Folder> {
        if let Self::Local(folder) = self { Some(folder) } else { None }
    }

    /// The object of this name below the prefix, if it is one.
    ///
    /// # Errors
    /// If the name is not text.
    pub fn object(&self, name: &OsStr) -> Result<Option<ObjectName>, Failure> {
        let Self::Prefix(prefix) = self else { return Ok(None) };
        let name = name.to_str().ok_or_else(|| Cause::NotAFileName(name.to_owned()))?;
        Ok(Some(prefix.below(name)))
    }
}

/// A folder with the folder for its results.
pub struct Branch {
    /// The folder.
    pub source: TreeFolder,
    /// `None` if there are no results, or they go into the folder itself.
    pub results: Option<TreeFolder>,
    /// Times and permissions that the results folder gets when everything in it is done.
    pub(super) restored: Option<Attributes>,
    /// Dropped after this one: changes here update the time of the parent folder.
    pub(super) _above: Option<Arc<Branch>>,
}

impl Drop for Branch {
    fn drop(&mut self) {
        if let (Some(attributes), Some(TreeFolder::Local(results))) = (&self.restored, &self.results) {
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

    /// Lets more workers begin where this one will wait for a storage of objects.
    pub(in crate::ops) fn wait_for_storages(&self, others: &dyn Fn()) {
        let is_object = |folder: &TreeFolder| folder.local().is_none();
        if is_object(&self.branch.source) || self.branch.results.as_ref().is_some_and(is_object) {
            others();
        }
    }

    /// The name of the input in messages.
    #[must_use]
    pub fn display(&self) -> String {
        self.path().display().to_string()
    }
}
