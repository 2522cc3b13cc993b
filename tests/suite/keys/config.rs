//! Keys, roles and contexts of KMS from a config, and which keys a header can have called. No test talks to AWS.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{CLOSED_PORT, Home, RawFile, Relay, finish, home_at, moto, program, repository};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
/// The account of the emulator.
const ACCOUNT: &str = "123456789012";

#[test]
fn keys_and_context_of_a_rule_encrypt_and_the_context_is_demanded_by_kms() {
    let kms = need!(moto());
    let (first, second, home) = (kms.new_key(), kms.new_key(), kms.home());
    let rules = format!(
        "keys:\n  main: {first}\ncontext:\n  app: billing\ncreation_rules:\n- path_regex: \\.sql$\n  kms: ['@main', {second}]\n  context: {{env: prod}}\n"
    );
    home.write(".kenc.yaml", rules);
    home.write("x.sql", PLAINTEXT);
    let file = home.run(["encrypt", "x.sql", "-c", "db=a"]).ok().stdout.clone();
    let slots: Vec<String> = RawFile::parse(&file).slots.iter().map(|slot| slot.key_id.clone()).collect();
    assert_eq!(slots, [first, second.clone()]);
    home.decrypt(&["-c", "app=billing", "-c", "env=prod", "-c", "db=a", "-k", "@main"], &file).gives(PLAINTEXT);
    home.decrypt(&["-k", &second], &file).gives(PLAINTEXT);
    home.decrypt(&["-c", "env=test"], &file).fails(NOT_AUTHENTIC);
}

#[test]
fn a_config_that_was_written_for_sops_serves_whole_files() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    home.write(
        ".sops.yaml",
        format!("creation_rules:\n- path_regex: \\.sql$\n  kms: '{key}'\n  encrypted_regex: ^a$\n"),
    );
    home.write("x.sql", PLAINTEXT);
    let file = home.run(["encrypt", "x.sql"]).ok().stdout.clone();
    assert_eq!(RawFile::parse(&file).slots[0].key_id, key);
    home.decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn the_role_of_a_rule_is_assumed_before_its_key_is_asked() {
    let kms = need!(moto());
    let tokens = Relay::to(kms.port);
    let home = kms.home().with("AWS_ENDPOINT_URL_STS", format!("http://127.0.0.1:{}", tokens.port));
    let (key, role) = (kms.new_key(), format!("arn:aws:iam::{ACCOUNT}:role/backup"));
    home.write(".sops.yaml", format!("creation_rules:\n- kms: {key}+{role}\n"));
    home.write("x", PLAINTEXT);
    home.run(["encrypt", "x", "-o", "x.kenc"]).ok();
    assert_eq!(tokens.asked().len(), 1);
    home.run(["encrypt", "-k", &key, "x", "-o", "y.kenc"]).ok();
    assert_eq!(tokens.asked().len(), 1, "a key that is given has no role");
}

#[test]
fn files_with_the_same_rule_share_one_call_and_each_rule_has_its_own() {
    let kms = need!(moto());
    let calls = Relay::to(kms.port);
    let home = home_at(calls.port);
    let (first, second) = (kms.new_key(), kms.new_key());
    home.write(
        ".kenc.yaml",
        format!("creation_rules:\n- path_regex: ^a\n  kms: {first}\n- path_regex: ^b\n  kms: {second}\n"),
    );
    std::fs::create_dir(home.file("out")).unwrap();
    let names = ["a1", "b1", "a2", "b2"];
    for name in names {
        home.write(name, name);
    }
    home.run([&["encrypt", "-o", "out"], &names[..]].concat()).ok();
    assert_eq!(calls.asked().len(), 2);
    for (name, key) in names.into_iter().zip([&first, &second, &first, &second]) {
        let file = home.read(&format!("out/{name}.kenc"));
        assert_eq!(RawFile::parse(&file).slots[0].key_id, *key, "{name}");
        kms.home().decrypt(&[], &file).gives(name.as_bytes());
    }
}

