//! The golden files open, and the malformed ones give their kind of error, in every way in which kenc reads a file.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::modes::{Reading, armored, folder, is_armored, pattern, read_head, read_in_every_way, read_to_end};
use age::secrecy::SecretString;
use kenc::crypto::{Backend, DataKey, sha256};
use kenc::error::{Class, Error, FormatError, Result};
use kenc::formats::native::armor::ArmorReader;
use kenc::formats::native::{FileHead, SeekingDecryptor, TableCopies};
use kenc::keys::{AwsKms, Cache, Identities, Keyring, KmsSettings, PassphraseSource, TrustedKeys};
use serde_json::Value;

#[test]
fn every_golden_file_opens_in_every_way() {
    for entry in entries("valid") {
        let name = text(&entry, "file");
        let file = read(name);
        let plaintext = plaintext(&entry);
        let data_key = DataKey::from_slice(&hex::decode(text(&entry, "data_key")).unwrap()).unwrap();
        for Reading { way, released, outcome, .. } in read_in_every_way(&file, &data_key, Backend::ALL) {
            assert_eq!(
                outcome.unwrap_or_else(|error| panic!("{name}, {way}: {error}")),
                plaintext.len() as u64,
                "{way}"
            );
            assert!(released.is_none_or(|released| released == plaintext), "{name}, {way}");
        }
    }
}

