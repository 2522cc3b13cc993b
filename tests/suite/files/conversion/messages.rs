//! Messages of the AWS Encryption SDK under other keys, and with new data keys; and age files with new file keys.

use crate::support::repository;

use super::*;

const SUITES: [&str; 11] = ["0014", "0046", "0078", "0114", "0146", "0178", "0214", "0346", "0378", "0478", "0578"];

/// Messages of another writer, in every suite, in the folder of the home.
fn write_messages(home: &Home) -> Result<(), String> {
    let python = repository().join("target/venv/bin/python");
    if !python.exists() {
        return Err("there is no Python in target/venv".to_owned());
    }
    let mut command = home.tool(python.to_str().expect("the path of the repository is text"));
    command.arg("-B").arg(repository().join("tests/interop/esdk_files.py")).arg(home.path());
    crate::support::finish(command, b"").ok();
    Ok(())
}

#[test]
fn messages_of_every_suite_become_committing_messages_and_kenc_files() {
    let keys = Keys::new();
    let home = &keys.home;
    need!(write_messages(home));
    let plaintext: Vec<u8> = (0..1000_usize).map(|at| u8::try_from((at * 7 + at / 256) & 255).unwrap()).collect();
    for suite in SUITES {
        let (is_signed, commits) =
            (["0214", "0346", "0378", "0578"].contains(&suite), suite.ends_with("78") && suite > "0400");
        for frame_len in ["0", "100"] {
            let name = format!("{suite}-{frame_len}");
            let before = home.read(&name);
            if !commits {
                home.run(["rewrap", "-k", &keys.raw, "--to", &keys.other_raw, &name])
                    .fails(NOT_AUTHENTIC)
                    .hints("--allow-uncommitted");
                assert!(home.read(&name) == before, "{name}");
            }
            let words = ["rewrap", "--allow-uncommitted", "-k", &keys.raw, "--to", &keys.other_raw, &name];
            let said = home.run(words).ok().stdout_text();
            assert!(said.contains("added raw-aes ns/two, removed raw-aes ns/one"), "{name}: {said}");
            let now = keys.inspect(&name);
            assert_eq!(now["version"], 2, "{name}");
            let suite_now = text_of(&now, "suite");
            assert!(
                suite_now.contains("COMMIT_KEY") && suite_now.contains("ECDSA") == is_signed,
                "{name}: {suite_now}"
            );
            assert_eq!(now["header"]["frame_length"], if frame_len == "0" { 65_536 } else { 100 }, "{name}");
            home.run(["decrypt", "-k", &keys.other_raw, "-c", "app=demo", &name]).gives(&plaintext);
            home.run(["rewrap", "--format", "kenc", "-k", &keys.other_raw, "--to", &keys.age, &name]).ok();
            home.run(["decrypt", "-c", "app=demo", &name]).gives(&plaintext);
        }
    }
}

#[test]
fn pairs_that_a_message_is_bound_to_and_does_not_store_are_demanded_and_not_stored_unasked() {
    let keys = Keys::new();
    let home = &keys.home;
    need!(write_messages(home));
    for name in ["0478-9", "0578-9"] {
        home.run(["decrypt", "-k", &keys.raw, name]).fails(NO_KEY);
        home.run(["decrypt", "-k", &keys.raw, "-c", "who=else", name]).fails(NO_KEY);
        home.run(["verify", "-k", &keys.raw, "-c", "who=reader", "-c", "app=demo", name]).ok();
        home.run(["verify", "-k", &keys.raw, "-c", "who=reader", "-c", "app=other", name]).fails(NOT_AUTHENTIC);
        let before = home.read(name);
        home.run(["rewrap", "-k", &keys.raw, "-c", "who=reader", "--to", &keys.other_raw, name])
            .fails(USAGE)
            .says("bound to pairs that it does not store")
            .hints("--new-context");
        assert!(home.read(name) == before);
        let words = ["rotate", "-k", &keys.raw, "-c", "who=reader", "--to", &keys.other_raw];
        home.run(words.iter().chain(&["--new-context", "who=reader", name])).ok();
        home.run(["verify", "-k", &keys.other_raw, "-c", "who=reader", name]).ok();
    }
}

/// What a change of keys must leave alone.
fn kept(message: &Value) -> [Value; 4] {
    ["/suite", "/context", "/header/frame_length", "/armored"].map(|name| {
        let mut value = message.pointer(name).unwrap_or_else(|| panic!("no {name} in {message}")).clone();
        if let Some(pairs) = value.as_object_mut() {
            pairs.remove("aws-crypto-public-key");
        }
        value
    })
}

