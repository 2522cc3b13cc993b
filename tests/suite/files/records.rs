//! Records with encrypted fields: JSON lines, CSV and exports of DynamoDB, as a user and other programs see them.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Home, Relay, home_at, moto, python_program, repository};

const NOT_AUTHENTIC: i32 = 3;
const PROBLEMS: i32 = 7;

const PEOPLE: &str =
    "{\"id\":1,\"ssn\":\"123-45-6789\",\"n\":1.50}\n{\"id\":2,\"ssn\":null}\n{\"id\":3,\"ssn\":{\"a\":[1]}}\n";

/// A script in the Python environment of the tests.
fn script(name: &str) -> Result<Command, String> {
    let mut command = Command::new(python_program("python")?);
    command.arg("-B").arg(repository().join("tests/interop").join(name)).stdin(Stdio::null());
    Ok(command)
}

/// The kinds, with records, the flags of their fields, and the names of these.
fn examples() -> [(&'static str, String, Vec<&'static str>); 3] {
    let csv = "\u{feff}id,ssn,\"the \"\"name\"\"\",note\r\n1,123-45-6789,\"Lovelace, Ada\",\"two\nlines\"\r\n2,,\"a \"\"b\"\"\",ü\r\n3,x,y,\r\n";
    let item = |number: u32| {
        format!(
            "{{\"Item\":{{\"id\":{{\"N\":\"{number}\"}},\"ssn\":{{\"S\":\"123-45-6789\"}},\"tags\":{{\"SS\":[\"a\",\"b\"]}},\"raw\":{{\"B\":\"AAEC\"}}}}}}\n"
        )
    };
    [
        ("jsonl", PEOPLE.to_owned(), vec!["ssn", "n"]),
        ("csv", csv.to_owned(), vec!["ssn", "the \"name\""]),
        ("ddb-export", (1..4).map(item).collect(), vec!["ssn", "tags", "raw"]),
    ]
}

fn encrypt(home: &Home, kind: &str, fields: &[&str], name: &str) {
    let paths: Vec<String> = fields.iter().map(|field| format!("$['{field}']")).collect();
    let fields = paths.iter().flat_map(|path| ["--field", path]);
    home.run(["encrypt", "--values", "--records", kind, "-o", "sealed", "-f", name].into_iter().chain(fields)).ok();
}

