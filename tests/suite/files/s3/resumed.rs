//! Uploads that go on in a later run: only of the same file, and never with other bytes under the same key.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::servers;
use crate::support::{Fate, Home, Message, ObjectRelay, ObjectServer, home_of_objects, noise, versitygw, wait_until};

const MIB: usize = 1 << 20;
/// Parts of a file of 42 MiB.
const PARTS: usize = 9;
/// Bytes of both.
const SALT_AND_COMMITMENT: usize = 64;

/// What happens between two runs, its words for the second run, and why that begins anew.
type Change<'a> = (&'a str, &'a dyn Fn(&Home) -> Vec<String>, &'a str);

/// What was sent as one part: the id of its upload, its number, and its bytes.
type SentPart = (String, usize, Vec<u8>);

/// A relay that notes every part, and holds back what `holds` says for as long as `is_closed`.
struct Gate {
    relay: ObjectRelay,
    sent: Arc<Mutex<Vec<SentPart>>>,
    is_closed: Arc<AtomicBool>,
}

fn parameter(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!("{name}="))?;
    Some(rest.split(['&', ' ']).next().unwrap_or_default().to_owned())
}

/// The number of a part that is sent.
fn part_number(line: &str) -> Option<usize> {
    parameter(line, "partNumber").filter(|_| line.starts_with("PUT "))?.parse().ok()
}

impl Gate {
    fn new(server: &ObjectServer, holds: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        let (sent, is_closed) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(true)));
        let (noted, closed) = (Arc::clone(&sent), Arc::clone(&is_closed));
        let decide = move |request: Message| {
            if let Some(number) = part_number(&request.first_line) {
                let upload = parameter(&request.first_line, "uploadId").unwrap_or_default();
                noted.lock().unwrap().push((upload, number, request.body.clone()));
            }
            if closed.load(Ordering::SeqCst) && holds(&request.first_line) {
                while closed.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return Fate::Reset;
            }
            Fate::Passed(request)
        };
        let relay = ObjectRelay::with(server, decide, |answer| {
            // moto does not name this answer as S3 does.
            let text = std::str::from_utf8(&answer.body).ok().filter(|text| text.contains("ListPartsResponse"));
            if let Some(text) = text {
                answer.body = text.replace("ListPartsResponse", "ListPartsResult").into_bytes();
            }
        });
        Self { relay, sent, is_closed }
    }

    /// Holds back the parts from number `first` on.
    fn from_part(server: &ObjectServer, first: usize) -> Self {
        Self::new(server, move |line| part_number(line).is_some_and(|number| number >= first))
    }

    fn home(&self) -> Home {
        home_of_objects(self.relay.port)
    }

    fn open(&self) {
        self.is_closed.store(false, Ordering::SeqCst);
    }

    fn sent(&self) -> Vec<SentPart> {
        self.sent.lock().unwrap().clone()
    }

    /// Checks that no two parts in the same place of the same upload were different, and that no two uploads have the same salt and
    /// commitment, which end the head of a file. The last upload is complete.
    #[track_caller]
    fn check_no_reuse(&self, plaintext_len: usize) {
        let mut parts: BTreeMap<(String, usize), Vec<u8>> = BTreeMap::new();
        let sent = self.sent();
        let (last, _, _) = sent.last().unwrap().clone();
        for (upload, number, bytes) in sent {
            let first = parts.entry((upload.clone(), number)).or_insert_with(|| bytes.clone());
            assert!(*first == bytes, "part {number} of upload {upload} was sent with two contents");
        }
        let len: usize = parts.iter().filter(|((upload, _), _)| *upload == last).map(|(_, part)| part.len()).sum();
        let head_len = len - (plaintext_len + 16 * (plaintext_len / 16_384 + 1));
        let firsts = parts.iter().filter(|((_, number), _)| *number == 1);
        let salts: Vec<&[u8]> = firsts.map(|(_, part)| &part[head_len - SALT_AND_COMMITMENT..head_len]).collect();
        assert_eq!(salts.iter().collect::<BTreeSet<_>>().len(), salts.len(), "two uploads have the same salt");
    }
}

