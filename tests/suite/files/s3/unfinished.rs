//! Uploads that do not come to an end: none is visible, and their parts are removed.

use std::io::Write;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Home, noise, spawn_with_pipe, versitygw, wait_until};

const MIB: usize = 1 << 20;

/// How many uploads below a prefix were begun, and neither completed nor aborted.
fn listed(home: &Home, prefix: &str) -> usize {
    home.run(["s3", "cleanup", "--dry-run", prefix]).ok().stdout_text().matches(": unfinished").count()
}

#[test]
fn an_interrupted_upload_is_aborted_and_a_killed_one_is_cleaned_up() {
    let server = need!(versitygw());
    server.new_bucket("interrupted");
    let home = server.home();
    for (signal, code) in [(Signal::INT, Some(130)), (Signal::TERM, Some(143)), (Signal::KILL, None)] {
        let object = format!("s3://interrupted/{signal:?}");
        let mut child = spawn_with_pipe(home.kenc(&["encrypt", "-o", &object]));
        let mut input = child.stdin.take().unwrap();
        // Some parts are on their way, and the producer is slow.
        input.write_all(&noise(20 * MIB)).unwrap();
        wait_until("an upload has begun", || listed(&home, &object) > 0);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!(ended.status.code(), code);
        assert!(!server.file("interrupted", &format!("{signal:?}")).exists());
        let left = usize::from(signal == Signal::KILL);
        assert_eq!(listed(&home, &object), left, "{}", String::from_utf8_lossy(&ended.stderr));
    }
    let object = format!("s3://interrupted/{:?}", Signal::KILL);
    // The next run tells of what the killed one left behind.
    home.run_with(["encrypt", "-o", &object], &noise(20 * MIB))
        .ok()
        .says("S3 still keeps the parts of an upload that began");
    let told = home.run(["s3", "cleanup", "--dry-run", &object[..object.len() - 1]]).ok().stdout_text();
    assert!(told.contains(&format!("{object}: unfinished, begun 20")), "{told}");
    assert_eq!(listed(&home, "s3://interrupted"), 1);
    home.run(["s3", "cleanup", "s3://interrupted"]).fails(2).says("no terminal to confirm on").hints("--yes");
    home.run(["s3", "cleanup", "--yes", "--older-than", "1h", "s3://interrupted"]).ok();
    assert_eq!(listed(&home, "s3://interrupted"), 1);
    home.run(["s3", "cleanup", "--yes", "s3://interrupted/other"]).ok();
    assert_eq!(listed(&home, "s3://interrupted"), 1);
    let told = home.run(["s3", "cleanup", "--yes", "s3://interrupted"]).ok().stdout_text();
    assert!(told.contains("1 unfinished upload, 1 removed"), "{told}");
    assert_eq!(listed(&home, "s3://interrupted"), 0);
    home.run(["decrypt", &object]).gives(&noise(20 * MIB));
    home.run(["s3", "cleanup", "local"]).fails(2).says("does not begin with s3://");
}
