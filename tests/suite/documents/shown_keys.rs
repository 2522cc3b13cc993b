//! Keys that are shown in the text of a document, and keys that were made before there was a text.

use kenc::document::{
    ChangeOutcome, Document, EncryptedDocument, EncryptionRecipe, EncryptionRule, Format, OpenRequirements,
    OpenedDocument,
};
use kenc::error::{DocumentError, Error};
use zeroize::Zeroizing;

use super::workbench::{Workbench, changed, parse, plaintext};

const TEXTS: [(Format, &str); 5] = [
    (Format::Yaml, "a: 1\nb: [x, true]\n"),
    (Format::Json, "{\n\t\"a\": 1\n}\n"),
    (Format::Dotenv, "A=1\n"),
    (Format::Ini, "[a]\nb = 1\n"),
    (Format::Toml, "a = 1\n"),
];

fn document(format: Format, text: &str) -> Document {
    Document::parse(format, Zeroizing::new(text.to_owned())).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn save(opened: &OpenedDocument, workbench: &Workbench, edited: &str) -> Result<ChangeOutcome, Error> {
    opened.encrypt_again_with_keys(&document(opened.document().format(), edited), &workbench.keyring())
}

#[test]
fn a_text_with_keys_that_is_left_alone_changes_nothing_in_any_notation() {
    let workbench = Workbench::new(3);
    let of_groups = EncryptionRecipe {
        groups: vec![workbench.keys[..2].to_vec(), workbench.keys[2..].to_vec()],
        threshold: 2,
        ..EncryptionRecipe::default()
    };
    for recipe in [workbench.recipe(), of_groups] {
        for (format, text) in TEXTS {
            let opened = workbench.open(format, &workbench.encrypt(format, text, &recipe));
            let shown = opened.text_with_keys().unwrap();
            assert!(shown.starts_with(text.trim_end()) || format == Format::Json, "{}", *shown);
            for key in &workbench.keys {
                assert!(shown.contains(&key.key.to_string()), "{}", *shown);
            }
            // As the name of a field: a recipient can have these letters by chance.
            let is_mac = |line: &str| line.trim_start_matches([' ', '"']).starts_with("mac") || line.contains("_mac");
            assert!(!shown.contains("BEGIN") && !shown.lines().any(is_mac), "{}", *shown);
            assert!(matches!(save(&opened, &workbench, &shown), Ok(ChangeOutcome::Unchanged)), "{}", *shown);
        }
    }
}

#[test]
fn groups_and_their_threshold_are_changed_in_the_text() {
    let workbench = Workbench::new(3);
    let groups = vec![workbench.keys[..1].to_vec(), workbench.keys[1..2].to_vec()];
    let recipe = EncryptionRecipe { groups, ..EncryptionRecipe::default() };
    let opened = workbench.open(Format::Json, &workbench.encrypt(Format::Json, TEXTS[1].1, &recipe));
    let shown = opened.text_with_keys().unwrap();
    let mut edited: serde_json::Value = serde_json::from_str(&shown).unwrap();
    edited["a"] = 2.into();
    edited["sops"]["shamir_threshold"] = 2.into();
    let third = serde_json::json!({ "age": [{ "recipient": workbench.keys[2].key.to_string() }] });
    edited["sops"]["key_groups"].as_array_mut().unwrap().push(third);
    let saved = changed(save(&opened, &workbench, &edited.to_string()).unwrap());
    let saved = EncryptedDocument::new(document(Format::Json, &saved)).unwrap();
    assert_eq!((saved.metadata().groups.len(), saved.metadata().needed_groups()), (3, 2));
    let opened = saved.open(&workbench.keyring(), &OpenRequirements::default()).unwrap();
    assert!(plaintext(&opened).contains("\"a\":2"));
}

#[test]
fn what_only_looks_like_keys_is_refused() {
    let workbench = Workbench::new(1);
    let opened = workbench.open(Format::Yaml, &workbench.encrypt(Format::Yaml, TEXTS[0].1, &workbench.recipe()));
    let shown = opened.text_with_keys().unwrap();
    let refused = |edited: &str| match save(&opened, &workbench, edited) {
        Err(Error::Document(fault)) => fault,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was saved:\n{edited}"),
    };
    assert!(matches!(refused(TEXTS[0].1), DocumentError::Metadata(_)));
    assert!(matches!(refused(&format!("{}    mac: x\n", *shown)), DocumentError::Metadata(_)));
    assert!(matches!(refused(&shown.replace("age1", "age2")), DocumentError::CannotRewrap { .. }));
    let gcp = format!("{}    gcp_kms:\n        - resource_id: mine\n", *shown);
    assert!(matches!(refused(&gcp), DocumentError::CannotRewrap { .. }));
}

#[test]
fn a_key_that_was_made_before_the_text_serves_for_it_and_for_bytes_beside_it() {
    let workbench = Workbench::new(2);
    let prepared = workbench.recipe().prepare(&workbench.keyring()).unwrap();
    for (format, text) in TEXTS {
        let encrypted = prepared.encrypt(&parse(format, text)).unwrap();
        assert_eq!(plaintext(&workbench.open(format, &encrypted.text)), text);
    }
    let opened = workbench.open(Format::Yaml, &prepared.encrypt(&parse(Format::Yaml, TEXTS[0].1)).unwrap().text);
    for bytes in [&b"a: ["[..], b"", b"\xff\x00"] {
        let bytes = Zeroizing::new(bytes.to_vec());
        for beside in [prepared.encrypt_bytes(bytes.clone()), opened.encrypt_bytes(bytes.clone())] {
            let beside = workbench.open(Format::Binary, &beside.unwrap().text);
            assert_eq!(*beside.plaintext().plaintext(&[]).unwrap(), *bytes);
        }
    }
    let nothing_selected = workbench.with_rule(EncryptionRule::EncryptedSuffix("_secret".to_owned()));
    let prepared = nothing_selected.prepare(&workbench.keyring()).unwrap();
    let outcome = prepared.encrypt(&parse(Format::Yaml, "a: 1\n"));
    assert!(matches!(outcome, Err(Error::Document(DocumentError::NothingSelected(_)))));
}
