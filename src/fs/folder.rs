//! Open folders. What is in one is reached by its name alone and without following links, so that whoever may write
//! there cannot lead us to another place meanwhile.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::fs::access::Access;

/// An open folder. Clones share it.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    #[cfg(unix)]
    handle: File,
    /// Its name in messages.
    path: PathBuf,
    /// Whether what killed programs left in it was removed.
    #[cfg(unix)]
    is_swept: AtomicBool,
}

/// The kind of an entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A named pipe, a socket, or a device.
    Special,
}

/// Whether a folder was created or already existed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is new.
    Now,
    /// It was there before.
    Before,
}

impl Folder {
    /// Opens a folder. A symbolic link to one is followed.
    ///
    /// # Errors
    /// [`Error::Io`] if it does not exist, is not readable, or is not a folder.
    pub fn open(path: &Path) -> Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Self::open_path(path).map_err(|source| Error::io(format!("read {}", path.display()), source))
    }

    /// Opens a folder in this one.
    ///
    /// # Errors
    /// [`Error::Io`] if it does not exist, is not readable, or is not a folder; a symbolic link is not a folder.
    pub fn child(&self, name: &OsStr) -> Result<Self> {
        self.open_child(name).map_err(|source| Error::io(format!("read {}", self.path_of(name).display()), source))
    }

    /// Opens a folder in this one, and creates it if it does not exist.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be made, or something else has the name.
    pub fn make_child(&self, name: &OsStr, access: Access) -> Result<(Self, Made)> {
        let made = match self.make(name, access) {
            Ok(()) => Ok(Made::Now),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Made::Before),
            Err(error) => Err(error),
        };
        made.and_then(|made| Ok((self.open_child(name)?, made)))
            .map_err(|source| Error::io(format!("write {}", self.path_of(name).display()), source))
    }

    /// Opens a file in this folder for reading. Does not block on a named pipe.
    ///
    /// # Errors
    /// [`Error::Io`] if it does not exist, is not readable, or is a symbolic link.
    pub fn open_file(&self, name: &OsStr) -> Result<File> {
        self.open_for_reading(name)
            .map_err(|source| Error::io(format!("read {}", self.path_of(name).display()), source))
    }

    /// What has this name, if anything has.
    ///
    /// # Errors
    /// [`Error::Io`] if the system does not say.
    pub fn kind_of(&self, name: &OsStr) -> Result<Option<EntryKind>> {
        match self.look_up(name) {
            Ok(kind) => Ok(Some(kind)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io(format!("read {}", self.path_of(name).display()), source)),
        }
    }

    /// The path of an entry, for messages.
    #[must_use]
    pub fn path_of(&self, name: &OsStr) -> PathBuf {
        self.0.path.join(name)
    }

    /// Its path, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Whether this is the first time that this is asked: then it is to be swept.
    #[cfg(unix)]
    pub(super) fn begin_sweep(&self) -> bool {
        !self.0.is_swept.swap(true, Ordering::Relaxed)
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, BorrowedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, statat};

    use super::{Access, Arc, AtomicBool, EntryKind, File, Folder, Inner, Metadata, OsStr, OsString, Path, io};

    const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

    impl Folder {
        pub(super) fn open_path(path: &Path) -> io::Result<Self> {
            let handle = openat(CWD, path, FOLDER, Mode::empty())?.into();
            Ok(Self(Arc::new(Inner { handle, path: path.to_owned(), is_swept: AtomicBool::default() })))
        }

        pub(super) fn open_child(&self, name: &OsStr) -> io::Result<Self> {
            let handle = openat(self, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?.into();
            Ok(Self(Arc::new(Inner { handle, path: self.path_of(name), is_swept: AtomicBool::default() })))
        }

        pub(super) fn make(&self, name: &OsStr, access: Access) -> io::Result<()> {
            let mode = match access {
                Access::Owner => Mode::RWXU,
                Access::Umask => Mode::RWXU | Mode::RWXG | Mode::RWXO,
            };
            Ok(mkdirat(self, name, mode)?)
        }

        pub(super) fn open_for_reading(&self, name: &OsStr) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            Ok(openat(self, name, flags, Mode::empty())?.into())
        }

        pub(super) fn look_up(&self, name: &OsStr) -> io::Result<EntryKind> {
            let found = statat(self, name, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok(kind(FileType::from_raw_mode(found.st_mode)))
        }

        /// The metadata of the folder itself.
        ///
        /// # Errors
        /// Errors of the system.
        pub fn metadata(&self) -> io::Result<Metadata> {
            self.0.handle.metadata()
        }

        /// The folder as a file, for its attributes and for syncing.
        ///
        /// # Errors
        /// None on this system.
        pub fn handle(&self) -> io::Result<&File> {
            Ok(&self.0.handle)
        }

        /// Device and number, by which two names for it are told to be the same.
        #[must_use]
        pub fn identity(&self) -> Option<(u64, u64)> {
            self.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
        }

        /// The names in it, in the order in which the system gives them.
        ///
        /// # Errors
        /// Errors of the system.
        pub fn names(&self) -> io::Result<FolderNames> {
            Ok(FolderNames { folder: self.clone(), entries: Dir::read_from(self)? })
        }
    }

    impl AsFd for Folder {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.0.handle.as_fd()
        }
    }

    /// The names in a folder.
    pub struct FolderNames {
        folder: Folder,
        entries: Dir,
    }

    impl Iterator for FolderNames {
        type Item = io::Result<(OsString, EntryKind)>;

        fn next(&mut self) -> Option<Self::Item> {
            loop {
                let entry = match self.entries.next()? {
                    Ok(entry) => entry,
                    Err(error) => return Some(Err(error.into())),
                };
                let name = OsStr::from_bytes(entry.file_name().to_bytes());
                if name == "." || name == ".." {
                    continue;
                }
                let kind = match entry.file_type() {
                    FileType::Unknown => match self.folder.look_up(name) {
                        Ok(kind) => kind,
                        // It was removed in the meantime: opening it reports that.
                        Err(_) => EntryKind::File,
                    },
                    known => kind(known),
                };
                return Some(Ok((name.to_owned(), kind)));
            }
        }
    }

    fn kind(found: FileType) -> EntryKind {
        match found {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            FileType::Symlink => EntryKind::Link,
            _ => EntryKind::Special,
        }
    }
}

