//! What the paths of a file that is being written are relative to: an open folder, or the working folder.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::folder::Folder;

#[derive(Clone)]
pub(super) enum Base {
    WorkingFolder,
    Folder(Folder),
}

impl Base {
    /// A path from the working folder, for a program that is ended without dropping anything.
    pub(super) fn full_path(&self, path: &Path) -> PathBuf {
        match self {
            Self::WorkingFolder => path.to_owned(),
            // Where names cannot be relative to an open folder, they are whole paths already.
            Self::Folder(_) if cfg!(not(unix)) => path.to_owned(),
            Self::Folder(folder) => folder.path().join(path),
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat, renameat, statat, unlinkat};

    use super::{Base, File, Folder, OsStr, Path, PathBuf, io};

    impl AsFd for Base {
        fn as_fd(&self) -> BorrowedFd<'_> {
            match self {
                Self::WorkingFolder => CWD,
                Self::Folder(folder) => folder.as_fd(),
            }
        }
    }

    impl Base {
        #[allow(clippy::unused_self, reason = "on other systems it is used")]
        pub(in super::super) fn name_in(&self, _folder: &Folder, name: &OsStr) -> PathBuf {
            name.into()
        }

        pub(in super::super) fn create_new(&self, path: &Path, mode: u32) -> io::Result<File> {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            #[allow(clippy::useless_conversion, reason = "the type of a mode is another on each system")]
            let mode = Mode::from_raw_mode(mode.try_into().unwrap_or(0o600));
            Ok(openat(self, path, flags, mode)?.into())
        }

        #[cfg(target_os = "linux")]
        pub(in super::super) fn link_file(&self, file: &File, path: &Path) -> io::Result<()> {
            use std::os::fd::AsRawFd;
            let source = format!("/proc/self/fd/{}", file.as_raw_fd());
            Ok(linkat(CWD, source, self, path, AtFlags::SYMLINK_FOLLOW)?)
        }

        pub(in super::super) fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
            Ok(linkat(self, from, self, to, AtFlags::empty())?)
        }

        pub(in super::super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            Ok(renameat(self, from, self, to)?)
        }

        pub(in super::super) fn remove(&self, path: &Path) -> io::Result<()> {
            Ok(unlinkat(self, path, AtFlags::empty())?)
        }

        pub(in super::super) fn exists(&self, path: &Path) -> bool {
            statat(self, path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
        }

        pub(in super::super) fn sync(&self, folder: &Path) -> io::Result<()> {
            File::from(openat(self, folder, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?).sync_all()
        }
    }
}

/// Paths have to do.
#[cfg(not(unix))]
mod elsewhere {
    use super::{Base, File, Folder, OsStr, Path, PathBuf, io};

    impl Base {
        #[allow(clippy::unused_self, reason = "on other systems it is used")]
        pub(in super::super) fn name_in(&self, folder: &Folder, name: &OsStr) -> PathBuf {
            folder.path_of(name)
        }

        pub(in super::super) fn create_new(&self, path: &Path, _mode: u32) -> io::Result<File> {
            File::options().read(true).write(true).create_new(true).open(path)
        }

        pub(in super::super) fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
            std::fs::hard_link(from, to)
        }

        pub(in super::super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            std::fs::rename(from, to)
        }

        pub(in super::super) fn remove(&self, path: &Path) -> io::Result<()> {
            std::fs::remove_file(path)
        }

        pub(in super::super) fn exists(&self, path: &Path) -> bool {
            path.exists()
        }

        pub(in super::super) fn sync(&self, _folder: &Path) -> io::Result<()> {
            Ok(())
        }
    }
}
