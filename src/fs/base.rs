//! The base of paths: an open folder, or the working folder.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::fs::folder::Folder;

#[derive(Clone, Debug)]
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
    #[cfg(target_os = "linux")]
    use rustix::io::Errno;

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
        pub(in crate::fs) fn name_in(&self, _folder: &Folder, name: &OsStr) -> PathBuf {
            name.into()
        }

        pub(in crate::fs) fn create_new(&self, path: &Path, mode: u32) -> io::Result<File> {
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            #[allow(clippy::useless_conversion, reason = "the type of a mode is another on each system")]
            let mode = Mode::from_raw_mode(mode.try_into().unwrap_or(0o600));
            Ok(openat(self, path, flags, mode)?.into())
        }

        #[cfg(target_os = "linux")]
        pub(in crate::fs) fn link_file(&self, file: &File, path: &Path) -> io::Result<()> {
            use std::os::fd::AsRawFd;
            // Without a look at /proc, where the system lets who opened a file name it.
            match linkat(file, "", self, path, AtFlags::EMPTY_PATH) {
                Err(Errno::NOENT | Errno::PERM | Errno::INVAL) => {}
                linked => return Ok(linked?),
            }
            let source = format!("/proc/self/fd/{}", file.as_raw_fd());
            Ok(linkat(CWD, source, self, path, AtFlags::SYMLINK_FOLLOW)?)
        }

        pub(in crate::fs) fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
            Ok(linkat(self, from, self, to, AtFlags::empty())?)
        }

        pub(in crate::fs) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            Ok(renameat(self, from, self, to)?)
        }

        pub(in crate::fs) fn remove(&self, path: &Path) -> io::Result<()> {
            Ok(unlinkat(self, path, AtFlags::empty())?)
        }

        pub(in crate::fs) fn exists(&self, path: &Path) -> bool {
            statat(self, path, AtFlags::SYMLINK_NOFOLLOW).is_ok()
        }

        /// Opens a folder, to sync it later.
        pub(in crate::fs) fn open_folder(&self, folder: &Path) -> io::Result<File> {
            Ok(openat(self, folder, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?.into())
        }

        /// Opens a file for reading. In an open folder no symbolic link is followed; a named pipe is not waited for.
        pub(in crate::fs) fn open_file(&self, path: &Path, access: OFlags) -> io::Result<File> {
            let follow = if matches!(self, Self::Folder(_)) { OFlags::NOFOLLOW } else { OFlags::empty() };
            Ok(openat(self, path, access | follow | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?.into())
        }

        /// Device and number of what has a name now.
        pub(in crate::fs) fn identity(&self, path: &Path) -> io::Result<(u64, u64)> {
            let follow = if matches!(self, Self::Folder(_)) { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() };
            let found = statat(self, path, follow)?;
            #[allow(clippy::useless_conversion, clippy::cast_sign_loss, reason = "the types differ between systems")]
            Ok((found.st_dev as u64, found.st_ino.into()))
        }
    }
}

/// This system uses paths instead.
#[cfg(not(unix))]
mod elsewhere {
    use std::time::Duration;

    use super::{Base, File, Folder, OsStr, Path, PathBuf, io};

    /// A file that another program has open for a moment, such as a virus scanner, cannot be replaced then.
    fn rename_patiently(from: &Path, to: &Path) -> io::Result<()> {
        const ERROR_ACCESS_DENIED: i32 = 5;
        const ERROR_SHARING_VIOLATION: i32 = 32;
        const PAUSES: [u64; 7] = [1, 5, 10, 50, 100, 200, 400];
        for pause in PAUSES {
            match std::fs::rename(from, to) {
                Err(error) if matches!(error.raw_os_error(), Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION)) => {
                    std::thread::sleep(Duration::from_millis(pause));
                }
                done => return done,
            }
        }
        std::fs::rename(from, to)
    }

    impl Base {
        #[allow(clippy::unused_self, reason = "on other systems it is used")]
        pub(in crate::fs) fn name_in(&self, folder: &Folder, name: &OsStr) -> PathBuf {
            folder.path_of(name)
        }

        pub(in crate::fs) fn create_new(&self, path: &Path, _mode: u32) -> io::Result<File> {
            File::options().read(true).write(true).create_new(true).open(path)
        }

        pub(in crate::fs) fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
            std::fs::hard_link(from, to)
        }

        /// Replaces also what may only be read, as the permission to write to the folder is what counts elsewhere. The new
        /// file may only be read then, too.
        pub(in crate::fs) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            let old = std::fs::metadata(to).ok().map(|metadata| metadata.permissions());
            let Some(read_only) = old.filter(std::fs::Permissions::readonly) else { return rename_patiently(from, to) };
            let mut writable = read_only.clone();
            #[allow(clippy::permissions_set_readonly_false, reason = "this is not Unix")]
            writable.set_readonly(false);
            std::fs::set_permissions(to, writable)?;
            let renamed = rename_patiently(from, to);
            std::fs::set_permissions(to, read_only)?;
            renamed
        }

        pub(in crate::fs) fn remove(&self, path: &Path) -> io::Result<()> {
            std::fs::remove_file(path)
        }

        pub(in crate::fs) fn exists(&self, path: &Path) -> bool {
            path.exists()
        }
    }
}
