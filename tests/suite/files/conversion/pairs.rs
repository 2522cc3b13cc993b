//! Every pair of formats.

use super::*;

const FORMATS: [&str; 3] = ["kenc", "age", "aws-esdk"];

#[test]
fn every_format_becomes_every_other_with_its_armor_and_without_a_change_of_plaintext() {
    let keys = Keys::new();
    let home = &keys.home;
    for len in [0, 1, 65_536, 300_001] {
        let plaintext = noise(len);
        home.write("plain", &plaintext);
        for old in FORMATS {
            for new in FORMATS {
                for armor in [false, true] {
                    keys.encrypt(old, if armor { &["-a"] } else { &[] }, "file");
                    let (key, _) = keys.of(new);
                    let mut words = vec!["rewrap", "--format", new, "--to", key, "file"];
                    words.extend(keys.of(old).1);
                    let said = home.run(&words).ok().stdout_text();
                    let now = keys.inspect("file");
                    assert_eq!(text_of(&now, "format"), new, "{old} to {new}");
                    assert_eq!(now["armored"], armor, "{old} to {new}: {now}");
                    keys.opens("file", &plaintext);
                    if old == new {
                        assert!(said.contains("nothing to change"), "{old} to {new}: {said}");
                    } else {
                        assert!(said.contains("encrypted again as a"), "{old} to {new}: {said}");
                    }
                    // Once more changes nothing, so that a run that was interrupted can be repeated.
                    let before = home.read("file");
                    let mut words = vec!["rewrap", "--format", new, "--to", key, "file"];
                    words.extend(keys.of(new).1);
                    assert!(home.run(&words).ok().stdout_text().contains("nothing to change"), "{old} to {new}");
                    assert!(home.read("file") == before, "{old} to {new}");
                }
            }
        }
    }
    assert_eq!(strange(home, &["aes", "other-aes", "second.txt", "plain", "file"]), [""; 0]);
}

#[test]
fn from_one_stream_to_another_and_to_another_file_the_input_stays() {
    let keys = Keys::new();
    let home = &keys.home;
    let plaintext = noise(200_000);
    home.write("plain", &plaintext);
    keys.encrypt("kenc", &[], "file");
    let before = home.read("file");
    home.run(["rewrap", "--format", "age", "--to", &keys.second, "file", "-o", "file.age"]).ok();
    home.run(["decrypt", "--identity", "second.txt", "file.age"]).gives(&plaintext);
    let outcome = home.run_with(["rewrap", "--format", "aws-esdk", "--to", &keys.raw, "-"], &before);
    home.write("streamed", &outcome.ok().stdout);
    keys.opens("streamed", &plaintext);
    assert!(home.read("file") == before);
}

#[test]
fn a_file_keeps_its_keys_where_the_new_format_can_have_them_and_something_vouches_for_them() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    keys.encrypt("kenc", &["-k", &keys.second], "file");
    let before = home.read("file");
    home.run(["rewrap", "--format", "age", "file"]).fails(USAGE).says("not trusted").hints("--yes");
    assert!(home.read("file") == before);
    let said = home.run(["rewrap", "--format", "age", "--yes", "file"]).ok().stdout_text();
    assert!(said.contains(&keys.age) && said.contains(&keys.second), "{said}");
    home.run(["decrypt", "file"]).gives(b"text");
    home.run(["decrypt", "--identity", "second.txt", "file"]).gives(b"text");
    // The way back: an age file names nobody, and one of its recipients is not known here.
    let before = home.read("file");
    home.run(["rewrap", "--format", "kenc", "file"])
        .fails(USAGE)
        .says("1 of them has no identity here")
        .hints("--to age1…");
    assert!(home.read("file") == before);
    home.write("both.txt", [home.read("second.txt"), std::fs::read(home.local_key()).unwrap()].concat());
    home.run(["rewrap", "--format", "kenc", "--identity", "both.txt", "file"]).ok();
    home.run(["decrypt", "file"]).gives(b"text");
    home.run(["decrypt", "--identity", "second.txt", "file"]).gives(b"text");
    home.run(["rewrap", "--format", "aws-esdk", "--yes", "file"])
        .fails(USAGE)
        .says("cannot be a key of an AWS Encryption SDK message");
}

