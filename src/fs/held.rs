//! A file that is to be replaced or changed: held so that no other kenc changes it at the same time, with a witness of
//! what it was when it was read.
//!
//! The lock is advisory and keeps nobody from reading. Programs that do not know it are found by the witness, which
//! [`AtomicFile::commit`](crate::fs::atomic::AtomicFile::commit) compares with the file immediately before it is replaced.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::crypto::digest::PlaintextDigest;
use crate::error::{Error, Result};
use crate::fs::base::Base;
use crate::fs::file_state::FileState;
use crate::fs::folder::Folder;
use crate::fs::input::Input;
#[cfg(unix)]
use crate::fs::input::identity;
use crate::fs::lock::{Lock, LockWaiter, lock};
use crate::fs::positioned;

/// Of a file that is not longer, the content is compared too, in bytes: the time of a file has steps of a few
/// milliseconds, and two writes can fall into one.
const COMPARED: u64 = 1 << 20;

/// What the caller will do with a locked file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldFor {
    /// To write to it.
    Write,
    /// To put another file in its place: it may be one that may only be read.
    Replace,
}

/// A file that is held until this is dropped.
#[derive(Debug)]
pub struct Held {
    file: File,
    /// The path as the user knows it.
    named: PathBuf,
    base: Base,
    /// Where the file is, behind symbolic links.
    target: PathBuf,
    witness: Witness,
    #[cfg_attr(unix, allow(dead_code, reason = "the open file is locked itself"))]
    lock: Lock,
}

/// The state of a file when it was read.
#[derive(Debug, PartialEq, Eq)]
struct Witness {
    state: FileState,
    /// Of a short file.
    digest: Option<Zeroizing<String>>,
}

