//! Both ways with the real sops, through the program: what one writes the other opens, changes, and opens again.

use std::process::Command;

use crate::support::{Home, Outcome, Sops, finish, moto};

struct Sample {
    name: &'static str,
    text: &'static str,
    /// A path that exists, as sops writes it, and one that does not exist yet.
    there: &'static str,
    new: &'static str,
}

const YAML: Sample = Sample {
    name: "a.yaml",
    text: "\
# at the top
text: värde ☃ # at the end
quoted: \"a \\\"b\\\" \\u00e9\"
block: |
    two
    lines
word: yes
octal: 0644
eight: 08
float: 1.25
thousand: 1e3
big: 9223372036854775807
truth: true
date: 2024-01-01
time: 2024-01-01T10:00:00.120+02:00
nothing: null
empty: \"\"
no_list: []
no_map: {}
'quoted key': 1
clear_unencrypted: 7
nested:
    # of the deep one
    deep:
        secret: s
list:
    - a
    - 2
    - x: 1
      y: [b, {z: c}]
secret: s
---
second: document
",
    there: "[\"text\"]",
    new: "[\"nested\"][\"more\"]",
};

const JSON: Sample = Sample {
    name: "a.json",
    text: "{\"text\": \"v☃\", \"n\": 42, \"f\": 1e3, \"list\": [true, null, {\"x\": \"y\"}], \"empty\": \"\", \"map\": {\"secret\": \"s\"}, \"o\": {}, \"clear_unencrypted\": 7}\n",
    there: "[\"text\"]",
    new: "[\"map\"][\"more\"]",
};

const DOTENV: Sample = Sample {
    name: "a.env",
    text: "# at the top\ntext=value ☃\nempty=\nequals=a=b\nlines=a\\nb\nsecret=s\nclear_unencrypted=7\n",
    there: "[\"text\"]",
    new: "[\"more\"]",
};

const INI: Sample = Sample {
    name: "a.ini",
    text: "; at the top\n[section]\ntext = value ☃\nempty =\nclear_unencrypted = 7\n\n[other]\nsecret = s\n",
    there: "[\"section\"][\"text\"]",
    new: "[\"other\"][\"more\"]",
};

const BINARY: Sample = Sample { name: "a.bin", text: "anything\n\u{1} at all ☃", there: "", new: "" };

const SAMPLES: [Sample; 5] = [YAML, JSON, DOTENV, INI, BINARY];

/// Both programs in one home.
struct Both<'a> {
    home: &'a Home,
    sops: Sops<'a>,
}

impl<'a> Both<'a> {
    fn in_home(home: &'a Home) -> Result<Self, String> {
        Ok(Self { home, sops: Sops::in_home(home)? })
    }

    fn kenc(&self, words: &[&str]) -> Outcome {
        self.home.run(words)
    }

    fn sops(&self, words: &[&str]) -> Outcome {
        self.sops.run(words)
    }

    /// Both programs must decrypt a file to the same content.
    #[track_caller]
    fn agree(&self, name: &str) -> String {
        // Types that only one notation has are compared as text.
        let is_json_able = name.ends_with("yaml") || name.ends_with("json");
        let notation = if is_json_able { vec!["--output-type", "json"] } else { Vec::new() };
        // sops writes no seal, and kenc does not add one unless asked.
        let is_sealed = String::from_utf8_lossy(&self.home.read(name)).contains("kenc_seal");
        let verified = self.kenc(&["verify", name]);
        assert_eq!(verified.code, if is_sealed { 0 } else { 7 }, "{}", verified.stderr);
        let by_sops = self.sops(&[&["decrypt"], &notation[..], &[name]].concat());
        let by_kenc = self.kenc(&[&["decrypt"], &notation[..], &[name]].concat());
        let (by_sops, by_kenc) = (by_sops.ok().stdout_text(), by_kenc.ok().stdout_text());
        if is_json_able {
            assert_eq!(normal(&by_kenc), normal(&by_sops), "{name}");
        } else {
            assert_eq!(without_blanks(&by_kenc), without_blanks(&by_sops), "{name}");
        }
        by_kenc
    }

    /// How many values of a document are encrypted.
    fn encrypted(&self, name: &str) -> u64 {
        let inspected = self.kenc(&["inspect", "--json", name]).ok().stdout_text();
        let inspected: serde_json::Value = serde_json::from_str(&inspected).unwrap();
        inspected["values"]["encrypted"].as_u64().unwrap()
    }

