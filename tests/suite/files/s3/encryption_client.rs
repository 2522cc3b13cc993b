//! Objects of the Amazon S3 Encryption Client, written by that client itself: opened, shown, and made kenc files.

use std::process::Command;

use crate::support::{Home, ObjectRelay, finish, moto, moto_objects, noise, python_program, repository};

const MIB: usize = 1 << 20;

/// Has the client put or get an object.
fn client(
    home: &Home,
    words: &[&str],
    port: u16,
    object: (&str, &str),
    key: &str,
    input: &[u8],
) -> Result<Vec<u8>, String> {
    let mut python = home.environment_of(Command::new(python_program("python")?));
    python.arg(repository().join("tests/interop/s3_client.py")).args(&words[..2]);
    python.args([format!("http://127.0.0.1:{port}").as_str(), object.0, object.1, key]).args(&words[2..]);
    let outcome = finish(python, input);
    if outcome.stderr.contains("No module named 's3_encryption'") {
        return Err("there is no amazon-s3-encryption-client-python here; `tests/run` installs it".to_owned());
    }
    outcome.ok();
    Ok(outcome.stdout.clone())
}

#[test]
fn objects_of_the_s3_encryption_client_are_opened_and_made_kenc_files() {
    let server = need!(moto_objects());
    let kms = need!(moto());
    server.new_bucket("s3-client");
    let (key, new_key) = (kms.new_key(), kms.new_key());
    kms.new_alias("alias/s3-client", &key);
    let home = server.home().with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", kms.port));
    let arn = key.clone();
    for version in ["V2", "V3"] {
        let open: &[&str] = if version == "V2" { &["--allow-uncommitted"] } else { &[] };
        let with = |words: &[&str]| [words, open].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
        for len in [0, 1, 16, 100_000, 5 * MIB + 3] {
            let (name, plaintext) = (format!("{version}-{len}"), noise(len));
            let object = format!("s3://s3-client/{name}");
            need!(client(&home, &["put", version, "app=demo"], server.port, ("s3-client", &name), &key, &plaintext));
            let told = home.run(["inspect", &object]).ok().stdout_text();
            for words in
                ["object of the Amazon S3 Encryption Client", "AES-256-GCM", "app = demo", "not named in the object"]
            {
                assert!(told.contains(words), "{told}");
            }
            assert_eq!(told.contains("key-committing"), version == "V3", "{told}");
            let json = home.run(["--json", "inspect", &object]).ok().stdout_text();
            assert!(json.contains(&format!("\"plaintext_bytes\":{len}")), "{json}");
            home.run(with(&["decrypt", "-k", &arn, &object])).gives(&plaintext);
            home.run(with(&["decrypt", "-k", "alias/s3-client", "-c", "app=demo", &object, "-o", &name])).ok();
            assert!(home.read(&name) == plaintext);
            home.run(with(&["verify", "-k", &arn, &object])).ok();
            if len > 10 {
                home.run(with(&["decrypt", "--range", "3..9", "-k", &arn, &object])).gives(&plaintext[3..9]);
            }
            home.run(with(&["decrypt", &object])).fails(2).says("which KMS key opens it").hints("-k");
            home.run(with(&["decrypt", "-k", &arn, "-c", "app=other", &object])).fails(3);
            home.run(with(&["decrypt", "-k", &new_key, &object])).fails(4);
            if version == "V2" {
                home.run(["decrypt", "-k", &arn, &object]).fails(3).hints("--allow-uncommitted");
            }
            let to = new_key.clone();
            home.run(with(&["rewrap", "--to", &to, "-k", &arn, &object])).fails(2).says("does not write");
            home.run(with(&["rewrap", "--format", "kenc", "-k", &arn, &object])).fails(2).hints("--to KEY");
            home.run(with(&["rewrap", "--format", "kenc", "--to", &to, "-k", &arn, &object])).ok();
            home.run(["decrypt", "-k", &to, "-c", "app=demo", &object]).gives(&plaintext);
            let told = home.run(["inspect", &object]).ok().stdout_text();
            assert!(told.starts_with("kenc file") && !told.contains("x-amz-cek-alg"), "{told}");
        }
    }
}

#[test]
fn nothing_of_an_object_whose_tag_or_key_does_not_match_is_released() {
    let server = need!(moto_objects());
    let kms = need!(moto());
    server.new_bucket("s3-client-damaged");
    let key = kms.new_key();
    let arn = key.clone();
    let mut home = server.home().with("AWS_ENDPOINT_URL_KMS", format!("http://127.0.0.1:{}", kms.port));
    for version in ["V2", "V3"] {
        for len in [1000, 5 * MIB] {
            let name = format!("{version}-{len}");
            need!(client(&home, &["put", version], server.port, ("s3-client-damaged", &name), &key, &noise(len)));
            // The long one is not held in memory before its tag is known.
            let places = [len / 2, len + 15, 0, len - 1].into_iter().take(if len < MIB { 4 } else { 2 });
            for at in places {
                let flipped = ObjectRelay::changing(&server, move |answer| {
                    let range = answer.header("content-range").map(str::to_owned).unwrap_or_default();
                    let first =
                        range.trim_start_matches("bytes ").split('-').next().and_then(|first| first.parse().ok());
                    let first: usize = first.unwrap_or(0);
                    if let Some(byte) = at.checked_sub(first).and_then(|at| answer.body.get_mut(at)) {
                        *byte ^= 1;
                    }
                });
                home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", flipped.port));
                let object = format!("s3://s3-client-damaged/{name}");
                // The standard output stays empty.
                home.run(["decrypt", "--allow-uncommitted", "-k", &arn, &object])
                    .fails(3)
                    .says("its tag does not match");
                home.run(["decrypt", "--allow-uncommitted", "-k", &arn, &object, "-o", "plain"]).fails(3);
                assert!(!home.file("plain").exists());
                home.run(["decrypt", "--allow-uncommitted", "--range", "0..5", "-k", &arn, &object]).fails(3);
                home.set("AWS_ENDPOINT_URL_S3", format!("http://127.0.0.1:{}", server.port));
            }
        }
    }
}
