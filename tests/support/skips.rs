//! The list of what was skipped, and why.

use std::fs::OpenOptions;
use std::io::Write;

/// Says that a test, or a part of one, cannot run here, and why. `tests/run` lists them at the end: its file is
/// `$KENC_TEST_SKIPS`.
pub fn skip(reason: &str) {
    // A test that runs alone runs in the main thread; nextest then says its name.
    let thread = std::thread::current();
    let in_thread = thread.name().filter(|name| *name != "main").map(str::to_owned);
    let name = in_thread.or_else(|| std::env::var("NEXTEST_TEST_NAME").ok()).unwrap_or_else(|| "a test".to_owned());
    let line = format!("skipped: {name}: {reason}\n");
    // Past the test harness, which would keep it to itself because the test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let Some(path) = std::env::var_os("KENC_TEST_SKIPS") else { return };
    let file = OpenOptions::new().append(true).create(true).open(path);
    // One write of a short line: lines of tests that run at the same time do not mix.
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the list of skipped tests can be written");
}
