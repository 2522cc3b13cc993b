//! Both ways with the real sops: it opens what kenc wrote, and kenc opens what it wrote.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use kenc::document::{
    CommentHandling, Document, EncryptionRecipe, EncryptionRule, Format, MacScope, MacStatus, SealStatus, Value,
};

use super::workbench::{Workbench, parse, plaintext};

struct Sops {
    program: PathBuf,
    home: tempfile::TempDir,
}

impl Sops {
    fn new(bench: &Workbench) -> Result<Self, String> {
        let program = crate::support::program("sops")?;
        let home = tempfile::tempdir().unwrap();
        let mut identities = String::new();
        for file in bench.identity_files() {
            identities += &std::fs::read_to_string(file).unwrap();
            identities.push('\n');
        }
        std::fs::write(home.path().join("keys.txt"), identities).unwrap();
        Ok(Self { program, home })
    }

    fn try_run(&self, arguments: &[&str], format: Format, text: &str) -> Result<String, String> {
        let name = format!("file.{}", ending(format));
        std::fs::write(self.home.path().join(&name), text).unwrap();
        let mut command = Command::new(&self.program);
        command.args(arguments).arg(&name).current_dir(self.home.path()).stdin(Stdio::null());
        command.env("SOPS_AGE_KEY_FILE", "keys.txt").env("HOME", self.home.path());
        let output = command.output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8(output.stdout).unwrap())
    }

    #[track_caller]
    fn run(&self, arguments: &[&str], format: Format, text: &str) -> String {
        self.try_run(arguments, format, text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[track_caller]
    fn decrypt(&self, format: Format, text: &str) -> String {
        self.run(&["--disable-version-check", "decrypt"], format, text)
    }

    /// Changes one value in place, and returns the file.
    #[track_caller]
    fn set(&self, path: &str, value: &str, format: Format, text: &str) -> String {
        let name = format!("file.{}", ending(format));
        std::fs::write(self.home.path().join(&name), text).unwrap();
        let mut command = Command::new(&self.program);
        command.args(["set", &name, path, value]).current_dir(self.home.path()).stdin(Stdio::null());
        command.env("SOPS_AGE_KEY_FILE", "keys.txt").env("HOME", self.home.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(self.home.path().join(&name)).unwrap()
    }
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Yaml => "yaml",
        Format::Json => "json",
        Format::Dotenv => "env",
        Format::Ini => "ini",
        Format::Toml => "toml",
        _ => "txt",
    }
}

const YAML: &str = "\
# first
text: value # at the end
quoted: \"a \\u00e9 \\\"b\\\"\"
block: |
  two
  lines
int: 42
hex: 0x1F
octal: 0644
float: 1.50
whole: 1.0
big: 1e21
date: 2024-01-01
time: 2024-01-01T10:00:00.120+02:00
word: yes
truth: true
nothing: null
empty: \"\"
no_list: []
no_map: {}
nested:
  # inside
  deep:
    value: ☃
  # behind
list:
  - a
  - 2
  - {x: 1, y: [b]}
clear_unencrypted: 7
secret: s
---
second: document
";
const JSON: &str = "{\"text\": \"value\", \"int\": 42, \"float\": 1.5, \"list\": [true, null, {\"x\": \"☃\"}], \"empty\": \"\", \"secret\": \"s\"}";
const DOTENV: &str = "# first\ntext=value\nempty=\nequals=a=b\nsecret=s\n";
const INI: &str = "; first\n[section]\ntext  = value\nempty =\n\n[other]\nsecret = s\n";
const BINARY: &str = "any\ntext ☃\n";

fn documents() -> [(Format, &'static str); 5] {
    [(Format::Yaml, YAML), (Format::Json, JSON), (Format::Dotenv, DOTENV), (Format::Ini, INI), (Format::Binary, BINARY)]
}

/// What a document says, without its layout.
fn says(format: Format, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    parse(format, text).tree().walk(|path, item| {
        if let kenc::document::TreeItem::Leaf(leaf) = item {
            let value = match &leaf.value {
                Value::Text(text) => format!("{:?}", text.as_str()),
                // sops writes 1.0 as 1, which then reads as another type.
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                other => format!("{other:?}"),
            };
            lines.push(format!("{} {path} {value}", path.root));
        }
    });
    lines
}

fn recipes(bench: &Workbench) -> Vec<EncryptionRecipe> {
    let with = |rule: EncryptionRule| bench.with_rule(rule);
    vec![
        bench.recipe(),
        EncryptionRecipe { comments: CommentHandling::Encrypted, ..bench.recipe() },
        EncryptionRecipe {
            mac_scope: MacScope::OnlyEncrypted,
            ..with(EncryptionRule::EncryptedRegex("^(secret|data|list)$".into()))
        },
        with(EncryptionRule::UnencryptedRegex("^(int|text)$".into())),
        with(EncryptionRule::EncryptedSuffix("t".into())),
        with(EncryptionRule::UnencryptedSuffix("secret".into())),
    ]
}

#[test]
fn sops_opens_what_kenc_encrypted() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    for (format, text) in documents() {
        for recipe in recipes(&bench) {
            let Ok(encrypted) = bench.try_encrypt(format, text, &recipe) else { continue };
            let decrypted = sops.decrypt(format, &encrypted.text);
            if format == Format::Binary {
                assert_eq!(decrypted, text);
            } else {
                assert_eq!(says(format, &decrypted), says(format, &sops_sees(&sops, format, text)), "{recipe:?}");
            }
        }
    }
}

/// The document as sops reads and writes it.
fn sops_sees(sops: &Sops, format: Format, text: &str) -> String {
    let recipient = std::fs::read_to_string(sops.home.path().join("keys.txt")).unwrap();
    let recipient = age_recipient(&recipient);
    let encrypted = sops.run(&["encrypt", "--age", &recipient], format, text);
    sops.decrypt(format, &encrypted)
}

fn age_recipient(identity: &str) -> String {
    let identity: age::x25519::Identity = identity.lines().next().unwrap().parse().unwrap();
    identity.to_public().to_string()
}

#[test]
fn kenc_opens_what_sops_encrypted_and_sops_what_kenc_made_of_that() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    let recipient = bench.keys[0].key.to_string();
    let only_encrypted =
        format!("creation_rules: [{{mac_only_encrypted: true, encrypted_regex: ^secret$, age: {recipient}}}]\n");
    std::fs::write(sops.home.path().join("only-encrypted.yaml"), only_encrypted).unwrap();
    for (format, text) in documents() {
        for rule in [
            &[][..],
            &["--encrypted-regex", "^(secret|data|list)$"],
            &["--unencrypted-suffix", "t"],
            &["--unencrypted-regex", "^(int|text)$"],
            &["--config", "only-encrypted.yaml"],
        ] {
            let with_config = rule.first() == Some(&"--config");
            if with_config && format == Format::Binary {
                continue;
            }
            let keys: &[&str] = if with_config { &[] } else { &["--age", &recipient] };
            let before = if with_config { rule } else { &[] };
            let after = if with_config { &[][..] } else { rule };
            let arguments = [before, &["encrypt"], keys, after].concat();
            let encrypted = sops.run(&arguments, format, text);
            let opened = bench.open(format, &encrypted);
            assert_eq!(opened.report().mac, MacStatus::Verified);
            assert_eq!(opened.report().seal, SealStatus::Absent);
            assert!(opened.report().comments_left.is_empty(), "{format:?} {rule:?} {encrypted}");
            let plain = plaintext(&opened);
            let by_sops = sops.decrypt(format, &encrypted);
            if format == Format::Binary {
                assert_eq!(plain, by_sops);
                continue;
            }
            assert_eq!(says(format, &plain), says(format, &by_sops), "{format:?} {rule:?}");
            let edited = plain.replace("value", "other");
            let edited = Document::parse(format, zeroize::Zeroizing::new(edited)).unwrap();
            let again = opened
                .encrypt_again(&edited)
                .unwrap_or_else(|e| panic!("{e} {format:?} {rule:?}\n{encrypted}\n{}", edited.text()));
            let again = super::workbench::changed(again);
            let by_sops = sops.decrypt(format, &again);
            assert_eq!(says(format, &by_sops), says(format, edited.text()), "{format:?} {rule:?}");
        }
    }
}