fn start(home: &Home, arguments: &[&str]) -> Child {
    let mut command = home.kenc(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child, signal: Signal) -> Option<i32> {
    kill_process(Pid::from_child(&child), signal).unwrap();
    child.wait_with_output().unwrap().status.code()
}

/// The state files of uploads.
fn states(home: &Home) -> Vec<PathBuf> {
    let folder = fs::read_dir(home.root().join("home/.local/state/kenc/uploads"));
    folder.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

/// Starts an upload, and kills it when its fifth part and those after it are held back.
#[track_caller]
fn kill_in_the_middle(home: &Home, gate: &Gate, object: &str, signal: Signal) {
    // All parts that are under way have arrived and are held back: none of them gets through afterwards.
    let held = || gate.sent().iter().filter(|(_, number, _)| *number >= 5).count();
    let before = held();
    let child = start(home, &["encrypt", "--resume", "file", "-o", object]);
    wait_until("three parts are held back", || {
        held() >= before + 3
            && states(home).iter().any(|state| fs::read_to_string(state).unwrap().matches("{\"sent\"").count() == 4)
    });
    end(child, signal);
    gate.open();
}

#[test]
fn a_killed_upload_goes_on_with_the_parts_that_are_missing() {
    let plaintext = noise(42 * MIB);
    for (server_name, server) in need!(servers("resumed")) {
        for signal in [Signal::KILL, Signal::INT] {
            let gate = Gate::from_part(server.get(), 5);
            let home = gate.home();
            home.write("file", &plaintext);
            let object = format!("s3://resumed/{}", if signal == Signal::KILL { "killed" } else { "interrupted" });
            kill_in_the_middle(&home, &gate, &object, signal);
            assert_eq!(states(&home).len(), 1);
            home.run(["inspect", &object]).fails(1);
            let before = gate.sent().len();
            let outcome = home.run(["encrypt", "-v", "--resume", "file", "-o", &object]);
            outcome.ok().says("S3 has 20971520 bytes of it");
            let sent: Vec<usize> = gate.sent()[before..].iter().map(|(_, number, _)| *number).collect();
            assert_eq!(
                sent.iter().collect::<BTreeSet<_>>(),
                (5..=PARTS).collect::<Vec<_>>().iter().collect(),
                "{server_name}"
            );
            home.run(["decrypt", &object]).gives(&plaintext);
            gate.check_no_reuse(plaintext.len());
            assert_eq!(states(&home), Vec::<PathBuf>::new());
            // A third run finds it whole.
            let before = gate.relay.asked().len();
            home.run(["encrypt", "-v", "--resume", "file", "-o", &object]).ok().says("is whole already");
            assert_eq!(gate.relay.asked().len() - before, 1, "{:?}", &gate.relay.asked()[before..]);
        }
    }
}

#[test]
fn a_changed_file_and_other_keys_begin_anew_with_a_new_data_key() {
    let server = need!(versitygw());
    server.new_bucket("anew");
    let plaintext = noise(42 * MIB);
    let forged = |home: &Home| {
        // The state says that nothing has changed: the digests of the parts tell it all the same.
        let (state, file) = (&states(home)[0], home.file("file"));
        let text = fs::read_to_string(state).unwrap();
        let told = text.split("\"file\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let metadata = fs::metadata(file).unwrap();
        let changed = {
            use std::os::unix::fs::MetadataExt;
            (metadata.ctime(), metadata.ctime_nsec(), metadata.mtime(), metadata.mtime_nsec())
        };
        let start = told.split(", changed ").next().unwrap();
        let now = format!("{start}, changed {}.{:09}, modified {}.{:09}", changed.0, changed.1, changed.2, changed.3);
        fs::write(state, text.replace(&told, &now)).unwrap();
    };
    let cases: [Change<'_>; 6] = [
        (
            "longer",
            &|home| {
                home.write("file", [&noise(42 * MIB)[..], b"more"].concat());
                Vec::new()
            },
            "the file has changed",
        ),
        (
            "touched",
            &|home| {
                home.succeeds("touch file");
                Vec::new()
            },
            "the file has changed",
        ),
        (
            "first-part",
            &|home| {
                home.succeeds("printf x | dd of=file conv=notrunc bs=1 seek=100 2>/dev/null");
                forged(home);
                Vec::new()
            },
            "the file is not the one of which parts were sent",
        ),
        (
            "held-part",
            // This one was begun, and S3 does not have it.
            &|home| {
                home.succeeds("printf x | dd of=file conv=notrunc bs=1 seek=22000000 2>/dev/null");
                forged(home);
                Vec::new()
            },
            "the file is not the one of which parts were sent",
        ),
        (
            "other-key",
            &|home| vec!["-k".to_owned(), home.run(["keygen", "-o", "other"]).ok().stdout_text()],
            "other keys",
        ),
        (
            "old-state",
            // A state from before the last parts, as from a backup.
            &|home| {
                let state = &states(home)[0];
                let text = fs::read_to_string(state).unwrap();
                let cut = text.find("{\"sends\":{\"part\":3").unwrap();
                fs::write(state, &text[..cut]).unwrap();
                Vec::new()
            },
            "the file is not the one of which parts were sent",
        ),
    ];
    for (name, change, why) in cases {
        let gate = Gate::from_part(server, 5);
        let home = gate.home();
        home.write("file", &plaintext);
        let object = format!("s3://anew/{name}");
        kill_in_the_middle(&home, &gate, &object, Signal::KILL);
        let more = change(&home);
        let more: Vec<&str> = more.iter().map(|word| word.trim()).collect();
        let now = home.read("file");
        home.run([&["encrypt", "-v", "--resume", "file", "-o", &object][..], &more[..]].concat()).ok().says(why);
        let uploads: BTreeSet<String> = gate.sent().into_iter().map(|(upload, _, _)| upload).collect();
        assert_eq!(uploads.len(), 2, "{name}");
        let identity = if name == "other-key" { vec!["--identity", "other"] } else { Vec::new() };
        home.run([&["decrypt", &object][..], &identity[..]].concat()).gives(&now);
        gate.check_no_reuse(now.len());
        // The parts of the first upload are gone.
        assert_eq!(home.run(["s3", "cleanup", "-n", &object]).ok().stdout_text().matches(": unfinished").count(), 0);
    }
}

#[test]
fn what_is_gone_or_complete_or_cannot_be_opened_is_found_out() {
    let server = need!(versitygw());
    server.new_bucket("found-out");
    let plaintext = noise(42 * MIB);
    // Somebody has removed the parts.
    let gate = Gate::from_part(server, 5);
    let home = gate.home();
    home.write("file", &plaintext);
    kill_in_the_middle(&home, &gate, "s3://found-out/gone", Signal::KILL);
    home.run(["s3", "cleanup", "--yes", "s3://found-out/gone"]).ok();
    home.run(["encrypt", "-v", "--resume", "file", "-o", "s3://found-out/gone"]).ok().says("S3 no longer has it");
    home.run(["decrypt", "s3://found-out/gone"]).gives(&plaintext);
    // The answer to the last request never came.
    let is_last = |line: &str| line.starts_with("POST ") && line.contains("uploadId=");
    let (port, passed) = (server.port, Arc::new(AtomicBool::new(false)));
    let done = Arc::clone(&passed);
    let relay = ObjectRelay::to(server, move |request| {
        if is_last(&request.first_line) && !done.load(Ordering::SeqCst) {
            crate::support::pass_on(port, &request);
            done.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_mins(1));
        }
        Fate::Passed(request)
    });
    let home = home_of_objects(relay.port);
    home.write("file", &plaintext);
    let child = start(&home, &["encrypt", "--resume", "file", "-o", "s3://found-out/complete"]);
    wait_until("the upload is complete", || passed.load(Ordering::SeqCst));
    end(child, Signal::KILL);
    let before = relay.count("partNumber=");
    home.run(["encrypt", "--resume", "file", "-o", "s3://found-out/complete"]).ok();
    assert_eq!(relay.count("partNumber="), before);
    home.run(["decrypt", "s3://found-out/complete"]).gives(&plaintext);
    assert_eq!(states(&home), Vec::<PathBuf>::new());
    // None of its keys can be used here.
    let gate = Gate::from_part(server, 5);
    let home = gate.home();
    home.write("file", &plaintext);
    kill_in_the_middle(&home, &gate, "s3://found-out/locked", Signal::KILL);
    let recipient = home.run(["keygen", "--show"]).ok().stdout_text();
    fs::rename(home.local_key(), home.file("key")).unwrap();
    let text = fs::read_to_string(&states(&home)[0]).unwrap();
    assert!(!text.contains("AGE-SECRET"), "{text}");
    let outcome =
        home.run(["encrypt", "-v", "--resume", "-k", recipient.trim(), "file", "-o", "s3://found-out/locked"]);
    outcome.ok().says("none of its keys can be used to decrypt here");
    home.run(["decrypt", "--identity", "key", "s3://found-out/locked"]).gives(&plaintext);
    gate.check_no_reuse(plaintext.len());
}

#[test]
fn only_a_regular_file_that_becomes_a_kenc_object_can_go_on() {
    let server = need!(versitygw());
    server.new_bucket("only");
    let home = server.home();
    home.write("file", b"text");
    home.run_with(["encrypt", "--resume", "-o", "s3://only/a"], b"text")
        .fails(2)
        .says("needs a regular file")
        .hints("write the input to a file");
    home.succeeds("mkfifo pipe");
    home.run(["encrypt", "--resume", "pipe", "-o", "s3://only/a"]).fails(2).says("needs a regular file");
    home.run(["encrypt", "--resume", "file", "-o", "local"])
        .fails(2)
        .says("the output is not an object")
        .hints("s3://BUCKET/KEY");
    home.run(["encrypt", "--resume", "file"]).fails(2).says("the output is not an object");
    home.run(["encrypt", "--resume", "--format", "age", "file", "-o", "s3://only/a"])
        .fails(2)
        .says("the format is age");
    home.write("a.yaml", b"a: b\n");
    home.run(["encrypt", "--resume", "--values", "a.yaml", "-o", "s3://only/a"]).fails(2).hints("--whole");
    home.run(["encrypt", "--resume", "-o", "s3://only/a", "--", "echo", "a"]).fails(2).says("cannot be used with");
    assert_eq!(states(&home), Vec::<PathBuf>::new());
    // A short file needs no parts, and leaves no state.
    home.run(["encrypt", "--resume", "file", "-o", "s3://only/a"]).ok();
    assert_eq!(states(&home), Vec::<PathBuf>::new());
    home.run(["decrypt", "s3://only/a"]).gives(b"text");
    home.run(["encrypt", "-v", "--resume", "file", "-o", "s3://only/a"]).ok().says("is whole already");
    // Another object is not replaced without being asked.
    home.write("other", b"other");
    home.run(["encrypt", "--resume", "other", "-o", "s3://only/a"]).fails(6).says("already exists");
    home.run(["encrypt", "--resume", "-f", "other", "-o", "s3://only/a"]).ok();
    home.run(["decrypt", "s3://only/a"]).gives(b"other");
}

#[test]
fn one_program_at_a_time_sends_a_file_to_an_object_and_nobody_else_can_write_its_state() {
    use std::os::unix::fs::PermissionsExt;
    let server = need!(versitygw());
    server.new_bucket("one-at-a-time");
    let gate = Gate::from_part(server, 5);
    let home = gate.home();
    home.write("file", noise(42 * MIB));
    let arguments = ["encrypt", "--resume", "file", "-o", "s3://one-at-a-time/a"];
    let child = start(&home, &arguments);
    wait_until("it has begun", || !gate.sent().is_empty());
    home.run(arguments).fails(1).says("another run uploads").hints("wait for it");
    end(child, Signal::KILL);
    gate.open();
    let state = &states(&home)[0];
    assert_eq!(fs::metadata(state).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(state, fs::Permissions::from_mode(0o666)).unwrap();
    home.run(arguments).fails(1).says("others can write").hints("rm ");
    fs::set_permissions(state, fs::Permissions::from_mode(0o600)).unwrap();
    home.run(arguments).ok();
    home.run(["decrypt", "s3://one-at-a-time/a"]).gives(&home.read("file"));
}
