//! The keys of the config, for files of every format.

use super::*;

#[test]
fn messages_and_age_files_get_the_keys_of_their_rule_and_drift_is_told() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    let config = |age: &str| format!("creation_rules:\n- path_regex: \\.bin$\n  age: {age}\n");
    home.write(".kenc.yaml", config(&keys.age));
    keys.encrypt("age", &[], "file.bin.age");
    home.run(["rewrap", "--from-config", "--check", "file.bin.age"]).ok();
    let before = home.read("file.bin.age");
    let said = home.run(["rewrap", "--from-config", "--yes", "file.bin.age"]).ok().stdout_text();
    assert!(said.contains("nothing to change") && home.read("file.bin.age") == before, "{said}");

    home.write(".kenc.yaml", config(&keys.second));
    let drift = home.run(["rewrap", "--from-config", "--check", "file.bin.age"]);
    assert_eq!(drift.code, PROBLEMS);
    assert!(drift.stdout_text().contains(&keys.second), "{drift:?}");
    // The payload stays: the rule gives the header another recipient.
    home.run(["rewrap", "--from-config", "--yes", "file.bin.age"]).ok();
    home.run(["decrypt", "file.bin.age"]).fails(NO_KEY);
    home.run(["decrypt", "--identity", "second.txt", "file.bin.age"]).gives(b"text");
    home.run(["rewrap", "--from-config", "--check", "--identity", "second.txt", "file.bin.age"]).ok();
    home.run(["rotate", "--from-config", "--yes", "--identity", "second.txt", "file.bin.age"]).ok();
    home.run(["decrypt", "--identity", "second.txt", "file.bin.age"]).gives(b"text");
    // And into another format, under the keys of the rule.
    home.run(["rewrap", "--from-config", "--yes", "--format", "kenc", "--identity", "second.txt", "file.bin.age"]).ok();
    assert_eq!(text_of(&keys.inspect("file.bin.age"), "format"), "kenc");
    home.run(["decrypt", "--identity", "second.txt", "file.bin.age"]).gives(b"text");
}

#[test]
fn a_message_gets_the_kms_key_of_its_rule_by_being_encrypted_again() {
    let kms = need!(moto());
    let home = kms.home();
    let (one, two) = (kms.new_key(), kms.new_key());
    home.write("x.bin", b"text");
    home.run(["encrypt", "--format", "aws-esdk", "-k", &one, "x.bin", "-o", "x.bin.esdk"]).ok();
    home.write(".kenc.yaml", format!("creation_rules:\n- path_regex: \\.bin$\n  kms: {two}\n"));
    assert_eq!(home.run(["rewrap", "--from-config", "--check", "x.bin.esdk"]).code, PROBLEMS);
    let said = home.run(["rewrap", "--from-config", "--yes", "x.bin.esdk"]).ok().stdout_text();
    assert!(said.contains("encrypted again"), "{said}");
    home.run(["decrypt", "-k", &two, "x.bin.esdk"]).gives(b"text");
    home.run(["rewrap", "--from-config", "--check", "x.bin.esdk"]).ok();
    // The rule vouches for the keys that it names.
    home.run(["rotate", "x.bin.esdk"]).ok();
    home.run(["decrypt", "-k", &two, "x.bin.esdk"]).gives(b"text");
}
