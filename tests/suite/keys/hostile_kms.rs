//! A malicious server in the place of KMS, which gives every command every wrong answer that we could think of. Nothing that
//! it answers makes kenc write a file that does not open, contact another host, or use unbounded memory or time.
//!
//! An answer that is correct but badly formed may be used: then the result must open under the real keys.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

use serde_json::{Value, json};

use crate::support::{Asked, Home, Kms, Outcome, RawServer, answer_json, answer_with, moto, silent_listener};

const KEY_SERVICE: i32 = 5;
const PROBLEMS: i32 = 7;
const PLAINTEXT: &str = "select 'the rest is silence';\n";
const DOCUMENT: &str = "password: hunter2\n";
/// The most that may be read from a server that never stops sending, including the buffers of the system.
const ENOUGH: u64 = 64 << 20;

/// One kind of wrong answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    OtherKey,
    OtherAccount,
    NoKeyId,
    NoPlaintext,
    ShortPlaintext,
    LongPlaintext,
    NoCiphertext,
    EmptyCiphertext,
    HugeCiphertext,
    ClearCiphertext,
    EmptyBody,
    EmptyObject,
    TruncatedJson,
    ErrorWithStatusOk,
    Html,
    WrongContentType,
    Redirect,
    EndlessBody,
    GigabyteAnnounced,
    ManyHeaders,
    LongHeader,
    SlowHead,
    SlowBody,
    LessThanAnnounced,
}

const LIES: &[Lie] = &[
    Lie::OtherKey,
    Lie::OtherAccount,
    Lie::NoKeyId,
    Lie::NoPlaintext,
    Lie::ShortPlaintext,
    Lie::LongPlaintext,
    Lie::NoCiphertext,
    Lie::EmptyCiphertext,
    Lie::HugeCiphertext,
    Lie::ClearCiphertext,
    Lie::EmptyBody,
    Lie::EmptyObject,
    Lie::TruncatedJson,
    Lie::ErrorWithStatusOk,
    Lie::Html,
    Lie::WrongContentType,
    Lie::Redirect,
    Lie::EndlessBody,
    Lie::GigabyteAnnounced,
    Lie::ManyHeaders,
    Lie::LongHeader,
    Lie::SlowHead,
    Lie::SlowBody,
    Lie::LessThanAnnounced,
];

impl Lie {
    /// The timeout in seconds: short where no answer comes, and long where a busy machine must not cause a failure.
    fn timeout(self) -> &'static str {
        if matches!(self, Self::SlowHead | Self::SlowBody) { "1" } else { "120" }
    }

    /// The words of the sentence, whatever was asked.
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::EndlessBody | Self::GigabyteAnnounced => &["is longer than 256 KiB"],
            Self::Html | Self::TruncatedJson | Self::Redirect => &["is not a KMS response"],
            Self::SlowHead | Self::SlowBody => &["did not answer within", "no answer to kms:"],
            Self::LessThanAnnounced => &["was cut off"],
            Self::ManyHeaders | Self::LongHeader => &["cannot reach", "http://127.0.0.1"],
            _ => &["answered kms:"],
        }
    }

    fn tell(self, stream: &mut TcpStream, honest: &Value, trap: u16, sent: &AtomicU64) {
        let with = |name: &str, value: Value| {
            let mut answer = honest.clone();
            if answer.get(name).is_some() {
                answer[name] = value;
            }
            answer.to_string()
        };
        let without = |name: &str| {
            let mut answer = honest.clone();
            answer.as_object_mut().expect("an answer is an object").remove(name);
            answer.to_string()
        };
        let json = |stream: &mut TcpStream, body: &str| answer_json(stream, 200, body);
        let key = honest["KeyId"].as_str().unwrap_or_default();
        match self {
            Self::OtherKey => json(stream, &with("KeyId", json!(format!("{}0000", &key[..key.len().max(4) - 4])))),
            Self::OtherAccount => json(stream, &with("KeyId", json!(key.replace("123456789012", "999999999999")))),
            Self::NoKeyId => json(stream, &without("KeyId")),
            Self::NoPlaintext => json(stream, &without("Plaintext")),
            Self::ShortPlaintext => json(stream, &with("Plaintext", json!("AAAAAAAAAAAAAAAAAAAAAA=="))),
            Self::LongPlaintext => json(stream, &with("Plaintext", json!("AAAA".repeat(1000)))),
            Self::NoCiphertext => json(stream, &without("CiphertextBlob")),
            Self::EmptyCiphertext => json(stream, &with("CiphertextBlob", json!(""))),
            Self::HugeCiphertext => json(stream, &with("CiphertextBlob", json!("AAAA".repeat(20_000)))),
            Self::ClearCiphertext => json(stream, &with("CiphertextBlob", honest["Plaintext"].clone())),
            Self::EmptyBody => json(stream, ""),
            Self::EmptyObject => json(stream, "{}"),
            Self::TruncatedJson => json(stream, &honest.to_string()[..honest.to_string().len() / 2]),
            Self::ErrorWithStatusOk => {
                json(stream, r#"{"__type":"AccessDeniedException","message":"no \u001b[31m"}"#);
            }
            Self::Html => answer_with(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n",
                "<html>please log in to the guest network</html>",
            ),
            Self::WrongContentType => {
                answer_with(stream, "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n", &honest.to_string());
            }
            Self::Redirect => {
                let place = format!("HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:{trap}/\r\n");
                answer_with(stream, &place, &honest.to_string());
            }
            Self::EndlessBody => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                let part = [&b"4000\r\n"[..], &[b' '; 0x4000], b"\r\n"].concat();
                while stream.write_all(&part).is_ok() && sent.fetch_add(0x4000, Ordering::SeqCst) < 16 * ENOUGH {}
            }
            Self::GigabyteAnnounced => {
                let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 1 << 30);
                while stream.write_all(&[b' '; 0x4000]).is_ok()
                    && sent.fetch_add(0x4000, Ordering::SeqCst) < 16 * ENOUGH
                {}
            }
            Self::ManyHeaders => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
                while stream.write_all(&b"x-a: b\r\n".repeat(1000)).is_ok()
                    && sent.fetch_add(8000, Ordering::SeqCst) < 16 * ENOUGH
                {}
            }
            Self::LongHeader => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-a: ");
                while stream.write_all(&[b'a'; 0x4000]).is_ok()
                    && sent.fetch_add(0x4000, Ordering::SeqCst) < 16 * ENOUGH
                {}
            }
            Self::SlowHead => drip(stream, b"HTTP/1.1 200 OK\r\n"),
            Self::SlowBody => drip(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"),
            Self::LessThanAnnounced => {
                let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{honest}");
            }
        }
    }

    /// Whether the answer to an operation is still one that can be used.
    fn is_harmless(self, operation: &str) -> bool {
        match self {
            Self::WrongContentType => true,
            // The file itself shows which data key is right, and decrypting returns no wrapped key.
            Self::OtherKey
            | Self::OtherAccount
            | Self::NoKeyId
            | Self::NoCiphertext
            | Self::EmptyCiphertext
            | Self::HugeCiphertext
            | Self::ClearCiphertext => operation == "Decrypt",
            Self::NoPlaintext | Self::ShortPlaintext | Self::LongPlaintext => {
                !["Decrypt", "GenerateDataKey"].contains(&operation)
            }
            _ => false,
        }
    }
}

