//! Output files that appear complete or not at all.
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
pub use crate::fs::access::Access;
use crate::fs::attributes::{self, Attributes};
use crate::fs::base::Base;
use crate::fs::folder::Folder;
use crate::fs::held::Held;
#[cfg(not(unix))]
use crate::fs::lock::Lock;
use crate::fs::lock::{LockWaiter, SilentWait, lock};
use crate::fs::sweep;

/// Whether an output may replace an existing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is an error.
    Refuse,
    /// The old file is replaced, whatever it says: nobody has read it. The new one gets its permissions, and is synced to
    /// the disk before. What was read is replaced with [`AtomicFile::replace`] instead.
    Replace,
}

/// Whether a new file is synced to the disk before it gets its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Always.
    Always,
    /// Only when it replaces another.
    WhenReplacing,
}

/// A file being written. Dropping it removes it.
pub struct AtomicFile {
    file: File,
    place: TemporaryPlace,
    /// The name as the user knows it.
    named: PathBuf,
    /// Where `target` is looked up.
    base: Base,
    /// The name that the file gets, behind symbolic links.
    target: PathBuf,
    replaces: bool,
    /// The file that it replaces, if that was read: it must still be the same then.
    held: Option<Box<Held>>,
    sync: Sync,
}

enum TemporaryPlace {
    /// The file has no name. The system removes it with the last reference.
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
        let failed = |source| Error::io(format!("write {}", named.display()), source);
        // A link that cannot be followed must not be taken for the file that it names, nor a file that cannot be looked at
        // for one that is not there.
        let target = unless_absent(std::fs::canonicalize(named)).map_err(failed)?.unwrap_or_else(|| named.to_owned());
        let is_there = unless_absent(std::fs::metadata(&target)).map_err(failed)?.is_some();
        if is_there && existing == Existing::Refuse {
            return Err(Error::WouldOverwrite(named.to_owned()));
        }
        if !is_there {
            return Self::begin(named.to_owned(), Base::WorkingFolder, target, access, sync);
        }
        let mut new = Self::begin(named.to_owned(), Base::WorkingFolder, target, Access::Owner, sync)?;
        let old = OldFile::of(&new.base, &new.target);
        old.take_over(&new.file, named)?;
        new.replaces = true;
        Ok(new)
    }

    /// Begins the successor of a file that is held: it gets its permissions and attributes, and its place if it is still
    /// the file that was read. It is synced to the disk before.
    ///
    /// # Errors
    /// [`Error::CannotKeep`] if an attribute of the old file would be lost, [`Error::Io`] if the folder cannot be written to.
    pub fn replace(held: Held) -> Result<Self> {
        let (base, target) = held.place();
        let (named, base, target) = (held.path().to_owned(), base.clone(), target.to_owned());
        let new = Self::begin(named, base, target, Access::Owner, Sync::Always)?;
        attributes::take_over(&new.file, held.file(), &new.named)?;
        Ok(Self { held: Some(Box::new(held)), replaces: true, ..new })
    }

    fn begin(named: PathBuf, base: Base, target: PathBuf, access: Access, sync: Sync) -> Result<Self> {
        sweep::sweep(&base, folder_of(&target));
        match create_in(&base, folder_of(&target), access.mode()) {
            Ok((file, place)) => Ok(Self { file, place, named, base, target, replaces: false, held: None, sync }),
            Err(source) => Err(Error::io(format!("write {}", named.display()), source)),
        }
    }

    /// Begins a file that is to become `name` in an open folder, readable by its owner only. A symbolic link of this name
    /// is not followed, but replaced.
    ///
    /// # Errors
    /// As [`AtomicFile::create`].
    pub fn create_in(folder: &Folder, name: &OsStr, existing: Existing, sync: Sync) -> Result<Self> {
        let named = folder.path_of(name);
        let replaces = folder.kind_of(name)?.is_some();
        if replaces && existing == Existing::Refuse {
            return Err(Error::WouldOverwrite(named));
        }
        let base = Base::Folder(folder.clone());
        let target = base.name_in(folder, name);
        Ok(Self { replaces, ..Self::begin(named, base, target, Access::Owner, sync)? })
    }

    /// Gives the file permissions and a time; one that replaces a file that was read has its permissions, and gets the time
    /// only. To be done when all of it is written.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn restore(&self, attributes: &Attributes) -> Result<()> {
        let restored = match self.held {
            Some(_) => attributes.restore_time(&self.file),
            None => attributes.restore(&self.file),
        };
        restored.map_err(|source| Error::io(format!("write {}", self.named.display()), source))
    }

    /// Gives an encrypted file what [`AtomicFile::restore`] gives, and notes the permissions of its plaintext in it.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn restore_encrypted(&self, of_plaintext: &Attributes) -> Result<()> {
        of_plaintext.record(&self.file);
        self.restore(of_plaintext)
    }

    /// Gives a plaintext what [`AtomicFile::restore`] gives. One that replaces its encrypted file keeps the permissions of
    /// that as far as they are those of the plaintext.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses.
    pub fn restore_plaintext(&self, of_plaintext: &Attributes) -> Result<()> {
        attributes::forget_record(&self.file);
        if self.held.is_some() {
            let failed = |source| Error::io(format!("write {}", self.named.display()), source);
            of_plaintext.narrow(&self.file).map_err(failed)?;
        }
        self.restore(of_plaintext)
    }

    /// The file to write to.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`Error::WouldOverwrite`] if another program made a file of this name meanwhile, [`Error::ChangedMeanwhile`] if the
    /// file that it replaces is not the one that was read, [`Error::Io`] if the system refuses: then nothing has changed.
    /// [`Error::NotSynced`] if it has its name, and a power failure may take it away again.
    pub fn commit(self) -> Result<()> {
        self.commit_waiting(&SilentWait)
    }

    /// The same. A file that is replaced without having been read may be held by another program; `waiter` is asked as long
    /// as it is.
    ///
    /// # Errors
    /// As [`AtomicFile::commit`], and what the waiter says.
    pub fn commit_waiting(self, waiter: &dyn LockWaiter) -> Result<()> {
        let Self { file, place, named, base, target, replaces, held, sync } = self;
        let failed = |source: io::Error| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                Error::WouldOverwrite(named.clone())
            } else {
                Error::io(format!("write {}", named.display()), source)
            }
        };
        let must_sync = replaces || sync == Sync::Always;
        // What is needed after the file has its name is opened before: a failure must mean that nothing has changed.
        let folder = if must_sync { Some(open_folder(&base, folder_of(&target)).map_err(failed)?) } else { None };
        if must_sync {
            file.sync_all().map_err(failed)?;
        }
        let until_replaced;
        if replaces {
            // Who replaces a file without having read it waits for those who have.
            let lock = if held.is_none() { OldFile::lock(&base, &target, &named, waiter)? } else { None };
            let place = place.into_named(&file, &base, &target).map_err(failed)?;
            if let Some(held) = &held {
                held.check_unchanged()?;
            }
            until_replaced = Some((held.map(|held| held.until_replaced()), lock));
            place.replace(&target).map_err(failed)?;
        } else {
            until_replaced = None;
            place.give_new_name(&file, &base, &target).map_err(failed)?;
        }
        if let Some(folder) = folder {
            sync_folder(&folder).map_err(|source| Error::NotSynced { path: named.clone(), source })?;
        }
        drop(until_replaced);
        Ok(())
    }
}

