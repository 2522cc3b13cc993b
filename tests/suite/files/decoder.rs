//! A decoder that was written from `kenc-format(5)` alone, in another language, agrees with kenc.

use std::process::{Command, Stdio};

use crate::support::{Home, python_program, repository};

/// A script of the decoder, in the Python environment of the tests.
fn script(name: &str) -> Result<Command, String> {
    let python = python_program("python")?;
    let has_cryptography = Command::new(&python)
        .args(["-c", "import cryptography, yaml"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !has_cryptography {
        return Err("there are no Python packages `cryptography` and `yaml` here; `tests/run` installs it".to_owned());
    }
    let mut command = Command::new(python);
    command.arg("-B").arg(repository().join("tests/interop").join(name)).stdin(Stdio::null());
    Ok(command)
}

#[test]
fn it_opens_every_golden_file_and_refuses_every_malformed_one() {
    let mut command = need!(script("check_vectors.py"));
    let output = command.arg(repository().join("tests/vectors/native")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_reader_of_seals_opens_every_golden_document_and_refuses_every_altered_one() {
    let mut command = need!(script("check_documents.py"));
    let output = command.arg(repository().join("tests/vectors/document")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_reader_of_seals_finds_what_kenc_writes_today_sealed() {
    let home = Home::new();
    home.keygen();
    for (notation, name, text) in [
        ("yaml", "s.yaml", "# note\na: one\nb: {c: 2, d_unencrypted: clear}\n"),
        ("json", "s.json", "{\"a\": \"one\", \"b\": [2, true]}\n"),
        ("dotenv", "s.env", "# note\nA=one\n"),
        ("ini", "s.ini", "[s]\na = one\n"),
        ("toml", "s.toml", "a = \"one\"\n[b]\nc = 2\n"),
        ("hcl", "s.tfvars", "a = \"one\" # note\nb = { c_unencrypted = [2, null], \"d e\" = <<END\n$${x}\nEND\n}\n"),
    ] {
        for options in [&[][..], &["--mac-only-encrypted"]] {
            home.write(name, text);
            home.run([&["encrypt", "--values", "-i", name], options].concat()).ok();
            let mut command = need!(script("document.py"));
            command.arg("--identity").arg(home.local_key());
            let output = command.arg(notation).arg(home.file(name)).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(said, "sealed\n", "{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn it_opens_what_kenc_writes_today() {
    let home = Home::new();
    home.keygen();
    let plaintext: Vec<u8> = (0..100_000_u32).map(|number| (number * 7).to_le_bytes()[0]).collect();
    for options in [&[][..], &["-c", "app=demo", "-a"], &["--cipher", "chacha20-poly1305"]] {
        let file = home.write("sealed.kenc", home.encrypt(options, &plaintext));
        let mut command = need!(script("decoder.py"));
        let output = command.arg("--identity").arg(home.local_key()).arg(file).output().unwrap();
        assert!(output.stdout == plaintext, "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
