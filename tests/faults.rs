//! What interrupts kenc leaves an existing output as it was, and nothing beside it.

#![cfg(target_os = "linux")]

mod cli_support;

use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use cli_support::{Sandbox, names_in, noise, skip, stderr, text, wait_until};

/// Every signal that asks a program to end, with the exit code that shells know for it.
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

/// Waits until the program has a file open that has no name yet, or a temporary one.
fn wait_until_it_has_an_output(child: &Child) {
    let folder = format!("/proc/{}/fd", child.id());
    wait_until("an output without a name", || {
        let Ok(entries) = std::fs::read_dir(&folder) else { return false };
        entries.flatten().any(|entry| {
            let target = std::fs::read_link(entry.path()).unwrap_or_default();
            let target = target.to_string_lossy();
            target.ends_with("(deleted)") || target.contains(".kenc-")
        })
    });
}

fn spawn(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end of a program whose input stays open.
fn end_of(mut child: Child) -> (ExitStatus, String) {
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status, said)
}

/// A sandbox with a key, an old output, a plaintext and its encryption.
fn prepared() -> Sandbox {
    let sandbox = Sandbox::with_key();
    sandbox.write("old", "old");
    sandbox.write("plain", noise(3 << 20));
    sandbox.succeeds("kenc encrypt plain -o sealed");
    sandbox
}

fn assert_untouched(sandbox: &Sandbox) {
    assert_eq!(sandbox.names(), ["old", "plain", "sealed"]);
    assert_eq!(sandbox.read("old"), b"old");
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

/// What `nohup` has done with SIGHUP, and a script that goes on meanwhile with SIGINT.
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
        // The others end it as ever.
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
            // It is in the midst of writing: the rest does not fit into the pipe.
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
    let sandbox = Sandbox::with_key();
    sandbox.write("old", "old");
    std::fs::File::create(sandbox.work("large")).unwrap().set_len(LEN).unwrap();
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
    if !has_unnamed_files(sandbox.path()) {
        skip("killed while writing", "the file system has no files without names");
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

/// Runs a script in a mount namespace of its own, where nothing that it mounts is seen from outside. `None`, and a word
/// about it, where that is not permitted.
fn with_mounts(test: &str, sandbox: &Sandbox, script: &str) -> Option<Command> {
    let probe = sandbox.command("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "."]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        skip(test, "a mount namespace is not permitted here");
        return None;
    }
    let mut command = sandbox.command("unshare");
    command.args(["-rm", "bash", "-c", script]);
    Some(command)
}

/// Hides what gives a name to a file without one, so that the way with a temporary name is taken.
const WITHOUT_UNNAMED_FILES: &str = "mount -t tmpfs none /proc || exit 99;";

#[test]
fn where_files_need_a_name_a_temporary_one_is_removed_at_the_end_whatever_the_end() {
    const NAME: &str = "temporary names";
    let sandbox = prepared();
    for (signal, code) in SIGNALS {
        let script = format!("{WITHOUT_UNNAMED_FILES} exec kenc encrypt -f -o old");
        let Some(mut command) = with_mounts(NAME, &sandbox, &script) else { return };
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
    let output = with_mounts(NAME, &sandbox, &script).unwrap().output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(sandbox.names(), ["new", "old", "plain", "sealed"]);
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
}

#[test]
fn a_full_disk_leaves_an_existing_output_as_it_was_and_nothing_beside_it() {
    let sandbox = prepared();
    let script = "
        mkdir full && mount -t tmpfs -o size=1m none full && echo old > full/out || exit 99
        check() { test \"$1\" = 1 && test \"$(ls -A full)\" = out && test \"$(cat full/out)\" = old || exit 1; }
        kenc encrypt -f plain -o full/out; check $?
        kenc encrypt -f -o full/out < plain; check $?
        cat plain | kenc encrypt -f -o full/out; check $?
        cat plain | kenc encrypt -a -f -o full/out; check $?
        kenc decrypt -f sealed -o full/out; check $?
        cat sealed | kenc decrypt -f -o full/out; check $?
        kenc encrypt plain -o full/new; check $?
        kenc decrypt sealed > full/redirected; test $? = 1 || exit 2
        cmp -n $(stat -c %s full/redirected) full/redirected plain || exit 3";
    let Some(mut command) = with_mounts("full disk", &sandbox, script) else { return };
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), stderr(&output));
    for line in stderr(&output).lines().filter(|line| line.contains("error:")) {
        assert!(line.ends_with("no space left on device"), "{line}");
    }
}

#[test]
fn a_limit_for_the_size_of_files_is_an_error_and_changes_nothing() {
    let sandbox = prepared();
    let limited = "ulimit -f 100; ";
    for script in [
        "kenc encrypt -f plain -o old",
        "cat plain | kenc encrypt -f -o old",
        "kenc decrypt -f sealed -o old",
        "cat sealed | kenc decrypt -f -o old",
    ] {
        let said = sandbox.fails(&format!("{limited}{script}"), 1);
        assert!(said.contains("file too large"), "{script}: {said}");
        assert!(said.contains("`ulimit -f` shows it"), "{script}: {said}");
        assert_untouched(&sandbox);
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_with_a_word() {
    let sandbox = prepared();
    for script in ["kenc encrypt plain", "kenc decrypt sealed", "cat sealed | kenc decrypt", "kenc encrypt -a plain"] {
        let said = sandbox.fails(&format!("{script} | head -c 1 > /dev/null; exit ${{PIPESTATUS[-2]}}"), 1);
        assert!(said.contains("cannot write the output: broken pipe"), "{script}: {said}");
        assert_untouched(&sandbox);
    }
}

#[test]
fn an_input_that_becomes_shorter_while_it_is_read_is_an_error() {
    const LEN: u64 = 64 << 20;
    let sandbox = Sandbox::with_key();
    let path = sandbox.work("log");
    for arguments in [&["encrypt", "log"][..], &["encrypt", "--threads", "1", "log"]] {
        std::fs::File::create(&path).unwrap().set_len(LEN).unwrap();
        let mut child = spawn(&mut sandbox.kenc(arguments));
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut [0; 1]).unwrap();
        // No more than a few batches and what the pipe holds can have been read by now.
        std::fs::File::options().write(true).open(&path).unwrap().set_len(LEN / 2).unwrap();
        std::io::copy(&mut output, &mut std::io::sink()).unwrap();
        let (status, said) = end_of(child);
        assert_eq!(status.code(), Some(1), "{said}");
        let expected =
            format!("the input changed while it was read: {LEN} bytes were there at first, {} at the end", LEN / 2);
        assert!(said.contains(&expected), "{said}");
    }
}

#[test]
fn an_input_that_grows_while_it_is_read_is_taken_as_it_was() {
    const LEN: usize = 8 << 20;
    let sandbox = Sandbox::with_key();
    let path = sandbox.write("log", noise(LEN));
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "log"]));
    let mut output = child.stdout.take().unwrap();
    let mut sealed = vec![0; 1];
    output.read_exact(&mut sealed).unwrap();
    std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    output.read_to_end(&mut sealed).unwrap();
    assert!(end_of(child).0.success());
    sandbox.write("sealed", sealed);
    sandbox.succeeds(&format!("kenc decrypt sealed | cmp - <(head -c {LEN} log)"));
}