#[test]
fn every_golden_file_says_what_the_manifest_says_and_each_of_its_keys_opens_it() {
    for entry in entries("valid") {
        let name = text(&entry, "file");
        let file = read(name);
        let (head, _) = read_head(&file).unwrap();
        let parameters = &head.header.parameters;
        assert_eq!(u64::from(parameters.suite.number()), entry["suite"], "{name}");
        let context: Value =
            parameters.context.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        assert_eq!(context, entry["context"], "{name}");
        let copies = match head.header.copies {
            TableCopies::Whole => "whole",
            TableCopies::FirstDamaged => "first damaged",
            TableCopies::SecondDamaged => "second damaged",
            TableCopies::Differing => "differing",
        };
        assert_eq!(copies, entry["copies"], "{name}");
        assert_eq!(is_armored(&file), entry["armored"], "{name}");
        assert_eq!(hex::encode(sha256(&plaintext(&entry))), entry["plaintext_sha256"], "{name}");
        for key_file in entry["opened_by"].as_array().unwrap() {
            let key = data_key(&head, key_file.as_str().unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(hex::encode(key.expose()), entry["data_key"], "{name}");
        }
    }
}

#[test]
fn any_range_of_a_golden_file_is_read_by_seeking() {
    for entry in entries("valid") {
        let name = text(&entry, "file");
        let file = unarmored(read(name));
        let plaintext = plaintext(&entry);
        let (head, _) = read_head(&file).unwrap();
        let data_key = DataKey::from_slice(&hex::decode(text(&entry, "data_key")).unwrap()).unwrap();
        for &backend in Backend::ALL {
            let cipher = head.cipher(&data_key, backend).unwrap();
            let mut decryptor = SeekingDecryptor::new(Cursor::new(&file), cipher).unwrap();
            assert_eq!(decryptor.plaintext_len(), plaintext.len() as u64);
            let ends = [0, 1, 2, 16_383, 16_384, 16_385, 32_767, 32_768, 32_769, plaintext.len()];
            for start in ends.into_iter().rev().filter(|&start| start <= plaintext.len()) {
                for end in ends.into_iter().filter(|&end| (start..=plaintext.len()).contains(&end)) {
                    decryptor.seek(SeekFrom::Start(start as u64)).unwrap();
                    let (released, outcome) = read_to_end(&mut (&mut decryptor).take((end - start) as u64), 5000);
                    assert!(outcome.is_ok() && released == plaintext[start..end], "{name}, {start}..{end}");
                }
                let back = i64::try_from(plaintext.len() - start).unwrap();
                assert_eq!(decryptor.seek(SeekFrom::End(-back)).unwrap(), start as u64);
                assert!(read_to_end(&mut decryptor, 20_000).0 == plaintext[start..], "{name}, {start}..");
            }
        }
    }
}

#[test]
fn every_malformed_file_gives_its_kind_of_error_in_every_way_and_no_wrong_byte() {
    let all_plaintext = pattern(100_000);
    for entry in entries("malformed") {
        let name = text(&entry, "file");
        let file = read(name);
        let expected = text(&entry, "error");
        let opened = read_head(&file).and_then(|(head, _)| data_key(&head, "keys.txt"));
        let data_key = match opened {
            Ok(data_key) => data_key,
            Err(error) => {
                assert_eq!(kind(&error), expected, "{name}: {error}");
                assert_eq!(exit_code(&error), entry["exit"], "{name}");
                head_fails_from_armor_too(name, &file, expected);
                continue;
            }
        };
        for Reading { way, is_seeking, released, outcome } in read_in_every_way(&file, &data_key, Backend::ALL) {
            let error = outcome.err().unwrap_or_else(|| panic!("{name}, {way}: it opens"));
            let expected = if is_seeking { entry["error_when_seeking"].as_str().unwrap_or(expected) } else { expected };
            assert_eq!(kind(&error), expected, "{name}, {way}: {error}");
            assert_eq!(exit_code(&error), entry["exit"], "{name}, {way}");
            assert!(all_plaintext.starts_with(&released.unwrap_or_default()), "{name}, {way}");
        }
    }
}

/// A fault in the head is found in an armored file as well. A file that is not a kenc file is recognised by its first bytes, which are
/// not examined inside armor.
fn head_fails_from_armor_too(name: &str, file: &[u8], expected: &str) {
    if is_armored(file) || expected.starts_with("Format::NotKenc") {
        return;
    }
    let text = armored(file);
    let opened = read_head(&text).and_then(|(head, _)| data_key(&head, "keys.txt"));
    assert_eq!(kind(&opened.err().unwrap()), expected, "{name}, from armor");
}

#[test]
fn the_worked_example_of_the_manual_page_is_the_example_file() {
    let page = std::fs::read_to_string(folder().join("../../../man/kenc-format.5")).unwrap();
    let (_, example) = page.split_once("Preamble and parameters:").unwrap();
    let (header_and_table, rest) = example.split_once("Slot table B").unwrap();
    let (payload, _) = rest.split_once("age unwraps the data key").unwrap();
    let (header, table) = header_and_table.split_once("Slot table A").unwrap();
    let shown = [hex_dump(header), hex_dump(table), hex_dump(table), hex_dump(payload)].concat();
    assert_eq!(hex::encode(shown), hex::encode(read("example.kenc")));
}

/// The bytes of the lines that begin with bytes in hexadecimal; `00 ... 00` and a number are so many zero bytes.
fn hex_dump(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in text.lines() {
        if let Some(zeros) = line.strip_prefix("00 ... 00") {
            let count = zeros.split_whitespace().next().unwrap().parse().unwrap();
            bytes.extend(std::iter::repeat_n(0, count));
            continue;
        }
        // Two spaces end the bytes: words follow.
        let (shown, _) = line.trim_start().split_once("  ").unwrap_or((line, ""));
        let byte = |word: &str| hex::decode(word).ok().filter(|bytes| bytes.len() == 1);
        bytes.extend(shown.split_whitespace().map_while(byte).flatten());
    }
    bytes
}

#[test]
fn there_are_at_least_100_malformed_files_and_every_file_is_in_the_manifest() {
    assert!(entries("malformed").len() >= 100);
    for kind in ["valid", "malformed"] {
        let listed: std::collections::BTreeSet<String> =
            entries(kind).iter().map(|entry| text(entry, "file").to_owned()).collect();
        for file in std::fs::read_dir(folder().join(kind)).unwrap() {
            let name = format!("{kind}/{}", file.unwrap().file_name().to_str().unwrap());
            assert!(listed.contains(&name), "{name} is not in the manifest");
        }
    }
}

#[test]
fn the_program_opens_every_golden_file_and_refuses_every_malformed_one_with_its_exit_code() {
    for entry in entries("valid").iter().filter(|entry| entry["opened_by"][0] == "keys.txt") {
        let name = text(entry, "file");
        let output = kenc_decrypt(&[folder().join(name).to_str().unwrap()], b"");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout == plaintext(entry), "{name}");
    }
    let all_plaintext = pattern(100_000);
    // An age file is not one of kenc, and the program opens it as what it is.
    let is_of_age = |entry: &Value| text(entry, "error") == "Format::NotKenc(Age)";
    for entry in entries("malformed").into_iter().filter(|entry| !is_of_age(entry)) {
        let name = text(&entry, "file");
        for (arguments, input) in [(vec![folder().join(name)], Vec::new()), (Vec::new(), read(name))] {
            let arguments: Vec<&str> = arguments.iter().map(|path| path.to_str().unwrap()).collect();
            let output = kenc_decrypt(&arguments, &input);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code().map(i64::from), entry["exit"].as_i64(), "{name}: {errors}");
            assert!(errors.starts_with("kenc: error: "), "{name}: {errors}");
            assert!(all_plaintext.starts_with(&output.stdout), "{name}");
        }
    }
}

