//! What the tests of the whole program share: a home of their own, servers that surely end, and skipping by name.

mod emulator;
mod header;
mod http;
mod inherited;
mod kenc;
mod link;
mod pipe;
mod postgres;
mod process;
mod raw_server;
mod relay;
mod sops;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

pub use emulator::{
    Faults, Kms, REGION, home_at, ministack, ministack_with_contexts, ministack_with_permissions, moto,
};
pub use header::{RawFile, RawSlot};
pub use inherited::take_signals_as_usual;
pub use kenc::{Home, Outcome, finish};
pub use link::Link;
pub use pipe::{LongText, Measured, pipe};
pub use postgres::Postgres;
pub use process::{CLOSED_PORT, program, python_program, run_quietly};
pub use raw_server::{Asked, RawServer, answer_json, answer_with};
pub use relay::{Relay, silent_listener};
pub use sops::Sops;

/// The folder of the crate.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The test vectors of others, which are not part of the repository: `$KENC_VECTORS`, or beside it.
pub fn foreign_vectors(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("KENC_VECTORS").map_or_else(|| repository().join("../shared/vectors"), PathBuf::from);
    Some(root.join(name)).filter(|path| path.exists())
}

/// Says that a test cannot run here, and why. `tests/run` lists them at the end: its file is `$KENC_TEST_SKIPS`.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {reason}\n", thread.name().unwrap_or("a test"));
    // Past the test harness, which would keep it to itself because the test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let path = std::env::var_os("KENC_TEST_SKIPS")
        .map_or_else(|| repository().join("target").join("test-skips.txt"), PathBuf::from);
    let file = OpenOptions::new().append(true).create(true).open(path);
    // One write of a short line: lines of tests that run at the same time do not mix.
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the list of skipped tests can be written");
}

/// The value, or else the end of the test: skipped, with the reason why the value is not there.
#[macro_export]
macro_rules! need {
    ($value:expr) => {
        match $value {
            Ok(value) => value,
            Err(reason) => return $crate::support::skip(&reason.to_string()),
        }
    };
}
