//! Messages of the AWS Encryption SDK, both ways with `aws-encryption-cli`, under keys of an emulator.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Home, Kms, Outcome, moto, noise, repository};

const NOT_AUTHENTIC: i32 = 3;
const USAGE: i32 = 2;

/// The program of AWS.
fn aws_encryption_cli() -> Result<PathBuf, String> {
    let program = repository().join("target/venv/bin/aws-encryption-cli");
    if program.exists() { Ok(program) } else { Err("there is no aws-encryption-cli in target/venv".to_owned()) }
}

fn cli(home: &Home, program: &Path, words: &[&str]) -> Outcome {
    let mut command: Command = home.tool(program.to_str().expect("the path of the repository is text"));
    command.args(words).arg("--suppress-metadata");
    crate::support::finish(command, b"")
}

fn setting() -> Result<(&'static Kms, PathBuf), String> {
    Ok((moto()?, aws_encryption_cli()?))
}

#[test]
fn what_aws_encryption_cli_encrypts_kenc_decrypts_and_the_other_way_round() {
    let (kms, program) = need!(setting());
    let home = kms.home();
    let (one, two) = (kms.new_key(), kms.new_key());
    // Lengths around the frame of 4096 bytes: nothing, one byte, exact multiples, and more.
    for (number, len) in [0, 1, 4096, 8192, 10_000].into_iter().enumerate() {
        let plaintext = noise(len);
        home.write("plain", &plaintext);
        let algorithm =
            ["AES_256_GCM_HKDF_SHA512_COMMIT_KEY", "AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384"][number % 2];
        let key = [format!("key={one}"), format!("key={two}")];
        let mut words = vec!["--encrypt", "-i", "plain", "-o", "theirs", "--wrapping-keys", &key[0]];
        if number > 2 {
            words.push(&key[1]);
        }
        words.extend(["--encryption-context", "app=demo", "env=prod", "--algorithm", algorithm]);
        words.extend(["--frame-length", "4096"]);
        if number == 3 {
            words.push("--encode");
        }
        cli(&home, &program, &words).ok();
        home.run(["decrypt", "theirs"]).gives(&plaintext);
        home.run(["decrypt", "-k", &one, "-c", "app=demo", "theirs"]).gives(&plaintext);
        home.run(["verify", "theirs"]).ok();
        home.run(["decrypt", "-c", "app=other", "theirs"]).fails(NOT_AUTHENTIC);
        home.run(["decrypt", "-c", "more=pairs", "theirs"]).fails(NOT_AUTHENTIC).says("the file has no more");
        assert!(home.run(["inspect", "theirs"]).ok().stdout_text().contains(algorithm));

        let mut words = vec!["encrypt", "--format", "aws-esdk", "-k", &one, "-c", "app=demo", "-o", "ours", "-f"];
        words.extend(["--frame-length", "4096", "plain"]);
        if number % 2 == 1 {
            words.push("--sign");
        }
        if number > 2 {
            words.extend(["-k", &two]);
        }
        if number == 3 {
            words.push("--armor");
        }
        home.run(&words).ok();
        let wrapping = if number > 2 { &key[1] } else { &key[0] };
        let mut words = vec!["--decrypt", "-i", "ours", "-o", "opened", "--wrapping-keys", wrapping];
        words.extend(["--encryption-context", "app=demo"]);
        if number == 3 {
            words.push("--decode");
        }
        cli(&home, &program, &words).ok();
        assert!(home.read("opened") == plaintext, "{len} bytes");
        home.run(["decrypt", "ours"]).gives(&plaintext);
    }
}

#[test]
fn sixty_four_mebibytes_go_both_ways_signed_and_unsigned() {
    let (kms, program) = need!(setting());
    let home = kms.home();
    let key = kms.new_key();
    let wrapping = format!("key={key}");
    let plaintext = noise(64 << 20);
    home.write("plain", &plaintext);
    cli(&home, &program, &["--encrypt", "-i", "plain", "-o", "theirs", "--wrapping-keys", &wrapping]).ok();
    home.run(["decrypt", "theirs", "-o", "opened"]).ok();
    assert!(home.read("opened") == plaintext, "theirs");
    for sign in [false, true] {
        let mut words = vec!["encrypt", "--format", "aws-esdk", "-k", &key, "-f", "-o", "ours", "plain"];
        if sign {
            words.push("--sign");
        }
        home.run(&words).ok();
        cli(&home, &program, &["--decrypt", "-i", "ours", "-o", "opened", "--wrapping-keys", &wrapping]).ok();
        assert!(home.read("opened") == plaintext, "signed: {sign}");
        home.run(["decrypt", "ours", "--range", "10000000..10000005"]).gives(&plaintext[10_000_000..10_000_005]);
    }
}

