//! Advisory locks, and who is asked while one is waited for.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Result;

/// How long a wait may last before it is reported.
const SILENT: Duration = Duration::from_secs(1);
/// Maximum time between two attempts to get a lock.
const LONGEST_PAUSE: Duration = Duration::from_millis(40);

/// Progress of a wait for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It goes on.
    Continues,
    /// It has lasted for a second. Reported once.
    IsLong,
}

/// Who is asked again and again while another program holds a file.
pub trait LockWaiter {
    /// The wait for the file `path` goes on, unless this fails.
    ///
    /// # Errors
    /// What ends the wait.
    fn wait(&self, path: &Path, progress: Wait) -> Result<()>;
}

/// Waits in silence, and as long as it takes.
#[derive(Clone, Copy, Debug)]
pub struct SilentWait;

impl LockWaiter for SilentWait {
    fn wait(&self, _path: &Path, _progress: Wait) -> Result<()> {
        Ok(())
    }
}

/// A lock. On Unix the open file itself is locked, for as long as it is open.
///
/// On Windows such a lock would keep every other program from reading the file, and a file that is open cannot be replaced:
/// another file stands for it there.
#[derive(Debug, Default)]
pub(super) struct Lock {
    #[cfg(not(unix))]
    #[allow(dead_code, reason = "only held")]
    stand_in: Option<File>,
}

/// Waits until no other program holds the file. With a file system without locks, nobody holds one.
#[cfg(unix)]
pub(super) fn lock(file: &File, named: &Path, waiter: &dyn LockWaiter) -> Result<Lock> {
    wait_for(named, waiter, || file.try_lock().map(|()| Lock::default()))
}

/// The same for the file that has a path.
#[cfg(not(unix))]
pub(super) fn lock(target: &Path, named: &Path, waiter: &dyn LockWaiter) -> Result<Lock> {
    wait_for(named, waiter, || try_lock(target))
}

/// Locks the file that has a path, unless another program has.
#[cfg(not(unix))]
pub(super) fn try_lock(target: &Path) -> std::result::Result<Lock, TryLockError> {
    super::stand_in::open(target).map(|file| Lock { stand_in: Some(file) })
}

fn wait_for(
    named: &Path,
    waiter: &dyn LockWaiter,
    try_lock: impl Fn() -> std::result::Result<Lock, TryLockError>,
) -> Result<Lock> {
    let (since, mut pause, mut is_told) = (Instant::now(), Duration::from_millis(1), false);
    loop {
        match try_lock() {
            Ok(lock) => return Ok(lock),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(TryLockError::Error(_)) => return Ok(Lock::default()),
        }
        let is_long = !is_told && since.elapsed() >= SILENT;
        is_told |= is_long;
        waiter.wait(named, if is_long { Wait::IsLong } else { Wait::Continues })?;
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
