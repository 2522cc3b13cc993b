//! Which keys open what, over many files: `keys usage` and `inspect` of folders.

use serde_json::Value;

use crate::support::Home;

const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const PROBLEMS: i32 = 7;

/// A folder with files under one key, under two, a document, a plain file and a config that names the first key only.
fn folder() -> (Home, String, String) {
    let (home, other) = (Home::new(), Home::new());
    let (ours, theirs) = (home.keygen(), other.keygen());
    std::fs::create_dir_all(home.file("tree/deep")).expect("a folder can be made");
    home.write("tree/one.kenc", home.encrypt(&["-c", "app=shop"], b"1"));
    home.write("tree/deep/two.kenc", home.encrypt(&["-k", &ours, "-k", &theirs], b"2"));
    home.write("tree/deep/old.kenc", home.encrypt(&["-k", &theirs], b"3"));
    home.write("tree/secrets.yaml", "a: secret\n");
    home.run(["encrypt", "--values", "-i", "-k", &ours, "tree/secrets.yaml"]).ok();
    home.write("tree/plain.txt", "nothing\n");
    home.write("tree/binary", [0, 1, 2]);
    home.write("tree/.kenc.yaml", format!("keys:\n  backup: {ours}\ncreation_rules:\n- keys: ['@backup']\n"));
    (home, ours, theirs)
}

fn summary(home: &Home, arguments: &[&str]) -> Value {
    let outcome = home.run([&["keys", "usage", "--json"], arguments].concat());
    let line = outcome.stdout_text().lines().last().expect("there is a summary").to_owned();
    serde_json::from_str::<Value>(&line).expect("it is JSON")["summary"].clone()
}

fn key<'a>(summary: &'a Value, id: &str) -> &'a Value {
    summary["keys"].as_array().expect("a list").iter().find(|key| key["id"] == id).expect("the key is there")
}

#[test]
fn files_are_counted_by_key_with_what_depends_on_it_and_what_the_config_does_not_name() {
    let (home, ours, theirs) = folder();
    let summary = summary(&home, &["tree"]);
    assert_eq!(summary["files"], 4);
    assert_eq!(summary["documents"], 1);
    assert_eq!(summary["not_encrypted"], 3, "the config among them");
    let (first, second) = (key(&summary, &ours), key(&summary, &theirs));
    assert_eq!((&first["files"], &first["alone"], &first["not_in_config"]), (&3.into(), &2.into(), &0.into()));
    assert_eq!(first["names"][0], "backup");
    assert_eq!((&second["files"], &second["alone"], &second["not_in_config"]), (&2.into(), &1.into(), &2.into()));
    let text = home.run(["keys", "usage", "tree"]).ok().stdout_text();
    assert!(
        text.contains("4 encrypted files under 2 keys, 1 document among them; 3 other files not encrypted"),
        "{text}"
    );
    assert!(text.contains(&format!("        3         2  age @backup ({ours})\n")), "{text}");
    assert!(text.contains(&format!("        2         1  age {theirs}, which the config does not name\n")), "{text}");
}

#[test]
fn files_that_one_key_alone_opens_are_named() {
    let (home, ours, theirs) = folder();
    let text = home.run(["keys", "usage", "--alone", "tree"]).ok().stdout_text();
    let mut lines: Vec<&str> = text.lines().filter(|line| line.contains("only this key")).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            format!("tree/deep/old.kenc: only this key opens it: age {theirs}"),
            format!("tree/one.kenc: only this key opens it: age {ours}"),
            format!("tree/secrets.yaml: only this key opens it: age {ours}"),
        ]
    );
}

#[test]
fn a_key_that_no_file_should_have_and_drift_exit_with_7_and_name_the_files() {
    let (home, ours, theirs) = folder();
    let outcome = home.run(["keys", "usage", "--fail-on", &theirs, "tree"]);
    assert_eq!(outcome.code, PROBLEMS, "{}", outcome.stderr);
    assert!(outcome.stdout_text().contains(&format!("tree/deep/two.kenc: it still has this key: age {theirs}")));
    let outcome = home.run(["keys", "usage", "--fail-on", "drift", "tree"]);
    assert_eq!(outcome.code, PROBLEMS, "{}", outcome.stderr);
    assert!(
        outcome.stdout_text().contains(&format!("tree/deep/old.kenc: the config does not name this key: age {theirs}"))
    );
    std::fs::remove_dir_all(home.file("tree/deep")).expect("it is ours");
    home.run(["keys", "usage", "--fail-on", "drift", "--fail-on", &theirs, "tree"]).ok();
    assert_eq!(home.run(["keys", "usage", "--fail-on", &ours, "tree"]).code, PROBLEMS);
    home.run(["keys", "usage", "--fail-on", "alias/a", "tree"]).fails(USAGE).hints("kenc keys check alias/a");
}

