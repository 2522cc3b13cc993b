//! Output files that appear whole or not at all.
//!
//! The bytes go to a file without a name, in the folder of the output; it gets its name when all of it is there. Whatever
//! ends the program before, even a power failure, leaves what was there before and nothing beside it. Where the system
//! has no files without names, a temporary name is used.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// Whether an output may take the place of a file that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is an error.
    Refuse,
    /// The old file is replaced. The new one gets its permissions, and is synced to the disk before.
    Replace,
}

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only its owner: for plaintext and keys.
    Owner,
    /// Those whom the umask permits: for ciphertext.
    Umask,
}

impl Access {
    fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Umask => 0o666,
        }
    }
}

/// Whether a new file is synced to the disk before it gets its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Always.
    Always,
    /// Only when it replaces another.
    WhenReplacing,
}

/// A file that is being written. Dropping it leaves no trace.
pub struct AtomicFile {
    file: File,
    place: Place,
    /// The name as the user knows it.
    named: PathBuf,
    /// The name that the file gets, behind symbolic links.
    target: PathBuf,
    replaces: bool,
    sync: Sync,
}

enum Place {
    /// The file has no name. The system forgets it with the last reference.
    #[cfg(target_os = "linux")]
    Unnamed,
    Named(NamedPlace),
}

impl AtomicFile {
    /// Begins a file that is to become `named`. A symbolic link is followed: the file that it names is meant.
    ///
    /// # Errors
    /// [`Error::WouldOverwrite`], or [`Error::Io`] if the folder is not there or cannot be written to.
    pub fn create(named: &Path, existing: Existing, access: Access, sync: Sync) -> Result<Self> {
        let target = std::fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
        let old = std::fs::metadata(&target).ok();
        if old.is_some() && existing == Existing::Refuse {
            return Err(Error::WouldOverwrite(named.to_owned()));
        }
        let failed = |source| Error::io(format!("write {}", named.display()), source);
        let folder = folder_of(&target);
        let (file, place) = create_in(folder, access.mode()).map_err(failed)?;
        if let Some(old) = &old {
            take_over_permissions(&file, old).map_err(failed)?;
        }
        Ok(Self { file, place, named: named.to_owned(), target, replaces: old.is_some(), sync })
    }

    /// The file to write to.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Error::WouldOverwrite`] if another program made a file of this name meanwhile, [`Error::Io`] if the system
    /// refuses: then nothing has changed.
    pub fn commit(self) -> Result<()> {
        let Self { file, place, named, target, replaces, sync } = self;
        let failed = |source: io::Error| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                Error::WouldOverwrite(named.clone())
            } else {
                Error::io(format!("write {}", named.display()), source)
            }
        };
        let must_sync = replaces || sync == Sync::Always;
        if must_sync {
            file.sync_all().map_err(failed)?;
        }
        place.rename(&file, &target, replaces).map_err(failed)?;
        if must_sync {
            sync_folder(folder_of(&target)).map_err(failed)?;
        }
        Ok(())
    }
}

