//! Uploads that do not come to an end: none is visible, and their parts are removed.

use std::io::Write;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{noise, spawn_with_pipe, versitygw, wait_until};

const MIB: usize = 1 << 20;

#[test]
fn an_interrupted_upload_is_aborted_and_a_killed_one_is_cleaned_up() {
    let server = need!(versitygw());
    server.new_bucket("interrupted");
    let home = server.home();
    for (signal, code) in [(Signal::INT, Some(130)), (Signal::TERM, Some(143)), (Signal::KILL, None)] {
        let mut child = spawn_with_pipe(home.kenc(&["encrypt", "-o", "s3://interrupted/object"]));
        let mut input = child.stdin.take().unwrap();
        // Some parts are on their way, and the producer is slow.
        input.write_all(&noise(20 * MIB)).unwrap();
        wait_until("an upload has begun", || server.unfinished("interrupted") > 0);
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ended = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!(ended.status.code(), code);
        assert!(!server.file("interrupted", "object").exists());
        let left = usize::from(signal == Signal::KILL);
        assert_eq!(server.unfinished("interrupted"), left, "{}", String::from_utf8_lossy(&ended.stderr));
    }
}
