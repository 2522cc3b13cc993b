//! How often a document is read while it is changed.

use super::*;
use crate::crypto::DataKey;
use crate::document::operations::writer::EncryptionWriter;
use crate::document::sops::data_key;
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::selection::CompiledRule;
use crate::document::store::registry::PARSES;

/// Documents with two values; the second would lose its spelling if the notation has spellings.
const DOCUMENTS: [(Format, &str, &str); 6] = [
    (Format::Yaml, "a: one\nb:\n  c: 0x10 # c\n  d: \"\\x65\"\n", "b.c"),
    (Format::Json, "{\n  \"a\": \"one\",\n  \"b\": {\"c\": 1.50}\n}\n", "b.c"),
    (Format::Dotenv, "a=one\n# c\nc=two\n", "c"),
    (Format::Ini, "[b]\na = one\nc = \"two\"\n", "b.c"),
    (Format::Toml, "a = \"one\"\n[b]\nc = 0x10\n", "b.c"),
    (Format::Hcl, "a = \"one\"\nb = {\n  c = 1.50 # c\n}\n", "b.c"),
];

fn encrypted(format: Format, plaintext: &str, data_key: &DataKey) -> Zeroizing<String> {
    let document = Document::parse(format, Zeroizing::new(plaintext.to_owned())).unwrap();
    let rule = EncryptionRule::default();
    let key = serde_json::from_str(r#"{"recipient": "age1x", "enc": "x"}"#).unwrap();
    let groups = vec![vec![StoredKey::new("age", key)]];
    let metadata = Metadata::new(rule.clone(), MacScope::default(), groups, 0);
    let selection = CompiledRule::new(&rule).unwrap();
    let writer = EncryptionWriter::new(&document, &selection, CommentHandling::InTheClear, data_key);
    writer.write(metadata, OldCiphertexts::new(Reusable::Types), None).unwrap().text
}

/// The text after a change, and the number of texts parsed for it.
fn changed(
    format: Format,
    text: &Zeroizing<String>,
    data_key: &DataKey,
    change: impl FnOnce(&OpenedDocument) -> Document,
) -> (Zeroizing<String>, usize) {
    PARSES.with(|parses| parses.set(0));
    let sealed = EncryptedDocument::new(Document::parse(format, text.clone()).unwrap()).unwrap();
    let opened = sealed.open_to_compare(data_key::copy(data_key), &OpenRequirements::default()).unwrap();
    let edited = change(&opened);
    let ChangeOutcome::Changed(EncryptedText { text, .. }) = opened.encrypt_again(&edited).unwrap() else {
        panic!("{}: nothing was changed", format.word());
    };
    (text, PARSES.with(std::cell::Cell::get))
}

fn plaintext(format: Format, text: &Zeroizing<String>, data_key: &DataKey) -> String {
    let sealed = EncryptedDocument::new(Document::parse(format, text.clone()).unwrap()).unwrap();
    let opened = sealed.open_with(data_key::copy(data_key), &OpenRequirements::default()).unwrap();
    assert_eq!(opened.report().seal, SealStatus::Verified);
    opened.plaintext().text().to_owned()
}

#[test]
fn setting_a_value_parses_the_document_at_most_three_times() {
    for (format, text, second) in DOCUMENTS {
        let data_key = DataKey::generate();
        let first = if format == Format::Ini { "b.a" } else { "a" };
        let new = if format == Format::Ini { "b.new" } else { "new" };
        let text = encrypted(format, text, &data_key);
        let before = plaintext(format, &text, &data_key);
        for at in [first, second, new] {
            let path: Path = at.parse().unwrap();
            let value = Node::leaf(Value::Text("other".into()));
            let (after, parses) = changed(format, &text, &data_key, |opened| opened.with_value(&path, &value).unwrap());
            assert!(parses <= 3, "{}: {parses} for {at}", format.word());
            let expected = Document::parse(format, Zeroizing::new(before.clone())).unwrap().with_value(&path, &value);
            assert_eq!(plaintext(format, &after, &data_key), expected.unwrap().text());
        }
    }
}

#[test]
fn removing_a_value_parses_the_document_at_most_three_times() {
    for (format, text, second) in DOCUMENTS {
        let data_key = DataKey::generate();
        let text = encrypted(format, text, &data_key);
        let before = plaintext(format, &text, &data_key);
        let path: Path = second.parse().unwrap();
        let (after, parses) = changed(format, &text, &data_key, |opened| opened.without(&path).unwrap());
        assert!(parses <= 3, "{}: {parses}", format.word());
        let expected = Document::parse(format, Zeroizing::new(before)).unwrap().without(&path).unwrap();
        assert_eq!(plaintext(format, &after, &data_key), expected.text());
    }
}

#[test]
fn encrypting_a_document_parses_what_is_written_once() {
    for (format, text, _) in DOCUMENTS {
        PARSES.with(|parses| parses.set(0));
        encrypted(format, text, &DataKey::generate());
        assert_eq!(PARSES.with(std::cell::Cell::get), 2, "{}", format.word());
    }
}