#[test]
fn a_passphrase_that_opens_the_file_is_the_one_of_the_new_file() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    home.write("words", "old words\n");
    home.run(["encrypt", "-k", "passphrase:", "--passphrase-from", "file:words", "-o", "file", "plain"]).ok();
    for format in ["age", "kenc"] {
        home.run(["rewrap", "--format", format, "--passphrase-from", "file:words", "file"]).ok();
        assert_eq!(text_of(&keys.inspect("file"), "format"), format);
        home.run(["decrypt", "--passphrase-from", "file:words", "file"]).gives(b"text");
    }
}

#[test]
fn a_context_that_age_cannot_have_is_dropped_only_on_demand_and_goes_along_otherwise() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    keys.encrypt("kenc", &["-c", "app=demo"], "file");
    let before = home.read("file");
    home.run(["rewrap", "--format", "age", "--to", &keys.age, "file"])
        .fails(USAGE)
        .says("an age file has no encryption context")
        .hints("--no-context");
    assert!(home.read("file") == before);
    home.run(["rewrap", "--format", "aws-esdk", "--to", &keys.raw, "file"]).ok();
    home.run(["decrypt", "-k", &keys.raw, "-c", "app=demo", "file"]).gives(b"text");
    home.run(["rewrap", "--format", "kenc", "-k", &keys.raw, "--to", &keys.age, "file"]).ok();
    home.run(["decrypt", "-c", "app=demo", "file"]).gives(b"text");
    home.run(["rewrap", "--format", "age", "--to", &keys.age, "--no-context", "file"]).ok();
    home.run(["decrypt", "file"]).gives(b"text");
}

#[test]
fn a_dry_run_asks_the_keys_and_writes_nothing() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    keys.encrypt("kenc", &[], "file");
    let before = home.read("file");
    let said = home.run(["rewrap", "-n", "--format", "age", "--to", &keys.age, "file"]).ok().stdout_text();
    assert!(said.contains("would be encrypted again as an age file"), "{said}");
    home.run(["rewrap", "-n", "--format", "age", "--to", "alias/x", "file"]).fails(USAGE);
    home.run(["rewrap", "-n", "--format", "age", "--to", &keys.age, "--identity", "second.txt", "file"]).fails(NO_KEY);
    assert!(home.read("file") == before);
}

#[test]
fn trees_and_lists_are_converted_with_one_data_key_and_one_call_of_kms_for_each_key() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (old, new) = (kms.new_key(), kms.new_key());
    std::fs::create_dir_all(home.file("tree/sub")).unwrap();
    for number in 0..6 {
        home.write(&format!("tree/sub/{number}"), number.to_string());
    }
    home.run(["encrypt", "-r", "tree", "-o", "sealed", "-k", &old]).ok();
    assert_eq!(relay.asked(), ["GenerateDataKey"]);
    let said = home.run(["rewrap", "-r", "--format", "aws-esdk", "--to", &new, "sealed"]).ok().stdout_text();
    assert!(said.contains("6 files: 6 changed, 0 unchanged"), "{said}");
    let mut asked = relay.asked()[1..].to_vec();
    asked.sort();
    assert_eq!(asked, ["Decrypt", "GenerateDataKey"]);
    home.run(["verify", "-r", "sealed"]).ok();
    let list: Vec<u8> = (0..6).flat_map(|number| format!("sealed/sub/{number}.kenc\0").into_bytes()).collect();
    home.write("list", &list);
    let before = relay.asked().len();
    home.run(["rewrap", "--files0-from", "list", "--to", &old]).ok();
    let mut asked = relay.asked()[before..].to_vec();
    asked.sort();
    assert_eq!(asked, ["Decrypt", "GenerateDataKey"]);
    let age = home.keygen();
    home.run_with(["rewrap", "--files0-from", "-", "--format", "age", "--to", &age], &list).ok();
    for number in 0..6 {
        home.run(["decrypt", &format!("sealed/sub/{number}.kenc")]).gives(number.to_string().as_bytes());
    }
    home.write("empty", b"");
    home.run(["rewrap", "--files0-from", "empty", "--to", &age]).ok();
}
