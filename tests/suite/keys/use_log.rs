//! kenc's own log of its calls of AWS KMS, and what makes a file known by them.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Home, Kms, RawFile, moto};

const KEY_SERVICE: i32 = 5;
const USAGE: i32 = 2;

/// A home whose own config asks for a log.
fn home(kms: &Kms, log: &str) -> Home {
    let home = kms.home();
    let folder = home.root().join("home/.config/kenc");
    std::fs::create_dir_all(&folder).expect("folders can be made");
    let path = home.file(log);
    std::fs::write(folder.join("config.yaml"), format!("audit_log: {}\n", path.display()))
        .expect("a file can be written");
    home
}

fn entries(home: &Home, log: &str) -> Vec<Value> {
    let text = String::from_utf8(home.read(log)).expect("it is text");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn every_call_is_noted_with_its_id_its_key_its_context_and_what_it_wrapped_and_with_no_secret() {
    let kms = need!(moto());
    let home = home(kms, "uses.jsonl");
    let (first, second) = (kms.new_key(), kms.new_key());
    home.write("plain", "attack at dawn");
    home.run(["encrypt", "-k", &first, "-k", &second, "-c", "app=shop", "plain", "-o", "a.kenc"]).ok();
    home.run(["decrypt", "a.kenc"]).gives(b"attack at dawn");
    home.run(["rewrap", "--remove", &second, "a.kenc"]).ok();
    let entries = entries(&home, "uses.jsonl");
    let operations: Vec<&str> = entries.iter().map(|entry| entry["operation"].as_str().expect("text")).collect();
    assert_eq!(operations[..3], ["GenerateDataKey", "Encrypt", "Decrypt"]);
    for entry in &entries[..3] {
        assert_eq!((&entry["context"], &entry["status"]), (&json!({ "app": "shop" }), &200.into()));
        assert!(entry["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{entry}");
        assert_eq!(entry["wrapped_keys"].as_array().expect("a list").len(), 1, "{entry}");
    }
    assert_eq!((&entries[0]["key"], &entries[1]["key"]), (&first.as_str().into(), &second.as_str().into()));
    assert_eq!(entries[2]["wrapped_keys"], entries[0]["wrapped_keys"], "the first key opened it");
    let named = home.file("plain").display().to_string();
    assert!(entries[0]["files"].as_array().expect("a list").contains(&named.into()), "{}", entries[0]);
    // Neither the wrapped key nor the data key is in it, only digests.
    let log = String::from_utf8(home.read("uses.jsonl")).expect("it is text");
    assert!(!log.contains("Plaintext") && !log.contains("CiphertextBlob"), "{log}");
    let mode = std::fs::metadata(home.file("uses.jsonl")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_log_that_cannot_be_written_is_an_error_before_a_key_is_used() {
    let kms = need!(moto());
    let key = kms.new_key();
    let home = home(kms, "missing/uses.jsonl");
    home.write("plain", "x");
    let outcome = home.run(["encrypt", "-v", "-k", &key, "plain", "-o", "a.kenc"]);
    outcome.fails(KEY_SERVICE).says("cannot write the log of key uses").hints("no key was used");
    assert!(
        !outcome.stderr.contains("kms:GenerateDataKey alias") && !outcome.stderr.contains(": request "),
        "{}",
        outcome.stderr
    );
    assert!(!home.file("a.kenc").exists());
    // Work that uses no key of AWS KMS goes on.
    home.keygen();
    home.run(["encrypt", "plain", "-o", "b.kenc"]).ok();
    std::fs::create_dir(home.file("missing")).expect("a folder can be made");
    home.run(["encrypt", "-k", &key, "plain", "-o", "a.kenc"]).ok();
    std::fs::remove_file(home.file("missing/uses.jsonl")).expect("it is there");
    std::fs::create_dir(home.file("missing/uses.jsonl")).expect("a folder can be made");
    home.run(["decrypt", "a.kenc"]).fails(KEY_SERVICE).says("cannot write the log of key uses");
}

#[test]
fn only_the_user_says_where_the_log_is() {
    let kms = need!(moto());
    let home = kms.home();
    let key = kms.new_key();
    home.write(".kenc.yaml", format!("audit_log: {}\n", home.file("evil").display()));
    home.write("plain", "x");
    let _ = home.run(["encrypt", "-k", &key, "plain", "-o", "a.kenc"]);
    assert!(!home.file("evil").exists(), "a config beside a file writes nothing");
    let folder = home.root().join("home/.config/kenc");
    std::fs::create_dir_all(&folder).expect("folders can be made");
    std::fs::write(folder.join("config.yaml"), "audit_log: uses.jsonl\n").expect("a file can be written");
    std::fs::remove_file(home.file(".kenc.yaml")).expect("it is there");
    home.run(["encrypt", "-k", &key, "plain", "-o", "b.kenc"]).says("absolute path");
    assert!(!home.file("b.kenc").exists());
}

#[test]
fn the_calls_for_a_file_are_found_by_the_log_of_the_user_wherever_the_file_went() {
    let kms = need!(moto());
    let home = home(kms, "uses.jsonl");
    let key = kms.new_key();
    for name in ["one", "two"] {
        home.write(name, name);
        home.run(["encrypt", "-k", &key, "-c", "app=shop", name, "-o", &format!("{name}.kenc")]).ok();
        home.run(["decrypt", &format!("{name}.kenc")]).ok();
    }
    std::fs::rename(home.file("one.kenc"), home.file("moved.kenc")).expect("it can be renamed");
    // What CloudTrail would record of these calls.
    let records: Vec<Value> = entries(&home, "uses.jsonl")
        .iter()
        .map(|entry| {
            json!({ "eventSource": "kms.amazonaws.com", "eventName": entry["operation"], "eventTime": "2026-11-20T10:00:00Z",
                "awsRegion": "us-east-1", "requestID": entry["request_id"], "eventID": entry["request_id"],
                "requestParameters": { "keyId": entry["key"], "encryptionContext": entry["context"] } })
        })
        .collect();
    home.write("trail.json", json!({ "Records": records }).to_string());
    let text = home.run(["audit", "--trail", "trail.json", "moved.kenc"]).ok().stdout_text();
    assert!(text.contains("4 events: 2 this file (request id), 2 this key and this context"), "{text}");
    // Concurrent processes leave whole lines.
    let many = "for i in 1 2 3 4 5 6 7 8; do kenc decrypt two.kenc > /dev/null & done; wait";
    home.succeeds(many);
    assert_eq!(entries(&home, "uses.jsonl").len(), 12);
}

#[test]
fn a_file_with_an_id_has_a_context_of_its_own() {
    let kms = need!(moto());
    let home = kms.home();
    let key = kms.new_key();
    home.write("plain", "x");
    let ids: Vec<String> = ["a.kenc", "b.kenc"]
        .iter()
        .map(|name| {
            home.run(["encrypt", "--id", "-k", &key, "-c", "app=shop", "plain", "-o", name]).ok();
            home.run(["decrypt", "-c", "app=shop", name]).gives(b"x");
            let context = RawFile::parse(&home.read(name)).context;
            let [(app, shop), (name, id)] = &context[..] else { panic!("{context:?}") };
            assert_eq!((&**app, &**shop, &**name), ("app", "shop", "kenc-id"));
            assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
            id.clone()
        })
        .collect();
    assert_ne!(ids[0], ids[1]);
    home.write("s.yaml", "a: secret\n");
    home.run(["encrypt", "--values", "--id", "-i", "-k", &key, "s.yaml"]).ok();
    home.run(["decrypt", "s.yaml"]).gives(b"a: secret\n");
    assert!(String::from_utf8(home.read("s.yaml")).expect("it is text").contains("kenc-id: "));
    home.run(["encrypt", "--id", "-c", "kenc-id=mine", "-k", &key, "plain", "-o", "c.kenc"])
        .fails(USAGE)
        .says("kenc-id");
    home.run(["encrypt", "--id", "--format", "age", "plain", "-o", "c.age"]).fails(USAGE);
    home.run(["encrypt", "--id", "-r", "--resume", ".", "-o", "out"]).fails(USAGE).says("--resume");
}
