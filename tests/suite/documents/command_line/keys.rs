//! Other keys, other rules, and new data keys.

use super::*;

#[test]
fn keys_come_and_go_and_no_value_changes() {
    let documents = Documents::new();
    let home = &documents.home;
    let team = documents.other_key("team.txt");
    let before = documents.text("secrets.yaml");
    let values = |text: &str| text.split("sops:").next().expect("it has a beginning").to_owned();

    let said = home.run(["rewrap", "secrets.yaml", "--add", &team, "--dry-run"]).ok().stdout_text();
    assert_eq!(said, format!("secrets.yaml: would add age {team}\n"));
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
    let identities = ["--identity", "second.txt", "--identity", "../home/.config/kenc/keys.txt"];
    let rewrap = |arguments: &[&str]| home.run([&["rewrap", "shared.yaml"][..], &identities, arguments].concat());
    rewrap(&["--add", &third]).fails(USAGE).says("the document has 2 key groups").hints("--group N");
    rewrap(&["--add", &third, "--group", "3"]).fails(USAGE).says("no key group 3");
    let said = rewrap(&["--add", &third, "--group", "2"]).ok().stdout_text();
    assert_eq!(said, format!("shared.yaml: added age {third} (group 2)\n"));
    assert_eq!(documents.ids("shared.yaml"), [vec![documents.key.clone()], vec![second, third]]);
    let with_third = ["--identity", "third.txt", "--identity", "../home/.config/kenc/keys.txt"];
    home.run([&["decrypt", "shared.yaml"][..], &with_third].concat()).gives(SECRETS.as_bytes());
}

#[test]
fn rotation_makes_every_value_anew_and_keeps_the_plaintext() {
    let documents = Documents::new();
    let home = &documents.home;
    let team = documents.other_key("team.txt");
    let before = documents.text("secrets.yaml");
    let said = home.run(["rotate", "secrets.yaml"]).ok().stdout_text();
    assert_eq!(said, format!("secrets.yaml: new data key under age {}\n", documents.key));
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
    // The seal detects a key that was inserted by hand.
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
    home.run(["rotate", "secrets.yaml", "--encrypted-regex", "^nothing$"]).fails(FAILED).says("selects no value");
    let outcome = home.run(["rotate", "secrets.yaml", "--encrypted-regex", "^password$", "--mac-only-encrypted"]);
    assert!(outcome.ok().stdout_text().ends_with("; new rule: encrypted_regex ^password$\n"));
    let text = documents.text("secrets.yaml");
    assert!(text.contains("    user: eve # nobody else\n    password: \"ENC[") && text.contains("    port: 5432\n"));
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
    assert_eq!(lines[3], "4 files: 3 changed, 0 unchanged");
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
    outcome.says("there is no terminal to confirm on").says(&format!("secrets.yaml: would add age {team} (group 2)"));
    outcome.says(&format!("dump.sql.kenc: would add age {team}"));
    assert_eq!(documents.text("secrets.yaml"), before);
    let said = home.run(["rewrap", "secrets.yaml", "dump.sql.kenc", "--from-config", "-n"]).ok().stdout_text();
    assert!(said.starts_with(&format!("secrets.yaml: would add age {team} (group 2)\ndump.sql.kenc: would add")));
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

#[test]
fn the_preview_shows_what_will_happen_also_where_an_alias_may_not_be_looked_up() {
    let kms = need!(moto());
    let denied = json!({ "__type": "AccessDeniedException", "message": "kms:DescribeKey is not permitted" });
    let relay = Relay::to_but(kms.port, |operation, _| operation == "DescribeKey", 400, &denied);
    let home = home_at(relay.port);
    let (key, other) = (kms.new_key(), kms.new_key());
    kms.new_alias("alias/previewed", &key);
    home.write("s.yaml", SECRETS);
    home.write("x", SECRETS);
    let config = |keys: &str| home.write(".kenc.yaml", format!("creation_rules:\n  - keys: [{keys}]\n"));
    config(&key);
    home.run(["encrypt", "--values", "-i", "s.yaml"]).ok();
    home.run(["encrypt", "x", "-o", "x.kenc"]).ok();
    config("alias/previewed");
    for file in ["s.yaml", "x.kenc"] {
        let said = home.run(["rewrap", file, "--from-config"]).ok().stdout_text();
        assert_eq!(said, format!("{file}: nothing to change\n"), "without a question");
        // Whether it is as the config says cannot be known without asking KMS for the alias, or for a wrapped key.
        home.run(["rewrap", file, "--from-config", "--check"]).fails(KEY_SERVICE).says("DescribeKey");
    }
    config(&format!("alias/previewed, {other}"));
    for file in ["s.yaml", "x.kenc"] {
        let said = home.run(["rewrap", file, "--from-config"]);
        assert_eq!(said.code, USAGE, "{}", said.stderr);
        said.says(&format!("{file}: would add aws-kms {other}"));
        assert!(!said.stderr.contains("would remove") && !said.stderr.contains("alias"), "{}", said.stderr);
    }
}

#[test]
fn several_documents_follow_each_other_in_one_output() {
    let documents = Documents::new();
    let home = &documents.home;
    home.succeeds(
        "mkdir -p in/sub; printf 'b: 2\\n' > in/b.yaml; printf 'a: 1\\n' > in/a.yaml; printf 'c: 3' > in/sub/c.yaml",
    );
    home.succeeds("kenc encrypt --values -i in/a.yaml in/b.yaml in/sub/c.yaml; echo '{{ x }}: y' > in/chart.yaml");
    home.run(["decrypt", "in/b.yaml", "in/a.yaml"]).gives(b"b: 2\n---\na: 1\n");
    home.run(["decrypt", "-r", "in"]).gives(b"a: 1\n---\nb: 2\n---\nc: 3\n");
    home.succeeds("find in -name '[ab].yaml' -print0 | sort -z > list");
    home.run(["decrypt", "--files0-from", "list", "-o", "-"]).gives(b"a: 1\n---\nb: 2\n");
    // What is no YAML is refused, and nothing is written of the others.
    home.succeeds("echo '{\"d\": 4}' > in/d.json; kenc encrypt --values -i in/d.json");
    let refused = home.run(["decrypt", "-r", "in"]);
    refused.fails(USAGE).says("in/d.json is not a YAML document").hints("--output-type yaml");
    assert_eq!(refused.stdout, b"");
    home.run(["decrypt", "in/a.yaml", "in/d.json", "--output-type", "yaml"]).gives(b"a: 1\n---\nd: 4\n");
    home.succeeds("kenc encrypt in/chart.yaml -o whole.kenc");
    home.run(["decrypt", "in/a.yaml", "whole.kenc"]).fails(USAGE).says("whole.kenc is not a YAML document");
    home.run(["decrypt", "in/a.yaml", "in/missing.yaml"]).fails(1).says("in/missing.yaml");
    home.succeeds("sed -i 's/ENC.AES256_GCM,data:./&Q/' in/b.yaml");
    let refused = home.run(["decrypt", "in/a.yaml", "in/b.yaml"]);
    assert_eq!((refused.code, refused.stdout), (NOT_AUTHENTIC, Vec::new()));
}
