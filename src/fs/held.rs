//! A file that is to be changed, held so that no other kenc changes it at the same time.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::error::{Error, Result};
use crate::fs::input::identity;

/// What is to be done with a file that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Only to read it.
    Read,
    /// To write to it, or to replace it.
    Change,
}

/// Opens a file and locks it until it is closed. Waits for another program that holds it.
///
/// The lock is advisory: it keeps two changes of keys apart, and nobody from reading. A file system without locks has none.
///
/// # Errors
/// [`Error::Io`] if it is not there, not a regular file, or cannot be opened so.
pub fn open(path: &Path, intent: Intent) -> Result<File> {
    loop {
        let failed = |word: &str, source| Error::io(format!("{word} {}", path.display()), source);
        let mut options = File::options();
        options.read(true).write(intent == Intent::Change);
        let file = options.open(path).map_err(|source| match intent {
            Intent::Change if source.kind() != io::ErrorKind::NotFound => failed("write", source),
            _ => failed("read", source),
        })?;
        let metadata = file.metadata().map_err(|source| failed("read", source))?;
        if intent == Intent::Read {
            return Ok(file);
        }
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A file system without locks: the protocol of the tables still keeps the file whole.
            _ => {}
        }
        // Whoever held it before may have put another file in its place: that one is meant.
        let now = std::fs::metadata(path).map_err(|source| failed("read", source))?;
        if identity(&now) == identity(&metadata) {
            return Ok(file);
        }
    }
}

/// How many names a file has: what replaces it would take the place of one of them only.
#[cfg(unix)]
#[must_use]
pub fn names(file: &File) -> u64 {
    use std::os::unix::fs::MetadataExt;
    file.metadata().map_or(1, |metadata| metadata.nlink())
}

/// This system does not tell.
#[cfg(not(unix))]
#[must_use]
pub fn names(_file: &File) -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_waits_for_a_file_that_is_replaced_meanwhile_gets_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, new) = (folder.path().join("x"), folder.path().join("new"));
        std::fs::write(&path, "old").unwrap();
        std::fs::write(&new, "new").unwrap();
        let held = open(&path, Intent::Change).unwrap();
        let (began, told) = channel();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                began.send(()).unwrap();
                let mut content = String::new();
                open(&path, Intent::Change).unwrap().read_to_string(&mut content).unwrap();
                content
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
        let held = open(&path, Intent::Change).unwrap();
        let other = File::open(&path).unwrap();
        assert!(other.try_lock().is_err());
        drop(held);
        assert!(other.try_lock().is_ok());
    }
}