impl Place {
    fn rename(self, file: &File, target: &Path, replaces: bool) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed if !replaces => link(file, target),
            #[cfg(target_os = "linux")]
            Self::Unnamed => {
                // A name can only be given where there is none, so the way to replace a file leads over a name of its own.
                let named = NamedPlace::new(folder_of(target));
                link(file, named.path())?;
                named.replace(target)
            }
            Self::Named(named) if replaces => named.replace(target),
            Self::Named(named) => named.link_new(target),
        }
    }
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(target_os = "linux")]
fn create_in(folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::io::Errno;
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match openat(CWD, folder, flags, Mode::from_raw_mode(mode)) {
        Ok(file) if Path::new("/proc/self/fd").exists() => Ok((file.into(), Place::Unnamed)),
        Ok(_) | Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => create_named(folder, mode),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn create_in(folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    create_named(folder, mode)
}

fn create_named(folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    let place = NamedPlace::new(folder);
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let file = options.open(place.path())?;
    Ok((file, Place::Named(place)))
}

#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let source = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, source, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(unix)]
fn take_over_permissions(file: &File, old: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    // Only root may give a file away; another user's new file then belongs to who wrote it, as with `cp`.
    let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn take_over_permissions(_file: &File, _old: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Temporary names in use, for a program that is ended without dropping anything.
static IN_USE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all temporary files. For a handler that ends the program.
pub fn discard_unfinished() {
    for path in IN_USE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = std::fs::remove_file(path);
    }
}

/// A temporary name. The file of this name is removed when it is dropped.
struct NamedPlace(PathBuf);

impl NamedPlace {
    fn new(folder: &Path) -> Self {
        let mut random = [0; 8];
        crate::crypto::fill_random(&mut random);
        let path = folder.join(format!(".kenc-{:016x}.tmp", u64::from_be_bytes(random)));
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn replace(self, target: &Path) -> io::Result<()> {
        std::fs::rename(&self.0, target)
    }

    /// Renames without replacing: a hard link fails where a name is taken. A file system without hard links leaves a
    /// moment in which another program could make the file.
    fn link_new(self, target: &Path) -> io::Result<()> {
        match std::fs::hard_link(&self.0, target) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !target.exists() => {
                std::fs::rename(&self.0, target)
            }
            done => done,
        }
    }
}

impl Drop for NamedPlace {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Both ways of holding the bytes until they get their name.
    fn in_both_ways(folder: &Path, target: &str, old: Option<&str>, test: impl Fn(AtomicFile)) {
        let target = folder.join(target);
        for named in [false, true] {
            if let Some(old) = old {
                std::fs::write(&target, old).unwrap();
            }
            let mut file = AtomicFile::create(&target, Existing::Replace, Access::Owner, Sync::WhenReplacing).unwrap();
            if named {
                (file.file, file.place) = create_named(folder, 0o600).unwrap();
            }
            test(file);
        }
    }

    #[test]
    fn a_file_that_is_not_committed_leaves_what_was_there_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        in_both_ways(folder.path(), "x", Some("old"), |file| {
            file.file().write_all(b"new").unwrap();
            drop(file);
            assert_eq!(names_in(folder.path()), ["x"]);
            assert_eq!(std::fs::read(folder.path().join("x")).unwrap(), b"old");
        });
    }

    #[test]
    fn a_file_that_is_committed_replaces_what_was_there_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        in_both_ways(folder.path(), "x", Some("old"), |file| {
            file.file().write_all(b"new").unwrap();
            file.commit().unwrap();
            assert_eq!(names_in(folder.path()), ["x"]);
            assert_eq!(std::fs::read(folder.path().join("x")).unwrap(), b"new");
        });
    }

    #[test]
    fn a_file_that_another_program_made_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        in_both_ways(folder.path(), "x", None, |file| {
            std::fs::write(&target, "other").unwrap();
            assert!(matches!(file.commit(), Err(Error::WouldOverwrite(_))));
            assert_eq!(std::fs::read(&target).unwrap(), b"other");
            assert_eq!(names_in(folder.path()), ["x"]);
            std::fs::remove_file(&target).unwrap();
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_for_its_owner_is_readable_by_nobody_else_and_a_replaced_one_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("x");
        let mode = || std::fs::metadata(&target).unwrap().permissions().mode() & 0o777;
        let write = || {
            let file = AtomicFile::create(&target, Existing::Replace, Access::Owner, Sync::Always).unwrap();
            file.commit().unwrap();
        };
        write();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
        write();
        assert_eq!(mode(), 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_and_the_file_that_it_names_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("x"), folder.path().join("link"));
        std::fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink("x", &link).unwrap();
        let file = AtomicFile::create(&link, Existing::Replace, Access::Owner, Sync::WhenReplacing).unwrap();
        file.file().write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(std::fs::read_link(&link).unwrap(), Path::new("x"));
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
    }

    #[test]
    fn discarding_removes_every_temporary_name() {
        let folder = tempfile::tempdir().unwrap();
        let (_file, _place) = create_named(folder.path(), 0o600).unwrap();
        assert_eq!(names_in(folder.path()).len(), 1);
        discard_unfinished();
        assert_eq!(names_in(folder.path()).len(), 0);
    }
}