#[test]
fn a_key_that_is_not_trusted_is_never_called() {
    let kms = need!(moto());
    let key = kms.new_key();
    let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
    let calls = Relay::to(kms.port);
    let home = home_at(calls.port);
    let trusting = |word: &str| {
        home.write(".kenc.yaml", format!("trusted_keys: ['{word}']\n"));
    };
    let id = key.rsplit('/').next().unwrap();
    for word in ["111122223333", "arn:aws:kms:*:111122223333:*", &key.replace("us-east-1", "eu-west-1")] {
        trusting(word);
        home.decrypt(&[], &file).fails(NO_KEY).says("not contacted").says("trusted_keys").hints("trusted_keys");
        // The header decides what these words mean, so they do not count as the user naming the key.
        home.decrypt(&["-k", "alias/any"], &file).fails(NO_KEY).says("not contacted");
        home.decrypt(&["-k", id], &file).fails(NO_KEY).says("not contacted");
    }
    assert_eq!(calls.asked().len(), 0);
    home.decrypt(&["-k", &key], &file).gives(PLAINTEXT);
    for word in [ACCOUNT, "arn:aws:kms:us-east-1:*:key/*", &key] {
        trusting(word);
        home.decrypt(&[], &file).gives(PLAINTEXT);
    }
    assert_eq!(calls.asked().len(), 4);
}

#[test]
fn a_key_that_is_trusted_is_asked_and_its_own_reason_is_told() {
    const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let home = home_at(CLOSED_PORT);
    home.write(".kenc.yaml", format!("trusted_keys: ['111122223333']\ncreation_rules:\n- kms: {KEY}\n"));
    home.write("x", PLAINTEXT);
    let outcome = home.run(["encrypt", "--aws-timeout", "1", "x"]);
    outcome.fails(KEY_SERVICE).says(&format!("cannot encrypt under {KEY}"));
}

/// For each config with `FIRST` and `SECOND` in it for recipients, and each path: kenc and sops take the same one, or both
/// none.
#[test]
fn sops_itself_takes_the_same_rule_for_the_same_path() {
    const CONFIGS: &[&str] = &[
        "creation_rules: [{path_regex: '^prod/', age: FIRST}, {path_regex: '\\.yaml$', age: SECOND}]",
        "creation_rules: [{path_regex: prod, age: FIRST}, {age: SECOND}]",
        "creation_rules: [{path_regex: '^[^/]*$', age: [FIRST]}]",
        "creation_rules: [{path_regex: '{x}|(?i)PROD/[[:alpha:]]+\\.Y', age: ' FIRST ,'}]",
        "creation_rules: [{path_regex: '', age: FIRST}, {age: SECOND}]",
        "creation_rules: [{path_regex: '^/', age: FIRST}, {path_regex: 'a b', age: SECOND}]",
        "keys: [&one FIRST, &two SECOND]\ncreation_rules: [{path_regex: y, key_groups: [{age: [*two]}]}, {age: *one}]",
        "base: &base {age: FIRST, pgp: ''}\ncreation_rules: [{<<: *base, path_regex: \\.json$}, {<<: *base, age: SECOND}]",
        "creation_rules: [{age: FIRST, key_groups: [{merge: [{age: [SECOND]}]}], unknown: 5}]",
        "creation_rules: []",
        "creation_rules: [{path_regex: '(', age: FIRST}]",
        "creation_rules: [{path_regex: x, encrypted_regex: a, encrypted_suffix: b, age: FIRST}]",
        "creation_rules: 5",
        "creation_rules: [{age: {a: b}}]",
    ];
    const PATHS: &[&str] = &["x.yaml", "prod/x.yaml", "prod/x.json", "sub/prod/x.json", "sub/../y.json", "a b", "{x}"];
    let sops = need!(sops());
    let home = Home::new();
    for folder in ["prod", "sub/prod"] {
        std::fs::create_dir_all(home.file(folder)).unwrap();
    }
    for path in PATHS {
        home.write(path, "{\"a\": 1}");
    }
    assert_same_keys(&sops, &home, CONFIGS, PATHS);
}