#[test]
fn of_two_that_write_the_same_new_output_one_succeeds_and_the_other_says_that_it_exists() {
    let sandbox = Sandbox::with_key();
    let [first, second] = [(); 2].map(|()| {
        let child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "out"]));
        wait_until_it_has_an_output(&child);
        child
    });
    let finish = |mut child: Child, content: &[u8]| {
        child.stdin.take().unwrap().write_all(content).unwrap();
        end_of(child)
    };
    assert!(finish(second, b"second").0.success());
    let (status, said) = finish(first, b"first");
    assert_eq!(status.code(), Some(6));
    assert_eq!(said, "kenc: error: out exists already\nkenc: hint: `-f` replaces it\n");
    assert_eq!(sandbox.succeeds("kenc decrypt out"), "second");
    assert_eq!(sandbox.names(), ["out"]);
}

#[test]
fn a_file_that_another_program_puts_at_the_place_of_a_new_output_is_kept() {
    let sandbox = Sandbox::with_key();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    sandbox.write("out", "other");
    drop(child.stdin.take());
    assert_eq!(end_of(child).0.code(), Some(6));
    assert_eq!(sandbox.read("out"), b"other");
    assert_eq!(sandbox.names(), ["out"]);
}

#[test]
fn a_folder_that_goes_away_meanwhile_is_an_error() {
    let sandbox = Sandbox::with_key();
    std::fs::create_dir(sandbox.work("folder")).unwrap();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-o", "folder/out"]));
    wait_until_it_has_an_output(&child);
    std::fs::remove_dir(sandbox.work("folder")).unwrap();
    drop(child.stdin.take());
    let (status, said) = end_of(child);
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write folder/out: no such file or directory"), "{said}");
}

