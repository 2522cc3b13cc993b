//! age plugins: one of age itself, and some of our own that behave well and badly.

use crate::support::{Home, Terminal, assert_shows, home_with_age};

/// A recipient and an identity of the plugin `toy`, whose file key is wrapped by writing it down.
const RECIPIENT: &str = "age1toy1qypqxpq9qcrss9ju202";
const IDENTITY: &str = "AGE-PLUGIN-TOY-1QYPQXPQ9QCRSS4A6C3Z";

/// The plugin: `$TOY` says how it behaves.
const TOY: &str = r#"#!/usr/bin/env python3
import base64, os, sys, time
how = os.environ.get("TOY", "")
def line(): return sys.stdin.readline().rstrip("\n")
def stanza():
    head = line().split(" ")[1:]
    body = ""
    while True:
        part = line(); body += part
        if len(part) < 64: return head, base64.b64decode(body + "=" * (-len(body) % 4))
def send(head, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at:at + 64] for at in range(0, len(text) + 1, 64)]
    print("-> " + " ".join(head), *lines, sep="\n", flush=True)
def ask(head, body=b""):
    send(head, body); return stanza()
if how == "hang": time.sleep(1000)
if how == "die": sys.exit(1)
if how == "noise": print("what no plugin says", flush=True); sys.exit(0)
wrapping = sys.argv[1] == "--age-plugin=recipient-v1"
got = []
while True:
    head, body = stanza(); got.append((head, body))
    if head[0] == "done": break
if how == "touch": ask(["msg"], b"touch the toy")
if how == "pin":
    head, pin = ask(["request-secret"], b"PIN of the toy")
    if head[0] != "ok" or pin != b"1234":
        ask(["error", "internal"], b"wrong PIN"); send(["done"]); sys.exit(0)
if how == "refuse": ask(["error", "internal"], b"no \x1b[31mtoy\x1b[0m here"); send(["done"]); sys.exit(0)
if wrapping:
    key = [body for head, body in got if head[0] == "wrap-file-key"][0]
    if how == "many":
        for number in range(1000): ask(["recipient-stanza", "0", "toy"], key)
    if how == "labels": ask(["labels", "postquantum"])
    ask(["recipient-stanza", "0", "toy", "argument"], key)
else:
    for head, body in got:
        if head[:3] == ["recipient-stanza", "0", "toy"]:
            if how == "lie": body = bytes(16)
            if how == "short": body = body[:8]
            ask(["file-key", "0"], body); break
send(["done"])
"#;

/// A home with the plugin `toy`, its identity in `toy.txt`, and a plaintext `x`.
fn home() -> Home {
    let home = Home::new();
    let path = home.root().join("bin/age-plugin-toy");
    std::fs::write(&path, TOY).unwrap();
    home.succeeds(&format!("chmod +x {}; echo {IDENTITY} > toy.txt; echo hello > x", path.display()));
    home
}

fn encrypt() -> String {
    format!("kenc encrypt -f -k {RECIPIENT} x -o x.kenc")
}

const DECRYPT: &str = "kenc decrypt --identity toy.txt x.kenc";

#[test]
fn a_recipient_of_a_plugin_is_wrapped_for_and_its_identity_unwraps() {
    let home = home();
    home.succeeds(&format!("{}; {DECRYPT} | cmp - x || exit 1; kenc verify --identity toy.txt x.kenc", encrypt()));
    home.succeeds(&format!(
        "echo 'password: s' > a.yaml; kenc encrypt --values -k {RECIPIENT} a.yaml -o b.yaml
        test \"$(kenc get --identity toy.txt b.yaml password)\" = s || exit 1
        kenc keygen > /dev/null; echo y > y; kenc encrypt y -o y.kenc; kenc rewrap --to {RECIPIENT} y.kenc
        kenc decrypt --identity toy.txt y.kenc | cmp - y || exit 2
        kenc rewrap --identity toy.txt --to \"$(kenc keygen --show)\" y.kenc; kenc decrypt y.kenc | cmp - y || exit 3"
    ));
}

