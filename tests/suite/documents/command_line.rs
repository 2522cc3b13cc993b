//! Config documents at the command line: single values, other keys, other rules, whole folders. No test talks to AWS.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::{Value, json};

use crate::support::{Home, Relay, Sops, home_at, moto};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const PROBLEMS: i32 = 7;

const SECRETS: &str = "\
# Who may read the database.
db:
    user: eve # nobody else
    password: \"c4r1b0u\"
    port: 5432
hosts:
    - a.example
    - b.example
note_unencrypted: plain
";

/// A home with a local key, and `secrets.yaml` encrypted under it.
struct Documents {
    home: Home,
    key: String,
}

impl Documents {
    fn new() -> Self {
        let home = Home::new();
        let key = home.keygen();
        home.write("secrets.yaml", SECRETS);
        home.run(["encrypt", "--values", "-i", "secrets.yaml"]).ok();
        Self { home, key }
    }

    fn other_key(&self, name: &str) -> String {
        self.home.run(["keygen", "-o", name]).ok().stdout_text().trim().to_owned()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.home.read(name)).expect("documents are text")
    }

    #[track_caller]
    fn says(&self, name: &str, plaintext: &str) {
        let outcome = self.home.run(["decrypt", name]);
        assert_eq!(outcome.ok().stdout_text(), plaintext);
        self.home.run(["verify", "--require-seal", name]).ok();
    }

    fn inspect(&self, name: &str) -> Value {
        let outcome = self.home.run(["inspect", "--json", name]);
        serde_json::from_slice(&outcome.ok().stdout).expect("it is JSON")
    }

    fn ids(&self, name: &str) -> Vec<Vec<String>> {
        let groups = self.inspect(name)["groups"].as_array().expect("it is a list").clone();
        let id = |key: &Value| key["id"].as_str().expect("it is text").to_owned();
        groups.iter().map(|group| group.as_array().expect("it is a list").iter().map(id).collect()).collect()
    }
}

/// The names of the lines that differ: what stands before the first colon.
fn changed_lines(before: &str, after: &str) -> BTreeSet<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let name = |line: &&&str| line.split(':').next().unwrap_or_default().trim().to_owned();
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| name(&line));
    let come = after.iter().filter(|line| !before.contains(line)).map(|line| name(&line));
    gone.chain(come).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

mod single_values {
    use super::*;

    #[test]
    fn every_notation_of_a_path_finds_its_value_and_a_line_end_is_added_once() {
        let home = Documents::new().home;
        for (path, value) in [
            ("db.password", "c4r1b0u\n"),
            ("[\"db\"][\"password\"]", "c4r1b0u\n"),
            ("\"db\".port", "5432\n"),
            ("hosts[1]", "b.example\n"),
            ("note_unencrypted", "plain\n"),
        ] {
            home.run(["get", "secrets.yaml", path]).gives(value.as_bytes());
        }
        home.run(["get", "-n", "secrets.yaml", "db.password"]).gives(b"c4r1b0u");
        home.run(["get", "--json", "secrets.yaml", "db.password"]).gives(b"\"c4r1b0u\"\n");
        home.run(["get", "--json", "secrets.yaml", "db"])
            .gives(b"{\"user\":\"eve\",\"password\":\"c4r1b0u\",\"port\":5432}\n");
        home.run(["get", "secrets.yaml", "hosts"]).gives(b"- a.example\n- b.example\n");
        home.run(["get", "--output-type", "json", "secrets.yaml", "db"])
            .gives(b"{\n\t\"user\": \"eve\",\n\t\"password\": \"c4r1b0u\",\n\t\"port\": 5432\n}\n");
        home.run(["get", "secrets.yaml", "db.nothing"]).fails(FAILED).says("db.nothing: no such value");
        home.run(["get", "secrets.yaml", "db..x"]).fails(USAGE).says("is not a path");
        home.run(["get", "secrets.yaml", "db", "--document", "2"]).fails(FAILED).says("no such document");
        let file = home.read("secrets.yaml");
        home.run_with(["get", "-", "db.user"], &file).gives(b"eve\n");
    }

    #[test]
    fn a_value_that_is_set_changes_its_line_and_what_vouches_for_it_and_nothing_else() {
        let documents = Documents::new();
        let before = documents.text("secrets.yaml");
        // The time of the last change is in seconds, and is to differ.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let outcome = documents.home.run_with(["set", "secrets.yaml", "db.password"], b"w0lverine\n");
        assert_eq!((outcome.ok().stdout_text().as_str(), outcome.stderr.as_str()), ("", ""));
        let after = documents.text("secrets.yaml");
        assert_eq!(changed_lines(&before, &after), names(["password", "mac", "lastmodified", "kenc_seal"]));
        assert!(!after.contains("w0lverine"));
        documents.says("secrets.yaml", &SECRETS.replace("c4r1b0u", "w0lverine"));
    }