/// Sends some bytes, and then single bytes slowly for as long as the client reads.
fn drip(stream: &mut TcpStream, start: &[u8]) {
    let _ = stream.write_all(start);
    while stream.write_all(b"a").is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// A home with files that were made under real keys, all of which open.
struct Scene {
    home: Home,
    kms: &'static Kms,
    key: String,
    other: String,
    /// A port that no answer may make kenc contact, and whether one did.
    trap: u16,
    caught: Receiver<()>,
}

impl Scene {
    fn new(kms: &'static Kms) -> Self {
        let (home, key, other) = (kms.home().with("AWS_MAX_ATTEMPTS", "1"), kms.new_key(), kms.new_key());
        home.write("plain.sql", PLAINTEXT);
        home.write("plain.yaml", DOCUMENT);
        home.write("secrets.yaml", DOCUMENT);
        std::fs::create_dir(home.file("folder")).expect("a folder can be made");
        home.write("folder/a", PLAINTEXT);
        home.run(["encrypt", "-k", &key, "-o", "whole.kenc", "plain.sql"]).ok();
        home.run(["encrypt", "--values", "-i", "-k", &key, "secrets.yaml"]).ok();
        home.write(".kenc.yaml", format!("creation_rules:\n- path_regex: ^new\n  keys: ['{key}']\n"));
        let editor = home.write("editor", "#!/bin/sh\necho 'more: text' >> \"$1\"\n");
        std::fs::set_permissions(editor, PermissionsExt::from_mode(0o700)).expect("it is our own");
        // One for all lies: each would hold its port until the tests end.
        let (trap, caught) = silent_listener();
        Self { home, kms, key, other, trap, caught }
    }

    /// Runs a command with a server that gives one kind of wrong answer.
    fn run(&self, arguments: &[&str], lie: Lie) -> (Outcome, RawServer, bool) {
        let (trap, caught) = (self.trap, &self.caught);
        let (honest, sent) = (self.kms.port, Arc::new(AtomicU64::new(0)));
        let of_server = Arc::clone(&sent);
        let server = RawServer::start(move |asked: &Asked, stream: &mut TcpStream| {
            // What DryRun asks is no part of this: its answers are not used.
            lie.tell(stream, &asked.pass_on(honest), trap, &of_server);
        });
        let address = format!("http://127.0.0.1:{}", server.port);
        let mut command = self.home.command();
        command.env("AWS_ENDPOINT_URL_KMS", &address).env("AWS_ENDPOINT_URL_STS", &address);
        command.env("EDITOR", self.home.file("editor")).args(arguments).args(["--aws-timeout", lie.timeout()]);
        let outcome = crate::support::finish(command, b"");
        assert!(sent.load(Ordering::SeqCst) < ENOUGH, "{lie:?}: a body without end was read");
        (outcome, server, caught.try_recv().is_ok())
    }

    /// Every file that a user has, with its content.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.home.path(), self.home.path(), &mut files);
        files
    }

    /// Whether every encrypted file here opens under the real keys, and to what.
    fn assert_all_open(&self) {
        for (name, content) in self.files() {
            if content.starts_with(b"kenc") || Path::new(&name).extension().is_some_and(|ending| ending == "kenc") {
                self.home.run(["decrypt", &name, "-o", "-"]).gives(PLAINTEXT.as_bytes());
            } else if String::from_utf8_lossy(&content).contains("\nsops:") {
                let outcome = self.home.run(["decrypt", &name, "-o", "-"]);
                outcome.ok();
            }
        }
    }

    /// Gives a command every wrong answer, and checks the promises above.
    fn assert_no_harm(&self, arguments: &[&str]) {
        let before = self.files();
        for &lie in LIES {
            let (outcome, server, went_elsewhere) = self.run(arguments, lie);
            let asked = server.asked();
            let said = format!("{arguments:?} {lie:?}: exit {}\n{}", outcome.code, outcome.stderr);
            assert!(!asked.is_empty(), "nobody was asked: {said}");
            assert!(!went_elsewhere, "another host was contacted: {said}");
            assert!(!outcome.stderr.contains("report this") && !outcome.stderr.contains('\u{1b}'), "{said}");
            assert!(asked.len() <= 12, "{} calls: {said}", asked.len());
            // Harmless answers may be refused as well: only the answer of its own key opens a file.
            if outcome.code == 0 && asked.iter().all(|asked| lie.is_harmless(&asked.operation)) {
                self.assert_all_open();
                self.restore(&before);
            } else {
                assert_eq!(outcome.code, KEY_SERVICE, "{said}");
                assert!(outcome.stderr.contains("kenc: error: ") && outcome.stderr.contains("kenc: hint: "), "{said}");
                assert!(lie.words().iter().any(|words| outcome.stderr.contains(words)), "{said}");
                assert!(self.files() == before, "a file was changed: {said}");
            }
        }
    }

    fn restore(&self, before: &BTreeMap<String, Vec<u8>>) {
        for name in self.files().keys().filter(|name| !before.contains_key(*name)) {
            std::fs::remove_file(self.home.file(name)).expect("it is our own");
        }
        for (name, content) in before {
            std::fs::write(self.home.file(name), content).expect("it is our own");
        }
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path).expect("a file can be read"));
        }
    }
}

