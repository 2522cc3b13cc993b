//! Keys of KMS: how often the service is asked, and for what.

use super::*;

#[test]
fn from_one_kms_key_to_another_the_data_key_is_never_asked_for() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (old, new) = (kms.new_key(), kms.new_key());
    let file = home.encrypt(&["-k", &old, "-c", "app=demo", "-c", "env=prod"], PLAINTEXT);
    let path = home.write("x.kenc", &file);
    let inode = fs::metadata(&path).expect("it is there").ino();
    let outcome = home.run(["rewrap", "x.kenc", "--to", &new]);
    let text = outcome.ok().stdout_text();
    assert_eq!(text, format!("x.kenc: added aws-kms {new}, removed aws-kms {old} (inside KMS, in place)\n"));
    assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt"]);

    let changed = home.read("x.kenc");
    assert_eq!(key_ids(&changed), [new.as_str()]);
    assert_eq!(changed[header_len(&changed)..], file[header_len(&file)..], "the payload is untouched");
    assert_eq!(fs::metadata(&path).expect("it is there").ino(), inode);
    home.run(["decrypt", "x.kenc", "-c", "app=demo"]).gives(PLAINTEXT);
    home.decrypt(&["-k", &old], &changed).fails(NO_KEY).says("-k does not name it");
}

#[test]
fn files_that_share_a_wrapped_key_cost_one_call_however_many_they_are() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (old, new) = (kms.new_key(), kms.new_key());
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}")).collect();
    for name in &names {
        home.write(name, name);
    }
    fs::create_dir(home.file("out")).expect("a folder can be made");
    let arguments = ["encrypt", "-k", &old, "-o", "out/"].map(str::to_owned);
    home.run(arguments.iter().chain(&names)).ok();
    let text = home.run(["rewrap", "-r", "out", "--to", &new]).ok().stdout_text();
    assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt"]);
    let lines: Vec<&str> = text.lines().collect();
    for (line, name) in lines.iter().zip(&names) {
        assert!(line.starts_with(&format!("out/{name}.kenc: added aws-kms {new}")), "{line}");
    }
    assert_eq!(lines[40..], ["40 files: 40 changed, 0 unchanged"]);
    for name in &names {
        home.run(["decrypt", &format!("out/{name}.kenc")]).gives(name.as_bytes());
    }

    let age = home.keygen();
    home.run(["rewrap", "-r", "out", "--add", &age]).ok();
    assert_eq!(relay.asked()[2 + 40..], ["Decrypt"], "one for all, for a key that KMS cannot wrap under");
    home.run(["rewrap", "-r", "out", "--remove", &new]).ok();
    assert_eq!(relay.asked().len(), 2 + 40 + 1, "to remove a key needs none");
    home.run(["rotate", "--yes", "-r", "out", "--to", &old]).ok();
    assert_eq!(relay.asked()[2 + 40 + 1..], ["GenerateDataKey"], "one new data key for all");
    for name in &names {
        home.run(["decrypt", &format!("out/{name}.kenc")]).gives(name.as_bytes());
    }
}

#[test]
fn different_wrapped_keys_are_asked_for_at_the_same_time_and_never_more_than_32() {
    const FILES: usize = 40;
    const MOST: usize = 32;
    let kms = need!(moto());
    let (old, new, home) = (kms.new_key(), kms.new_key(), kms.home());
    let names: Vec<String> = (0..FILES).map(|number| format!("{number}.kenc")).collect();
    for name in &names {
        home.write(name, home.encrypt(&["-k", &old], name.as_bytes()));
    }
    // A call that arrives before the maximum is reached waits for the others.
    let counts = std::sync::Arc::new((std::sync::Mutex::new((0, 0, 0)), std::sync::Condvar::new()));
    let seen = std::sync::Arc::clone(&counts);
    let relay = Relay::to_but(
        kms.port,
        move |_, _| {
            let (counted, arrived) = &*seen;
            let mut now = counted.lock().expect("nobody panics while it counts");
            now.0 += 1;
            now.1 += 1;
            now.2 = now.2.max(now.1);
            arrived.notify_all();
            let patience = Duration::from_mins(1);
            let few = |now: &mut (usize, usize, usize)| now.0 < MOST;
            let (mut now, _) = arrived.wait_timeout_while(now, patience, few).expect("nobody panics");
            now.1 -= 1;
            false
        },
        400,
        &json!({}),
    );
    let home = home.with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", relay.port));
    let arguments = ["rewrap", "--to", &new, "--aws-timeout", "120"].map(str::to_owned);
    home.run(arguments.iter().chain(&names)).ok();
    let (arrived, _, most) = *counts.0.lock().expect("nobody panics while it counts");
    assert_eq!((arrived, most), (FILES, MOST));
    for name in &names {
        home.run(["decrypt", name, "-k", &new]).gives(name.as_bytes());
    }
}