    #[test]
    fn a_value_that_is_there_already_writes_nothing() {
        let documents = Documents::new();
        let path = documents.home.file("secrets.yaml");
        let state = || {
            let metadata = fs::metadata(&path).expect("it is there");
            (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
        };
        let (before, text) = (state(), documents.text("secrets.yaml"));
        let outcome = documents.home.run_with(["set", "--json", "secrets.yaml", "db.port"], b"5432");
        let told: Value = serde_json::from_slice(&outcome.ok().stdout).expect("it is JSON");
        assert_eq!(told, json!({ "file": "secrets.yaml", "path": "db.port", "changed": false, "created": false }));
        documents.home.run_with(["set", "secrets.yaml", "db.password"], b"c4r1b0u\n").ok();
        documents.home.run(["unset", "secrets.yaml", "db.nothing", "--if-there"]).ok();
        assert_eq!((state(), documents.text("secrets.yaml")), (before, text));
    }

    #[test]
    fn types_are_those_of_the_notation_and_text_stays_text() {
        let documents = Documents::new();
        let home = &documents.home;
        for (path, input, flags) in [
            ("types.integer", "12", &[][..]),
            ("types.truth", "true", &[]),
            ("types.text", "0123", &[]),
            ("types.digits", "12", &["--string"]),
            ("db.password", "12345", &[]),
            ("types.list", "[1, {\"a\": null}]", &["--json"]),
            ("hosts[2]", "c.example", &[]),
            ("\"a.b\"", "dotted", &[]),
        ] {
            home.run_with([&["set", "secrets.yaml", path][..], flags].concat(), input.as_bytes()).ok();
        }
        let all = home.run(["get", "--json", "secrets.yaml", "."]);
        let all: Value = serde_json::from_slice(&all.ok().stdout).expect("it is JSON");
        let wanted =
            json!({ "integer": 12, "truth": true, "text": "0123", "digits": "12", "list": [1, { "a": null }] });
        assert_eq!(all["types"], wanted);
        assert_eq!(
            (&all["db"]["password"], &all["hosts"][2], &all["a.b"]),
            (&json!("12345"), &json!("c.example"), &json!("dotted"))
        );
        home.run(["verify", "secrets.yaml"]).ok();
    }

    #[test]
    fn a_value_comes_from_a_pipe_or_a_file_and_from_the_command_line_only_if_that_is_said() {
        let documents = Documents::new();
        let home = &documents.home;
        let before = documents.text("secrets.yaml");
        home.run(["set", "secrets.yaml", "db.password", "s3cret"]).fails(USAGE).hints("--from-argument");
        home.run(["set", "secrets.yaml", "db.password"]).fails(USAGE).says("the standard input is empty");
        home.run_with(["set", "secrets.yaml", "db.password"], &[0xff]).fails(FAILED).says("not UTF-8");
        home.run_with(["set", "--json", "secrets.yaml", "db.x"], b"s3cret").says("the value is not JSON");
        assert_eq!(documents.text("secrets.yaml"), before);

        home.run(["set", "secrets.yaml", "db.password", "-dash", "--from-argument"]).ok();
        home.run(["get", "secrets.yaml", "db.password"]).gives(b"-dash\n");
        home.run(["set", "secrets.yaml", "db.password", "", "--from-argument"]).ok();
        home.run(["get", "-n", "secrets.yaml", "db.password"]).gives(b"");
        let key = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n";
        home.write("key.pem", key);
        home.run(["set", "secrets.yaml", "tls.key", "--file", "key.pem"]).ok();
        home.run(["get", "secrets.yaml", "tls.key"]).gives(key.as_bytes());
        home.run_with(["set", "secrets.yaml", "tls.other"], key.as_bytes()).ok();
        home.run(["get", "secrets.yaml", "tls.other"]).gives(key.as_bytes());
    }

    #[test]
    fn a_value_that_the_rule_leaves_in_the_clear_is_told_of() {
        let documents = Documents::new();
        let outcome = documents.home.run_with(["set", "secrets.yaml", "note_unencrypted"], b"other\n");
        outcome.ok().hints("leaves `note_unencrypted` in the clear");
        assert!(documents.text("secrets.yaml").contains("note_unencrypted: other\n"));
    }

    #[test]
    fn a_value_that_is_taken_away_goes_with_its_lines() {
        let documents = Documents::new();
        documents.home.run(["unset", "secrets.yaml", "db.password"]).ok();
        documents.home.run(["unset", "secrets.yaml", "hosts[0]"]).ok();
        documents
            .says("secrets.yaml", &SECRETS.replace("    password: \"c4r1b0u\"\n", "").replace("    - a.example\n", ""));
        documents.home.run(["unset", "secrets.yaml", "db.password"]).fails(FAILED).says("there is nothing");
    }

    #[test]
    fn other_notations_work_alike() {
        let documents = Documents::new();
        let home = &documents.home;
        for (name, text, path, after) in [
            ("a.env", "A=1\n# b\nB=two\n", "B", "A=1\n# b\nB=new\n"),
            ("a.ini", "top = 1\n[s]\nk = v ; c\n", "s.k", "top = 1\n[s]\nk = new ; c\n"),
            ("a.toml", "a = 1 # one\n[t]\nk = 'v'\n", "t.k", "a = 1 # one\n[t]\nk = 'new'\n"),
            (
                "a.json",
                "{\n  \"a\": {\"b\": \"v\"},\n  \"n\": 1\n}\n",
                "a.b",
                "{\n  \"a\": {\"b\": \"new\"},\n  \"n\": 1\n}\n",
            ),
        ] {
            home.write(name, text);
            home.run(["encrypt", "--values", "-i", name]).ok();
            home.run_with(["set", name, path], b"new\n").ok();
            home.run(["get", name, path]).gives(b"new\n");
            documents.says(name, after);
            home.run(["unset", name, path]).ok();
            home.run(["get", name, path]).fails(FAILED);
            home.run(["verify", name]).ok();
        }
    }

    #[test]
    fn a_yaml_document_of_a_file_with_several_is_named_by_its_number() {
        let documents = Documents::new();
        documents.home.write("several.yaml", "a: 1\n---\na: 2\n");
        documents.home.run(["encrypt", "--values", "-i", "several.yaml"]).ok();
        documents.home.run(["get", "several.yaml", "a", "--document", "2"]).gives(b"2\n");
        documents.home.run_with(["set", "several.yaml", "a", "--document", "2"], b"3").ok();
        documents.says("several.yaml", "a: 1\n---\na: 3\n");
    }

    #[test]
    fn a_new_file_is_made_if_a_rule_is_for_it_and_only_then() {
        let documents = Documents::new();
        let home = &documents.home;
        home.run_with(["set", "new.yaml", "a.b"], b"1").fails(FAILED).says("new.yaml");
        let rule =
            format!("creation_rules:\n  - path_regex: ^new\n    age: {}\n    encrypted_regex: ^b$\n", documents.key);
        home.write(".sops.yaml", rule);
        home.run_with(["set", "other.yaml", "a.b"], b"1").fails(FAILED);
        home.run_with(["set", "new.yaml", "a.b"], b"1").ok();
        documents.says("new.yaml", "a:\n    b: 1\n");
        home.run_with(["set", "new.yaml", "a.c"], b"2").ok().hints("in the clear");
        home.run_with(["set", "new.env", "TOKEN"], b"x").fails(FAILED).says("no value is selected");
        assert!(!home.file("new.env").exists());
    }

    #[test]
    fn what_is_in_a_kenc_file_can_be_read_by_its_parts_and_not_set() {
        let home = Documents::new().home;
        home.write("app.env", "TOKEN=abc\n");
        home.run(["encrypt", "app.env", "-o", "app.env.kenc"]).ok();
        home.run(["get", "app.env.kenc", "TOKEN"]).gives(b"abc\n");
        home.run(["encrypt", "app.env", "-a", "-o", "armored"]).ok();
        home.run(["get", "armored", "TOKEN"]).fails(USAGE).hints("--input-type");
        home.run(["get", "armored", "TOKEN", "--input-type", "dotenv"]).gives(b"abc\n");
        home.run_with(["set", "app.env.kenc", "TOKEN"], b"x").fails(FAILED).hints("kenc edit app.env.kenc");
        home.run(["get", "app.env", "TOKEN"]).fails(FAILED).says("not an encrypted document");
        home.run_with(["set", "-", "TOKEN"], b"x").fails(USAGE);
    }

    #[test]
    fn values_that_are_set_at_the_same_time_are_all_kept() {
        const WRITERS: usize = 6;
        let documents = Documents::new();
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let home = &documents.home;
                let path = format!("new.n{number}");
                scope.spawn(move || home.run_with(["set", "secrets.yaml", &path], b"x").ok().code);
            }
        });
        let all = documents.home.run(["get", "--json", "secrets.yaml", "new"]).ok().stdout_text();
        let all: Value = serde_json::from_str(&all).expect("it is JSON");
        assert_eq!(all.as_object().expect("it is a mapping").len(), WRITERS);
    }

    #[test]
    fn a_document_that_was_tampered_with_is_neither_read_nor_changed() {
        let documents = Documents::new();
        let tampered = documents.text("secrets.yaml").replace("note_unencrypted: plain", "note_unencrypted: other");
        documents.home.write("secrets.yaml", &tampered);
        documents.home.run(["get", "secrets.yaml", "db.user"]).fails(NOT_AUTHENTIC);
        documents.home.run_with(["set", "secrets.yaml", "db.user"], b"x").fails(NOT_AUTHENTIC);
        documents.home.run(["unset", "secrets.yaml", "db.user"]).fails(NOT_AUTHENTIC);
        documents.home.run(["rotate", "secrets.yaml"]).fails(NOT_AUTHENTIC);
        documents.home.run(["rewrap", "secrets.yaml", "--add", &documents.other_key("k")]).fails(NOT_AUTHENTIC);
        assert_eq!(documents.text("secrets.yaml"), tampered);
    }
}