/// Opens a file with the program of AWS under one key.
#[track_caller]
fn cli_opens(home: &Home, program: &Path, (name, key): (&str, &str), more: &[&str], plaintext: &[u8]) {
    let wrapping = format!("key={key}");
    let _ = std::fs::remove_file(home.file("opened"));
    let words = ["--decrypt", "-i", name, "-o", "opened", "--wrapping-keys", &wrapping];
    cli(home, program, &[&words[..], more].concat()).ok();
    assert!(home.read("opened") == plaintext, "{name} under {key} {more:?}");
}

#[test]
fn aws_encryption_cli_opens_a_message_that_was_rewrapped_and_rotated() {
    let (kms, program) = need!(setting());
    let home = kms.home();
    let (one, two) = (kms.new_key(), kms.new_key());
    let plaintext = noise(10_000);
    home.write("plain", &plaintext);
    let (demo, new) = (["--encryption-context", "app=demo"], ["--encryption-context", "app=new"]);
    let encrypt = ["encrypt", "--format", "aws-esdk", "-k", &one, "-c", "app=demo", "-o", "file", "plain"];
    home.run(encrypt.iter().chain(&["--sign", "--frame-length", "4096"])).ok();
    home.run(["rewrap", "--to", &two, "file"]).ok();
    cli_opens(&home, &program, ("file", &two), &demo, &plaintext);
    home.run(["rewrap", "--add", &one, "-k", &two, "file"]).ok();
    cli_opens(&home, &program, ("file", &one), &demo, &plaintext);
    home.run(["rotate", "--yes", "--new-context", "app=new", "file"]).ok();
    for key in [&one, &two] {
        cli_opens(&home, &program, ("file", key), &new, &plaintext);
    }

    // A message of its own, in base64, of the suite without a signature.
    let wrapping = format!("key={one}");
    let words = ["--encrypt", "-i", "plain", "-o", "theirs", "--encode", "--wrapping-keys", &wrapping];
    cli(&home, &program, &[&words[..], &demo, &["--algorithm", "AES_256_GCM_HKDF_SHA512_COMMIT_KEY"]].concat()).ok();
    home.run(["rewrap", "--to", &two, "theirs"]).ok();
    home.run(["rotate", "--yes", "theirs"]).ok();
    let decode = [&demo[..], &["--decode"]].concat();
    cli_opens(&home, &program, ("theirs", &two), &decode, &plaintext);
    let refused = ["--decrypt", "-i", "theirs", "-o", "no", "--decode", "--wrapping-keys", &wrapping];
    assert_ne!(cli(&home, &program, &refused).code, 0, "the first key is not in it any more");
}

#[test]
fn aws_encryption_cli_opens_what_was_a_kenc_file_or_an_age_file() {
    let (kms, program) = need!(setting());
    let home = kms.home();
    let (age, key) = (home.keygen(), kms.new_key());
    // A whole number of frames, and nothing.
    for (len, sign) in [(8192, &["--sign"][..]), (0, &[])] {
        let plaintext = noise(len);
        home.write("plain", &plaintext);
        for (format, context) in [("kenc", &["-c", "app=demo"][..]), ("age", &[])] {
            home.run(["encrypt", "--format", format, "-k", &age, "-f", "-o", "file", "plain"].iter().chain(context))
                .ok();
            let words = ["rewrap", "--format", "aws-esdk", "--to", &key, "--frame-length", "4096", "file"];
            home.run(words.iter().chain(sign)).ok();
            let demanded: &[&str] = if context.is_empty() { &[] } else { &["--encryption-context", "app=demo"] };
            cli_opens(&home, &program, ("file", &key), demanded, &plaintext);
        }
    }
}

