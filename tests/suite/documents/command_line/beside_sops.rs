//! sops reads what kenc changed, and the other way round.

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
    assert_eq!((verified.code, verified.stdout_text().lines().count()), (PROBLEMS, 2), "{}", verified.stdout_text());
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

#[test]
fn sops_reads_documents_that_share_a_data_key_and_a_rotated_one_has_its_own() {
    let documents = Documents::new();
    let home = &documents.home;
    let sops = need!(Sops::in_home(home));
    fs::create_dir(home.file("in")).expect("a folder can be made");
    for name in ["a.yaml", "b.yaml", "c.json"] {
        home.write(&format!("in/{name}"), "{\"a\": 1}\n");
    }
    home.run(["encrypt", "--values", "-r", "--shared-data-key", "-k", &documents.key, "in", "-o", "out"]).ok();
    // The wrapped key shows whether the data key is the same: it was wrapped once.
    let wrapped = |name: &str| -> Value {
        let text = home.run(["decrypt", "--output-type", "json", name]).ok().stdout_text();
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), json!({ "a": 1 }));
        let text = String::from_utf8(home.read(name)).expect("it is text");
        let begin = text.find("-----BEGIN").expect("it has a key of age");
        json!(text[begin..begin + 160].replace("\\n", "\n").split_whitespace().collect::<String>())
    };
    for name in ["out/a.yaml", "out/b.yaml", "out/c.json"] {
        assert!(sops.run(["decrypt", "--output-type", "json", name]).ok().stdout_text().contains("\"a\": 1"));
    }
    assert_eq!(wrapped("out/a.yaml"), wrapped("out/b.yaml"));
    home.run(["rotate", "out/a.yaml"]).ok();
    assert_ne!(wrapped("out/a.yaml"), wrapped("out/b.yaml"));
    sops.run(["decrypt", "out/a.yaml"]).ok();
}