mod keys {
    use super::*;

    #[test]
    fn keys_come_and_go_and_no_value_changes() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        let before = documents.text("secrets.yaml");
        let values = |text: &str| text.split("sops:").next().expect("it has a beginning").to_owned();

        let said = home.run(["rewrap", "secrets.yaml", "--add", &team, "--dry-run"]).ok().stdout_text();
        assert_eq!(said, format!("secrets.yaml: would be added age {team}\n"));
        assert_eq!(documents.text("secrets.yaml"), before);

        let said = home.run(["rewrap", "secrets.yaml", "--add", &team]).ok().stdout_text();
        assert_eq!(said, format!("secrets.yaml: added age {team}\n"));
        assert_eq!(documents.ids("secrets.yaml"), [[documents.key.clone(), team.clone()]]);
        assert_eq!(values(&documents.text("secrets.yaml")), values(&before));
        home.run(["decrypt", "--identity", "team.txt", "secrets.yaml"]).gives(SECRETS.as_bytes());
        let said = home.run(["rewrap", "secrets.yaml", "--add", &team]).ok().stdout_text();
        assert_eq!(said, "secrets.yaml: nothing to change\n");

        let outcome = home.run(["rewrap", "--json", "secrets.yaml", "--remove", &documents.key]);
        let told: Value = serde_json::from_slice(&outcome.ok().stdout).expect("it is JSON");
        assert_eq!(told["removed"], json!([{ "provider": "age", "id": documents.key }]));
        assert_eq!(told["written"], "anew");
        home.run(["decrypt", "secrets.yaml"]).fails(NO_KEY);
        home.run(["rewrap", "secrets.yaml", "--remove", &team, "--identity", "team.txt"]).fails(USAGE).says("last key");
        let outcome = home.run(["rewrap", "secrets.yaml", "--to", &documents.key, "--identity", "team.txt"]);
        outcome.ok().hints("kenc rotate secrets.yaml");
        documents.says("secrets.yaml", SECRETS);
        assert_eq!(values(&documents.text("secrets.yaml")), values(&before));
    }

    #[test]
    fn a_document_with_several_groups_is_changed_in_the_one_that_is_named() {
        let documents = Documents::new();
        let home = &documents.home;
        let [second, third] = ["second.txt", "third.txt"].map(|name| documents.other_key(name));
        home.write("shared.yaml", SECRETS);
        let threshold = ["--shamir-threshold", "2"];
        let keys = ["-k", &documents.key, "-k", &second];
        home.run([&["encrypt", "--values", "-i", "shared.yaml"][..], &threshold, &keys].concat()).ok();
        let identities = ["--identity", "second.txt", "--identity", "home/.config/kenc/keys.txt"];
        let rewrap = |arguments: &[&str]| home.run([&["rewrap", "shared.yaml"][..], &identities, arguments].concat());
        rewrap(&["--add", &third]).fails(USAGE).says("it has 2 key groups").hints("--group N");
        rewrap(&["--add", &third, "--group", "3"]).fails(USAGE).says("no key group 3");
        let said = rewrap(&["--add", &third, "--group", "2"]).ok().stdout_text();
        assert_eq!(said, format!("shared.yaml: added age {third} (group 2)\n"));
        assert_eq!(documents.ids("shared.yaml"), [vec![documents.key.clone()], vec![second, third]]);
        let with_third = ["--identity", "third.txt", "--identity", "home/.config/kenc/keys.txt"];
        home.run([&["decrypt", "shared.yaml"][..], &with_third].concat()).gives(SECRETS.as_bytes());
    }

    #[test]
    fn rotation_makes_every_value_anew_and_keeps_the_plaintext() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        let before = documents.text("secrets.yaml");
        let said = home.run(["rotate", "secrets.yaml"]).ok().stdout_text();
        assert_eq!(said, format!("secrets.yaml: a new data key under age {}\n", documents.key));
        let after = documents.text("secrets.yaml");
        let tokens = |text: &str| text.matches("ENC[").count();
        assert_eq!(tokens(&before), tokens(&after));
        for line in before.lines().filter(|line| line.contains("ENC[")) {
            assert!(!after.contains(line.trim()), "{line}");
        }
        documents.says("secrets.yaml", SECRETS);
        home.run(["rotate", "secrets.yaml", "--to", &team]).ok();
        home.run(["decrypt", "secrets.yaml"]).fails(NO_KEY);
        home.run(["decrypt", "--identity", "team.txt", "secrets.yaml"]).gives(SECRETS.as_bytes());
    }

    #[test]
    fn a_key_of_another_service_stays_or_is_left_out_and_is_named_where_it_would_have_to_wrap() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        let google = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
        let entry = format!(
            "    gcp_kms:\n        - resource_id: {google}\n          created_at: \"2026-11-25T15:00:00Z\"\n          enc: AAAA\n"
        );
        let text = documents.text("secrets.yaml").replacen("sops:\n", &format!("sops:\n{entry}"), 1);
        home.write("secrets.yaml", &text);
        home.run(["rewrap", "secrets.yaml", "--add", &team]).fails(NOT_AUTHENTIC).says("the seal does not match");
        // A seal does not let a key be put in by hand.
        let is_bound = |line: &&str| line.contains("kenc_seal") || line.starts_with("    mac: ");
        let text: Vec<&str> = text.lines().filter(|line| !is_bound(line)).collect();
        home.write("secrets.yaml", text.join("\n") + "\n");
        home.run(["git", "mac-repair", "--yes", "secrets.yaml"]).ok();
        home.run(["rewrap", "secrets.yaml", "--add", &team]).ok();
        assert_eq!(documents.ids("secrets.yaml"), [[google.to_owned(), documents.key.clone(), team.clone()]]);
        let refused = home.run(["rotate", "secrets.yaml"]);
        refused.fails(FAILED).says("gcp_kms").hints("--to KEY").hints("sops rotate -i secrets.yaml");
        home.write(".sops.yaml", format!("creation_rules:\n  - gcp_kms: {google}\n    age: {}\n", documents.key));
        home.run(["rewrap", "secrets.yaml", "--from-config", "-y"]).ok();
        assert_eq!(documents.ids("secrets.yaml"), [[google.to_owned(), documents.key.clone()]]);
        home.run(["rotate", "secrets.yaml", "--to", &documents.key]).ok();
        home.run(["rewrap", "secrets.yaml", "--from-config", "-y"]).fails(FAILED).says(google);
        home.run(["decrypt", "secrets.yaml"]).gives(SECRETS.as_bytes());
    }

    #[test]
    fn rotation_changes_the_rule_if_that_is_asked_for() {
        let documents = Documents::new();
        let home = &documents.home;
        home.run(["rotate", "secrets.yaml", "--encrypted-regex", "^nothing$"])
            .fails(FAILED)
            .says("no value is selected");
        let outcome = home.run(["rotate", "secrets.yaml", "--encrypted-regex", "^password$", "--mac-only-encrypted"]);
        assert!(outcome.ok().stdout_text().ends_with("; the rule is encrypted_regex ^password$\n"));
        let text = documents.text("secrets.yaml");
        assert!(
            text.contains("    user: eve # nobody else\n    password: \"ENC[") && text.contains("    port: 5432\n")
        );
        assert_eq!(documents.inspect("secrets.yaml")["mac_only_encrypted"], true);
        documents.says("secrets.yaml", SECRETS);
        home.run(["rotate", "secrets.yaml", "--cipher", "chacha20-poly1305"]).fails(USAGE).says("--cipher");
    }

    #[test]
    fn one_document_that_fails_does_not_stop_the_others() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        fs::create_dir(home.file("tree")).expect("a folder can be made");
        for name in ["tree/a.yaml", "tree/c.yaml"] {
            home.write(name, home.read("secrets.yaml"));
        }
        home.write("tree/b.yaml", documents.text("secrets.yaml").replace("plain", "other"));
        home.write("tree/plain.yaml", SECRETS);
        home.write("whole", "text");
        home.run(["encrypt", "whole", "-o", "tree/whole.kenc"]).ok();
        let outcome = home.run(["rewrap", "-r", "tree", "--add", &team]);
        assert_eq!(outcome.code, NOT_AUTHENTIC);
        let lines: Vec<String> = outcome.stdout_text().lines().map(str::to_owned).collect();
        assert_eq!(lines[..2], ["a", "c"].map(|name| format!("tree/{name}.yaml: added age {team}")));
        assert!(lines[2].starts_with(&format!("tree/whole.kenc: added age {team}")));
        assert_eq!(lines[3], "4 files: 3 changed, 0 with nothing to change");
        outcome.says("tree/b.yaml").says("1 of 4 files failed");
        home.run(["decrypt", "--identity", "team.txt", "tree/c.yaml"]).gives(SECRETS.as_bytes());
    }

    #[test]
    fn a_document_goes_through_pipes_and_keeps_its_permissions_in_place() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        let file = home.read("secrets.yaml");
        let piped = home.run_with(["rewrap", "--to", &team], &file).ok().stdout.clone();
        home.run_with(["decrypt", "--identity", "team.txt"], &piped).gives(SECRETS.as_bytes());
        let path = home.file("secrets.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions can be set");
        home.run(["rewrap", "secrets.yaml", "--add", &team]).ok();
        home.run_with(["set", "secrets.yaml", "db.user"], b"adam").ok();
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn the_keys_of_the_config_replace_those_of_the_files_after_a_yes() {
        let documents = Documents::new();
        let home = &documents.home;
        let team = documents.other_key("team.txt");
        home.run(["rewrap", "secrets.yaml", "--from-config", "--yes"])
            .fails(USAGE)
            .says("no config rule with keys matches");
        home.write("dump.sql", "select 1;");
        home.run(["encrypt", "dump.sql", "-o", "dump.sql.kenc"]).ok();
        let rules = format!(
            "creation_rules:\n  - path_regex: yaml$\n    key_groups:\n      - age: [{0}]\n      - age: [{team}]\n  - path_regex: sql$\n    age: {0},{team}\n",
            documents.key
        );
        home.write(".kenc.yaml", rules);
        let before = documents.text("secrets.yaml");
        let outcome = home.run(["rewrap", "secrets.yaml", "dump.sql.kenc", "--from-config"]);
        assert_eq!(outcome.code, USAGE);
        outcome
            .says("there is no terminal to confirm on")
            .says(&format!("secrets.yaml: would be added age {team} (group 2)"));
        outcome.says(&format!("dump.sql.kenc: would be added key {team}"));
        assert_eq!(documents.text("secrets.yaml"), before);
        let said = home.run(["rewrap", "secrets.yaml", "dump.sql.kenc", "--from-config", "-n"]).ok().stdout_text();
        assert!(
            said.starts_with(&format!("secrets.yaml: would be added age {team} (group 2)\ndump.sql.kenc: would be"))
        );
        home.run(["rewrap", "secrets.yaml", "dump.sql.kenc", "--from-config", "-y"]).ok();
        assert_eq!(documents.ids("secrets.yaml"), [[documents.key.clone()], [team.clone()]]);
        home.run(["decrypt", "secrets.yaml"]).fails(NO_KEY);
        home.run(["decrypt", "--identity", "team.txt", "dump.sql.kenc"]).gives(b"select 1;");
        let said = home.run(["rewrap", "-r", ".", "--from-config"]).ok().stdout_text();
        assert!(said.contains("secrets.yaml: nothing to change\n"), "without a question: {said}");
    }

    #[test]
    fn rotation_takes_keys_and_rule_from_the_config() {
        let documents = Documents::new();
        let home = &documents.home;
        let rule = format!(
            "creation_rules:\n  - age: {}\n    encrypted_regex: ^password$\n    mac_only_encrypted: true\n",
            documents.key
        );
        home.write(".sops.yaml", rule);
        home.run(["rotate", "secrets.yaml", "--from-config"]).ok();
        let seen = documents.inspect("secrets.yaml");
        assert_eq!(seen["rule"], json!({ "name": "encrypted_regex", "text": "^password$" }));
        assert_eq!((&seen["mac_only_encrypted"], &seen["values"]["encrypted"]), (&json!(true), &json!(1)));
        documents.says("secrets.yaml", SECRETS);
    }

    #[test]
    fn what_was_encrypted_by_a_rule_has_its_keys_however_they_are_named() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let key = kms.new_key();
        kms.new_alias("alias/by-rule", &key);
        home.write("s.yaml", SECRETS);
        home.write(".kenc.yaml", "context: {app: demo}\ncreation_rules:\n  - kms: alias/by-rule\n");
        home.run(["encrypt", "-i", "s.yaml"]).ok();
        let said = home.run(["rewrap", "s.yaml", "--from-config"]).ok().stdout_text();
        assert_eq!(said, "s.yaml: nothing to change\n");
        home.write(".kenc.yaml", format!("context: {{app: other}}\ncreation_rules:\n  - kms: {key}\n"));
        home.run(["rewrap", "s.yaml", "--from-config", "-y"]).ok();
        home.run(["decrypt", "s.yaml", "-c", "app=other"]).gives(SECRETS.as_bytes());
    }

    #[test]
    fn from_one_kms_key_to_another_the_context_stays_and_each_file_costs_two_calls() {
        let kms = need!(moto());
        let relay = Relay::to(kms.port);
        let home = home_at(relay.port);
        let (old, new) = (kms.new_key(), kms.new_key());
        home.write("s.yaml", SECRETS);
        home.run(["encrypt", "--values", "-i", "s.yaml", "-k", &old, "-c", "app=demo"]).ok();
        home.run(["rewrap", "s.yaml", "--to", &new]).ok();
        assert_eq!(relay.asked(), ["GenerateDataKey", "Decrypt", "Encrypt"]);
        home.run(["decrypt", "s.yaml", "-c", "app=demo"]).gives(SECRETS.as_bytes());
        home.run(["rewrap", "s.yaml", "--to", &new]).ok();
        assert_eq!(relay.asked().len(), 4, "where nothing changes no key is asked");
        kms.new_alias("alias/of-the-new", &new);
        let said = home.run(["rewrap", "s.yaml", "--add", "alias/of-the-new"]).ok().stdout_text();
        assert_eq!(said, "s.yaml: nothing to change\n");
        home.run(["rewrap", "s.yaml", "--add", &old]).ok();
        let said = home.run(["rewrap", "s.yaml", "--remove", "alias/of-the-new"]).ok().stdout_text();
        assert_eq!(said, format!("s.yaml: removed aws-kms {new}\n"));
        home.run(["rotate", "s.yaml", "--new-context", "app=other"]).ok();
        home.run(["decrypt", "s.yaml", "-c", "app=demo"]).fails(NOT_AUTHENTIC);
        home.run(["decrypt", "s.yaml", "-c", "app=other"]).gives(SECRETS.as_bytes());
    }
}

