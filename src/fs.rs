//! Files: whole or not at all when written, read at positions, and what only some systems can do.

mod access;
pub mod atomic;
pub mod attributes;
mod base;
pub mod copy;
pub mod file_state;
pub mod folder;
pub mod held;
pub mod input;
pub mod lock;
pub mod positioned;
pub mod ranged;
pub mod scratch;
pub mod sealed_scratch;
#[cfg(not(unix))]
mod stand_in;
mod sweep;
#[cfg(target_os = "linux")]
mod xattr;

use std::fs::File;

/// Makes a pipe hold 1 MiB, if it is one and the system permits it: fewer and larger transfers are faster.
pub fn widen_pipe(file: &File) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(file, 1 << 20);
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Whether everything that is written to the file goes to its end, whatever position is asked for.
#[must_use]
pub fn appends(file: &File) -> bool {
    #[cfg(unix)]
    return rustix::fs::fcntl_getfl(file).is_ok_and(|flags| flags.contains(rustix::fs::OFlags::APPEND));
    #[cfg(not(unix))]
    return {
        let _ = file;
        false
    };
}
