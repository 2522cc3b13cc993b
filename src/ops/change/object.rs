//! An object whose keys change: the version that was read is replaced, and no other one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::fs::input::Input;
use crate::ops::session::Session;
use crate::storage::output::Output;
use crate::storage::s3::{HeadReplaced, ObjectName, OldVersion, S3};

/// An object to change.
pub struct ObjectTarget {
    path: PathBuf,
    name: ObjectName,
    s3: S3,
    origin: ObjectOrigin,
    /// The entity tag of what was read last.
    tag: Mutex<Option<String>>,
    /// The version that a bucket with versions keeps of it.
    old_version: Mutex<Option<String>>,
}

/// How an object came to be one to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectOrigin {
    /// The user named it.
    Named,
    /// It is below a prefix.
    Found,
}

impl ObjectTarget {
    pub(super) fn new(session: &Session, name: ObjectName, origin: ObjectOrigin) -> Self {
        let s3 = session.s3().clone();
        Self { path: name.to_path(), name, s3, origin, tag: Mutex::default(), old_version: Mutex::default() }
    }

    /// Whether it was found below a prefix, where anything may be.
    pub(super) fn is_found(&self) -> bool {
        self.origin == ObjectOrigin::Found
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<Input> {
        let (input, notes) = self.s3.open_with_notes(&self.name)?;
        *self.tag.lock().unwrap_or_else(PoisonError::into_inner) = notes.tag;
        Ok(input)
    }

    pub(super) fn successor(&self, old: OldVersion) -> Result<Output> {
        let (output, old_version) = self.s3.replace(&self.name, self.tag(), old)?;
        self.keep_version(old_version.filter(|_| old == OldVersion::Kept));
        Ok(output)
    }

    /// Replaces its head, and has the storage copy the rest. `false` if it is too short for that.
    pub(in crate::ops) fn replace_head(&self, head_len: u64, head: &[u8], old: OldVersion) -> Result<bool> {
        let replaced = self.s3.replace_head(&self.name, self.tag(), (head_len, head), old)?;
        let is_replaced = replaced.is_some();
        self.keep_version(replaced.and_then(|HeadReplaced { old_version }| old_version));
        Ok(is_replaced)
    }

    /// The version that the bucket keeps of what was replaced.
    pub(in crate::ops) fn old_version(&self) -> Option<String> {
        self.old_version.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_version(&self, version: Option<String>) {
        *self.old_version.lock().unwrap_or_else(PoisonError::into_inner) = version;
    }

    fn tag(&self) -> Option<String> {
        self.tag.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