mod folders {
    use super::*;

    #[test]
    fn every_file_that_a_rule_is_for_is_encrypted_and_no_other() {
        let documents = Documents::new();
        let home = &documents.home;
        fs::create_dir_all(home.file("tree/deep/.git")).expect("folders can be made");
        for name in ["tree/a.secret.yaml", "tree/deep/b.secret.json", "tree/other.yaml", "tree/deep/.git/c.secret.yaml"]
        {
            home.write(name, "{\"a\": 1}\n");
        }
        home.write("tree/.sops.yaml", format!("creation_rules:\n  - path_regex: secret\n    age: {}\n", documents.key));
        home.run(["encrypt", "--values", "-r", "tree"]).fails(USAGE).hints("-o FOLDER/");
        home.run(["encrypt", "--values", "-r", "-i", "home"]).fails(FAILED).hints("path_regex");
        let said = home.run(["encrypt", "--values", "-r", "-i", "-n", "tree"]).ok().stdout_text();
        let wanted = "tree/a.secret.yaml: would be encrypted\ntree/deep/b.secret.json: would be encrypted\n2 files: 2 to encrypt, 0 encrypted already\n";
        assert_eq!(said, wanted);
        home.run(["encrypt", "--values", "-r", "tree", "-o", "out"]).ok();
        home.run(["decrypt", "out/deep/b.secret.json"]).gives(b"{\"a\": 1}\n");
        let said = home.run(["encrypt", "--values", "-r", "-i", "tree"]).ok().stdout_text();
        assert_eq!(said, "2 files: 2 encrypted, 0 encrypted already\n");
        let said = home.run(["encrypt", "--values", "-r", "-i", "tree"]).ok().stdout_text();
        assert_eq!(said, "2 files: 0 encrypted, 2 encrypted already\n");
        home.run(["decrypt", "tree/a.secret.yaml"]).gives(b"{\"a\": 1}\n");
        assert_eq!(home.read("tree/other.yaml"), b"{\"a\": 1}\n");
        assert_eq!(home.read("tree/deep/.git/c.secret.yaml"), b"{\"a\": 1}\n");
    }