/// Forms of YAML, and those that sops refuses.
#[test]
fn sops_itself_reads_the_same_keys_from_the_same_yaml() {
    const CONFIGS: &[&str] = &[
        "creation_rules:\n- age: >-\n    SECOND,\n    FIRST\n",
        "creation_rules:\r\n- age: |\r\n    SECOND,\r\n    FIRST\r\n",
        "\u{feff}'creation_rules':\n- \"age\": !!str FIRST\n",
        "%YAML 1.1\n---\n? creation_rules\n: - age: [SECOND]\n...\n",
        "creation_rules:\n- age: FIRST\n---\nmore: documents\n",
        "b: &b {age: FIRST}\nc: &c {age: SECOND}\ncreation_rules:\n- <<: [*c, *b]\n",
        "b: &b {age: FIRST}\ncreation_rules:\n- <<: *b\n  age: SECOND\n",
        "1: 2\nyes: 3\nx: [!foo y, !!binary aGVsbG8=, .inf, 1e999, 0o17, 1_000]\ncreation_rules:\n- age: FIRST\n",
        "creation_rules:\n- ~\n- age: SECOND\n",
        "creation_rules:\n- {}\n- age: SECOND\n",
        "creation_rules:\n- age: FIRST\n  age: SECOND\n",
        "x: 1\nx: 2\ncreation_rules:\n- age: FIRST\n",
        "[1]: 2\ncreation_rules:\n- age: FIRST\n",
        "creation_rules:\n\t- age: FIRST\n",
        "creation_rules:\n- age: 5\n",
        "creation_rules:\n- age: [[FIRST]]\n",
    ];
    let sops = need!(sops());
    let home = Home::new();
    home.write("x.yaml", "{\"a\": 1}");
    assert_same_keys(&sops, &home, CONFIGS, &["x.yaml"]);
}

fn assert_same_keys(sops: &std::path::Path, home: &Home, configs: &[&str], paths: &[&str]) {
    let recipients =
        ["one.txt", "two.txt"].map(|name| home.run(["keygen", "-o", name]).ok().stdout_text().trim().to_owned());
    for config in configs {
        home.write(".sops.yaml", config.replace("FIRST", &recipients[0]).replace("SECOND", &recipients[1]));
        for path in paths {
            let mut command = home.environment_of(Command::new(sops));
            command.args(["--disable-version-check", "encrypt", "--input-type", "binary", path]);
            let by_sops = finish(command, &[]);
            let by_kenc = home.run(["encrypt", path]);
            let taken = |output: &[u8]| {
                let text = String::from_utf8_lossy(output);
                recipients.iter().position(|recipient| text.contains(recipient.as_str()))
            };
            let (wanted, found) = (taken(&by_sops.stdout), taken(&by_kenc.stdout));
            assert_eq!(found, wanted, "{config}\n{path}\nsops: {}\nkenc: {}", by_sops.stderr, by_kenc.stderr);
            assert_eq!(by_kenc.code == 0, wanted.is_some(), "{config}\n{path}\n{}", by_kenc.stderr);
        }
    }
}

/// sops as `tests/run` builds it, or as it is installed.
fn sops() -> Result<PathBuf, String> {
    let built = repository().join("target/go/bin/sops");
    if built.is_file() { Ok(built) } else { program("sops") }
}

#[test]
fn keys_are_shown_with_the_names_that_the_config_gives_them() {
    let home = Home::new();
    let key = home.keygen();
    home.write(".kenc.yaml", format!("keys: {{alice: {key}}}\ncreation_rules: [{{keys: '@alice'}}]\n"));
    home.succeeds("echo x > x; kenc encrypt x -o x.kenc; printf 'a: 1\\n' > s.yaml; kenc encrypt --values -i s.yaml");
    let named = format!("@alice ({key})");
    for command in ["inspect x.kenc", "inspect s.yaml", "verify x.kenc", "keys check", "keys check --file x.kenc"] {
        let said = home.succeeds(&format!("kenc {command}"));
        assert_eq!((said.matches(&named).count(), said.matches(&key).count()), (1, 1), "{command}: {said}");
    }
    // What programs read stays as it is.
    assert_eq!(home.succeeds("kenc keygen --show").trim(), key);
    assert!(!home.succeeds("kenc inspect --json x.kenc").contains("@alice"));
}
