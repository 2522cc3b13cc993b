//! Replacing one value gives the document that changing the plaintext gives.

use proptest::prelude::*;

use super::*;
use crate::crypto::DataKey;
use crate::document::operations::writer::EncryptionWriter;
use crate::document::sops::data_key;
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::selection::CompiledRule;

fn encrypted(format: Format, plaintext: &str, data_key: &DataKey, scope: MacScope) -> Zeroizing<String> {
    let document = Document::parse(format, Zeroizing::new(plaintext.to_owned())).unwrap();
    let rule = EncryptionRule::default();
    let key = serde_json::from_str(r#"{"recipient": "age1x", "enc": "x"}"#).unwrap();
    let metadata = Metadata::new(rule.clone(), scope, vec![vec![StoredKey::new("age", key)]], 0);
    let selection = CompiledRule::new(&rule).unwrap();
    let writer = EncryptionWriter::new(&document, &selection, CommentHandling::Encrypted, data_key);
    writer.write(metadata, OldCiphertexts::new(Reusable::Types), None).unwrap().text
}

fn authentic(format: Format, text: &Zeroizing<String>, data_key: &DataKey) -> AuthenticDocument {
    let sealed = EncryptedDocument::new(Document::parse(format, text.clone()).unwrap()).unwrap();
    sealed.authenticate_with(data_key::copy(data_key), &OpenRequirements::default()).unwrap()
}

/// Whether the value is replaced alone. If it is, everything else stays, and the plaintext is that of changing it as a text.
fn is_replaced(format: Format, plaintext: &str, path: &str, value: &Value, scope: MacScope) -> bool {
    let data_key = DataKey::generate();
    let path: Path = path.parse().unwrap();
    let before = encrypted(format, plaintext, &data_key, scope);
    let document = authentic(format, &before, &data_key);
    if !document.can_replace(&path, value) {
        return false;
    }
    let old = document.encrypted_value(&path).unwrap().clone();
    let ChangeOutcome::Changed(EncryptedText { text: after, .. }) = document.replaced(&path, value.clone()).unwrap()
    else {
        assert_eq!(old, *value);
        return true;
    };
    let opened = authentic(format, &after, &data_key).opened().unwrap();
    assert_eq!(opened.report().seal, SealStatus::Verified);
    let expected = authentic(format, &before, &data_key).opened().unwrap();
    let expected = expected.with_value(&path, &Node::leaf(value.clone())).unwrap();
    assert_eq!(opened.plaintext().text(), expected.text(), "{plaintext}");
    // One token differs, besides the metadata.
    let tokens = |text: &Zeroizing<String>| {
        let mut tokens = Vec::new();
        Document::parse(format, text.clone()).unwrap().tree().walk(|_, item| match item {
            TreeItem::Leaf(leaf) => tokens.push(leaf.value.plaintext_bytes().to_vec()),
            TreeItem::Comment(comment) => tokens.push(comment.text.as_bytes().to_vec()),
            _ => {}
        });
        tokens
    };
    let (before, after) = (tokens(&before), tokens(&after));
    assert_eq!(before.len(), after.len());
    assert_eq!(before.iter().zip(&after).filter(|(before, after)| before != after).count(), 1, "{plaintext}");
    true
}

const YAML: &str = "# top\na: one # c\nb:\n  c: 'two'\n  d: \"three\"\n  e: 4\nl:\n- x\n- k: v\n  z_unencrypted: p\nf: {g: h}\nt: !own v\nm: |\n  n\no: 0x10\n";

#[test]
fn a_usual_value_is_replaced_alone() {
    for scope in [MacScope::All, MacScope::OnlyEncrypted] {
        for (path, value) in [
            ("a", text("other")),
            ("a", text("one")),
            ("a", Value::Integer(7)),
            ("a", Value::Bool(true)),
            ("b.c", text("it's")),
            ("b.d", text("a: b # c")),
            ("b.e", Value::Integer(5)),
            ("l[0]", text("w")),
            ("l[1].k", text("w x")),
        ] {
            assert!(is_replaced(Format::Yaml, YAML, path, &value, scope), "{path}");
        }
        let json = "{\n  \"a\": \"one\", // c\n  \"b\": [1, {\"c\": true}]\n}\n";
        for (path, value) in [("a", text("x\"y\n")), ("b[0]", text("1")), ("b[1].c", Value::Integer(-1))] {
            assert!(is_replaced(Format::Json, json, path, &value, scope), "{path}");
        }
    }
}

#[test]
fn what_might_change_more_than_its_token_is_changed_as_a_text() {
    for (path, value) in [
        // In quotes now, or on several lines.
        ("a", text("yes")),
        ("a", text("x: y")),
        ("a", text("x\ny")),
        ("b.c", Value::Integer(1)),
        // In braces, with a tag, in a block, with a remembered source text.
        ("f.g", text("w")),
        ("t", text("w")),
        ("m", text("w")),
        ("o", Value::Integer(17)),
        // Not encrypted before or afterwards, or not there.
        ("l[1].z_unencrypted", text("w")),
        ("a", text("")),
        ("a", Value::Null),
        ("a", text("ENC[AES256_GCM,data:aa==]")),
        ("b", text("w")),
        ("new", text("w")),
    ] {
        assert!(!is_replaced(Format::Yaml, YAML, path, &value, MacScope::All), "{path} {value:?}");
    }
    for aliased in ["a: &x one\nb: *x\n", "a: &x one\n"] {
        assert!(!is_replaced(Format::Yaml, aliased, "a", &text("w"), MacScope::All));
    }
}

#[test]
fn a_document_that_is_not_sealed_stays_so() {
    let data_key = DataKey::generate();
    let plaintext = encrypted(Format::Yaml, "a: one\nb: two\n", &data_key, MacScope::All);
    let mut document = authentic(Format::Yaml, &plaintext, &data_key);
    document.report.seal = SealStatus::Absent;
    let path: Path = "a".parse().unwrap();
    let ChangeOutcome::Changed(EncryptedText { text: after, .. }) = document.replaced(&path, text("w")).unwrap() else {
        panic!("it is another value");
    };
    assert_eq!(authentic(Format::Yaml, &after, &data_key).report().seal, SealStatus::Absent);
}

#[test]
fn many_values_are_opened_and_sealed_on_all_cores_in_their_order() {
    use std::fmt::Write as _;

    let mut plaintext = String::new();
    for number in 0..5000 {
        writeln!(plaintext, "k{number}: v{number} # {number}").unwrap();
    }
    let data_key = DataKey::generate();
    let text = encrypted(Format::Yaml, &plaintext, &data_key, MacScope::All);
    assert_eq!(authentic(Format::Yaml, &text, &data_key).opened().unwrap().plaintext().text(), plaintext);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_replaced_alone_gives_the_same_document(
        source in "[ -~]{0,8}", new in "[ -~\n]{0,8}", number in any::<i64>(), is_number in any::<bool>()
    ) {
        let value = if is_number { Value::Integer(number) } else { text(&new) };
        for (format, plaintext) in [
            (Format::Yaml, format!("a: x\nb: {source}\nc: y\n")),
            (Format::Yaml, format!("a:\n- x\n- k: {source}\n  l: m\n")),
            (Format::Json, format!("{{\"a\": 1, \"b\": {}}}\n", serde_json::to_string(&source).unwrap())),
        ] {
            let Ok(document) = Document::parse(format, Zeroizing::new(plaintext.clone())) else { continue };
            for path in ["b", "a[1].k", "a"] {
                let is_there = document.tree().node(&path.parse().unwrap()).is_some();
                let is_plain = !plaintext.contains("ENC[");
                if is_there && is_plain && document.metadata().is_none() {
                    is_replaced(format, &plaintext, path, &value, MacScope::All);
                }
            }
        }
    }
}