#[test]
fn a_comment_in_a_list_that_sops_cannot_read_again_is_a_comment_to_kenc() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    let recipient = bench.keys[0].key.to_string();
    let text = "list:\n    - a\n    # between\n    - 2\n";
    let encrypted = sops.run(&["encrypt", "--age", &recipient], Format::Yaml, text);
    let opened = bench.open(Format::Yaml, &encrypted);
    assert_eq!(opened.report().mac, MacStatus::Verified);
    assert_eq!(plaintext(&opened), text);
    let again = opened.encrypt_again(&parse(Format::Yaml, &text.replace('2', "3"))).unwrap();
    assert_eq!(sops.decrypt(Format::Yaml, &super::workbench::changed(again)), text.replace('2', "3"));
}

#[test]
fn what_sops_changes_in_a_document_of_kenc_still_opens_and_has_lost_its_seal() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    for (format, text) in [(Format::Yaml, YAML), (Format::Json, JSON), (Format::Dotenv, DOTENV)] {
        let encrypted = bench.encrypt(format, text, &bench.recipe());
        let changed = sops.set("[\"text\"]", "\"other\"", format, &encrypted);
        let opened = bench.open(format, &changed);
        assert_eq!((opened.report().mac, opened.report().seal), (MacStatus::Verified, SealStatus::Absent));
        assert!(plaintext(&opened).contains("other"));
    }
}

