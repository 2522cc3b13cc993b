//! What is encrypted comes back byte for byte, and a change changes nothing else.

use kenc::document::{
    ChangeOutcome, CommentHandling, Document, EncryptedDocument, EncryptionRecipe, EncryptionRule, Format, MacScope,
    NewKey, OpenRequirements, SealStatus, Value,
};
use kenc::error::{DocumentError, Error};
use zeroize::Zeroizing;

use super::workbench::{Workbench, changed, parse, plaintext};

const YAML: &str = "\
# a comment
text: value # at the end of a line
quoted: \"a \\x41 \\u00e9 \\\"b\\\"\"
single: 'it''s'
block: |
  two
  lines
folded: >-
  one
  line
octal: 0644
hexadecimal: 0x1F
float: 1.10
whole: 1.0
big: 1e21
date: 2024-01-01
time: 2024-01-01T10:00:00.120+02:00
yes: yes
truth: True
nothing: ~
absent:
empty: \"\"
no_list: []
no_map: {}
list:
  - a
  - a
  - {x: 1, y: [b, 'c']}
ünïcode: \"snow ☃\"
clear_unencrypted: 0x10
---
second: document
";

const DOTENV: &str = "# a comment\nKEY=value\nEMPTY=\nWITH=equals=and spaces \nLINES=one\\ntwo\n";
const JSON: &str =
    "{\n  \"a\": 1.50,\n  \"b\": [true, null, \"x\\u0041\", 12345678901234567890],\n  \"c\": {}, \"d\": \"\"\n}\n";

const INI: &str = "; a comment\nfirst = 1\n[section]\nkey   = value\nempty =\n\n[other]\nlast = x\n";

const TOML: &str =
    "# a comment\ntitle = 'value'\nfloat = 1_0.50\nwhen = 2024-01-01\n\n[a.b]\nlist = [1, \"x\"] # end\n";

