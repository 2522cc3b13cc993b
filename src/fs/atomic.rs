//! Output files that appear whole or not at all.
//!
//! The bytes go to a file without a name, in the folder of the output; it gets its name when all of it is there. Whatever
//! ends the program before, even a power failure, leaves what was there before and nothing beside it. Where the system
//! has no files without names, a temporary name is used.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::fs::attributes::Attributes;
use crate::fs::folder::Folder;

mod base;

use base::Base;

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
    /// Where `target` is looked up.
    base: Base,
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
        let base = Base::WorkingFolder;
        let (file, place) = create_in(&base, folder_of(&target), access.mode()).map_err(failed)?;
        if let Some(old) = &old {
            take_over_permissions(&file, old).map_err(failed)?;
        }
        Ok(Self { file, place, named: named.to_owned(), base, target, replaces: old.is_some(), sync })
    }

    /// Begins a file that is to become `name` in an open folder, readable by its owner only. A symbolic link of this name
    /// is not followed, but replaced.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn create_in(folder: &Folder, name: &OsStr, existing: Existing, sync: Sync) -> Result<Self> {
        let named = folder.path_of(name);
        let failed = |source| Error::io(format!("write {}", named.display()), source);
        let replaces = folder.kind_of(name)?.is_some();
        if replaces && existing == Existing::Refuse {
            return Err(Error::WouldOverwrite(named));
        }
        let base = Base::Folder(folder.clone());
        let target = base.name_in(folder, name);
        let (file, place) = create_in(&base, folder_of(&target), Access::Owner.mode()).map_err(failed)?;
        Ok(Self { file, place, named, base, target, replaces, sync })
    }

    /// Gives the file permissions and a time. To be done when all of it is written.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn restore(&self, attributes: &Attributes) -> Result<()> {
        let failed = |source| Error::io(format!("write {}", self.named.display()), source);
        attributes.restore(&self.file).map_err(failed)
    }

    /// Gives the file the owner of the one that it replaces, if the system lets us.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses to set the permissions.
    pub fn take_over(&self, old: &std::fs::Metadata) -> Result<()> {
        take_over_permissions(&self.file, old)
            .map_err(|source| Error::io(format!("write {}", self.named.display()), source))
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
        let Self { file, place, named, base, target, replaces, sync } = self;
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
        place.rename(&file, &base, &target, replaces).map_err(failed)?;
        if must_sync {
            base.sync(folder_of(&target)).map_err(failed)?;
        }
        Ok(())
    }
}

impl Place {
    fn rename(self, file: &File, base: &Base, target: &Path, replaces: bool) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed if !replaces => base.link_file(file, target),
            #[cfg(target_os = "linux")]
            Self::Unnamed => {
                // A name can only be given where there is none, so the way to replace a file leads over a name of its own.
                let named = NamedPlace::new(base, folder_of(target));
                base.link_file(file, named.path())?;
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
fn create_in(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    use std::sync::LazyLock;

    use rustix::fs::{Mode, OFlags, openat};
    use rustix::io::Errno;

    /// The way by which a file without a name gets one.
    static HAS_DESCRIPTORS: LazyLock<bool> = LazyLock::new(|| Path::new("/proc/self/fd").exists());

    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match openat(base, folder, flags, Mode::from_raw_mode(mode)) {
        Ok(file) if *HAS_DESCRIPTORS => Ok((file.into(), Place::Unnamed)),
        Ok(_) | Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => create_named(base, folder, mode),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn create_in(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    create_named(base, folder, mode)
}

fn create_named(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, Place)> {
    let place = NamedPlace::new(base, folder);
    let file = base.create_new(place.path(), mode)?;
    Ok((file, Place::Named(place)))
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

/// Temporary names in use, for a program that is ended without dropping anything.
static IN_USE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all temporary files. For a handler that ends the program.
pub fn discard_unfinished() {
    for path in IN_USE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = std::fs::remove_file(path);
    }
}

/// Whether a name is one that a file may have while it is written, where the system has no files without names.
#[must_use]
pub fn is_temporary_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let digits = name.strip_prefix(b".kenc-").and_then(|rest| rest.strip_suffix(b".tmp"));
    digits.is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// A temporary name. The file of this name is removed when it is dropped.
struct NamedPlace {
    base: Base,
    path: PathBuf,
}

impl NamedPlace {
    fn new(base: &Base, folder: &Path) -> Self {
        let mut random = [0; 8];
        crate::crypto::fill_random(&mut random);
        let path = folder.join(format!(".kenc-{:016x}.tmp", u64::from_be_bytes(random)));
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).push(base.full_path(&path));
        Self { base: base.clone(), path }
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn replace(self, target: &Path) -> io::Result<()> {
        self.base.rename(&self.path, target)
    }

    /// Renames without replacing: a hard link fails where a name is taken. A file system without hard links leaves a
    /// moment in which another program could make the file.
    fn link_new(self, target: &Path) -> io::Result<()> {
        match self.base.hard_link(&self.path, target) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !self.base.exists(target) => {
                self.base.rename(&self.path, target)
            }
            done => done,
        }
    }
}

impl Drop for NamedPlace {
    fn drop(&mut self) {
        let _ = self.base.remove(&self.path);
        let listed = self.base.full_path(&self.path);
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != listed);
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
                (file.file, file.place) = create_named(&Base::WorkingFolder, folder, 0o600).unwrap();
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
        let (_file, _place) = create_named(&Base::WorkingFolder, folder.path(), 0o600).unwrap();
        assert_eq!(names_in(folder.path()).len(), 1);
        discard_unfinished();
        assert_eq!(names_in(folder.path()).len(), 0);
    }
}