#[test]
fn sops_opens_shares_and_every_rotated_document() {
    let bench = Workbench::new(3);
    let sops = need!(Sops::new(&bench));
    let groups = bench.keys.iter().map(|key| vec![key.clone()]).collect();
    let text =
        bench.encrypt(Format::Yaml, YAML, &EncryptionRecipe { groups, threshold: 2, ..EncryptionRecipe::default() });
    let plain = sops.decrypt(Format::Yaml, &text);
    let rotated = bench.open(Format::Yaml, &text).rotate(&bench.keyring(), &kenc::keys::Vouchers::none()).unwrap();
    assert_eq!(sops.decrypt(Format::Yaml, &rotated.text), plain);
    let recipients: Vec<String> = bench.keys.iter().map(|key| key.key.to_string()).collect();
    std::fs::write(
        sops.home.path().join(".sops.yaml"),
        format!(
            "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [{}]\n      - age: [{}]\n      - age: [{}]\n",
            recipients[0], recipients[1], recipients[2]
        ),
    )
    .unwrap();
    let encrypted = sops.run(&["encrypt"], Format::Yaml, "a: 1\n");
    let opened = bench.open(Format::Yaml, &encrypted);
    assert_eq!((opened.metadata().groups.len(), opened.metadata().needed_groups()), (3, 2));
}

#[test]
fn sops_refuses_what_the_mac_shows() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    let text = bench.encrypt(Format::Yaml, "a: 1\nb_unencrypted: c\n", &bench.recipe());
    let refused = sops.try_run(&["decrypt"], Format::Yaml, &text.replace("b_unencrypted: c", "b_unencrypted: d"));
    assert!(refused.unwrap_err().contains("MAC mismatch"));
}

#[test]
fn sops_opens_aliases_of_values_that_are_in_the_clear_for_both() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    let secret = || bench.with_rule(EncryptionRule::EncryptedRegex("^secret$".into()));
    for (text, recipe) in [
        ("a: &x 1\nb: *x\nsecret: s\n", secret()),
        ("base: &base\n  x: 1\n  y: [2, 3]\nother:\n  <<: *base\n  y: w\nsecret: s\n", secret()),
        ("a: &a 1\nb: &b [*a, *a]\nc: [*b, *a]\nsecret: s\n", secret()),
        ("a_unencrypted: &x 1\nb_unencrypted: *x\nc: secret\n", bench.recipe()),
        // Both are bound to the same keys.
        ("secret: [&x a, *x, b]\n", EncryptionRecipe { mac_scope: MacScope::OnlyEncrypted, ..bench.recipe() }),
    ] {
        let encrypted = bench.try_encrypt(Format::Yaml, text, &recipe).unwrap();
        assert!(encrypted.aliases.is_empty(), "{text}");
        assert_eq!(plaintext(&bench.open(Format::Yaml, &encrypted.text)), text);
        let expanded = sops.decrypt(Format::Yaml, &encrypted.text);
        assert_eq!(says(Format::Yaml, &expanded), says(Format::Yaml, &sops_sees(&sops, Format::Yaml, text)), "{text}");
    }
    for text in ["a: &x secret\nb: *x\n", "a: &x {b: c}\nd: *x\n", "a: &x b\nc: &y [*x]\nc_unencrypted: *y\n"] {
        let encrypted = bench.try_encrypt(Format::Yaml, text, &bench.recipe()).unwrap();
        assert!(!encrypted.aliases.is_empty(), "{text}");
        assert!(sops.try_run(&["decrypt"], Format::Yaml, &encrypted.text).is_err(), "{text}");
    }
}

#[test]
fn aliases_of_aliases_cost_little_and_come_back() {
    let bench = Workbench::new(1);
    let level = |level: usize| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1);
    let levels: Vec<String> = (1..60).map(level).collect();
    let text = format!("secret: s\na0: &a0 [x, x]\n{}", levels.concat());
    let encrypted =
        bench.encrypt(Format::Yaml, &text, &bench.with_rule(EncryptionRule::EncryptedRegex("^secret$".into())));
    assert_eq!(plaintext(&bench.open(Format::Yaml, &encrypted)), text);
}

#[test]
fn kenc_opens_what_sops_makes_of_a_document_without_any_value() {
    let bench = Workbench::new(1);
    let sops = need!(Sops::new(&bench));
    let recipient = bench.keys[0].key.to_string();
    for text in ["---\n", "{}\n", "# only\n---\n"] {
        let encrypted = sops.run(&["encrypt", "--age", &recipient], Format::Yaml, text);
        assert_eq!(
            plaintext(&bench.open(Format::Yaml, &encrypted)).trim_end(),
            sops.decrypt(Format::Yaml, &encrypted).trim_end()
        );
    }
}