impl TemporaryPlace {
    /// A name can only be given where there is none, so the way to replace a file leads over a name of its own.
    #[cfg_attr(not(target_os = "linux"), allow(unused_variables, clippy::unnecessary_wraps))]
    fn into_named(self, file: &File, base: &Base, target: &Path) -> io::Result<NamedPlace> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed => {
                let named = NamedPlace::new(base, folder_of(target));
                base.link_file(file, named.path())?;
                Ok(named)
            }
            Self::Named(named) => Ok(named),
        }
    }

    #[cfg_attr(not(target_os = "linux"), allow(unused_variables))]
    fn give_new_name(self, file: &File, base: &Base, target: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed => base.link_file(file, target),
            Self::Named(named) => named.link_new(target),
        }
    }
}

/// A file that is replaced without having been read, if it can be opened.
struct OldFile(Option<File>);

impl OldFile {
    #[cfg(unix)]
    fn of(base: &Base, target: &Path) -> Self {
        let file = base.open_file(target, rustix::fs::OFlags::RDONLY).ok();
        Self(file.filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file())))
    }

    #[cfg(not(unix))]
    fn of(_base: &Base, target: &Path) -> Self {
        Self(File::open(target).ok())
    }

    /// One that cannot be opened gives nothing: the new file is for its owner only.
    fn take_over(&self, new: &File, named: &Path) -> Result<()> {
        self.0.as_ref().map_or(Ok(()), |old| attributes::take_over(new, old, named))
    }

    /// Waits until nobody holds it. What is returned must last until it is replaced.
    #[cfg(unix)]
    fn lock(base: &Base, target: &Path, named: &Path, waiter: &dyn LockWaiter) -> Result<Option<File>> {
        let Self(old) = Self::of(base, target);
        if let Some(old) = &old {
            lock(old, named, waiter)?;
        }
        Ok(old)
    }

    #[cfg(not(unix))]
    fn lock(_base: &Base, target: &Path, named: &Path, waiter: &dyn LockWaiter) -> Result<Option<Lock>> {
        lock(target, named, waiter).map(Some)
    }
}