#[test]
fn a_damaged_file_is_told_and_the_others_are_counted() {
    let (home, ..) = folder();
    let whole = home.read("tree/one.kenc");
    home.write("tree/cut.kenc", &whole[..20]);
    let outcome = home.run(["keys", "usage", "tree"]);
    assert_eq!(outcome.code, NOT_AUTHENTIC, "{}", outcome.stderr);
    outcome.says("tree/cut.kenc");
    assert!(outcome.stdout_text().contains("4 encrypted files"), "{}", outcome.stdout_text());
}

#[test]
fn the_shares_of_a_document_depend_on_every_key_that_a_group_cannot_do_without() {
    let (home, other) = (Home::new(), Home::new());
    let (ours, theirs) = (home.keygen(), other.keygen());
    home.write("s.yaml", "a: secret\n");
    home.run(["encrypt", "--values", "-i", "--shamir-threshold", "2", "-k", &ours, "-k", &theirs, "s.yaml"]).ok();
    let summary = summary(&home, &["s.yaml"]);
    assert_eq!(key(&summary, &ours)["alone"], 1);
    assert_eq!(key(&summary, &theirs)["alone"], 1);
}

#[test]
fn inspect_tells_each_file_of_a_folder_with_a_line_and_its_name_for_programs() {
    let (home, ours, theirs) = folder();
    let outcome = home.run(["inspect", "-r", "tree"]);
    outcome.says("3 files are not encrypted");
    let text = outcome.ok().stdout_text();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            format!("tree/deep/old.kenc: kenc file; age {theirs}"),
            format!("tree/deep/two.kenc: kenc file; age {ours}, age {theirs}"),
            format!("tree/one.kenc: kenc file; age {ours}; context app=shop"),
            format!("tree/secrets.yaml: document, yaml; age {ours}; sealed"),
        ]
    );
    let json = home.run(["inspect", "--json", "tree/one.kenc", "tree/secrets.yaml"]).ok().stdout_text();
    let files: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let of = |name: &str| files.iter().find(|file| file["file"] == name).expect("the file is there");
    assert_eq!(of("tree/one.kenc")["keys"][0]["id"], ours.as_str());
    assert_eq!(of("tree/one.kenc")["context"]["app"], "shop");
    assert_eq!(of("tree/secrets.yaml")["format"], "document");
    let listed = home.run_with(["inspect", "--files0-from", "-"], b"tree/one.kenc\0tree/deep/old.kenc\0");
    assert_eq!(listed.ok().stdout_text().lines().count(), 2);
    let whole = home.read("tree/deep/two.kenc");
    home.write("tree/deep/two.kenc", &whole[..whole.len() - 10]);
    let text = home.run(["inspect", "-r", "tree"]).ok().stdout_text();
    assert!(text.contains(&format!("age {ours}, age {theirs}; cut off")), "{text}");
    let outcome = home.run(["inspect", "tree/one.kenc", "tree/plain.txt"]);
    outcome.says("tree/plain.txt");
    assert_eq!(outcome.code, NOT_AUTHENTIC, "a file that was named must be encrypted");
}

#[test]
fn inspect_shows_the_encryption_context_of_documents() {
    const TOKEN: &str = "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]";
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let home = Home::new();
    let key = format!(
        "      - arn: {KEY}\n        context:\n            app: shop\n            env: prod\n        created_at: \"2026-01-01T00:00:00Z\"\n        enc: AQ==\n"
    );
    let text = format!(
        "a: {TOKEN}\nsops:\n    kms:\n{key}    lastmodified: \"2026-01-01T00:00:00Z\"\n    mac: {TOKEN}\n    version: 3.13.2\n"
    );
    home.write("s.yaml", &text);
    home.write("t.yaml", &text);
    let one = home.run(["inspect", "s.yaml"]).ok().stdout_text();
    assert!(one.contains("  context   app = shop\n            env = prod\n"), "{one}");
    let json: Value =
        serde_json::from_str(&home.run(["inspect", "--json", "s.yaml"]).ok().stdout_text()).expect("it is JSON");
    assert_eq!(json["groups"][0][0]["context"], serde_json::json!({ "app": "shop", "env": "prod" }));
    let several = home.run(["inspect", "s.yaml", "t.yaml"]).ok().stdout_text();
    assert!(
        several.contains(&format!("t.yaml: document, yaml; kms {KEY}; context app=shop env=prod; not sealed\n")),
        "{several}"
    );
}

#[test]
fn inspect_says_what_sops_does_not_read() {
    let home = Home::with_key();
    for (name, text) in [("s.toml", "a = \"x\"\n"), ("s.tfvars", "a = \"x\"\n"), ("s.yaml", "a: x\n")] {
        home.write(name, text);
        home.run(["encrypt", "--values", "-i", name]).ok();
        let told = home.run(["inspect", name]).ok().stdout_text();
        let json: Value =
            serde_json::from_str(&home.run(["inspect", "--json", name]).ok().stdout_text()).expect("it is JSON");
        let is_of_sops = name == "s.yaml";
        assert_eq!(told.contains("sops does not read"), !is_of_sops, "{told}");
        assert_eq!(json["read_by_sops"], is_of_sops, "{json}");
    }
}