#[test]
fn a_replaced_file_keeps_its_permissions_and_a_link_to_it_stays_a_link() {
    let sandbox = prepared();
    sandbox.succeeds("chmod 640 old; ln -s old link; kenc decrypt -f sealed -o link");
    assert_eq!(std::fs::read_link(sandbox.work("link")).unwrap(), Path::new("old"));
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
    assert_eq!(mode(&sandbox, "old"), 0o640);
    sandbox.succeeds("kenc encrypt -i link; kenc decrypt -i --sync link");
    assert_eq!(std::fs::read_link(sandbox.work("link")).unwrap(), Path::new("old"));
    assert_eq!(sandbox.read("old"), sandbox.read("plain"));
    assert_eq!(mode(&sandbox, "old"), 0o640);
}

#[test]
fn a_link_to_nowhere_is_not_replaced_by_a_file() {
    let sandbox = prepared();
    sandbox.succeeds("ln -s target link");
    let output = sandbox.shell("kenc decrypt sealed -o link").output().unwrap();
    let link = std::fs::read_link(sandbox.work("link"));
    assert_eq!(link.unwrap(), Path::new("target"), "{}", stderr(&output));
    if output.status.success() {
        assert_eq!(sandbox.read("target"), sandbox.read("plain"));
    }
}

#[test]
fn new_plaintext_is_for_its_owner_only_and_new_ciphertext_as_the_umask_says() {
    let sandbox = prepared();
    sandbox.succeeds(
        "umask 022; kenc decrypt sealed -o opened; kenc encrypt plain -o again; kenc encrypt -a plain -o text",
    );
    assert_eq!(mode(&sandbox, "opened"), 0o600);
    assert_eq!(mode(&sandbox, "again"), 0o644);
    assert_eq!(mode(&sandbox, "text"), 0o644);
    sandbox.succeeds("umask 077; kenc encrypt plain -o private");
    assert_eq!(mode(&sandbox, "private"), 0o600);
}

