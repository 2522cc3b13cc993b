//! The only place that starts threads.
//!
//! A system may refuse a thread at any time (`ulimit -u`, a limit of a container, no memory). `std::thread::spawn` and
//! [`Scope::spawn`] panic then; these return the error, and the caller works with fewer threads or fails.

use std::io;
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

use crate::error::{Error, Result};

/// Starts a thread that may outlive its caller.
///
/// # Errors
/// [`Error::Io`] if the system refuses one.
pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>> {
    Builder::new().spawn(work).map_err(refused)
}

/// Starts a thread of a scope.
///
/// # Errors
/// [`Error::Io`] if the system refuses one.
pub fn spawn_scoped<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>> {
    Builder::new().spawn_scoped(scope, work).map_err(refused)
}

/// Finds out whether the system gives us threads now, for libraries that panic where it does not.
///
/// # Errors
/// [`Error::Io`] if it refuses one.
pub fn check() -> Result<()> {
    spawn(|| ()).map(|thread| drop(thread.join()))
}

fn refused(source: io::Error) -> Error {
    Error::io("start a thread", source)
}