    /// Everything that changes a document, by each program after the other.
    #[track_caller]
    fn change(&self, sample: &Sample) {
        let Sample { name, there, new, .. } = *sample;
        self.agree(name);
        if !there.is_empty() {
            self.sops(&["set", name, there, "\"by sops\""]).ok();
            assert!(self.agree(name).contains("by sops"));
            let path = |text: &str| text.to_owned();
            let set = self.home.run_with(["set", name, &path(new)], b"by kenc");
            set.ok();
            assert!(self.agree(name).contains("by kenc"));
            self.sops(&["set", name, new, "\"by sops again\""]).ok();
            self.agree(name);
            self.sops(&["unset", name, new]).ok();
            assert!(!self.agree(name).contains("by sops again"));
            self.home.run_with(["set", name, &path(there)], b"by kenc last").ok();
            self.agree(name);
        }
        self.sops(&["rotate", "-i", name]).ok();
        self.agree(name);
        self.kenc(&["rotate", "--yes", name]).ok();
        self.agree(name);
        if !there.is_empty() {
            self.kenc(&["unset", name, there]).ok();
            assert!(!self.agree(name).contains("by kenc last"));
        }
    }
}

/// JSON without its layout, with whole floats as the integers that sops writes.
fn normal(json: &str) -> Vec<serde_json::Value> {
    fn whole(value: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() => serde_json::json!(float.to_string()),
                _ => serde_json::json!(number.to_string()),
            },
            Value::Array(items) => items.into_iter().map(whole).collect(),
            Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, whole(value))).collect()),
            other => other,
        }
    }
    let values = serde_json::Deserializer::from_str(json).into_iter::<serde_json::Value>();
    values.map(|value| whole(value.expect("it is JSON"))).collect()
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|letter| *letter != ' ').collect::<String>().replace("\n\n", "\n")
}

/// One document of a file: sops writes JSON of the first only.
fn single(sample: &Sample) -> Sample {
    Sample { text: sample.text.split("---\n").next().unwrap(), ..*sample }
}

#[test]
fn documents_of_every_notation_under_an_age_key_go_both_ways() {
    for sample in &SAMPLES {
        let sample = &single(sample);
        for by_kenc in [true, false] {
            let home = Home::new();
            let both = need!(Both::in_home(&home));
            let recipient = home.keygen();
            home.write(sample.name, sample.text);
            let made = if by_kenc {
                both.kenc(&["encrypt", "--values", "-k", &recipient, sample.name])
            } else {
                both.sops(&["encrypt", "--age", &recipient, sample.name])
            };
            home.write(sample.name, &made.ok().stdout);
            both.change(sample);
        }
    }
}

#[test]
fn documents_under_a_kms_key_go_both_ways() {
    let kms = need!(moto());
    let key = kms.new_key();
    for sample in &SAMPLES {
        let sample = &single(sample);
        for by_kenc in [true, false] {
            let home = kms.home_with_caller();
            let both = need!(Both::in_home(&home));
            home.write(sample.name, sample.text);
            let made = if by_kenc {
                both.kenc(&["encrypt", "--values", "-k", &key, "-c", "app=demo", "-c", "env=x:y", sample.name])
            } else {
                both.sops(&["encrypt", "--kms", &key, "--encryption-context", "app:demo,env:x", sample.name])
            };
            home.write(sample.name, &made.ok().stdout);
            both.change(sample);
        }
    }
}

#[test]
fn several_documents_of_one_file_go_both_ways() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    home.write("a.yaml", YAML.text);
    home.write("plain.yaml", YAML.text);
    both.kenc(&["encrypt", "--values", "-i", "-k", &recipient, "a.yaml"]).ok();
    let by_sops = both.sops(&["decrypt", "a.yaml"]).ok().stdout_text();
    assert!(by_sops.contains("second: document"), "{by_sops}");
    both.kenc(&["decrypt", "a.yaml"]).gives(YAML.text.as_bytes());
    both.sops(&["set", "a.yaml", "[\"text\"]", "\"other\""]).ok();
    assert_eq!(both.kenc(&["verify", "a.yaml"]).code, 7);
    assert!(both.kenc(&["decrypt", "a.yaml"]).stdout_text().contains("second: document"));
}

/// Rules by the names of the flags, which both programs have.
const RULES: [&[&str]; 7] = [
    &[],
    &["--encrypted-regex", "^(secret|list|data|section|other)$"],
    &["--unencrypted-regex", "^(n|text|word)$"],
    &["--encrypted-suffix", "t"],
    &["--unencrypted-suffix", "secret"],
    &["--encrypted-comment-regex", "at the"],
    &["--unencrypted-comment-regex", "at the top"],
];

