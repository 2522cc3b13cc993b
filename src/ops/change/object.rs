//! An object whose keys change: the version that was read is replaced, and no other one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;
use crate::fs::input::Input;
use crate::ops::session::Session;
use crate::storage::output::Output;
use crate::storage::s3::{HeadReplaced, ObjectName, S3};

/// An object to change.
pub struct ObjectTarget {
    path: PathBuf,
    name: ObjectName,
    s3: S3,
    /// The entity tag of what was read last.
    tag: Mutex<Option<String>>,
}

impl ObjectTarget {
    pub(super) fn new(session: &Session, name: ObjectName) -> Self {
        Self { path: name.to_path(), name, s3: session.s3().clone(), tag: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self) -> Result<Input> {
        let (input, notes) = self.s3.open_with_notes(&self.name)?;
        *self.tag.lock().unwrap_or_else(PoisonError::into_inner) = notes.tag;
        Ok(input)
    }

    pub(super) fn successor(&self) -> Result<Output> {
        self.s3.replace(&self.name, self.tag())
    }

    /// Replaces its head, and has the storage copy the rest. `None` if it is too short for that.
    pub(in crate::ops) fn replace_head(&self, head_len: u64, head: &[u8]) -> Result<Option<HeadReplaced>> {
        self.s3.replace_head(&self.name, self.tag(), head_len, head)
    }

    fn tag(&self) -> Option<String> {
        self.tag.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