#[test]
fn other_keys_for_a_message_make_a_new_message_like_it_and_say_so() {
    let kms = need!(moto());
    let home = kms.home();
    let (one, two) = (kms.new_key(), kms.new_key());
    let plaintext = noise(100_000);
    home.write("plain", &plaintext);
    for more in [&[][..], &["--sign"], &["-a", "--frame-length", "1000"], &["--sign", "-a"]] {
        let words = ["encrypt", "--format", "aws-esdk", "-k", &one, "-c", "app=demo", "-f", "-o", "file", "plain"];
        home.run(words.iter().chain(more)).ok();
        let before = inspect(&home, "file");
        let said = home.run(["rewrap", "--to", &two, "file"]).ok().stdout_text();
        let expected = format!("added aws-kms {two}, removed aws-kms {one} (encrypted again, with a new message id)");
        assert!(said.contains(&expected), "{said}");
        let after = inspect(&home, "file");
        assert_eq!(kept(&after), kept(&before), "{more:?}");
        assert_ne!(after["header"]["message_id"], before["header"]["message_id"]);
        home.run(["decrypt", "-c", "app=demo", "file"]).gives(&plaintext);
        home.run(["decrypt", "-k", &one, "file"]).fails(NO_KEY);

        let bytes = home.read("file");
        let said = home.run(["rewrap", "--to", &two, "file"]).ok().stdout_text();
        assert!(said.contains("nothing to change") && home.read("file") == bytes, "{said}");

        // What stays is named by nobody but the header.
        home.run(["rewrap", "--add", &one, "file"]).fails(USAGE).says("not trusted");
        assert!(home.read("file") == bytes);
        home.run(["rewrap", "--add", &one, "-k", &two, "file"]).ok();
        home.run(["decrypt", "-k", &one, "file"]).gives(&plaintext);
        home.run(["decrypt", "-k", &two, "file"]).gives(&plaintext);
        home.run(["rewrap", "--remove", &two, "--yes", "file"]).ok();
        home.run(["decrypt", "-k", &two, "file"]).fails(NO_KEY);
        home.run(["rewrap", "--remove", &one, "file"]).fails(USAGE).says("the last key");

        let before = inspect(&home, "file");
        home.run(["rotate", "file"]).fails(USAGE).says("not trusted");
        let said = home.run(["rotate", "--yes", "file"]).ok().stdout_text();
        assert!(said.contains(&format!("new data key under aws-kms {one}")), "{said}");
        let after = inspect(&home, "file");
        assert_eq!(kept(&after), kept(&before), "{more:?}");
        assert_ne!(after["header"]["message_id"], before["header"]["message_id"]);
        home.run(["rotate", "--yes", "--new-context", "app=new", "file"]).ok();
        home.run(["decrypt", "-c", "app=new", "file"]).gives(&plaintext);
        home.run(["rotate", "--yes", "--cipher", "chacha20-poly1305", "file"]).fails(USAGE).says("only kenc files");
    }
}

#[test]
fn a_message_can_get_a_signature_and_frames_of_another_length_with_its_format() {
    let keys = Keys::new();
    let home = &keys.home;
    let plaintext = noise(10_000);
    home.write("plain", &plaintext);
    keys.encrypt("aws-esdk", &[], "file");
    let words = ["rewrap", "--format", "aws-esdk", "-k", &keys.raw, "--to", &keys.raw, "file"];
    home.run(words.iter().chain(&["--sign", "--frame-length", "4096"])).ok();
    let now = keys.inspect("file");
    assert_eq!(now["header"]["frame_length"], 4096, "{now}");
    assert!(now["suite"].as_str().is_some_and(|cipher| cipher.ends_with("ECDSA_P384")), "{now}");
    keys.opens("file", &plaintext);
    home.run(["rewrap", "--sign", "file"]).fails(USAGE);
    home.run(["rewrap", "--format", "age", "--sign", "--to", &keys.age, "file"])
        .fails(USAGE)
        .says("only AWS Encryption SDK");
}

#[test]
fn a_raw_key_that_stays_must_be_named_since_a_message_does_not_say_where_it_is() {
    let keys = Keys::new();
    let home = &keys.home;
    home.write("plain", b"text");
    keys.encrypt("aws-esdk", &["-k", &keys.other_raw], "file");
    let before = home.read("file");
    // The message opens, but one of the keys that stay is not here.
    home.run(["rotate", "-k", &keys.raw, "--yes", "file"]).fails(KEY_SERVICE).says("ns/two");
    assert!(home.read("file") == before);
    home.run(["rotate", "-k", &keys.raw, "-k", &keys.other_raw, "file"]).ok();
    home.run(["decrypt", "-k", &keys.other_raw, "file"]).gives(b"text");
    home.run(["rewrap", "-k", &keys.raw, "-k", &keys.other_raw, "--remove", &keys.raw, "file"]).ok();
    home.run(["decrypt", "-k", &keys.raw, "file"]).fails(NO_KEY);
    home.run(["decrypt", "-k", &keys.other_raw, "file"]).gives(b"text");
}

#[test]
fn a_new_file_key_for_an_age_file_is_for_the_recipients_that_are_known_here() {
    let keys = Keys::new();
    let home = &keys.home;
    let plaintext = noise(100_000);
    home.write("plain", &plaintext);
    for armor in [&[][..], &["-a"]] {
        keys.encrypt("age", armor, "file");
        let before = home.read("file");
        home.run(["rotate", "file"]).ok();
        let after = home.read("file");
        assert!(after != before && after[..60] == before[..60].to_vec() || after.len() == before.len());
        keys.opens("file", &plaintext);
        home.run(["rotate", "--to", &keys.second, "file"]).ok();
        home.run(["decrypt", "file"]).fails(NO_KEY);
        home.run(["decrypt", "--identity", "second.txt", "file"]).gives(&plaintext);
        let before = home.read("file");
        home.run(["rotate", "--identity", "second.txt", "--new-context", "a=b", "file"])
            .fails(USAGE)
            .says("an age file has no encryption context");
        home.run(["rotate", "file"]).fails(USAGE).says("has no identity here");
        assert!(home.read("file") == before);
        home.run(["rotate", "--identity", "second.txt", "--add", &keys.age, "file"]).ok();
        keys.opens("file", &plaintext);
        home.run(["decrypt", "--identity", "second.txt", "file"]).gives(&plaintext);
    }
}
