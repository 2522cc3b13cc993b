//! The program under test: a home of its own to run it in, and what it did.

mod home;
mod measured;
mod outcome;
mod pipe;
mod signals;

use std::time::{Duration, Instant};

pub use home::Home;
pub use measured::Measured;
pub use outcome::{Outcome, finish};
pub use pipe::pipe;

/// How long a condition may take to come true on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_mins(3);
/// How long to wait before a condition is looked at again.
pub const PAUSE: Duration = Duration::from_millis(10);

/// Waits until `condition` holds.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Whether a program can be started.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