fn kenc_decrypt(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kenc"))
        .arg("decrypt")
        .args(["--no-input", "--threads", "2"])
        .arg("--passphrase-from")
        .arg(format!("file:{}", folder().join("passphrase.txt").display()))
        .args(arguments)
        .env_clear()
        // Given as text: in a checkout the file is readable by everyone, and kenc would warn about it.
        .env("SOPS_AGE_KEY", std::fs::read_to_string(folder().join("keys.txt")).unwrap())
        .env("HOME", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A file that is refused early is not read to its end, so a broken pipe is expected.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Unwraps the data key of a file with the keys of one file in the folder.
fn data_key(head: &FileHead, key_file: &str) -> Result<DataKey> {
    let identities = Identities { files: vec![folder().join(key_file)], ..Identities::default() };
    let settings = KmsSettings { profile: None, region: None, role_arn: None, timeout: Duration::from_secs(1) };
    let kms = AwsKms::new(settings);
    let trusted = TrustedKeys::all();
    let cache = Cache::default();
    let keyring =
        Keyring { kms: &kms, identities: &identities, passphrases: &PassphraseFile, trusted: &trusted, cache: &cache };
    let header = &head.header;
    let accept = |key: &DataKey| {
        let is_right = head.cipher(key, Backend::default()).is_some();
        for &backend in Backend::ALL {
            assert_eq!(head.cipher(key, backend).is_some(), is_right, "{backend:?}");
        }
        is_right.then(|| DataKey::from_slice(key.expose()).unwrap())
    };
    Ok(keyring.unwrap(&header.table.slots, &header.parameters.context, &[], accept)?.0)
}

/// The name of an error as the manifest gives it.
fn kind(error: &Error) -> String {
    let variant = |debug: String| debug.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    match error {
        Error::Format(FormatError::NotKenc(foreign)) => format!("Format::NotKenc({foreign:?})"),
        Error::Format(error) => format!("Format::{}", variant(format!("{error:?}"))),
        Error::Authentication(error) => format!("Authentication::{}", variant(format!("{error:?}"))),
        Error::NoKeyOpens { attempts } => format!("NoKeyOpens({})", variant(format!("{:?}", attempts[0].refusal))),
        other => format!("{other:?}"),
    }
}

fn exit_code(error: &Error) -> u8 {
    match error.class() {
        Class::NotAuthentic => 3,
        Class::NoKey => 4,
        other => panic!("{other:?}: {error}"),
    }
}

fn entries(kind: &str) -> Vec<Value> {
    let manifest: Value = serde_json::from_slice(&read("manifest.json")).unwrap();
    manifest[kind].as_array().unwrap().clone()
}

fn text<'a>(entry: &'a Value, field: &str) -> &'a str {
    entry[field].as_str().unwrap()
}

fn plaintext(entry: &Value) -> Vec<u8> {
    pattern(usize::try_from(entry["plaintext_length"].as_u64().unwrap()).unwrap())
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn unarmored(file: Vec<u8>) -> Vec<u8> {
    if !is_armored(&file) {
        return file;
    }
    let mut bytes = Vec::new();
    ArmorReader::new(&file[..]).read_to_end(&mut bytes).unwrap();
    bytes
}

struct PassphraseFile;

impl PassphraseSource for PassphraseFile {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        let text = std::fs::read_to_string(folder().join("passphrase.txt")).unwrap();
        Ok(SecretString::from(text.trim_end()))
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        Err(Error::Passphrase("nothing is encrypted here".to_owned()))
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}
