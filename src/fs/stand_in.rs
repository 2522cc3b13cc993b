//! Files that stand for locks on Windows, where nobody else can open one at the same time.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::crypto::digest::PlaintextDigest;

/// Opens the file that stands for the lock of `target`, unless another program has it open. The system removes it when it is
/// closed.
pub(super) fn open(target: &Path) -> Result<File, TryLockError> {
    use std::os::windows::fs::OpenOptionsExt;
    const FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const ERROR_ACCESS_DENIED: i32 = 5;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    /// A file that is being removed cannot be opened for a moment, with the error of one that never can.
    const ATTEMPTS: usize = 20;

    let place = stand_in_of(target).map_err(TryLockError::Error)?;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).share_mode(0).custom_flags(FLAG_DELETE_ON_CLOSE);
    let mut last = io::Error::from(io::ErrorKind::PermissionDenied);
    for _ in 0..ATTEMPTS {
        match options.open(&place) {
            Ok(file) => return Ok(file),
            Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => {
                return Err(TryLockError::WouldBlock);
            }
            Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED) => last = error,
            Err(error) => return Err(TryLockError::Error(error)),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(TryLockError::Error(last))
}

/// Names that differ in case are the same file.
fn stand_in_of(target: &Path) -> io::Result<PathBuf> {
    /// Enough to tell files apart, and no path becomes too long.
    const DIGITS: usize = 40;
    let folder = std::env::temp_dir().join("kenc-locks");
    std::fs::create_dir_all(&folder)?;
    let target = std::fs::canonicalize(target).or_else(|_| std::path::absolute(target))?;
    let mut digest = PlaintextDigest::default();
    digest.update(target.to_string_lossy().to_lowercase().as_bytes());
    Ok(folder.join(format!("{}.lock", &digest.finish()[..DIGITS])))
}