#[test]
fn encrypt_of_a_file_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["encrypt", "-k", &scene.key, "-o", "out.kenc", "plain.sql"]);
}

#[test]
fn encrypt_of_a_folder_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["encrypt", "-r", "-k", &scene.key, "-k", &scene.other, "-o", "out/", "folder"]);
}

#[test]
fn encrypt_of_values_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["encrypt", "--values", "-i", "-k", &scene.key, "-k", &scene.other, "plain.yaml"]);
}

#[test]
fn decrypt_of_a_file_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["decrypt", "-o", "out.sql", "whole.kenc"]);
}

#[test]
fn decrypt_of_a_document_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["decrypt", "-o", "out.yaml", "secrets.yaml"]);
}

#[test]
fn rewrap_of_a_file_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["rewrap", "--to", &scene.other, "whole.kenc"]);
}

#[test]
fn rewrap_of_a_document_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["rewrap", "--add", &scene.other, "secrets.yaml"]);
}

#[test]
fn rotate_of_a_file_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["rotate", "--to", &scene.key, "whole.kenc"]);
}

#[test]
fn rotate_of_a_document_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["rotate", "--to", &scene.key, "secrets.yaml"]);
}

#[test]
fn set_on_a_new_document_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["set", "new.yaml", "db.password", "hunter2", "--from-argument"]);
}

#[test]
fn edit_of_a_document_and_of_a_new_one_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    scene.assert_no_harm(&["edit", "secrets.yaml"]);
    scene.assert_no_harm(&["edit", "new.yaml"]);
}

#[test]
fn a_check_of_keys_comes_to_no_harm() {
    let scene = Scene::new(need!(moto()));
    let before = scene.files();
    for &lie in LIES {
        let (outcome, _, went_elsewhere) = scene.run(&["keys", "check", &scene.key], lie);
        let said = format!("{lie:?}: exit {}\n{}", outcome.code, outcome.stderr);
        assert!(
            [0, KEY_SERVICE, PROBLEMS].contains(&outcome.code) && !outcome.stderr.contains("report this"),
            "{said}"
        );
        assert!(!went_elsewhere && scene.files() == before, "{said}");
    }
}