#[cfg(unix)]
fn open_folder(base: &Base, folder: &Path) -> io::Result<File> {
    base.open_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        // Some file systems cannot sync folders, and report it.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// This system cannot open folders, and syncs them by itself.
#[cfg(not(unix))]
fn open_folder(_base: &Base, _folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn sync_folder(_folder: &()) -> io::Result<()> {
    Ok(())
}

fn unless_absent<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(target_os = "linux")]
fn create_in(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, TemporaryPlace)> {
    use std::sync::LazyLock;

    use rustix::fs::{Mode, OFlags, openat};
    use rustix::io::Errno;

    /// A file without a name gets one through this folder.
    static HAS_DESCRIPTORS: LazyLock<bool> = LazyLock::new(|| Path::new("/proc/self/fd").exists());

    if !*HAS_DESCRIPTORS {
        return create_named(base, folder, mode);
    }
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match openat(base, folder, flags, Mode::from_raw_mode(mode)) {
        Ok(file) => {
            let file = File::from(file);
            // It has a name for a moment when it replaces another: until then it is not to be taken for abandoned.
            let _ = file.try_lock();
            Ok((file, TemporaryPlace::Unnamed))
        }
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => create_named(base, folder, mode),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn create_in(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, TemporaryPlace)> {
    create_named(base, folder, mode)
}

fn create_named(base: &Base, folder: &Path, mode: u32) -> io::Result<(File, TemporaryPlace)> {
    /// More than can fall into the moment between the making of a file and its locking.
    const ATTEMPTS: usize = 16;
    for _ in 0..ATTEMPTS {
        let place = NamedPlace::new(base, folder);
        let file = base.create_new(place.path(), mode)?;
        #[cfg(unix)]
        {
            use crate::fs::input::identity;
            let is_locked = file.try_lock().is_ok();
            // Another program may have taken it for abandoned before it was locked.
            if is_locked && identity(&file.metadata()?) != base.identity(place.path()).ok() {
                continue;
            }
        }
        return Ok((file, TemporaryPlace::Named(place)));
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Temporary names in use, for a program that is ended without dropping anything.
static IN_USE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all temporary files. For a signal handler that ends the program.
pub fn discard_unfinished() {
    for path in IN_USE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        let _ = std::fs::remove_file(path);
    }
}

/// Whether a name is one that a file may have while it is written, where the system has no files without names.
#[must_use]
pub fn is_temporary_name(name: &OsStr) -> bool {
    sweep::is_temporary_name(name)
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
mod tests;
