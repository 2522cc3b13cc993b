//! What every storage can do: read a range, write a whole object or nothing, list. Local files do it now.
//!
//! Whoever adds a storage implements these three, and gives its objects to operations as
//! [`Input::of_object`](crate::fs::input::Input::of_object), [`Output::Object`](crate::storage::output::Output::Object) and
//! a walk over an [`ObjectFolder`].

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs::atomic::AtomicFile;
use crate::fs::folder::{EntryKind, Folder, FolderNames};
pub use crate::fs::ranged::{RangedReader, ReadRange};

/// "Write a whole object or nothing": what was written appears under its name when it is committed, and not before.
pub trait WholeObject: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Those of the storage.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// It will have about this many bytes. A storage that takes an object in parts chooses their length by it.
    fn expect_len(&mut self, _len: u64) {}

    /// Gives it its name. Whoever drops it instead leaves nothing.
    ///
    /// # Errors
    /// Those of the storage, and if an object with the name is there and must not be replaced.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// "List": a folder of objects, or what a storage has instead of folders.
pub trait ObjectFolder: Sized {
    /// What is in it, in any order.
    type Entries: Iterator<Item = io::Result<(OsString, EntryKind)>>;

    /// Lists it.
    ///
    /// # Errors
    /// Those of the storage.
    fn entries(&self) -> io::Result<Self::Entries>;

    /// A folder in it.
    ///
    /// # Errors
    /// If it is none, or cannot be read.
    fn folder(&self, name: &OsStr) -> Result<Self>;

    /// The path of an entry, as the user knows it.
    fn path_of(&self, name: &OsStr) -> PathBuf;

    /// Its own path, as the user knows it.
    fn path(&self) -> &Path;
}

impl WholeObject for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        AtomicFile::commit(*self)
    }
}

impl ObjectFolder for Folder {
    type Entries = FolderNames;

    fn entries(&self) -> io::Result<FolderNames> {
        self.names()
    }

    fn folder(&self, name: &OsStr) -> Result<Self> {
        self.child(name)
    }

    fn path_of(&self, name: &OsStr) -> PathBuf {
        Folder::path_of(self, name)
    }

    fn path(&self) -> &Path {
        Folder::path(self)
    }
}