impl Held {
    /// Opens a file and holds it. Waits for another program that holds it. A symbolic link is followed.
    ///
    /// A file system without locks has none: the witness alone finds other programs there.
    ///
    /// # Errors
    /// [`Error::Io`] if it is not there, not a regular file, or cannot be opened so; what the waiter says.
    pub fn open(path: &Path, intent: HeldFor, waiter: &dyn LockWaiter) -> Result<Self> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let target = std::fs::canonicalize(path).map_err(failed)?;
        Self::open_at(Base::WorkingFolder, path.to_owned(), target, intent, waiter)
    }

    /// Opens a file in an open folder and holds it, to replace it. No symbolic link is followed.
    ///
    /// # Errors
    /// As [`Held::open`].
    pub fn open_in(folder: &Folder, name: &OsStr, waiter: &dyn LockWaiter) -> Result<Self> {
        let base = Base::Folder(folder.clone());
        let target = base.name_in(folder, name);
        Self::open_at(base, folder.path_of(name), target, HeldFor::Replace, waiter)
    }

    /// Opens a file without holding it, to find out later whether it was written to.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn watch(path: &Path) -> Result<Self> {
        let failed = |source| Error::io(format!("read {}", path.display()), source);
        let file = File::open(path).map_err(failed)?;
        let witness = Witness::of(&file).map_err(failed)?;
        let (base, target) = (Base::WorkingFolder, path.to_owned());
        Ok(Self { file, named: path.to_owned(), base, target, witness, lock: Lock::default() })
    }

    fn open_at(base: Base, named: PathBuf, target: PathBuf, intent: HeldFor, waiter: &dyn LockWaiter) -> Result<Self> {
        let failed = |word: &str, source| Error::io(format!("{word} {}", named.display()), source);
        loop {
            // What is open cannot be replaced by the program that is waited for.
            #[cfg(not(unix))]
            let lock = lock(&target, &named, waiter)?;
            let file = open_file(&base, &target, intent).map_err(|source| match intent {
                HeldFor::Write if source.kind() != io::ErrorKind::NotFound => failed("write", source),
                _ => failed("read", source),
            })?;
            let metadata = file.metadata().map_err(|source| failed("read", source))?;
            if !metadata.is_file() {
                return Err(failed("write", io::Error::other("it is not a regular file")));
            }
            #[cfg(unix)]
            let lock = lock(&file, &named, waiter)?;
            // Whoever held it before may have put another file in its place: that one is meant.
            if !is_named(&base, &target, &file).map_err(|source| failed("read", source))? {
                continue;
            }
            let witness = Witness::of(&file).map_err(|source| failed("read", source))?;
            return Ok(Self { file, named, base, target, witness, lock });
        }
    }

    /// Its content, from its beginning.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn input(&self) -> Result<Input> {
        self.file.try_clone().and_then(Input::of_file).map_err(Error::Read)
    }

    /// The file as it is open.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The path as the user knows it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.named
    }

    /// How many names the file has: what replaces it takes the place of one of them only.
    #[must_use]
    pub fn names(&self) -> u64 {
        names(&self.file)
    }

    pub(super) fn place(&self) -> (&Base, &Path) {
        (&self.base, &self.target)
    }

    /// What must last until the file is replaced. On Windows that is the lock alone: no file is replaced there while it is open.
    pub(super) fn until_replaced(self) -> impl Sized {
        #[cfg(unix)]
        return self;
        #[cfg(not(unix))]
        return self.lock;
    }

    /// Checks that the file is still the one that was read, under its name.
    ///
    /// # Errors
    /// [`Error::ChangedMeanwhile`].
    pub fn check_unchanged(&self) -> Result<()> {
        let changed = || Error::ChangedMeanwhile(self.named.clone());
        self.check_named()?;
        match Witness::of(&self.file) {
            Ok(now) if now == self.witness => Ok(()),
            _ => Err(changed()),
        }
    }

    /// Checks that no program wrote to the file since it was opened, whatever its name is now.
    ///
    /// # Errors
    /// [`Error::InputWrittenTo`].
    pub fn check_not_written_to(&self) -> Result<()> {
        match Witness::of(&self.file) {
            Ok(Witness { state: FileState { len, modified, .. }, digest })
                if (len, modified) == (self.witness.state.len, self.witness.state.modified)
                    && digest == self.witness.digest =>
            {
                Ok(())
            }
            _ => Err(Error::InputWrittenTo),
        }
    }

    /// Checks that the file still has its name: what is written to it is written to the file that the user knows.
    ///
    /// # Errors
    /// [`Error::ChangedMeanwhile`].
    pub fn check_named(&self) -> Result<()> {
        let changed = || Error::ChangedMeanwhile(self.named.clone());
        // A link may lead elsewhere by now, so that the path is followed again.
        let path = if matches!(self.base, Base::WorkingFolder) { &self.named } else { &self.target };
        match is_named(&self.base, path, &self.file) {
            Ok(true) => Ok(()),
            _ => Err(changed()),
        }
    }
}

impl Witness {
    fn of(file: &File) -> io::Result<Self> {
        let state = FileState::of(&file.metadata()?);
        let digest = if state.len <= COMPARED { Some(digest(file, state.len)?) } else { None };
        Ok(Self { state, digest })
    }
}

