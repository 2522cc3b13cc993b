//! Single values are read, set and removed.

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
fn dates_come_as_they_are_typed_however_they_are_read() {
    let home = Home::with_key();
    home.write("d.yaml", "a: &a\n  day: 2024-01-02\n  at: 2001-12-14 21:59:43.10\n  zone: 2001-12-14t21:59:43.10-05:00\nb: *a\nlist: [2024-01-02]\nquoted: \"2024-01-02\"\n");
    home.write("d.toml", "[a]\nday = 2024-01-02\nat = 1979-05-27 07:32:00\ntime = 07:32:00\n");
    home.succeeds("for file in d.yaml d.toml; do kenc encrypt --values -i $file || exit 1; done");
    let typed = "day: 2024-01-02\nat: 2001-12-14 21:59:43.10\nzone: 2001-12-14t21:59:43.10-05:00\n";
    for arguments in [&["get", "d.yaml", "a"][..], &["get", "d.yaml", "b"], &["decrypt", "--extract", "a", "d.yaml"]] {
        home.run(arguments).gives(typed.as_bytes());
    }
    home.run(["get", "d.yaml", "list"]).gives(b"- 2024-01-02\n");
    home.run(["get", "--json", "d.yaml", "b"]).gives(
        b"{\"day\":\"2024-01-02\",\"at\":\"2001-12-14 21:59:43.10\",\"zone\":\"2001-12-14t21:59:43.10-05:00\"}\n",
    );
    home.run(["get", "--output-type", "json", "d.yaml", "list"]).gives(b"[\n\t\"2024-01-02\"\n]\n");
    home.run(["export", "--only", "b", "--format", "json", "d.yaml"]).gives(
        b"{\"b_at\":\"2001-12-14 21:59:43.10\",\"b_day\":\"2024-01-02\",\"b_zone\":\"2001-12-14t21:59:43.10-05:00\"}\n",
    );
    home.run(["exec", "d.yaml", "--", "sh", "-c", "echo $a_day $list_0 $quoted"])
        .gives(b"2024-01-02 2024-01-02 2024-01-02\n");
    home.run(["get", "d.toml", "a"]).gives(b"day = 2024-01-02\nat = 1979-05-27 07:32:00\ntime = 07:32:00\n");
    home.run(["export", "--format", "dotenv", "d.toml"])
        .gives(b"a_at='1979-05-27 07:32:00'\na_day=2024-01-02\na_time=07:32:00\n");
    // In another notation with dates they have the form that both read.
    home.run(["get", "--output-type", "toml", "d.yaml", "list"]).fails(FAILED);
    home.run(["get", "--output-type", "toml", "d.yaml", "a"]).ok();
}

#[test]
fn a_value_that_is_set_changes_its_line_and_what_vouches_for_it_and_nothing_else() {
    let documents = Documents::new();
    let before = documents.text("secrets.yaml");
    // The time of the last change has whole seconds, and must differ.
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
    let wanted = json!({ "integer": 12, "truth": true, "text": "0123", "digits": "12", "list": [1, { "a": null }] });
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
    home.run_with(["set", "--json", "secrets.yaml", "db.x"], b"s3cret").says("the value is not valid JSON");
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
    outcome.ok().hints("does not encrypt `note_unencrypted`");
    assert!(documents.text("secrets.yaml").contains("note_unencrypted: other\n"));
}

#[test]
fn a_value_that_is_taken_away_goes_with_its_lines() {
    let documents = Documents::new();
    documents.home.run(["unset", "secrets.yaml", "db.password"]).ok();
    documents.home.run(["unset", "secrets.yaml", "hosts[0]"]).ok();
    documents
        .says("secrets.yaml", &SECRETS.replace("    password: \"c4r1b0u\"\n", "").replace("    - a.example\n", ""));
    documents.home.run(["unset", "secrets.yaml", "db.password"]).fails(FAILED).says("no such value");
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
    let rule = format!("creation_rules:\n  - path_regex: ^new\n    age: {}\n    encrypted_regex: ^b$\n", documents.key);
    home.write(".sops.yaml", rule);
    home.run_with(["set", "other.yaml", "a.b"], b"1").fails(FAILED);
    home.run_with(["set", "new.yaml", "a.b"], b"1").ok();
    documents.says("new.yaml", "a:\n    b: 1\n");
    home.run_with(["set", "new.yaml", "a.c"], b"2").ok().hints("in plaintext");
    home.run_with(["set", "new.env", "TOKEN"], b"x").fails(FAILED).says("selects no value");
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
fn a_document_that_sops_takes_for_a_binary_file_is_read_by_its_name() {
    let home = Home::with_key();
    home.write("b.toml", "[s]\na = 1\n");
    home.write("c.toml", "not TOML\n");
    home.succeeds("for f in b.toml c.toml; do kenc encrypt --values --input-type binary -i $f || exit 1; done");
    home.run(["get", "b.toml", "s.a"]).gives(b"1\n");
    home.run(["get", "b.toml", "s.b"]).fails(FAILED).says("no such value; did you mean `s.a`?");
    home.run(["get", "b.toml", "data", "--input-type", "binary"]).gives(b"[s]\na = 1\n");
    home.run(["get", "c.toml", "data"]).gives(b"not TOML\n");
    home.run(["exec", "b.toml", "--", "sh", "-c", "echo $s_a"]).gives(b"1\n");
}

#[test]
fn a_dotenv_file_with_several_lines_in_a_value_is_encrypted_as_a_whole() {
    let home = Home::with_key();
    home.write("m.env", "A=\"one\ntwo\"\n");
    home.run(["encrypt", "--values", "m.env"]).fails(FAILED).hints("kenc encrypt --whole m.env -o m.env.kenc");
    home.succeeds("kenc encrypt --whole m.env -o m.env.kenc");
    home.run(["exec", "m.env.kenc", "--", "sh", "-c", "echo \"$A\""]).gives(b"one\ntwo\n");
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
