//! A change that is killed at any moment leaves a file that opens.

use super::*;

/// Starts a command and kills it at a different moment each time.
fn killed(home: &Home, arguments: &[&str], after: Duration) {
    let mut command = home.command();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it can be started");
    std::thread::sleep(after);
    // It may have exited by itself, which is also a valid moment.
    let _ = child.kill();
    child.wait().expect("a child can be waited for");
}

/// Kills `command` at `times` moments from its start to its end, and checks after each that the file is whole.
fn never_torn(command: &str, len: usize, extra_keys: usize, times: u32) {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let plaintext = noise(len);
    home.write("x.kenc", home.encrypt(&[], &plaintext));
    let more: Vec<String> = (0..extra_keys).flat_map(|_| ["--to".to_owned(), Home::new().keygen()]).collect();
    let began = std::time::Instant::now();
    home.run([command, "x.kenc", "--to", &keys.second]).ok();
    let mut longest = began.elapsed() * 3 / 2;
    let (mut opened, mut changes, mut in_vain) = ("second", 0, 0);
    for turn in 0..times {
        let (identity, other) = match opened {
            "first" => ("../home/.config/kenc/keys.txt", &keys.second),
            _ => ("second.txt", &keys.first),
        };
        let mut arguments = vec![command, "x.kenc", "--identity", identity, "--to", other];
        // Every second change does not fit in place.
        if turn % 2 == 0 {
            arguments.extend(more.iter().map(String::as_str));
        }
        // The moments are spread over the whole run, in mixed order.
        killed(home, &arguments, longest * (turn * 7 % times) / times);
        let now = keys.opens_with("x.kenc", &plaintext);
        changes += u32::from(now != opened);
        // The machine may have become slower meanwhile.
        in_vain = if now == opened { in_vain + 1 } else { 0 };
        if in_vain > 8 {
            (longest, in_vain) = (longest * 2, 0);
        }
        opened = now;
    }
    assert!(changes > 0 && changes < times, "{changes} of {times} were done: they were not killed in the midst");
    let strange: Vec<String> = home
        .names()
        .into_iter()
        .filter(|name| !["second.txt", "x.kenc"].contains(&name.as_str()))
        .filter(|name| !(name.starts_with(".kenc-") && Path::new(name).extension().is_some_and(|end| end == "tmp")))
        .collect();
    assert_eq!(strange, [""; 0]);
}

#[test]
fn a_rewrap_in_place_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
    never_torn("rewrap", 100, 0, 80);
}

#[test]
fn a_rewrap_through_a_new_file_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
    never_torn("rewrap", 2 << 20, 6, 60);
}

#[test]
fn a_rotation_that_is_killed_at_any_moment_leaves_a_file_that_opens() {
    never_torn("rotate", 2 << 20, 0, 60);
}