fn mode(sandbox: &Sandbox, name: &str) -> u32 {
    std::fs::metadata(sandbox.work(name)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn of_several_files_in_place_the_good_ones_are_replaced_and_a_bad_one_stays() {
    let sandbox = prepared();
    sandbox.succeeds(
        "cp sealed a; cp plain b; cp sealed c; printf '!!' | dd of=c bs=1 seek=1000000 conv=notrunc; cp sealed d",
    );
    let (bad, damaged) = (sandbox.read("b"), sandbox.read("c"));
    let said = sandbox.fails("kenc decrypt -i a b c d", 3);
    assert!(said.contains("2 of 4 files failed"), "{said}");
    for (name, content) in [("a", sandbox.read("plain")), ("b", bad), ("c", damaged), ("d", sandbox.read("plain"))] {
        assert_eq!(sandbox.read(name), content, "{name}");
    }
    assert_eq!(sandbox.names(), ["a", "b", "c", "d", "old", "plain", "sealed"]);
}

#[test]
fn more_files_than_a_program_may_have_open_are_encrypted_and_decrypted() {
    let sandbox = Sandbox::with_key();
    sandbox.succeeds(
        "mkdir many sealed opened; for n in $(seq 100); do echo $n > many/$n; done; ulimit -n 40
        kenc encrypt many/* -o sealed && kenc decrypt sealed/* -o opened && diff -r many opened
        kenc encrypt -i many/* && kenc verify -q many/* && kenc decrypt -i many/* && diff -r many opened",
    );
}

#[test]
fn an_output_in_the_midst_of_a_redirection_follows_what_was_there_and_is_followed_by_what_comes() {
    let sandbox = prepared();
    let framed = [b"a\n", &sandbox.read("plain")[..], b"b\n"].concat();
    for input in
        ["kenc decrypt sealed", "kenc decrypt < sealed", "cat sealed | kenc decrypt", "kenc decrypt --range .. sealed"]
    {
        sandbox.succeeds(&format!("{{ echo a; {input}; echo b; }} > framed"));
        assert_eq!(sandbox.read("framed"), framed, "> {input}");
        sandbox.succeeds(&format!("echo a > framed; {{ {input}; echo b; }} >> framed"));
        assert_eq!(sandbox.read("framed"), framed, ">> {input}");
        sandbox.succeeds(&format!("printf 'a\\nlonger' > framed; {{ echo a; {input}; echo b; }} 1<> framed"));
        assert_eq!(sandbox.read("framed"), framed, "1<> {input}");
    }
    sandbox.succeeds("{ echo a; kenc encrypt plain; } > framed; tail -c +3 framed | kenc decrypt | cmp - plain");
    sandbox.succeeds("{ echo a; kenc encrypt -a < plain; } > framed; tail -c +3 framed | kenc decrypt | cmp - plain");
    sandbox.succeeds("echo a > framed; kenc encrypt < plain >> framed; tail -c +3 framed | kenc decrypt | cmp - plain");
}

#[test]
fn an_output_over_the_beginning_of_a_longer_file_leaves_the_rest_of_it() {
    let sandbox = Sandbox::with_key();
    sandbox.succeeds(
        "echo short | kenc encrypt -o sealed; printf 'a longer text\\n' > file; kenc decrypt sealed 1<> file",
    );
    assert_eq!(sandbox.read("file"), b"short\ner text\n");
}

#[test]
fn an_input_from_the_midst_of_a_file_begins_there() {
    let sandbox = Sandbox::with_key();
    for len in [100, 100_000, 3_000_000] {
        sandbox.write("plain", noise(len));
        sandbox.succeeds(
            "{ head -c 10 > /dev/null; kenc encrypt; } < plain > sealed
            kenc decrypt sealed | cmp - <(tail -c +11 plain) || exit 1
            { head -c 10 plain; kenc encrypt -c a=b < plain; } > behind
            { head -c 10 > /dev/null; kenc decrypt; } < behind | cmp - plain || exit 2
            { head -c 10 > /dev/null; kenc decrypt -o opened; } < behind && cmp opened plain || exit 3
            { head -c 10 > /dev/null; kenc decrypt --range 20..90; } < behind | cmp - <(tail -c +21 plain | head -c 70) || exit 4
            { head -c 10 > /dev/null; kenc inspect | grep -q 'a = b'; } < behind || exit 5
            { head -c 10 > /dev/null; kenc verify -q; } < behind || exit 6
            rm opened",
        );
    }
}

#[test]
fn inputs_that_are_no_files_are_read_to_their_end() {
    let sandbox = prepared();
    sandbox.succeeds("kenc encrypt /proc/version | kenc decrypt | cmp - /proc/version");
    sandbox.succeeds("kenc encrypt /proc/cpuinfo | kenc decrypt | grep -q processor");
    sandbox.succeeds("mkfifo pipe; cat plain > pipe & kenc encrypt pipe | kenc decrypt | cmp - plain; wait");
    sandbox.succeeds("cat plain > pipe & kenc encrypt pipe -o from-pipe; wait; kenc decrypt from-pipe | cmp - plain");
    sandbox.succeeds(
        "mkdir folder; cat plain > pipe & kenc encrypt old pipe -o folder; kenc decrypt folder/pipe.kenc | cmp - plain",
    );
    sandbox.succeeds("kenc encrypt /dev/stdin < plain | kenc decrypt /dev/stdin | cmp - plain");
    sandbox.succeeds("cat plain | kenc encrypt - | kenc decrypt - | cmp - plain");
    sandbox.succeeds("kenc encrypt <(cat plain) | kenc decrypt | cmp - plain");
    sandbox.succeeds("cat pipe > to-pipe & kenc decrypt sealed -o pipe; wait; cmp to-pipe plain");
}

#[test]
fn of_a_damaged_file_exactly_what_is_authentic_reaches_a_redirected_output() {
    let sandbox = prepared();
    let plain = sandbox.read("plain");
    let header = sandbox.read("sealed").len() - plain.len();
    for position in [40_000, 1_500_000, 2_900_000] {
        let mut damaged = sandbox.read("sealed");
        damaged[header + position] ^= 1;
        sandbox.write("damaged", damaged);
        for input in [
            "kenc decrypt damaged",
            "kenc decrypt --threads 1 damaged",
            "kenc decrypt --threads 8 < damaged",
            "cat damaged | kenc decrypt",
        ] {
            let said = sandbox.fails(&format!("{input} > prefix"), 3);
            let prefix = sandbox.read("prefix");
            assert!(
                plain.starts_with(&prefix) && prefix.len() + 17_000 > position && prefix.len().is_multiple_of(16_384)
            );
            assert!(said.contains(&format!("the {} bytes before it were authentic", prefix.len())), "{said}");
            sandbox.succeeds(&format!("{{ echo a; {input}; echo b; }} > framed 2> /dev/null"));
            assert_eq!(sandbox.read("framed"), [b"a\n", &prefix[..], b"b\n"].concat(), "{input}");
            sandbox.fails(&format!("{input} -f -o old"), 3);
            assert_eq!(sandbox.read("old"), b"old");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_and_a_file_that_cannot_be_read_are_errors() {
    let sandbox = prepared();
    sandbox.succeeds("mkdir folder; chmod 755 .. ; chmod 500 folder; chmod 000 old");
    let mut command = sandbox.shell("kenc encrypt plain -o folder/out; kenc encrypt old -k \"$RECIPIENT\"");
    let recipient = sandbox.succeeds("kenc keygen --show");
    if rustix::process::geteuid().is_root() {
        // Permissions do not bind root.
        command = sandbox.command("setpriv");
        command.args(["--reuid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "bash", "-c"]);
        command.arg("kenc encrypt -k \"$RECIPIENT\" plain -o folder/out; kenc encrypt -k \"$RECIPIENT\" old; true");
    }
    let output = command.env("RECIPIENT", recipient.trim()).output();
    let said = output.map(|output| stderr(&output)).unwrap_or_default();
    if !said.contains("kenc: ") {
        skip("permissions", &format!("rights cannot be dropped here: {}", said.trim()));
        return;
    }
    for expected in ["cannot write folder/out: permission denied", "cannot read old: permission denied"] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(names_in(&sandbox.work("folder")).is_empty());
}

#[test]
fn an_output_appears_only_when_it_is_whole() {
    let sandbox = Sandbox::with_key();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "--sync", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&noise(1 << 20)).unwrap();
    assert!(sandbox.names().iter().all(|name| name != "out"));
    drop(input);
    assert!(end_of(child).0.success());
    let before = std::fs::metadata(sandbox.work("out")).unwrap().ino();
    let mut child = spawn(&mut sandbox.kenc(&["encrypt", "-f", "-o", "out"]));
    wait_until_it_has_an_output(&child);
    assert_eq!(std::fs::metadata(sandbox.work("out")).unwrap().ino(), before);
    drop(child.stdin.take());
    assert!(end_of(child).0.success());
    assert_ne!(std::fs::metadata(sandbox.work("out")).unwrap().ino(), before);
}

/// A reader or writer that panics after some bytes.
struct Panics(usize);

impl Panics {
    fn count(&mut self, bytes: usize) -> usize {
        self.0 = self.0.checked_sub(bytes).expect("this panic is a part of the test");
        bytes
    }
}

impl Read for Panics {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.count(buffer.len()))
    }
}

impl Write for Panics {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        Ok(self.count(buffer.len()))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_in_one_thread_ends_the_others_instead_of_leaving_them_waiting() {
    use kenc::context::EncryptionContext;
    use kenc::crypto::{Backend, DataKey, Suite};
    use kenc::keys::WrappedKey;
    use kenc::stream::pipeline::{Input, Output, Pipeline};
    use kenc::stream::{NewFile, Parameters};

    let context = EncryptionContext::from_words(&["a=b"]).unwrap();
    let slot = WrappedKey { provider: "age".to_owned(), key_id: "x".to_owned(), ciphertext: vec![0; 200] };
    let parameters = Parameters { suite: Suite::Aes256Gcm, context };
    let NewFile { cipher, .. } =
        NewFile::new(parameters, vec![slot], &DataKey::generate(), Backend::default()).unwrap();
    let never = std::sync::atomic::AtomicBool::new(false);
    let pipeline = Pipeline { threads: 4, progress: &|_| (), cancelled: &never };
    let endless = || std::io::repeat(7);
    let in_reader = std::panic::AssertUnwindSafe(|| {
        pipeline.seal(&cipher, Input::Stream(&mut Panics(5 << 20)), Output::Stream(&mut std::io::sink())).is_ok()
    });
    assert!(std::panic::catch_unwind(in_reader).is_err());
    let in_writer = std::panic::AssertUnwindSafe(|| {
        pipeline.seal(&cipher, Input::Stream(&mut endless()), Output::Stream(&mut Panics(5 << 20))).is_ok()
    });
    assert!(std::panic::catch_unwind(in_writer).is_err());
}
