//! What programs left that were killed: files under temporary names, which may hold plaintext.
//!
//! A file under a temporary name is locked from its making until the program that made it ends. One of ours that nobody has
//! locked is abandoned.

use std::ffi::OsStr;
use std::path::Path;

use crate::fs::base::Base;

/// Names of a folder that are looked at. In a longer one the search is not worth its time.
#[cfg(unix)]
const MOST_NAMES: usize = 1 << 16;
/// Folders that are known to have been swept: work in many folders goes on in the same ones for a while.
#[cfg(unix)]
const REMEMBERED: usize = 64;

/// Whether a name is one that a file may have while it is written, where the system has no files without names.
#[must_use]
pub(super) fn is_temporary_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let digits = name.strip_prefix(b".kenc-").and_then(|rest| rest.strip_suffix(b".tmp"));
    digits.is_some_and(|digits| digits.len() == 16 && digits.iter().all(u8::is_ascii_hexdigit))
}

/// Removes what killed programs left in a folder, if this was not done before in this run.
#[cfg(unix)]
pub(super) fn sweep(base: &Base, folder: &Path) {
    use std::collections::VecDeque;
    use std::sync::{Mutex, PoisonError};

    static SWEPT: Mutex<VecDeque<(u64, u64)>> = Mutex::new(VecDeque::new());

    match base {
        Base::Folder(open) if !open.begin_sweep() => return,
        Base::Folder(_) => {}
        Base::WorkingFolder => {
            let Ok(identity) = base.identity(folder) else { return };
            let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
            if swept.contains(&identity) {
                return;
            }
            if swept.len() == REMEMBERED {
                swept.pop_front();
            }
            swept.push_back(identity);
        }
    }
    // What cannot be looked at now is found by another run.
    let _ = unix::sweep(base, folder);
}

/// Names are enough to tell ours from others, but not from those in use.
#[cfg(not(unix))]
pub(super) fn sweep(_base: &Base, _folder: &Path) {}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{AtFlags, Dir, Mode, OFlags, openat, statat, unlinkat};

    use super::{Base, MOST_NAMES, OsStr, Path, is_temporary_name};

    pub(super) fn sweep(base: &Base, folder: &Path) -> rustix::io::Result<()> {
        let folder = openat(base, folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        for entry in Dir::read_from(&folder)?.take(MOST_NAMES) {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if is_temporary_name(name) {
                let _ = remove_abandoned(&folder, name);
            }
        }
        Ok(())
    }

    fn remove_abandoned(folder: impl std::os::fd::AsFd, name: &OsStr) -> std::io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&folder, name, flags, Mode::empty())?);
        let metadata = file.metadata()?;
        let is_ours = metadata.is_file() && metadata.uid() == rustix::process::geteuid().as_raw();
        if !is_ours || file.try_lock().is_err() {
            return Ok(());
        }
        // The name may have gone over to another file.
        let now = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        #[allow(clippy::useless_conversion, reason = "the types differ between systems")]
        if u64::from(now.st_ino) == metadata.ino() {
            unlinkat(&folder, name, AtFlags::empty())?;
        }
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_a_killed_program_left_goes_and_what_is_in_use_or_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".kenc-0123456789abcdef.tmp", ".kenc-fedcba9876543210.tmp", ".kenc-0123456789abcdef.tmp.bak"] {
            std::fs::write(at(name), "secret").unwrap();
        }
        std::os::unix::fs::symlink(at(".kenc-0123456789abcdef.tmp.bak"), at(".kenc-aaaaaaaaaaaaaaaa.tmp")).unwrap();
        std::fs::create_dir(at(".kenc-bbbbbbbbbbbbbbbb.tmp")).unwrap();
        let in_use = File::open(at(".kenc-fedcba9876543210.tmp")).unwrap();
        in_use.try_lock().unwrap();
        // Not by way of the memory of swept folders, in which a folder of another test may have had the same number.
        unix::sweep(&Base::WorkingFolder, folder.path()).unwrap();
        assert!(!at(".kenc-0123456789abcdef.tmp").exists());
        for name in [".kenc-fedcba9876543210.tmp", ".kenc-0123456789abcdef.tmp.bak", ".kenc-bbbbbbbbbbbbbbbb.tmp"] {
            assert!(at(name).exists(), "{name}");
        }
        assert!(at(".kenc-aaaaaaaaaaaaaaaa.tmp").is_symlink());
    }
}
