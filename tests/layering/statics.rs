//! State that the whole process shares. A library that two sessions use at once must not have any, unless it is about the
//! process itself.

use std::collections::BTreeSet;

use super::sources;

/// Every such state, and why no session can have it.
const SHARED: &[(&str, &str, &str)] = &[
    ("bin/kenc/progress.rs", "DRAWN", "one bar at a time is on the terminal"),
    ("bin/kenc/report/panics.rs", "HAS_SAID", "threads that panic together give one message"),
    ("bin/kenc/signals.rs", "SIGNAL", "the system sends signals to the process"),
    ("bin/kenc/signals.rs", "LAST_ACT", "what is done before a signal ends the process"),
    ("bin/kenc/signals.rs", "TERMINAL", "the process has one terminal"),
    ("bin/kenc/signals.rs", "CHILD", "one program at a time has that terminal"),
    ("bin/kenc/signals.rs", "HAS_CHILD", "the same on Windows"),
    ("fs/atomic.rs", "HAS_DESCRIPTORS", "whether the system has /proc"),
    ("fs/atomic.rs", "IN_USE", "temporary names that must go when the process is ended"),
    ("fs/scratch.rs", "IN_USE", "folders with plaintext that must go when the process is ended"),
    ("fs/sweep.rs", "SWEPT", "only spares work: what killed processes left is removed once by each process"),
    ("keys/age/passphrase.rs", "ONE_PASSPHRASE_AT_A_TIME", "the memory of the process"),
    ("storage/s3/unfinished.rs", "BEGUN", "uploads that must be aborted when the process is ended"),
    ("storage/standard.rs", "INPUT_IS_CLOSED", "how the process was started"),
    ("storage/standard.rs", "OUTPUT_IS_CLOSED", "how the process was started"),
];

/// Types whose values change although they are shared.
const CHANGING: &[&str] = &["Atomic", "Mutex", "RwLock", "OnceLock", "OnceCell", "LazyLock", "LazyCell", "Cell<"];

#[test]
fn the_process_shares_no_state_but_what_is_about_itself() {
    let mut found = BTreeSet::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        for line in source.program().lines() {
            let Some((before, rest)) = line.split_once("static ") else { continue };
            let is_item = before.trim().is_empty() || before.trim_start().starts_with("pub");
            let Some((name, rest)) = rest.split_once(':').filter(|_| is_item) else { continue };
            if name.starts_with("mut ") || CHANGING.iter().any(|kind| rest.contains(kind)) {
                found.insert((source.path.clone(), name.to_owned()));
            }
        }
    }
    let known = SHARED.iter().map(|(path, name, _)| ((*path).to_owned(), (*name).to_owned())).collect();
    assert_eq!(found, known, "state that belongs into a session, or a reason that is no longer needed");
}
