//! Private space for plaintext: a folder in memory that only its owner can enter, and files in memory without a name.
//!
//! What is put here is on no disk, unless the system swaps. A folder goes when it is dropped, or when a handler of signals
//! calls [`discard_all`]; what a program left that was killed outright is removed by the next one that makes a folder.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};

/// Beginning of the names of all our folders. Sixteen hexadecimal digits follow.
const PREFIX: &str = "kenc-";
/// More names than can be taken by chance.
const ATTEMPTS: usize = 16;

/// A folder for plaintext, with permissions for its owner only. Dropping it removes it with all that is in it.
pub struct PrivateFolder {
    path: PathBuf,
    /// Locked as long as the folder is in use: by this an abandoned one is told.
    #[cfg_attr(not(unix), allow(dead_code, reason = "only held"))]
    lock: FolderLock,
}

#[cfg(unix)]
type FolderLock = File;
#[cfg(not(unix))]
type FolderLock = crate::fs::lock::Lock;

impl PrivateFolder {
    /// Makes a folder on a file system that is in memory: in `$XDG_RUNTIME_DIR`, `/dev/shm` or the folder for temporary
    /// files. `None` if none of them is in memory and can be written to.
    #[must_use]
    pub fn in_memory() -> Option<Self> {
        places_in_memory().into_iter().find_map(|place| Self::within(&place).ok())
    }

    /// Makes a folder where the system keeps temporary files, which may be a disk.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be made.
    pub fn on_disk() -> Result<Self> {
        let place = std::env::temp_dir();
        Self::within(&place).map_err(|source| Error::io(format!("make a folder in {}", place.display()), source))
    }

    fn within(place: &Path) -> io::Result<Self> {
        sweep(place);
        for _ in 0..ATTEMPTS {
            let mut random = [0; 8];
            crate::crypto::fill_random(&mut random);
            let path = place.join(format!("{PREFIX}{:016x}", u64::from_be_bytes(random)));
            match make_private_folder(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            // Between its making and its locking another program may have taken it for an abandoned one.
            if let Some(lock) = lock(&path).filter(|lock| is_still_there(lock, &path)) {
                IN_USE.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
                return Ok(Self { path, lock });
            }
            let _ = std::fs::remove_dir(&path);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, readable and writable by its owner only, and returns its path. A file of this name is
    /// replaced.
    ///
    /// # Errors
    /// [`Error::Io`], for one if the memory for such files is used up.
    pub fn write(&self, name: &OsStr, content: &[u8]) -> Result<PathBuf> {
        let path = self.path.join(name);
        let write = || {
            if std::fs::symlink_metadata(&path).is_ok() {
                std::fs::remove_file(&path)?;
            }
            let mut options = File::options();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path)?.write_all(content)
        };
        // A part of it must not be taken for the whole.
        let written = write().inspect_err(|_| drop(std::fs::remove_file(&path)));
        written.map_err(|source| Error::io(format!("write the plaintext to {}", path.display()), source))?;
        Ok(path)
    }

    /// Lets the program that takes the place of this one have the folder: the lock goes over to it, so that the folder
    /// counts as abandoned only when that program has ended.
    ///
    /// # Errors
    /// [`Error::Io`] if the lock cannot be passed on.
    #[cfg(unix)]
    pub fn share_with_successor(&self) -> Result<()> {
        pass_on(&self.lock).map_err(|source| Error::io("pass a lock on", source))
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        remove(&self.path);
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != self.path);
    }
}

/// A file in memory that has no name: it goes with the last program that has it open. `None` where the system has none,
/// or no way to open it by a path.
#[must_use]
pub fn memory_file() -> Option<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{MemfdFlags, Mode, fchmod, memfd_create};
        if !Path::new("/proc/self/fd").exists() {
            return None;
        }
        let file = memfd_create("kenc", MemfdFlags::CLOEXEC).ok()?;
        fchmod(&file, Mode::from_raw_mode(0o600)).ok()?;
        Some(file.into())
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Lets a program that takes the place of this one have an open file.
///
/// # Errors
/// Those of the system.
#[cfg(unix)]
pub fn pass_on(file: &File) -> io::Result<()> {
    let flags = rustix::io::fcntl_getfd(file)?;
    Ok(rustix::io::fcntl_setfd(file, flags - rustix::io::FdFlags::CLOEXEC)?)
}

/// Folders in use, for a program that is ended without dropping anything.
static IN_USE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all private folders of this program. For a handler that ends it.
pub fn discard_all() {
    for path in IN_USE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        remove(&path);
    }
}

