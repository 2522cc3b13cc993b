//! A new data key: the whole file is encrypted anew.

use super::*;

#[test]
fn the_old_data_key_does_not_open_the_new_file_and_keys_and_context_stay() {
    let kms = need!(moto());
    let home = kms.home();
    let (recipient, key) = (home.keygen(), kms.new_key());
    let plaintext = noise(300_000);
    let old = home.encrypt(&["-k", &key, "-k", &recipient, "-c", "app=demo"], &plaintext);
    home.write("x.kenc", &old);
    let text = home.run(["rotate", "--yes", "x.kenc"]).ok().stdout_text();
    assert_eq!(text, format!("x.kenc: new data key under aws-kms {key}, age {recipient}\n"));
    let new = home.read("x.kenc");
    let (mut old, new) = (RawFile::parse(&old), RawFile::parse(&new));
    assert_eq!((key_ids(&home.read("x.kenc")), &new.context), (vec![key.clone(), recipient], &old.context));
    assert_eq!(new.payload.len(), old.payload.len());
    let same = new.payload.chunks(16).zip(old.payload.chunks(16)).filter(|(one, other)| one == other).count();
    assert_eq!(same, 0, "no block of the old payload is left");
    home.run(["decrypt", "x.kenc", "-c", "app=demo"]).gives(&plaintext);
    home.run(["decrypt", "x.kenc", "-k", &key]).gives(&plaintext);
    old.payload.clone_from(&new.payload);
    home.decrypt(&[], &old.build()).fails(NOT_AUTHENTIC).says("not the data key of this file");
}

#[test]
fn a_new_context_and_cipher_take_the_place_of_the_old_ones() {
    let kms = need!(moto());
    let home = kms.home();
    home.write("x.kenc", home.encrypt(&["-k", &kms.new_key(), "-c", "app=demo"], PLAINTEXT));
    home.run(["rotate", "--yes", "x.kenc", "-c", "app=other"]).fails(NOT_AUTHENTIC).says("-c asks for app=other");
    let arguments = ["-c", "app=demo", "--new-context", "app=next", "--new-context", "env=prod"];
    home.run([&["rotate", "--yes", "x.kenc", "--cipher", "chacha20-poly1305"][..], &arguments].concat()).ok();
    home.run(["decrypt", "x.kenc", "-c", "app=next", "-c", "env=prod"]).gives(PLAINTEXT);
    let inspected = home.run(["inspect", "x.kenc"]).ok().stdout_text();
    assert!(inspected.contains("ChaCha20-Poly1305") && !inspected.contains("demo"), "{inspected}");
    home.run(["rotate", "--yes", "x.kenc", "--no-context"]).ok();
    assert!(RawFile::parse(&home.read("x.kenc")).context.is_empty());
    home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
}

#[test]
fn a_damaged_payload_is_not_rotated_and_the_file_stays_as_it_was() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let file = home.encrypt(&[], &noise(200_000));
    for (at, fault) in [(file.len() - 1, "the file is cut off or damaged"), (file.len() / 2, "is not authentic")] {
        let mut damaged = file.clone();
        damaged[at] ^= 1;
        home.write("x.kenc", &damaged);
        home.run(["rotate", "--yes", "x.kenc", "--to", &keys.second]).fails(NOT_AUTHENTIC).says(fault);
        assert!(home.read("x.kenc") == damaged);
        let to_a_pipe = home.run_with(["rotate", "--yes", "--to", &keys.second], &damaged);
        assert_eq!(to_a_pipe.code, NOT_AUTHENTIC);
        let opened = home.decrypt(&["--identity", "second.txt"], &to_a_pipe.stdout);
        assert_eq!(opened.code, NOT_AUTHENTIC, "what came out before cannot be taken for a whole file");
    }
    assert_eq!(home.names(), ["second.txt", "x.kenc"]);
}

#[test]
fn a_passphrase_stays_if_it_is_known_and_can_be_changed() {
    let home = Home::new();
    home.write("old", "correct horse\n");
    home.write("new", "battery staple\n");
    let from = |name: &str| ["--passphrase-from".to_owned(), format!("file:{name}")];
    let run = |arguments: &[&str], more: &[String]| {
        home.run(arguments.iter().map(|word| (*word).to_owned()).chain(more.iter().cloned()))
    };
    let recipient = home.keygen();
    let file = home.encrypt(&["-k", "passphrase:", "-k", &recipient, "--passphrase-from", "file:old"], PLAINTEXT);
    home.write("x.kenc", &file);
    let outcome = run(&["rotate", "--yes", "x.kenc"], &from("new"));
    outcome.fails(KEY_SERVICE).says("cannot encrypt under passphrase:").says("wrong passphrase");
    assert!(home.read("x.kenc") == file);
    run(&["rotate", "--yes", "x.kenc"], &from("old")).ok();
    run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).gives(PLAINTEXT);
    run(&["rotate", "--yes", "x.kenc", "-k", &recipient], &from("old")).ok();
    run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).gives(PLAINTEXT);

    let change = ["rewrap", "x.kenc", "--remove", "passphrase:", "--add", "passphrase:"];
    run(&[&change[..], &["--new-passphrase-from", "file:new"]].concat(), &from("old")).ok();
    run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("new")).gives(PLAINTEXT);
    run(&["decrypt", "x.kenc", "-k", "passphrase:"], &from("old")).fails(NO_KEY);
}

#[test]
fn it_takes_little_memory_however_long_the_file_is() {
    let keys = TwoKeys::new();
    let home = &keys.home;
    let plain = File::create(home.file("plain")).expect("a file can be made");
    plain.set_len(256 << 20).expect("it can be long");
    home.run(["encrypt", "plain", "-o", "x.kenc"]).ok();
    let most = need!(Measured::most_kib(home));
    let mut rotation = need!(Measured::new(home, "peak", &["rotate", "--yes", "--threads", "8", "x.kenc"]));
    assert!(rotation.command.stdout(Stdio::null()).status().expect("it can be started").success());
    assert!(rotation.peak_kib() <= most, "{} KiB", rotation.peak_kib());
    let mut piped = need!(Measured::new(home, "piped", &["rotate", "--yes", "--threads", "8"]));
    let file = File::open(home.file("x.kenc")).expect("it is there");
    assert!(piped.command.stdin(file).stdout(Stdio::null()).status().expect("it can be started").success());
    assert!(piped.peak_kib() <= most, "{} KiB", piped.peak_kib());
}

#[test]
fn a_slot_of_an_unknown_provider_cannot_be_kept() {
    let home = Home::new();
    let recipient = home.keygen();
    let mut file = RawFile::parse(&home.encrypt(&[], PLAINTEXT));
    let mut unknown = file.slots[0].clone();
    unknown.provider = "other-kms".to_owned();
    file.slots.push(unknown);
    home.write("x.kenc", file.build());
    home.run(["rotate", "--yes", "x.kenc"]).fails(KEY_SERVICE).says("does not know the key provider `other-kms`");
    home.run(["rotate", "--yes", "x.kenc", "--to", &recipient]).ok();
    home.run(["decrypt", "x.kenc"]).gives(PLAINTEXT);
}