#[test]
fn a_message_opens_in_trees_and_ranges_and_a_config_may_ask_for_it() {
    let kms = need!(moto());
    let home = kms.home();
    let key = kms.new_key();
    let plaintext = noise(300_000);
    std::fs::create_dir(home.file("tree")).unwrap();
    home.write("tree/a", &plaintext);
    home.write("tree/b", b"b");
    home.write(".kenc.yaml", format!("creation_rules:\n- path_regex: \\.dump$\n  format: aws-esdk\n  kms: {key}\n"));
    home.write("a.dump", &plaintext);
    home.run(["encrypt", "a.dump", "-o", "by-rule"]).ok();
    assert!(home.run(["inspect", "by-rule"]).ok().stdout_text().contains("AWS Encryption SDK message"));
    home.run(["decrypt", "by-rule"]).gives(&plaintext);
    home.run(["encrypt", "-r", "tree", "-o", "sealed", "--format", "aws-esdk", "-k", &key]).ok();
    home.run(["verify", "-r", "sealed"]).ok();
    home.run(["decrypt", "-r", "sealed", "-o", "opened"]).ok();
    assert!(home.read("opened/a") == plaintext && home.read("opened/b") == b"b");
    home.run(["decrypt", "sealed/a.esdk", "--range", "65530..131080"]).gives(&plaintext[65_530..131_080]);
    home.run(["decrypt", "sealed/a.esdk", "--range", "299999.."]).gives(&plaintext[299_999..]);
    home.run(["decrypt", "sealed/a.esdk", "--range", "0..300001"]).fails(USAGE);
}

#[test]
fn a_changed_message_leaves_no_output_file_and_an_uncommitted_one_needs_a_word() {
    let (kms, program) = need!(setting());
    let home = kms.home();
    let key = kms.new_key();
    home.write("plain", noise(10_000));
    home.run(["encrypt", "--format", "aws-esdk", "--sign", "-k", &key, "-o", "ours", "plain"]).ok();
    let mut changed = home.read("ours");
    let last = changed.len() - 1;
    changed[last] ^= 1;
    home.write("changed", &changed);
    home.run(["decrypt", "changed", "-o", "opened"]).fails(NOT_AUTHENTIC).says("signature");
    assert!(!home.file("opened").exists());
    home.run(["decrypt", "changed"]).fails(NOT_AUTHENTIC);

    let wrapping = format!("key={key}");
    let words = ["--encrypt", "-i", "plain", "-o", "old", "--wrapping-keys", &wrapping];
    let old = ["--algorithm", "AES_256_GCM_IV12_TAG16_HKDF_SHA384_ECDSA_P384"];
    let policy = ["--commitment-policy", "forbid-encrypt-allow-decrypt"];
    cli(&home, &program, &[&words[..], &old, &policy].concat()).ok();
    home.run(["decrypt", "old"]).fails(NOT_AUTHENTIC).hints("--allow-uncommitted");
    home.run(["decrypt", "--allow-uncommitted", "old"]).gives(&noise(10_000));
}

#[test]
fn a_raw_key_opens_what_it_sealed_and_serves_nothing_else() {
    let home = Home::new();
    home.write("aes", [7; 32]);
    let word = format!("raw-aes:ns/name@{}", home.file("aes").display());
    home.write("plain", b"text");
    home.run(["encrypt", "--format", "aws-esdk", "-k", &word, "-c", "a=b", "-o", "sealed", "plain"]).ok();
    home.run(["decrypt", "-k", &word, "sealed"]).gives(b"text");
    home.run(["decrypt", "sealed"]).fails(4).hints("raw-aes:NAMESPACE/NAME@FILE");
    home.run(["encrypt", "-k", &word, "plain", "-o", "no"]).fails(USAGE).says("AWS Encryption SDK messages only");
    home.write("aes", [8; 32]);
    home.run(["decrypt", "-k", &word, "sealed"]).fails(4);
    let recipient = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";
    home.run(["encrypt", "--format", "aws-esdk", "-k", recipient, "-o", "no", "plain"]).fails(USAGE);
    home.run(["encrypt", "--sign", "-k", recipient, "-o", "no", "plain"]).fails(USAGE).says("no signature");
}