#[test]
fn every_rule_means_the_same_to_both() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    for sample in SAMPLES.iter().filter(|sample| sample.name != BINARY.name) {
        let sample = &single(sample);
        for rule in RULES {
            for only_encrypted in [&[][..], &["--mac-only-encrypted"]] {
                home.write(sample.name, sample.text);
                let flags = [only_encrypted, rule, &["--age", &recipient, "--encrypt", sample.name]].concat();
                let by_sops = both.sops(&flags).ok().stdout.clone();
                let words = [&["encrypt", "--values"], only_encrypted, rule, &["-k", &recipient, sample.name]].concat();
                let by_kenc = both.kenc(&words);
                if by_kenc.stderr.contains("selects no value") {
                    continue;
                }
                home.write(sample.name, &by_sops);
                let first = both.agree(sample.name);
                let encrypted = both.encrypted(sample.name);
                home.write(sample.name, &by_kenc.ok().stdout);
                let second = both.agree(sample.name);
                if sample.name == "a.yaml" || sample.name == "a.json" {
                    assert_eq!(normal(&first), normal(&second), "{rule:?}");
                }
                assert_eq!(both.encrypted(sample.name), encrypted, "{} {rule:?}", sample.name);
            }
        }
    }
}

#[test]
fn comments_that_kenc_encrypts_are_read_by_sops() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    for sample in [&single(&YAML), &DOTENV, &INI] {
        home.write(sample.name, sample.text);
        both.kenc(&["encrypt", "--values", "--encrypt-comments", "-i", "-k", &recipient, sample.name]).ok();
        assert!(!String::from_utf8(home.read(sample.name)).unwrap().contains("at the top"));
        let by_sops = both.sops(&["decrypt", sample.name]).ok().stdout_text();
        assert!(by_sops.contains("at the top"), "{by_sops}");
        both.kenc(&["decrypt", sample.name]).gives(sample.text.as_bytes());
    }
}

#[test]
fn sops_reads_past_what_kenc_adds_and_leaves_it_out() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    for sample in &SAMPLES {
        home.write(sample.name, sample.text);
        both.kenc(&["encrypt", "--values", "-i", "-k", &recipient, sample.name]).ok();
        let has = |what: &str| String::from_utf8_lossy(&home.read(sample.name)).contains(what);
        assert!(has("kenc_seal"), "{}", sample.name);
        assert!(both.kenc(&["verify", sample.name]).ok().stdout_text().contains("authentic, sealed"));
        both.sops(&["rotate", "-i", sample.name]).ok();
        assert!(!has("kenc_seal") && !has("kenc_forms"), "{}", sample.name);
        assert!(both.kenc(&["verify", sample.name]).stdout_text().contains("not sealed"));
        both.kenc(&["decrypt", sample.name]).ok().says("not sealed");
        both.kenc(&["verify", "--require-seal", sample.name]).fails(3);
    }
}

#[test]
fn keys_that_either_adds_open_for_both() {
    let kms = need!(moto());
    let (home, key) = (kms.home_with_caller(), kms.new_key());
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    home.write("a.yaml", "a: text\n");
    both.kenc(&["encrypt", "--values", "-i", "-k", &recipient, "a.yaml"]).ok();
    both.sops(&["rotate", "-i", "--add-kms", &key, "a.yaml"]).ok();
    both.agree("a.yaml");
    both.kenc(&["decrypt", "-k", &key, "a.yaml"]).gives(b"a: text\n");
    home.write(".sops.yaml", format!("creation_rules:\n  - age: {recipient}\n"));
    both.sops(&["updatekeys", "-y", "a.yaml"]).ok();
    both.agree("a.yaml");
    assert!(!String::from_utf8(home.read("a.yaml")).unwrap().contains("arn:"));
    both.kenc(&["rewrap", "--add", &key, "a.yaml"]).ok();
    both.agree("a.yaml");
    both.kenc(&["rewrap", "--remove", &recipient, "a.yaml"]).ok();
    std::fs::remove_file(home.local_key()).unwrap();
    both.agree("a.yaml");
}

#[test]
fn two_of_three_groups_open_for_both() {
    let kms = need!(moto());
    let (home, key) = (kms.home_with_caller(), kms.new_key());
    let both = need!(Both::in_home(&home));
    let (recipient, stranger) = (home.keygen(), Home::new().keygen());
    let rule = format!(
        "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [{recipient}]\n      - age: [{stranger}]\n      - kms: [{{arn: '{key}'}}]\n"
    );
    home.write(".sops.yaml", rule);
    for by_kenc in [true, false] {
        home.write("a.yaml", "a: text\n");
        let made = if by_kenc { both.kenc(&["encrypt", "a.yaml"]) } else { both.sops(&["encrypt", "a.yaml"]) };
        home.write("a.yaml", &made.ok().stdout);
        both.agree("a.yaml");
        both.sops(&["rotate", "-i", "a.yaml"]).ok();
        both.agree("a.yaml");
        both.kenc(&["rotate", "--yes", "a.yaml"]).ok();
        both.agree("a.yaml");
        both.sops(&["set", "a.yaml", "[\"b\"]", "1"]).ok();
        both.agree("a.yaml");
    }
}