#[test]
fn a_file_for_another_recipient_does_not_run_the_plugin() {
    let home = home();
    home.succeeds(
        "kenc keygen > /dev/null; kenc encrypt x -o x.kenc; cat ~/.config/kenc/keys.txt >> toy.txt
        TOY=hang kenc decrypt --identity toy.txt x.kenc | cmp - x",
    );
}

#[test]
fn a_plugin_that_is_missing_is_named_and_told_how_to_get() {
    let home = home();
    home.succeeds(&encrypt());
    home.succeeds("rm ../bin/age-plugin-toy");
    for script in [encrypt(), DECRYPT.to_owned()] {
        let outcome = home.shell(&script).output().unwrap();
        let said = String::from_utf8_lossy(&outcome.stderr);
        assert!(!outcome.status.success() && said.contains("the age plugin `age-plugin-toy` is not in PATH"), "{said}");
    }
    assert_eq!(home.shell(DECRYPT).status().unwrap().code(), Some(4));
}

#[test]
fn a_plugin_that_dies_refuses_or_says_nonsense_leaves_nothing_behind() {
    let home = home();
    home.succeeds(&encrypt());
    let before = home.read("x.kenc");
    for (how, words) in [
        ("die", "`age-plugin-toy` ended before it answered"),
        ("noise", "`age-plugin-toy` ended before it answered"),
        ("refuse", "`age-plugin-toy` failed: "),
        ("many", "does not speak the plugin protocol"),
    ] {
        let said = home.fails(&format!("TOY={how} {}", encrypt()), 5);
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{how}: {said}");
        assert!(home.read("x.kenc") == before, "{how}");
    }
    for (how, code, words) in [
        ("die", 5, "`age-plugin-toy` ended before it answered"),
        ("noise", 5, "`age-plugin-toy` ended before it answered"),
        ("refuse", 5, "`age-plugin-toy` failed: "),
        ("short", 5, "`age-plugin-toy` ended before it answered"),
        ("lie", 3, "its age file is damaged"),
    ] {
        let said = home.fails(&format!("TOY={how} {DECRYPT} -o y"), code);
        assert!(said.contains(words) && !said.contains('\u{1b}'), "{how}: {said}");
        assert!(!home.file("y").exists(), "{how}");
    }
}

#[test]
fn a_plugin_that_hangs_ends_with_an_interrupt() {
    use rustix::process::{Pid, Signal, kill_process};
    let home = home();
    home.succeeds(&encrypt());
    let mut command = home.kenc(&["decrypt", "--identity", "toy.txt", "x.kenc", "-o", "y"]);
    let mut child = command.env("TOY", "hang").spawn().unwrap();
    let pid = child.id();
    crate::support::wait_until("the plugin runs", || {
        std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).is_ok()
            && std::fs::read_dir(format!("/proc/{pid}/task")).is_ok_and(|tasks| {
                tasks.flatten().any(|task| {
                    std::fs::read_to_string(task.path().join("children")).is_ok_and(|text| !text.trim().is_empty())
                })
            })
    });
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!home.file("y").exists());
}

#[test]
fn what_a_plugin_says_and_asks_is_at_the_terminal() {
    let home = home();
    home.succeeds(&encrypt());
    let said = home.shell(&format!("TOY=touch {DECRYPT} > y")).output().unwrap();
    assert!(String::from_utf8_lossy(&said.stderr).contains("age-plugin-toy: touch the toy"));
    // A PIN is not the passphrase of a file.
    let said = home.fails(&format!("echo 1234 > words; TOY=pin {DECRYPT} --passphrase-from file:words < /dev/null"), 5);
    assert!(said.contains("wrong PIN"), "{said}");
    let Some(terminal) = Terminal::new(&home) else { return };
    terminal.start(&format!("TOY=pin {DECRYPT}"));
    terminal.wait_for("age-plugin-toy: PIN of the toy");
    terminal.keys(&["1234", "Enter"]);
    assert_shows(&terminal.ended(), &["hello"]);
}

#[test]
fn the_passphrase_plugin_of_age_opens_what_it_wrapped() {
    let home = need!(home_with_age());
    home.succeeds(
        "echo hello > x; echo secret > words; kenc encrypt -k passphrase: --passphrase-from file:words x -o x.kenc
        kenc decrypt --passphrase-from file:words x.kenc | cmp - x",
    );
}