#[test]
fn a_key_that_is_there_already_is_found_behind_its_alias_and_nothing_is_written() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    kms.new_alias("alias/there-already", &key);
    let file = home.encrypt(&["-k", &key], PLAINTEXT);
    home.write("x.kenc", &file);
    for arguments in
        [["--to", "alias/there-already"], ["--add", "alias/there-already"], ["--add", &key], ["--to", &key]]
    {
        let outcome = home.run([&["rewrap", "x.kenc"][..], &arguments].concat());
        assert_eq!(outcome.ok().stdout_text(), "x.kenc: nothing to change\n", "{arguments:?}");
        assert!(home.read("x.kenc") == file, "{arguments:?}");
    }
}

#[test]
fn a_key_is_removed_by_its_alias_and_no_other_key_is() {
    let kms = need!(moto());
    let (stays, goes, home) = (kms.new_key(), kms.new_key(), kms.home());
    kms.new_alias("alias/goes", &goes);
    home.write("x.kenc", home.encrypt(&["-k", &stays, "-k", &goes], PLAINTEXT));
    home.run(["rewrap", "x.kenc", "--remove", "alias/goes"]).ok();
    assert_eq!(key_ids(&home.read("x.kenc")), [stays.as_str()]);
    let again = home.run(["rewrap", "x.kenc", "--remove", "alias/goes"]).ok().stdout_text();
    assert_eq!(again, "x.kenc: nothing to change; alias/goes is not a key of this file\n");
    let outcome = home.run(["rewrap", "x.kenc", "--remove", "alias/never-made"]);
    outcome.fails(KEY_SERVICE).says("cannot resolve alias/never-made").hints("aws kms list-aliases");
}

#[test]
fn a_key_that_is_removed_and_added_is_wrapped_anew() {
    let kms = need!(moto());
    let (key, home) = (kms.new_key(), kms.home());
    let file = home.encrypt(&["-k", &key], PLAINTEXT);
    home.write("x.kenc", &file);
    home.run(["rewrap", "x.kenc", "--remove", &key, "--add", &key]).ok();
    let changed = home.read("x.kenc");
    assert_eq!(key_ids(&changed), [key.as_str()]);
    assert_ne!(RawFile::parse(&changed).slots[0].wrapped, RawFile::parse(&file).slots[0].wrapped);
    home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
}

#[test]
fn a_dry_run_asks_the_keys_and_writes_nothing() {
    let kms = need!(moto());
    let (old, new, home) = (kms.new_key(), kms.new_key(), kms.home());
    let file = home.encrypt(&["-k", &old], PLAINTEXT);
    let path = home.write("x.kenc", &file);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("permissions can be set");
    let text = home.run(["rewrap", "-n", "x.kenc", "--to", &new]).ok().stdout_text();
    assert!(text.starts_with(&format!("x.kenc: would add aws-kms {new}, would remove aws-kms {old}")), "{text}");
    assert!(home.read("x.kenc") == file);
    home.run(["rewrap", "-n", "x.kenc", "--to", "alias/never-made"]).fails(KEY_SERVICE).says("x.kenc: ");
}

#[test]
fn a_key_in_another_region_is_reached_by_unwrapping() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let created = kms.call_in("eu-central-1", "CreateKey", &json!({})).json();
    let new = created["KeyMetadata"]["Arn"].as_str().expect("a key has an ARN");
    home.write("x.kenc", home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
    let text = home.run(["rewrap", "x.kenc", "--to", new]).ok().stdout_text();
    assert!(!text.contains("inside KMS"), "{text}");
    assert_eq!(relay.asked(), ["GenerateDataKey", "Decrypt", "Encrypt"]);
    assert_eq!(key_ids(&home.read("x.kenc")), [new]);
    home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
}

#[test]
fn a_service_without_the_operation_is_asked_to_unwrap_and_wrap() {
    let kms = need!(ministack());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let new = kms.new_key();
    home.write("x.kenc", home.encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    home.run(["rewrap", "x.kenc", "--to", &new]).ok();
    assert_eq!(relay.asked(), ["GenerateDataKey", "ReEncrypt", "Decrypt", "Encrypt"]);
    home.run(["decrypt", "x.kenc", "-k", &new]).gives(PLAINTEXT);
}

#[test]
fn between_kms_and_age_the_data_key_is_unwrapped_once() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (recipient, key) = (home.keygen(), kms.new_key());
    home.write("x.kenc", home.encrypt(&["-k", &recipient, "-c", "app=demo"], PLAINTEXT));
    home.run(["rewrap", "x.kenc", "--to", &key]).ok();
    assert_eq!(relay.asked(), ["Encrypt"]);
    home.run(["rewrap", "x.kenc", "--to", &recipient]).ok();
    assert_eq!(relay.asked(), ["Encrypt", "Decrypt"]);
    assert_eq!(key_ids(&home.read("x.kenc")), [recipient]);
    home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
}