fn documents() -> [(Format, &'static str); 6] {
    [
        (Format::Yaml, YAML),
        (Format::Dotenv, DOTENV),
        (Format::Json, JSON),
        (Format::Ini, INI),
        (Format::Toml, TOML),
        (Format::Binary, "any\ntext ☃\n"),
    ]
}

fn tokens(text: &str) -> Vec<&str> {
    let starts = text.match_indices("ENC[AES256_GCM,").map(|(at, _)| at);
    starts.map(|at| &text[at..at + text[at..].find(']').unwrap()]).collect()
}

#[test]
fn every_format_comes_back_byte_for_byte() {
    let bench = Workbench::new(1);
    for (format, text) in documents() {
        for comments in [CommentHandling::InTheClear, CommentHandling::Encrypted] {
            for mac_scope in [MacScope::All, MacScope::OnlyEncrypted] {
                let recipe = EncryptionRecipe { comments, mac_scope, ..bench.recipe() };
                let encrypted = bench.encrypt(format, text, &recipe);
                let opened = bench.open(format, &encrypted);
                assert_eq!(plaintext(&opened), text, "{format:?}");
                assert_eq!(opened.report().seal, SealStatus::Verified);
                assert!(opened.report().comments_left.is_empty());
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_come_back() {
    let bench = Workbench::new(1);
    let bytes = b"\xff\x00any\n";
    let document = Document::from_plaintext(Format::Binary, Zeroizing::new(bytes.to_vec())).unwrap();
    let encrypted = document.encrypt(&bench.recipe(), &bench.keyring()).unwrap().text;
    assert!(encrypted.contains("type:str"));
    let opened = bench.open(Format::Binary, &encrypted);
    assert_eq!(opened.plaintext().plaintext(&[]).unwrap().as_slice(), bytes);
}

#[test]
fn line_ends_a_byte_order_mark_and_a_missing_last_line_end_come_back() {
    let bench = Workbench::new(1);
    for text in ["a: 1\r\nb: x\r\n", "\u{feff}a: 1\n", "a: 1", "---\na: 1\n...\n", "{a: 1, b: [x, y]}\n"] {
        let encrypted = bench.encrypt(Format::Yaml, text, &bench.recipe());
        assert_eq!(bench.open(Format::Yaml, &encrypted).plaintext().text(), text);
    }
}

#[test]
fn nothing_of_a_selected_value_is_left_in_the_file() {
    let bench = Workbench::new(1);
    let encrypted =
        bench.encrypt(Format::Yaml, YAML, &EncryptionRecipe { comments: CommentHandling::Encrypted, ..bench.recipe() });
    for secret in ["value", "it''s", "lines", "0644", "0x1F", "1.10", "2024", "True", "☃", "a comment", "at the end"]
    {
        assert!(!encrypted.contains(secret), "{secret} in:\n{encrypted}");
    }
    assert!(encrypted.contains("clear_unencrypted: 0x10\n"));
}

#[test]
fn encrypting_what_did_not_change_writes_nothing() {
    let bench = Workbench::new(1);
    for (format, text) in documents() {
        let encrypted = bench.encrypt(format, text, &bench.recipe());
        let opened = bench.open(format, &encrypted);
        assert!(matches!(opened.encrypt_again(&parse(format, text)).unwrap(), ChangeOutcome::Unchanged));
    }
}

#[test]
fn a_change_of_one_value_changes_no_other_ciphertext() {
    let bench = Workbench::new(1);
    let recipe = EncryptionRecipe { comments: CommentHandling::Encrypted, ..bench.recipe() };
    let before = bench.encrypt(Format::Yaml, YAML, &recipe);
    let edited = YAML.replace("text: value", "text: other");
    let after = bench.encrypt_again(Format::Yaml, &before, &edited);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(&before), lines(&after));
    assert_eq!(before.len(), after.len());
    let differing: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    for (line, _) in &differing {
        let name = line.trim_start().split(':').next().unwrap();
        // The time of the last change has whole seconds, and may be the same.
        assert!(["text", "lastmodified", "mac", "kenc_seal"].contains(&name), "{line}");
    }
    assert!(differing.iter().any(|(line, _)| line.starts_with("text:")));
    let again = bench.open(Format::Yaml, &(after.join("\n") + "\n"));
    assert_eq!(again.plaintext().text(), edited);
}

#[test]
fn values_that_move_within_their_list_take_their_ciphertext_with_them() {
    let bench = Workbench::new(1);
    let before = bench.encrypt(Format::Yaml, "list:\n  - a\n  - b\n  - c\n", &bench.recipe());
    let old: Vec<String> = tokens(&before)[..3].iter().map(ToString::to_string).collect();
    let after = bench.encrypt_again(Format::Yaml, &before, "list:\n  - new\n  - a\n  - b\n  - c\n");
    assert_eq!(tokens(&after)[1..4], old);
}

#[test]
fn a_new_equal_sibling_gets_an_iv_of_its_own() {
    let bench = Workbench::new(1);
    let before = bench.encrypt(Format::Yaml, "list:\n  - a\n", &bench.recipe());
    let after = bench.encrypt_again(Format::Yaml, &before, "list:\n  - a\n  - a\n");
    let tokens = tokens(&after);
    assert!(before.contains(tokens[0]));
    assert_ne!(tokens[0], tokens[1]);
}

#[test]
fn keys_and_rule_stay_when_a_document_is_encrypted_again() {
    let bench = Workbench::new(2);
    let recipe = bench.with_rule(EncryptionRule::EncryptedRegex("^secret".into()));
    let before = bench.encrypt(Format::Yaml, "secret: 1\nopen: 2\n", &recipe);
    let after = bench.encrypt_again(Format::Yaml, &before, "secret: 1\nopen: 3\nsecret2: 4\n");
    let (before, after) = (bench.open(Format::Yaml, &before), bench.open(Format::Yaml, &after));
    assert_eq!(before.metadata().groups, after.metadata().groups);
    assert_eq!(after.metadata().rule, recipe.rule);
    assert!(after.document().text().contains("open: 3\n"));
    assert!(!after.document().text().contains("secret2: 4"));
}

#[test]
fn a_rotation_makes_every_ciphertext_anew_and_keeps_the_plaintext() {
    let bench = Workbench::new(2);
    let before = bench.encrypt(Format::Yaml, YAML, &bench.recipe());
    let after = bench.open(Format::Yaml, &before).rotate(&bench.keyring(), &kenc::keys::Vouchers::none()).unwrap().text;
    for token in tokens(&before) {
        assert!(!after.contains(token));
    }
    let opened = bench.open(Format::Yaml, &after);
    assert_eq!(opened.plaintext().text(), YAML);
    assert_eq!(opened.report().seal, SealStatus::Verified);
    let before = bench.open(Format::Yaml, &before);
    let (old, new) = (&before.metadata().groups[0], &opened.metadata().groups[0]);
    assert!(old.iter().zip(new).all(|(old, new)| old.id() == new.id() && old != new));
}

fn kept(opened: &kenc::document::OpenedDocument) -> Vec<Vec<NewKey>> {
    opened.metadata().groups.iter().map(|group| group.iter().cloned().map(NewKey::Kept).collect()).collect()
}

#[test]
fn a_key_that_is_added_opens_and_one_that_is_taken_away_is_gone_while_values_stay() {
    let bench = Workbench::new(2);
    let recipe = EncryptionRecipe { groups: vec![bench.keys[..1].to_vec()], ..EncryptionRecipe::default() };
    let before = bench.encrypt(Format::Yaml, YAML, &recipe);
    let opened = bench.open(Format::Yaml, &before);
    let mut groups = kept(&opened);
    assert!(matches!(
        opened.with_keys(&groups, 0, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap(),
        ChangeOutcome::Unchanged
    ));
    groups[0].push(NewKey::Wrapping(bench.keys[1].clone()));
    let both = changed(opened.with_keys(&groups, 0, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap());
    let opened = bench.open(Format::Yaml, &both);
    assert_eq!(opened.plaintext().text(), YAML);
    assert_eq!(opened.report().seal, SealStatus::Verified);
    assert_eq!(tokens(&both)[..5], tokens(&before)[..5], "values are not touched");
    let only_second = vec![vec![NewKey::Wrapping(bench.keys[1].clone())]];
    let second = changed(opened.with_keys(&only_second, 0, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap());
    assert!(!second.contains(&bench.keys[0].key.to_string()));
    let demands = OpenRequirements { only: vec![bench.keys[1].key.clone()], ..OpenRequirements::default() };
    assert_eq!(bench.open_with(Format::Yaml, &second, &demands).unwrap().plaintext().text(), YAML);
}

#[test]
fn two_of_three_groups_open_and_one_does_not() {
    let bench = Workbench::new(3);
    let groups: Vec<_> = bench.keys.iter().map(|key| vec![key.clone()]).collect();
    let recipe = EncryptionRecipe { groups, threshold: 2, ..EncryptionRecipe::default() };
    let text = bench.encrypt(Format::Yaml, YAML, &recipe);
    let only = |which: &[usize]| OpenRequirements {
        only: which.iter().map(|&at| bench.keys[at].key.clone()).collect(),
        ..OpenRequirements::default()
    };
    for which in [[0, 1], [1, 2], [0, 2]] {
        let opened = bench.open_with(Format::Yaml, &text, &only(&which)).unwrap();
        assert_eq!(opened.plaintext().text(), YAML);
    }
    match bench.open_with(Format::Yaml, &text, &only(&[1])).err().unwrap() {
        Error::TooFewGroups { threshold: 2, groups } => {
            assert_eq!(groups.iter().map(|group| group.is_open).collect::<Vec<_>>(), [false, true, false]);
            assert_eq!(groups.iter().map(|group| group.attempts.len()).collect::<Vec<_>>(), [1, 0, 1]);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn groups_can_become_one_and_one_can_become_groups() {
    let bench = Workbench::new(3);
    let text = bench.encrypt(Format::Yaml, "a: 1\n", &bench.recipe());
    let opened = bench.open(Format::Yaml, &text);
    let groups: Vec<_> = bench.keys.iter().map(|key| vec![NewKey::Wrapping(key.clone())]).collect();
    let split = changed(opened.with_keys(&groups, 2, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap());
    let opened = bench.open(Format::Yaml, &split);
    assert_eq!((opened.metadata().groups.len(), opened.metadata().needed_groups()), (3, 2));
    assert!(matches!(
        opened.with_keys(&kept(&opened), 2, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap(),
        ChangeOutcome::Unchanged
    ));
    let one = vec![vec![NewKey::Wrapping(bench.keys[0].clone())]];
    let whole = changed(opened.with_keys(&one, 0, &bench.keyring(), &kenc::keys::Vouchers::none()).unwrap());
    assert!(!whole.contains("shamir_threshold"));
    assert_eq!(bench.open(Format::Yaml, &whole).plaintext().text(), "a: 1\n");
}

#[test]
fn a_threshold_that_cannot_be_is_refused_before_a_key_is_asked() {
    let bench = Workbench::new(2);
    let two: Vec<_> = bench.keys.iter().map(|key| vec![key.clone()]).collect();
    for (groups, threshold) in [(two.clone(), 1), (two, 3), (vec![bench.keys.clone()], 2)] {
        let recipe = EncryptionRecipe { groups, threshold, ..EncryptionRecipe::default() };
        let refused = bench.try_encrypt(Format::Yaml, "a: 1\n", &recipe).err().unwrap();
        assert!(matches!(refused, Error::Document(DocumentError::Threshold { .. })), "{refused}");
    }
}

#[test]
fn a_single_value_is_found_by_its_path() {
    let bench = Workbench::new(1);
    let opened = bench.open(Format::Yaml, &bench.encrypt(Format::Yaml, YAML, &bench.recipe()));
    let node = opened.plaintext().tree().node(&"list[2].y[1]".parse().unwrap()).unwrap();
    match node {
        kenc::document::Node::Leaf(leaf) => assert_eq!(leaf.value, Value::Text("c".into())),
        other => panic!("{other:?}"),
    }
}

fn refusal(text: &str, rule: EncryptionRule) -> DocumentError {
    let bench = Workbench::new(1);
    match bench.try_encrypt(Format::Yaml, text, &bench.with_rule(rule)) {
        Err(Error::Document(fault)) => fault,
        Err(other) => panic!("{other}"),
        Ok(encrypted) => panic!("{}", *encrypted.text),
    }
}

#[test]
fn what_cannot_be_encrypted_is_refused_with_its_reason() {
    let bench = Workbench::new(1);
    let encrypted = bench.encrypt(Format::Yaml, "a: 1\n", &bench.recipe());
    assert_eq!(refusal(&encrypted, EncryptionRule::default()), DocumentError::AlreadyEncrypted);
    assert!(matches!(
        refusal("sops:\n  enabled: true\na: 1\n", EncryptionRule::default()),
        DocumentError::ForeignSopsKey(_)
    ));
    let nothing = refusal("a: 1\n", EncryptionRule::EncryptedRegex("^b$".into()));
    assert_eq!(nothing, DocumentError::NothingSelected("encrypted_regex ^b$".to_owned()));
    assert!(matches!(
        refusal("a: 1\n", EncryptionRule::EncryptedRegex("(".into())),
        DocumentError::UnusableRule { .. }
    ));
    let copied = format!("x: 1\nb:\n  c: \"{}]\"\n", tokens(&encrypted)[0]);
    match refusal(&copied, EncryptionRule::default()) {
        DocumentError::ValueAlreadyEncrypted { at, path } => assert_eq!((at.line, at.column, &*path), (3, 6, "b.c")),
        other => panic!("{other}"),
    }
    let plain = EncryptedDocument::new(Document::parse(Format::Yaml, Zeroizing::new("a: 1\n".to_owned())).unwrap());
    assert_eq!(plain.err().unwrap(), DocumentError::NotEncrypted);
}

#[test]
fn verifying_lists_everything_that_is_wrong() {
    let bench = Workbench::new(1);
    let text = bench.encrypt(Format::Yaml, "a: 1\nb: 2\nc: 3\n", &bench.recipe());
    let verify = |text: &str| {
        EncryptedDocument::new(parse(Format::Yaml, text))
            .unwrap()
            .verify(&bench.keyring(), &OpenRequirements::default())
    };
    let (problems, report) = verify(&text).unwrap();
    assert!(problems.is_empty());
    assert_eq!(report.unwrap().seal, SealStatus::Verified);
    let lines: Vec<&str> = text.lines().collect();
    let forged = format!("a: 1\nb: hunter2\n{}\n", lines[2..].join("\n"));
    let (problems, _) = verify(&forged).unwrap();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems[0].starts_with("line 1, column 4: `a` is in plaintext"), "{problems:?}");
    assert!(problems.iter().all(|problem| !problem.contains("hunter2")));
}

#[test]
fn rules_by_comments_select_what_stands_behind_them() {
    let bench = Workbench::new(1);
    let text = "# encrypt\na: 1\nb: 2\nc:\n  # encrypt\n  - x\n  - y\n";
    let encrypted =
        bench.encrypt(Format::Yaml, text, &bench.with_rule(EncryptionRule::EncryptedCommentRegex("encrypt".into())));
    assert!(encrypted.starts_with("# encrypt\na: ENC[") && encrypted.contains("\nb: 2\n"), "{encrypted}");
    assert!(encrypted.contains("  # encrypt\n  - ENC[") && encrypted.contains("\n  - y\n"), "{encrypted}");
    assert_eq!(bench.open(Format::Yaml, &encrypted).plaintext().text(), text);
    let other = "# clear\na: 1\nb: 2\n";
    let rule = EncryptionRule::UnencryptedCommentRegex("clear".into());
    let encrypted = bench.encrypt(Format::Yaml, other, &bench.with_rule(rule));
    assert!(encrypted.starts_with("# clear\na: 1\nb: ENC["), "{encrypted}");
}
