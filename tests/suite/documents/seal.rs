//! Documents changed by someone without the data key, and how every command reacts: nothing is accepted in
//! silence, nothing is written, and no one gets a key.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

use crate::support::{Home, Outcome, finish, repository};

/// The key to which an attacker would like the data key to be wrapped.
const ATTACKER: &str = "age17yvsv7tp4s3k3trscyt6g2wxelauclc5468waett30hsgymnnpyq5yh85m";
const NOT_AUTHENTIC: i32 = 3;

/// What is done with a document, and what it may end with.
const COMMANDS: [(&str, &[i32]); 18] = [
    ("decrypt FILE", &[NOT_AUTHENTIC]),
    ("decrypt -r FOLDER -o plain", &[NOT_AUTHENTIC]),
    ("get FILE .", &[NOT_AUTHENTIC]),
    ("exec FILE -- env", &[NOT_AUTHENTIC]),
    ("verify FILE", &[NOT_AUTHENTIC]),
    ("verify -r FOLDER", &[NOT_AUTHENTIC]),
    ("edit FILE", &[NOT_AUTHENTIC]),
    ("set FILE new", &[NOT_AUTHENTIC]),
    ("unset FILE a", &[NOT_AUTHENTIC]),
    ("rotate FILE", &[NOT_AUTHENTIC]),
    ("rotate -r FOLDER", &[NOT_AUTHENTIC]),
    ("rewrap FILE --add OTHER", &[2, NOT_AUTHENTIC]),
    ("--no-input seal FILE", &[2, NOT_AUTHENTIC]),
    ("git check FILE", &[7]),
    // A conflict is 1, and every failure is above 128.
    ("git merge GOOD GOOD FILE FILE", &[1, 128 + NOT_AUTHENTIC]),
    // The text is shown encrypted, and why.
    ("git textconv FILE", &[0]),
    ("sops decrypt FILE", &[25, 51]),
    ("sops rotate -i FILE", &[25, 51]),
];

struct Altered {
    home: Home,
    other: String,
}

impl Altered {
    fn new() -> Self {
        let home = Home::new().with("EDITOR", "touch edited; false");
        home.keygen();
        let other = home.run(["keygen", "-o", "other.txt"]).ok().stdout_text().trim().to_owned();
        let keys = std::fs::read_to_string(repository().join("tests/vectors/document/keys.txt")).unwrap();
        home.write("../home/.config/kenc/keys.txt", keys);
        std::fs::create_dir(home.file("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_kenc"), home.file("bin/sops")).unwrap();
        Self { home, other }
    }

    fn run(&self, command: &str, file: &str, good: &str) -> Outcome {
        let folder = Path::new(file).parent().unwrap().to_str().unwrap();
        let words = command.split(' ').map(|word| match word {
            "FILE" => file,
            "GOOD" => good,
            "FOLDER" => folder,
            "OTHER" => &self.other,
            word => word,
        });
        let words: Vec<&str> = words.collect();
        if words[0] == "sops" {
            let mut sops = self.home.environment_of(Command::new(self.home.file("bin/sops")));
            sops.args(&words[1..]);
            sops.env("SOPS_AGE_KEY_FILE", self.home.local_key());
            return finish(sops, b"1");
        }
        self.home.run_with(words, b"1")
    }

    /// Every command on one document.
    fn check(&self, number: usize, vector: &Path, good: &Path) {
        let name = vector.file_name().unwrap().to_str().unwrap();
        let folder = format!("folder{number}");
        std::fs::create_dir(self.home.file(&folder)).unwrap();
        let file = format!("{folder}/{name}");
        let good_file = format!("good{number}-{name}");
        let (bytes, good_bytes) = (std::fs::read(vector).unwrap(), std::fs::read(good).unwrap());
        for (command, codes) in COMMANDS {
            self.home.write(&file, &bytes);
            self.home.write(&good_file, &good_bytes);
            let outcome = self.run(command, &file, &good_file);
            let Outcome { code, stdout, stderr } = &outcome;
            let stdout = String::from_utf8_lossy(stdout);
            assert!(codes.contains(code), "{name}, {command}: {code}\n{stdout}\n{stderr}");
            assert!(!stderr.is_empty(), "{name}, {command}: in silence");
            assert!(!stderr.contains("a bug"), "{name}, {command}: {stderr}");
            for secret in ["c4r1b0u", "one", "eve"] {
                assert!(
                    !stdout.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == secret),
                    "{name}, {command}: {stdout}"
                );
            }
            assert!(self.home.read(&file) == bytes, "{name}, {command}: it was written");
            // A merge may write what both sides agree about, but wraps the data key for no one.
            let merged = String::from_utf8_lossy(&self.home.read(&good_file)).into_owned();
            let had_it = String::from_utf8_lossy(&good_bytes).contains(ATTACKER);
            assert!(had_it || !merged.contains(ATTACKER), "{name}, {command}: {merged}");
            assert!(!self.home.file("edited").exists(), "{name}, {command}: an editor was opened");
            assert!(!self.home.file("plain").join(name).exists(), "{name}, {command}: plaintext was written");
        }
        let inspected = self.home.run(["inspect", &file]);
        assert!(!inspected.stdout_text().contains("authentic"), "{}", inspected.stdout_text());
    }
}

#[test]
fn nothing_that_was_altered_is_accepted_in_silence_by_any_command() {
    let folder = repository().join("tests/vectors/document");
    let manifest: Json = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let refused = manifest["refused"].as_array().unwrap();
    assert!(refused.len() >= 58);
    let (altered, next) = (Altered::new(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(entry) = refused.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let number = refused.iter().position(|other| other == entry).unwrap();
                    let vector = folder.join(entry["file"].as_str().unwrap());
                    // The document it was made from, or at least one in the same notation.
                    let ending = vector.extension().unwrap().to_str().unwrap();
                    let good = match ending {
                        "yaml" => "yaml.yaml",
                        "json" => "json.json",
                        "env" => "dotenv.env",
                        "ini" => "ini.ini",
                        "toml" => "toml.toml",
                        "tfvars" => "hcl.tfvars",
                        other => panic!("there is no good document of {other}"),
                    };
                    altered.check(number, &vector, &folder.join("valid").join(good));
                }
            });
        }
    });
}