#[test]
fn documents_under_a_pgp_key_go_both_ways() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let gpg = need!(Gpg::in_home(&home));
    for by_kenc in [true, false] {
        home.write("a.yaml", "text: v\nmap: {}\n");
        let made = if by_kenc {
            both.kenc(&["encrypt", "--values", "-k", &format!("pgp:{}", gpg.fingerprint), "a.yaml"])
        } else {
            both.sops(&["encrypt", "--pgp", &gpg.fingerprint, "a.yaml"])
        };
        home.write("a.yaml", &made.ok().stdout);
        both.change(&Sample { name: "a.yaml", text: "", there: "[\"text\"]", new: "[\"map\"][\"more\"]" });
    }
}

/// A PGP key in the home, whose agent ends with it.
struct Gpg<'a> {
    home: &'a Home,
    fingerprint: String,
}

impl<'a> Gpg<'a> {
    fn in_home(home: &'a Home) -> Result<Self, String> {
        crate::support::program("gpg")?;
        let folder = home.file("../home/.gnupg");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let mut gpg = Self { home, fingerprint: String::new() };
        let key = ["--batch", "--passphrase", "", "--quick-gen-key", "a@example.com", "rsa2048", "default"];
        gpg.run("gpg", &key).ok();
        let listed = gpg.run("gpg", &["--with-colons", "--list-secret-keys"]).ok().stdout_text();
        let line = listed.lines().find(|line| line.starts_with("fpr:")).ok_or("gpg lists no key")?;
        line.split(':').nth(9).unwrap_or_default().clone_into(&mut gpg.fingerprint);
        gpg.run("gpg", &["--batch", "--passphrase", "", "--quick-add-key", &gpg.fingerprint, "rsa2048", "encr"]).ok();
        Ok(gpg)
    }

    fn run(&self, program: &str, words: &[&str]) -> Outcome {
        let mut command = self.home.environment_of(Command::new(program));
        command.args(words);
        finish(command, b"")
    }
}

impl Drop for Gpg<'_> {
    fn drop(&mut self) {
        let _ = self.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}

#[test]
fn sops_reads_what_is_sealed_and_what_it_changes_is_never_taken_for_sealed() {
    let home = Home::new();
    let both = need!(Both::in_home(&home));
    let recipient = home.keygen();
    let other = home.run(["keygen", "-o", "other.txt"]).ok().stdout_text().trim().to_owned();
    let rule = |keys: &str| format!("creation_rules:\n  - age: {keys}\n");
    for sample in &SAMPLES {
        let name = sample.name;
        let time = |offset: &str| {
            let text = String::from_utf8(home.read(name)).unwrap();
            let behind = text.split("lastmodified").nth(1).unwrap();
            let time = behind.split(['"', '\n', ' ', '=']).find(|word| word.starts_with("20")).unwrap();
            time.ends_with(offset)
        };
        let encrypt = || {
            home.write(name, sample.text);
            both.kenc(&["encrypt", "--values", "-i", "-k", &recipient, name]).ok();
            assert!(time("+00:01"), "{name}");
        };
        encrypt();
        both.sops(&["decrypt", name]).ok();
        both.kenc(&["verify", name]).ok();
        // Changing recipients keeps the time, which says that there was a seal.
        home.write(".sops.yaml", rule(&format!("{recipient},{other}")));
        both.sops(&["updatekeys", "-y", name]).ok();
        assert!(time("+00:01"), "{name}");
        both.sops(&["decrypt", name]).ok();
        for command in [&["decrypt", name][..], &["verify", name], &["rotate", name]] {
            both.kenc(command).fails(3).says("the seal is missing");
        }
        both.kenc(&["seal", "--yes", name]).ok();
        both.kenc(&["verify", name]).ok();
        both.sops(&["decrypt", name]).ok();
        std::fs::remove_file(home.file(".sops.yaml")).unwrap();
        // Changing values or the data key writes a time of sops, which says nothing about a seal.
        for by_sops in [&["set", name, sample.there, "\"other\""][..], &["rotate", "-i", name]] {
            if by_sops[0] == "set" && sample.there.is_empty() {
                continue;
            }
            encrypt();
            both.sops(by_sops).ok();
            assert!(time("Z"), "{name}");
            assert_eq!(both.kenc(&["verify", name]).code, 7, "{name}");
            both.kenc(&["decrypt", name]).ok().says("not sealed");
            both.kenc(&["verify", "--require-seal", name]).fails(3);
            both.kenc(&["seal", "--yes", name]).ok();
            both.kenc(&["verify", "--require-seal", name]).ok();
            both.sops(&["decrypt", name]).ok();
        }
    }
}