/// The digest of at most as many bytes as a file had: one that grows is told by its length.
fn digest(file: &File, len: u64) -> io::Result<Zeroizing<String>> {
    let mut hash = PlaintextDigest::default();
    let (mut offset, mut buffer) = (0, Zeroizing::new([0; 8 << 10]));
    while offset <= len {
        match positioned::read_vectored_at(file, &mut [IoSliceMut::new(&mut buffer[..])], offset) {
            Ok(0) => break,
            Ok(count) => {
                hash.update(&buffer[..count]);
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hash.finish())
}

#[cfg(unix)]
fn open_file(base: &Base, target: &Path, intent: HeldFor) -> io::Result<File> {
    use rustix::fs::OFlags;
    match base.open_file(target, OFlags::RDWR) {
        // Locks of some network file systems need a file that may be written to; others do not.
        Err(error) if intent == HeldFor::Replace && error.kind() != io::ErrorKind::NotFound => {
            base.open_file(target, OFlags::RDONLY)
        }
        opened => opened,
    }
}

#[cfg(not(unix))]
fn open_file(_base: &Base, target: &Path, intent: HeldFor) -> io::Result<File> {
    match File::options().read(true).write(true).open(target) {
        Err(error) if intent == HeldFor::Replace && error.kind() != io::ErrorKind::NotFound => File::open(target),
        opened => opened,
    }
}

#[cfg(unix)]
fn is_named(base: &Base, path: &Path, file: &File) -> io::Result<bool> {
    Ok(identity(&file.metadata()?) == Some(base.identity(path)?))
}

#[cfg(not(unix))]
fn is_named(_base: &Base, path: &Path, file: &File) -> io::Result<bool> {
    use winapi_util::{Handle, HandleRef, file::information};
    let numbers = |of: winapi_util::file::Information| (of.volume_serial_number(), of.file_index());
    let (named, opened) = (information(Handle::from_path_any(path)?)?, information(HandleRef::from_file(file))?);
    Ok(numbers(named) == numbers(opened))
}

#[cfg(unix)]
fn names(file: &File) -> u64 {
    use std::os::unix::fs::MetadataExt;
    file.metadata().map_or(1, |metadata| metadata.nlink())
}

#[cfg(not(unix))]
fn names(file: &File) -> u64 {
    let information = winapi_util::file::information(winapi_util::HandleRef::from_file(file));
    information.map_or(1, |information| information.number_of_links())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::mpsc::channel;

    use super::*;
    use crate::fs::lock::SilentWait;

    fn content(held: &Held) -> String {
        let mut content = String::new();
        held.file().read_to_string(&mut content).unwrap();
        content
    }

    #[test]
    fn who_waits_for_a_file_that_is_replaced_meanwhile_gets_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("x"), folder.path().join("new"));
        std::fs::write(&path, "old").unwrap();
        std::fs::write(&new, "new").unwrap();
        let held = Held::open(&path, HeldFor::Write, &SilentWait).unwrap();
        let (began, told) = channel();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                began.send(()).unwrap();
                content(&Held::open(&path, HeldFor::Replace, &SilentWait).unwrap())
            });
            told.recv().unwrap();
            std::fs::rename(&new, &path).unwrap();
            drop(held);
            assert_eq!(waiting.join().unwrap(), "new");
        });
    }

    #[test]
    fn a_file_that_is_held_is_not_given_to_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "x").unwrap();
        let held = Held::open(&path, HeldFor::Replace, &SilentWait).unwrap();
        let other = File::open(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        assert!(other.try_lock().is_ok());
    }

    #[test]
    fn every_change_of_a_held_file_is_found_even_within_one_step_of_the_clock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let other = folder.path().join("other");
        let changes: [(&str, &dyn Fn()); 4] = [
            ("it is longer", &|| File::options().append(true).open(&path).unwrap().write_all(b"!").unwrap()),
            ("it says something else", &|| std::fs::write(&path, "two").unwrap()),
            ("it was replaced", &|| {
                std::fs::write(&other, "one").unwrap();
                std::fs::rename(&other, &path).unwrap();
            }),
            ("it is gone", &|| std::fs::remove_file(&path).unwrap()),
        ];
        for (what, change) in changes {
            std::fs::write(&path, "one").unwrap();
            let held = Held::open(&path, HeldFor::Replace, &SilentWait).unwrap();
            held.check_unchanged().unwrap();
            change();
            assert!(matches!(held.check_unchanged(), Err(Error::ChangedMeanwhile(_))), "{what}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_only_be_read_is_held_for_its_replacement_and_a_pipe_is_not() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, "x").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        Held::open(&path, HeldFor::Replace, &SilentWait).unwrap();
        assert!(Held::open(folder.path(), HeldFor::Replace, &SilentWait).is_err());
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        // It returns: nobody is waited for at the other end.
        assert!(Held::open(&pipe, HeldFor::Replace, &SilentWait).is_err());
    }
}