    #[test]
    fn a_file_in_a_folder_that_cannot_be_encrypted_does_not_stop_the_others() {
        let documents = Documents::new();
        let home = &documents.home;
        fs::create_dir(home.file("tree")).expect("a folder can be made");
        home.write("tree/a.yaml", "a: [\n");
        home.write("tree/b.yaml", "b: 1\n");
        let outcome = home.run(["encrypt", "--values", "-r", "-i", "tree", "-k", &documents.key]);
        assert_eq!(
            (outcome.code, outcome.stdout_text().as_str()),
            (FAILED, "2 files: 1 encrypted, 0 encrypted already\n")
        );
        outcome.says("tree/a.yaml");
        documents.says("tree/b.yaml", "b: 1\n");
    }
}

mod beside_sops {
    use super::*;

    #[test]
    fn sops_reads_what_was_set_and_rewrapped_and_rotated() {
        let documents = Documents::new();
        let home = &documents.home;
        let sops = need!(Sops::in_home(home));
        let json = |arguments: &[&str]| -> Value {
            let outcome = sops.run([arguments, &["--output-type", "json", "secrets.yaml"]].concat());
            serde_json::from_slice(&outcome.ok().stdout).expect("it is JSON")
        };
        let team = documents.other_key("team.txt");
        home.run_with(["set", "--json", "secrets.yaml", "db.more"], b"{\"a\": [1, true, \"x\"]}").ok();
        home.run(["unset", "secrets.yaml", "hosts[0]"]).ok();
        for command in [&["rewrap", "secrets.yaml", "--add", &team][..], &["rotate", "secrets.yaml"]] {
            home.run(command).ok();
            let all = json(&["decrypt"]);
            assert_eq!(all["db"]["more"], json!({ "a": [1, true, "x"] }), "{command:?}");
            assert_eq!(all["hosts"], json!(["b.example"]), "{command:?}");
        }
        home.run(["rotate", "secrets.yaml", "--encrypted-regex", "^password$", "--mac-only-encrypted"]).ok();
        assert_eq!(json(&["decrypt"])["db"]["password"], "c4r1b0u");
    }