/// Leaves a private folder of this program behind, under a name by which no other one takes it for abandoned, and returns
/// its path. For plaintext that would be lost otherwise.
///
/// # Errors
/// Those of the system.
pub fn leave_behind(folder: &Path) -> io::Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let kept = folder.with_file_name(format!("{PREFIX}edits-{}", name.trim_start_matches(PREFIX)));
    std::fs::rename(folder, &kept)?;
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| path != folder);
    Ok(kept)
}

/// A program that is about to end may still put a file into the folder while it is removed.
fn remove(path: &Path) {
    for _ in 0..ATTEMPTS {
        match std::fs::remove_dir_all(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => std::thread::yield_now(),
            _ => return,
        }
    }
}

/// Removes the folders of programs that were killed.
fn sweep(place: &Path) {
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_str().is_some_and(is_our_name) && is_our_folder(&path) {
            // The lock is held until the folder is gone: nobody begins to use it meanwhile.
            let _abandoned = lock(&path).inspect(|_| remove(&path));
        }
    }
}

fn is_our_name(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|digits| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Whether it is a folder (no link to one) that belongs to us and lets nobody else in.
#[cfg(unix)]
fn is_our_folder(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::symlink_metadata(path).is_ok_and(|metadata| {
        metadata.is_dir()
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && metadata.mode().trailing_zeros() >= 6
    })
}

/// Folders for temporary files are not shared there.
#[cfg(not(unix))]
fn is_our_folder(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

#[cfg(unix)]
fn lock(folder: &Path) -> Option<File> {
    use rustix::fs::{FlockOperation, flock};
    let folder = File::open(folder).ok()?;
    flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(folder)
}

#[cfg(not(unix))]
fn lock(folder: &Path) -> Option<FolderLock> {
    crate::fs::lock::try_lock(folder).ok()
}

#[cfg(unix)]
fn is_still_there(lock: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: io::Result<std::fs::Metadata>| metadata.ok().map(|it| (it.dev(), it.ino()));
    identity(lock.metadata()).is_some() && identity(lock.metadata()) == identity(std::fs::symlink_metadata(path))
}

#[cfg(not(unix))]
fn is_still_there(_lock: &FolderLock, path: &Path) -> bool {
    path.exists()
}

/// Folders on file systems in memory, the most private first.
#[cfg(target_os = "linux")]
#[must_use]
pub fn places_in_memory() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| is_our_folder(path));
    let shared = ["/dev/shm".into(), std::env::temp_dir(), "/run".into()];
    runtime.into_iter().chain(shared).filter(|path| path.is_absolute() && is_in_memory(path)).collect()
}

/// The other systems have nothing in memory that can be found by its name.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn places_in_memory() -> Vec<PathBuf> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn is_in_memory(path: &Path) -> bool {
    const TMPFS: u32 = 0x0102_1994;
    const RAMFS: u32 = 0x8584_58f6;
    // The type of the field differs between processors; the numbers have 32 bits on all.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    rustix::fs::statfs(path).is_ok_and(|statistics| [TMPFS, RAMFS].contains(&(statistics.f_type as u32)))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_private_folder_and_its_files_are_for_their_owner_and_go_when_it_is_dropped() {
        let place = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::within(place.path()).unwrap();
        let file = folder.write(OsStr::new("x.yaml"), b"a: 1").unwrap();
        assert_eq!((mode(folder.path()), mode(&file)), (0o700, 0o600));
        std::fs::create_dir(folder.path().join("made by the editor")).unwrap();
        drop(folder);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_written_again_is_a_new_one_and_no_link_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::within(place.path()).unwrap();
        let outside = place.path().join("outside");
        std::fs::write(&outside, "mine").unwrap();
        std::os::unix::fs::symlink(&outside, folder.path().join("x")).unwrap();
        let file = folder.write(OsStr::new("x"), b"secret").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"secret");
        assert_eq!(std::fs::read(&outside).unwrap(), b"mine");
    }

    #[test]
    fn a_folder_that_a_killed_program_left_goes_and_one_in_use_stays() {
        let place = tempfile::tempdir().unwrap();
        let abandoned = place.path().join("kenc-0123456789abcdef");
        let foreign = place.path().join("kenc-of-somebody");
        for path in [&abandoned, &foreign] {
            make_private_folder(path).unwrap();
            std::fs::write(path.join("x"), "secret").unwrap();
        }
        let in_use = PrivateFolder::within(place.path()).unwrap();
        assert!(!abandoned.exists());
        let _another = PrivateFolder::within(place.path()).unwrap();
        assert!(in_use.path().exists() && foreign.exists());
    }

    #[test]
    fn a_disk_is_not_taken_for_memory() {
        assert!(!is_in_memory(Path::new("/proc")));
        assert!(!is_in_memory(Path::new("/not/there")));
    }
}
