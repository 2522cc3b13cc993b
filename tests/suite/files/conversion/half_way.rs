//! What is left when it goes wrong: the old file, or the new one, and never a part of either.

use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::Measured;

use super::*;

#[test]
fn it_takes_little_memory_however_long_the_file_is() {
    let keys = Keys::new();
    let home = &keys.home;
    let plain = File::create(home.file("plain")).expect("a file can be made");
    plain.set_len(128 << 20).expect("it can be long");
    let most = need!(Measured::most_kib(home));
    keys.encrypt("kenc", &[], "file");
    for (number, new) in ["age", "aws-esdk", "kenc"].into_iter().enumerate() {
        let old = text_of(&keys.inspect("file"), "format");
        let (key, _) = keys.of(new);
        let mut words = vec!["rewrap", "--format", new, "--to", key, "--threads", "8", "file"];
        words.extend(keys.of(&old).1);
        let mut conversion = need!(Measured::new(home, &format!("peak.{number}"), &words));
        assert!(conversion.command.stdout(Stdio::null()).status().expect("it can be started").success());
        assert!(conversion.peak_kib() <= most, "{old} to {new}: {} KiB", conversion.peak_kib());
    }
}

#[test]
fn a_file_that_is_not_authentic_to_its_end_is_not_replaced() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", noise(400_000));
    for (old, more) in [("kenc", &[][..]), ("age", &[]), ("aws-esdk", &[]), ("aws-esdk", &["--sign"]), ("age", &["-a"])]
    {
        keys.encrypt(old, more, "whole");
        let whole = home.read("whole");
        // In the middle of the payload, at its end, and cut off.
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        let mut at_the_end = whole.clone();
        at_the_end[whole.len() - 2] ^= 1;
        for (what, bytes) in
            [("changed", &changed[..]), ("at the end", &at_the_end), ("cut", &whole[..whole.len() - 2])]
        {
            for new in ["kenc", "age", "aws-esdk"] {
                home.write("file", bytes);
                let (key, _) = keys.of(new);
                let mut words = vec!["rewrap", "--format", new, "--to", key, "file"];
                if old == new {
                    words = vec!["rotate", "--yes", "--to", key, "file"];
                }
                words.extend(keys.of(old).1);
                let outcome = home.run(&words);
                // Damaged armor is no format at all.
                assert!([NOT_AUTHENTIC].contains(&outcome.code), "{old} {what} to {new}: {outcome:?}");
                assert!(home.read("file") == bytes, "{old} {what} to {new}");
                words.extend(["-o", "new"]);
                assert_eq!(home.run(&words).code, NOT_AUTHENTIC, "{old} {what} to {new}");
                assert!(!home.file("new").exists(), "{old} {what} to {new}");
            }
        }
    }
    let known = ["aes", "other-aes", "second.txt", "plain", "file", "whole"];
    assert_eq!(strange(home, &known), [""; 0]);
    assert!(home.names().iter().all(|name| !name.starts_with(".kenc-")), "nothing is left beside it");
}

#[test]
fn to_a_stream_a_file_that_is_not_authentic_gives_no_file_that_opens() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", noise(900_000));
    for (old, more) in [("kenc", &[][..]), ("age", &[]), ("aws-esdk", &["--sign"])] {
        keys.encrypt(old, more, "whole");
        let mut bytes = home.read("whole");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        for new in ["kenc", "age", "aws-esdk"].into_iter().filter(|new| *new != old) {
            let (key, open) = keys.of(new);
            let mut words = vec!["rewrap", "--format", new, "--to", key, "-"];
            words.extend(keys.of(old).1);
            let outcome = home.run_with(&words, &bytes);
            assert_eq!(outcome.code, NOT_AUTHENTIC, "{old} to {new}");
            home.write("streamed", &outcome.stdout);
            let mut words = vec!["verify", "streamed"];
            words.extend(open);
            assert_ne!(home.run(&words).code, 0, "{old} to {new}");
        }
    }
}

#[test]
fn a_conversion_that_is_killed_at_any_moment_leaves_the_old_file_or_the_new_one() {
    const TIMES: u32 = 40;
    let keys = Keys::new();
    let home = &keys.home;
    let plaintext = noise(4 << 20);
    home.write("plain", &plaintext);
    keys.encrypt("kenc", &[], "file");
    let began = Instant::now();
    home.run(["rewrap", "--format", "age", "--to", &keys.age, "file"]).ok();
    let mut longest = began.elapsed() * 3 / 2;
    let (mut format, mut changes) = ("age".to_owned(), 0);
    for turn in 0..TIMES {
        let new = if format == "age" { "aws-esdk" } else { "age" };
        let (key, _) = keys.of(new);
        let mut words = vec!["rewrap", "--format", new, "--to", key, "file"];
        words.extend(keys.of(&format).1);
        let mut command = home.kenc(&words);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it can be started");
        std::thread::sleep(longest * (turn * 7 % TIMES) / TIMES);
        let _ = child.kill();
        child.wait().expect("a child can be waited for");
        let now = text_of(&keys.inspect("file"), "format");
        keys.opens("file", &plaintext);
        changes += u32::from(now != format);
        format = now;
        if changes == 0 && turn > TIMES / 2 {
            longest = (longest * 2).min(Duration::from_secs(20));
        }
    }
    assert!(changes < TIMES, "none was killed in the midst");
    assert_eq!(strange(home, &["aes", "other-aes", "second.txt", "plain", "file"]), [""; 0]);
}

#[test]
fn a_message_that_does_not_commit_is_converted_only_on_demand() {
    let keys = Keys::new();
    let home = &keys.home;
    // Version 1, suite 0x0078: the header says so, and no key is asked.
    let old = [&[0x01, 0x80, 0x00, 0x78][..], &[5; 16], &[0, 0, 0, 1, 0, 2], b"ns", &[0, 1], b"x", &[0, 1, 9]].concat();
    let old = [&old[..], &[2, 0, 0, 0, 0, 12, 0, 0, 16, 0], &[0; 28]].concat();
    home.write("file", &old);
    home.run(["rewrap", "--format", "age", "--to", &keys.age, "file"])
        .fails(NOT_AUTHENTIC)
        .hints("--allow-uncommitted");
    home.run(["rewrap", "--allow-uncommitted", "--format", "age", "--to", &keys.age, "file"]).fails(NO_KEY);
    assert!(home.read("file") == old);
}