    #[test]
    fn what_sops_wrote_is_changed_and_what_it_changed_is_read() {
        let documents = Documents::new();
        let home = &documents.home;
        let sops = need!(Sops::in_home(home));
        home.write("s.yaml", SECRETS);
        sops.run(["encrypt", "-i", "--age", &documents.key, "s.yaml"]).ok();
        home.run_with(["set", "s.yaml", "db.port"], b"1").ok();
        sops.run(["set", "s.yaml", "[\"db\"][\"user\"]", "\"adam\""]).ok();
        home.run(["get", "s.yaml", "db.user"]).gives(b"adam\n");
        home.run(["get", "s.yaml", "db.port"]).gives(b"1\n");
        let verified = home.run(["verify", "s.yaml"]);
        assert_eq!(
            (verified.code, verified.stdout_text().lines().count()),
            (PROBLEMS, 2),
            "{}",
            verified.stdout_text()
        );
        home.run(["verify", "--require-seal", "s.yaml"]).fails(NOT_AUTHENTIC).hints("kenc inspect s.yaml");
        home.run(["rotate", "s.yaml"]).fails(USAGE).says("not trusted");
        home.run(["rotate", "--yes", "s.yaml"]).ok();
        sops.run(["decrypt", "s.yaml"]).ok();
    }

    #[test]
    fn sops_finds_nothing_to_update_where_the_keys_of_the_config_were_taken() {
        let documents = Documents::new();
        let home = &documents.home;
        let sops = need!(Sops::in_home(home));
        let team = documents.other_key("team.txt");
        home.write(".sops.yaml", format!("creation_rules:\n  - age: {},{team}\n", documents.key));
        home.run(["rewrap", "secrets.yaml", "--from-config", "-y"]).ok();
        let outcome = sops.run(["updatekeys", "-y", "secrets.yaml"]);
        outcome.ok().says("already up to date");
    }
}