#[test]
fn records_come_back_byte_by_byte_and_python_reads_the_encrypted_ones_as_records() {
    let home = Home::with_key();
    for (kind, text, fields) in examples() {
        home.write("plain", &text);
        encrypt(&home, kind, &fields, "plain");
        assert!(!String::from_utf8(home.read("sealed")).unwrap().contains("123-45-6789"));
        home.run(["decrypt", "sealed"]).gives(text.as_bytes());
        home.run(["decrypt", "sealed", "-o", "opened", "-f"]).ok();
        assert_eq!(home.read("opened"), text.as_bytes());
        home.run(["verify", "sealed"]).ok();
        // In a pipe, and in place.
        home.run_with(["decrypt"], &home.read("sealed")).gives(text.as_bytes());
        home.run(["decrypt", "-i", "sealed"]).ok();
        assert_eq!(home.read("sealed"), text.as_bytes());
        encrypt(&home, kind, &fields, "plain");
        let mut check = need!(script("check_records.py"));
        check.arg(kind).arg(home.file("plain")).arg(home.file("sealed")).args(&fields);
        let checked = check.output().unwrap();
        assert!(checked.status.success(), "{kind}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn a_decoder_that_was_written_from_the_page_opens_what_kenc_writes_and_the_golden_files() {
    let home = Home::with_key();
    let decode = |identity: &std::path::Path, file: &std::path::Path| {
        let mut command = script("records.py")?;
        Ok::<_, String>(command.arg(identity).arg(file).output().unwrap())
    };
    for (kind, text, fields) in examples() {
        for text in [text.as_str(), text.trim_end()] {
            home.write("plain", text);
            encrypt(&home, kind, &fields, "plain");
            let output = need!(decode(&home.local_key(), &home.file("sealed")));
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{}", String::from_utf8_lossy(&output.stderr));
            let mut changed = home.read("sealed");
            let middle = changed.len() / 2;
            changed[middle] ^= 1;
            home.write("changed", changed);
            assert!(!need!(decode(&home.local_key(), &home.file("changed"))).status.success());
        }
    }
    let vectors = repository().join("tests/vectors/records");
    for name in ["people.jsonl", "people.csv", "people.json.gz"] {
        let output = need!(decode(&vectors.join("keys.txt"), &vectors.join(name)));
        assert_eq!(String::from_utf8_lossy(&output.stdout), plain_of(name));
    }
}

fn plain_of(name: &str) -> String {
    let name = name.replace(".gz", "");
    std::fs::read_to_string(repository().join("tests/vectors/records/plain").join(name)).unwrap()
}

#[test]
fn golden_files_open() {
    let home = Home::new();
    let vectors = repository().join("tests/vectors/records");
    let identity = vectors.join("keys.txt");
    for name in ["people.jsonl", "people.csv", "people.json.gz"] {
        let outcome =
            home.run(["decrypt".as_ref(), "--identity".as_ref(), identity.as_os_str(), vectors.join(name).as_os_str()]);
        let written = &outcome.ok().stdout;
        let plaintext = if written.starts_with(b"\x1f\x8b") { unpacked(written) } else { written.clone() };
        assert_eq!(String::from_utf8(plaintext).unwrap(), plain_of(name));
    }
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(bytes), &mut text).unwrap();
    text
}

#[test]
fn an_export_in_gzip_stays_one_and_its_keys_can_be_changed_without_the_records() {
    let home = Home::with_key();
    let [_, _, (kind, text, fields)] = examples();
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    home.write("export.json.gz", writer.finish().unwrap());
    encrypt(&home, kind, &fields, "export.json.gz");
    let before = home.read("sealed");
    let lines = String::from_utf8(unpacked(&before)).unwrap();
    for line in lines.lines() {
        let item: Value = serde_json::from_str(line).unwrap();
        assert!(item["Item"].as_object().unwrap().values().all(|it| it.as_object().unwrap().len() == 1), "{line}");
    }
    let other = Home::new();
    let recipient = other.keygen();
    home.run(["rewrap", "-i", "--add", &recipient, "sealed"]).ok();
    let after = home.read("sealed");
    assert!(after.len() > before.len() && after.ends_with(&before[before.len() - 200..]));
    assert_eq!(unpacked(&other.run_with(["decrypt"], &after).ok().stdout), text.as_bytes());
    home.run(["rewrap", "-i", "--to", &recipient, "sealed"]).ok();
    home.run(["decrypt", "sealed"]).fails(4);
    let usage = home.run(["keys", "usage", "--json", "sealed"]).stdout_text();
    assert!(usage.contains(&recipient), "{usage}");
}

#[test]
fn what_a_file_of_records_is_and_how_many_there_are_is_told_without_a_key() {
    let home = Home::with_key();
    home.write("plain", PEOPLE);
    encrypt(&home, "jsonl", &["ssn", "n"], "plain");
    let described: Value = serde_json::from_str(&home.run(["inspect", "--json", "sealed"]).ok().stdout_text()).unwrap();
    assert_eq!(described["format"], "records");
    assert_eq!(described["header"]["fields"], serde_json::json!(["$.ssn", "$.n"]));
    assert_eq!(described["payload"]["records"], 3);
    assert_eq!(described["payload"]["plaintext_bytes"], PEOPLE.len());
    let text = home.run(["inspect", "sealed"]).ok().stdout_text();
    assert!(text.contains("fields $.ssn $.n"), "{text}");
}

#[test]
fn a_file_that_was_changed_leaves_no_output_and_says_where() {
    let home = Home::with_key();
    home.write("plain", PEOPLE);
    encrypt(&home, "jsonl", &["ssn"], "plain");
    let sealed = String::from_utf8(home.read("sealed")).unwrap();
    let lines: Vec<&str> = sealed.lines().collect();
    let swapped = [lines[0], lines[2], lines[1], lines[3], lines[4], ""].join("\n");
    let unsealed = lines[..4].join("\n") + "\n";
    for (text, words, hint) in [
        (swapped, "record 1: $.ssn was encrypted in record 2", "--header"),
        (unsealed, "in the first 3 records, 3 values are authentic, and nothing else is proven", "--allow-unsealed"),
        (sealed.replace("\"id\":1", "\"id\":9"), "the seal does not match the 3 records", "restore"),
    ] {
        home.write("changed", text);
        home.run(["decrypt", "changed", "-o", "opened"]).fails(NOT_AUTHENTIC).says(words).hints(hint);
        home.run(["verify", "changed"]).fails(NOT_AUTHENTIC).says(words);
        assert!(!home.file("opened").exists());
    }
}

#[test]
fn some_fields_some_records_a_beginning_and_sorted_records_are_decrypted_and_what_is_proven_is_said() {
    let home = Home::with_key();
    home.write("plain", PEOPLE);
    encrypt(&home, "jsonl", &["ssn", "n"], "plain");
    let partly = home.run(["decrypt", "--field", "ssn", "sealed"]).ok().stdout_text();
    assert!(partly.starts_with("{\"id\":1,\"ssn\":\"123-45-6789\",\"n\":\"kenc"), "{partly}");
    home.run(["decrypt", "--record", "2-3", "sealed"]).gives(
        PEOPLE
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
            .as_bytes()
            .iter()
            .chain(b"\n")
            .copied()
            .collect::<Vec<u8>>()
            .as_slice(),
    );
    let sealed = home.read("sealed");
    home.write("cut", &sealed[..sealed.len() - 250]);
    home.run(["decrypt", "cut", "-o", "opened"]).fails(NOT_AUTHENTIC);
    let outcome = home.run(["decrypt", "--allow-unsealed", "cut", "-o", "opened"]);
    assert_eq!(outcome.code, PROBLEMS);
    outcome.says("each decrypted value is authentic and in its record, and nothing else is proven");
    assert!(PEOPLE.as_bytes().starts_with(&home.read("opened")));
    let lines: Vec<&str> = std::str::from_utf8(&sealed).unwrap().lines().collect();
    home.write("header", format!("{}\n", lines[0]));
    home.write("sorted", format!("{}\n{}\n", lines[3], lines[1]));
    let outcome = home.run(["decrypt", "--header", "header", "sorted"]);
    outcome.gives(b"{\"id\":3,\"ssn\":{\"a\":[1]}}\n{\"id\":1,\"ssn\":\"123-45-6789\",\"n\":1.50}\n");
    outcome.says("each decrypted value is authentic and of its field");
    home.run(["decrypt", "--field", "ssn", "plain"]).fails(NOT_AUTHENTIC);
    home.write("whole.kenc", home.encrypt(&[], b"text"));
    home.run(["decrypt", "--field", "ssn", "whole.kenc"]).fails(2).says("this file has no encrypted fields of records");
}

#[test]
fn fields_that_cannot_be_meant_are_refused_with_what_there_is() {
    let home = Home::with_key();
    home.write("a.csv", "id,ssn\n1,2\n");
    home.write("a.jsonl", PEOPLE);
    let encrypt = |arguments: &[&str]| home.run(["encrypt", "--values", "-o", "x"].iter().chain(arguments));
    encrypt(&["--records", "csv", "--field", "sn", "a.csv"])
        .fails(2)
        .says("there is no column sn; the columns are id, ssn");
    encrypt(&["--records", "jsonl", "--field", "$.a", "--field", "$.a.b", "a.jsonl"]).fails(2).says("overlap");
    encrypt(&["--records", "jsonl", "--field", "$.a[", "a.jsonl"]).fails(2);
    encrypt(&["--records", "jsonl", "a.jsonl"]).fails(2);
    encrypt(&["--records", "jsonl", "--field", "ssn", "a.csv"])
        .fails(1)
        .says("record 1 has something behind its value");
    home.run(["encrypt", "--records", "jsonl", "--field", "ssn", "a.jsonl", "-o", "sealed"]).ok();
    encrypt(&["--records", "jsonl", "--field", "id", "sealed"]).fails(2).says("already encrypted");
    assert!(!home.file("x").exists());
}

#[test]
fn a_file_costs_one_call_of_the_key_service_and_its_keys_move_inside_of_it() {
    let kms = need!(moto());
    let relay = Relay::to(kms.port);
    let home = home_at(relay.port);
    let (old, new) = (kms.new_key(), kms.new_key());
    let text = PEOPLE.repeat(1000);
    home.write("plain", &text);
    let fields = ["--records", "jsonl", "--field", "ssn", "--field", "n"];
    home.run(["encrypt", "-k", &old, "-c", "app=demo", "plain", "-o", "sealed"].iter().chain(&fields)).ok();
    assert_eq!(relay.asked(), ["GenerateDataKey"]);
    home.run(["rewrap", "sealed", "--to", &new]).ok();
    assert_eq!(relay.asked()[1..], ["ReEncrypt"]);
    home.run(["decrypt", "sealed", "-c", "app=demo"]).gives(text.as_bytes());
    assert_eq!(relay.asked()[2..], ["Decrypt"]);
    home.run(["decrypt", "sealed", "-c", "app=other"]).fails(NOT_AUTHENTIC).says("encryption context mismatch");
    // A header that names other pairs is not the one to which the values are bound.
    let changed = String::from_utf8(home.read("sealed")).unwrap().replace("\"app\":\"demo\"", "\"app\":\"demi\"");
    home.write("changed", changed);
    assert_ne!(home.run(["decrypt", "changed"]).code, 0);
}
