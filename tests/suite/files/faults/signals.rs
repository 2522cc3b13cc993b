//! Signals stop kenc cleanly, and nothing is changed.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use super::{assert_untouched, end_of, prepared, spawn, wait_until_it_has_an_output, with_mounts};
use crate::support::{Home, skip, stderr, wait_until};

/// Every signal that asks a program to terminate, with its exit code in shells.
const SIGNALS: [(Signal, i32); 3] = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)];

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Waits until the program handles signals, which it does before it reads its input.
fn wait_until_it_handles_signals(child: &Child) {
    let path = format!("/proc/{}/status", child.id());
    let term = 1_u64 << (Signal::TERM.as_raw() - 1);
    wait_until("a handler for signals", || {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim();
        u64::from_str_radix(caught, 16).is_ok_and(|mask| mask & term != 0)
    });
}

#[test]
fn a_signal_while_it_waits_for_its_input_ends_it_and_changes_nothing() {
    let sandbox = prepared();
    let sealed = sandbox.read("sealed");
    for (signal, code) in SIGNALS {
        for (command, begin) in [("encrypt", &b"some bytes"[..]), ("decrypt", &sealed[..1 << 20]), ("decrypt", b"")] {
            let mut child = spawn(&mut sandbox.kenc(&[command, "-f", "-o", "old"]));
            wait_until_it_handles_signals(&child);
            let mut input = child.stdin.take().unwrap();
            input.write_all(begin).unwrap();
            send(&child, signal);
            let (status, said) = end_of(child);
            assert_eq!(status.code(), Some(code), "{command} {said}");
            assert_eq!(said, "kenc: error: interrupted\n", "{command}");
            assert_untouched(&sandbox);
        }
    }
}

/// SIGHUP ignored as by `nohup`, and SIGINT as in a background job of a script.
#[test]
fn a_signal_that_was_ignored_when_it_started_stays_ignored() {
    let sandbox = prepared();
    for arguments in ["encrypt -f -o old", "set s.yaml a"] {
        sandbox.succeeds("printf 'a: 1\\n' > s.yaml; kenc encrypt --values -i s.yaml");
        let mut child = spawn(&mut sandbox.shell(&format!("trap '' HUP INT; exec kenc {arguments}")));
        wait_until_it_handles_signals(&child);
        send(&child, Signal::HUP);
        send(&child, Signal::INT);
        child.stdin.take().unwrap().write_all(b"hunter2").unwrap();
        let (status, said) = end_of(child);
        assert!(status.success(), "{arguments}: {status} {said}");
        // The other signals still stop it.
        let mut child = spawn(&mut sandbox.shell(&format!("trap '' HUP INT; exec kenc {arguments}")));
        wait_until_it_handles_signals(&child);
        let input = child.stdin.take();
        send(&child, Signal::TERM);
        assert_eq!(end_of(child).0.code(), Some(143), "{arguments}");
        drop(input);
    }
    assert_eq!(sandbox.succeeds("kenc decrypt old; kenc get s.yaml a"), "hunter2hunter2\n");
}

#[test]
fn a_signal_while_it_waits_for_the_reader_of_its_output_ends_it() {
    let sandbox = prepared();
    for (signal, code) in SIGNALS {
        for arguments in [["encrypt", "plain"], ["decrypt", "sealed"]] {
            let mut child = spawn(&mut sandbox.kenc(&arguments));
            let mut output = child.stdout.take().unwrap();
            // It is blocked in a write: the rest does not fit into the pipe.
            output.read_exact(&mut [0; 1]).unwrap();
            send(&child, signal);
            let (status, said) = end_of(child);
            assert_eq!(status.code(), Some(code), "{arguments:?} {said}");
            assert_untouched(&sandbox);
        }
    }
}

#[test]
fn a_signal_in_the_midst_of_a_large_file_ends_it_and_changes_nothing() {
    const LEN: u64 = 1 << 30;
    let sandbox = Home::with_key();
    sandbox.write("old", "old");
    std::fs::File::create(sandbox.file("large")).unwrap().set_len(LEN).unwrap();
    for (signal, code) in SIGNALS {
        let child = spawn(&mut sandbox.kenc(&["encrypt", "large", "-f", "-o", "old"]));
        wait_until_it_has_an_output(&child);
        send(&child, signal);
        let (status, said) = end_of(child);
        assert_eq!(status.code(), Some(code), "{said}");
        assert_eq!(sandbox.names(), ["large", "old"]);
        assert_eq!(sandbox.read("old"), b"old");
    }
}

#[test]
fn a_program_that_is_killed_leaves_an_existing_output_as_it_was_and_nothing_beside_it() {
    let sandbox = prepared();
    if !has_unnamed_files(sandbox.root()) {
        skip("the file system has no files without names");
        return;
    }
    for command in ["encrypt", "decrypt"] {
        let mut child = spawn(&mut sandbox.kenc(&[command, "-f", "-o", "old"]));
        let mut input = child.stdin.take().unwrap();
        input.write_all(&sandbox.read("sealed")[..1 << 20]).unwrap();
        wait_until_it_has_an_output(&child);
        send(&child, Signal::KILL);
        assert!(!end_of(child).0.success());
        assert_untouched(&sandbox);
    }
}

fn has_unnamed_files(folder: &Path) -> bool {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    openat(CWD, folder, OFlags::TMPFILE | OFlags::RDWR, Mode::RUSR).is_ok()
}

/// Hides /proc, which is needed to link an unnamed file, so that a temporary name is used.
const WITHOUT_UNNAMED_FILES: &str = "mount -t tmpfs none /proc || exit 99;";

#[test]
fn where_files_need_a_name_a_temporary_one_is_removed_at_the_end_whatever_the_end() {
    let sandbox = prepared();
    for (signal, code) in SIGNALS {
        let script = format!("{WITHOUT_UNNAMED_FILES} exec kenc encrypt -f -o old");
        let Some(mut command) = with_mounts(&sandbox, &script) else { return };
        let mut child = spawn(&mut command);
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"some bytes").unwrap();
        wait_until_it_has_an_output(&child);
        let temporary = sandbox.names().into_iter().filter(|name| name.starts_with(".kenc-")).count();
        assert_eq!(temporary, 1, "{:?}", sandbox.names());
        send(&child, signal);
        let (status, said) = end_of(child);
        assert_eq!(status.code(), Some(code), "{said}");
        assert_untouched(&sandbox);
    }
    let script = format!(
        "{WITHOUT_UNNAMED_FILES}
        head -c 100000 sealed | kenc decrypt -f -o old; test $? = 3 || exit 1
        kenc decrypt sealed -o old; test $? = 6 || exit 2
        kenc decrypt sealed -f -o old && kenc encrypt plain -o new && kenc decrypt new | cmp - plain"
    );
    let output = with_mounts(&sandbox, &script).unwrap().output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(sandbox.names(), ["new", "old", "plain", "sealed"]);
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
}