#[cfg(unix)]
pub use unix::FolderNames;

/// A system without names that are relative to an open folder: paths have to do.
#[cfg(not(unix))]
mod elsewhere {
    use super::{Access, Arc, EntryKind, File, Folder, Inner, Metadata, OsStr, OsString, Path, io};

    impl Folder {
        pub(super) fn open_path(path: &Path) -> io::Result<Self> {
            if !std::fs::metadata(path)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
            Ok(Self(Arc::new(Inner { path: path.to_owned() })))
        }

        pub(super) fn open_child(&self, name: &OsStr) -> io::Result<Self> {
            match self.look_up(name)? {
                EntryKind::Folder => Self::open_path(&self.path_of(name)),
                _ => Err(io::ErrorKind::NotADirectory.into()),
            }
        }

        pub(super) fn make(&self, name: &OsStr, _access: Access) -> io::Result<()> {
            std::fs::create_dir(self.path_of(name))
        }

        pub(super) fn open_for_reading(&self, name: &OsStr) -> io::Result<File> {
            match self.look_up(name)? {
                EntryKind::Link => Err(io::ErrorKind::NotFound.into()),
                _ => File::open(self.path_of(name)),
            }
        }

        pub(super) fn look_up(&self, name: &OsStr) -> io::Result<EntryKind> {
            Ok(kind(std::fs::symlink_metadata(self.path_of(name))?.file_type()))
        }

        /// The metadata of the folder itself.
        ///
        /// # Errors
        /// Errors of the system.
        pub fn metadata(&self) -> io::Result<Metadata> {
            std::fs::metadata(self.path())
        }

        /// The folder as a file.
        ///
        /// # Errors
        /// Always: this system opens no folders.
        pub fn handle(&self) -> io::Result<&File> {
            Err(io::ErrorKind::Unsupported.into())
        }

        /// The resolved path cannot be compared as numbers, so nothing is told to be the same.
        #[must_use]
        pub fn identity(&self) -> Option<(u64, u64)> {
            None
        }

        /// The names in it, in the order in which the system gives them.
        ///
        /// # Errors
        /// Errors of the system.
        pub fn names(&self) -> io::Result<FolderNames> {
            Ok(FolderNames(std::fs::read_dir(self.path())?))
        }
    }

    /// The names in a folder.
    pub struct FolderNames(std::fs::ReadDir);

    impl Iterator for FolderNames {
        type Item = io::Result<(OsString, EntryKind)>;

        fn next(&mut self) -> Option<Self::Item> {
            let entry = self.0.next()?;
            Some(entry.and_then(|entry| Ok((entry.file_name(), kind(entry.file_type()?)))))
        }
    }

    fn kind(found: std::fs::FileType) -> EntryKind {
        if found.is_symlink() {
            EntryKind::Link
        } else if found.is_dir() {
            EntryKind::Folder
        } else if found.is_file() {
            EntryKind::File
        } else {
            EntryKind::Special
        }
    }
}

#[cfg(not(unix))]
pub use elsewhere::FolderNames;

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_in_a_folder_is_neither_opened_nor_entered_nor_made() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("real")).unwrap();
        std::fs::write(root.path().join("real/file"), "x").unwrap();
        symlink("real", root.path().join("folder")).unwrap();
        symlink("real/file", root.path().join("file")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        assert!(folder.child(OsStr::new("folder")).is_err());
        assert!(folder.make_child(OsStr::new("folder"), Access::Owner).is_err());
        assert!(folder.open_file(OsStr::new("file")).is_err());
        assert_eq!(folder.kind_of(OsStr::new("file")).unwrap(), Some(EntryKind::Link));
        assert_eq!(folder.kind_of(OsStr::new("nothing")).unwrap(), None);
    }

    #[test]
    fn names_are_given_with_what_they_stand_for() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("a")).unwrap();
        std::fs::write(root.path().join("b"), "x").unwrap();
        symlink("b", root.path().join("c")).unwrap();
        let mut names: Vec<_> = Folder::open(root.path()).unwrap().names().unwrap().map(Result::unwrap).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(
            names,
            [("a".into(), EntryKind::Folder), ("b".into(), EntryKind::File), ("c".into(), EntryKind::Link)]
        );
    }
}
