//! What holds for documents in every notation, and what the tests of each share.

mod dotenv;
mod hcl;
mod ini;
mod json;
mod parses;
mod properties;
mod replacement;
mod toml;
mod vectors;

use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::*;
use crate::document::file::document::Origin;
use crate::document::store::parsed::Outline;
use crate::error::DocumentError;

fn metadata() -> Map<String, Json> {
    serde_json::from_str(r#"{"kms": [{"arn": "a", "enc": "x\ny"}], "mac": "ENC[]", "shamir_threshold": 2}"#).unwrap()
}

/// Gives every leaf and comment another text, and its old text back.
fn replaces_all_and_restores(document: &Document) {
    let mut ids = Vec::new();
    document.tree().walk(|_, item| match item {
        TreeItem::Leaf(leaf) => ids.push((leaf.id, false)),
        TreeItem::Comment(comment) => ids.push((comment.id, true)),
        _ => {}
    });
    let token = |id: &LeafId| format!("ENC[AES256_GCM,data:{}+/==,iv:aa=,tag:bb=,type:str]", id.0);
    let edits: Vec<Edit> =
        ids.iter().map(|(leaf, _)| Edit { leaf: *leaf, text: NewText::Encrypted(token(leaf)) }).collect();
    reads_as_predicted(document, &edits, &[]);
    let encrypted = document.rewrite(&edits, MetadataChange::Write(metadata())).unwrap();
    let encrypted = Document::parse(document.format(), encrypted).unwrap();
    let edits: Vec<Edit> = ids
        .iter()
        .map(|(leaf, _)| Edit { leaf: *leaf, text: NewText::Source(Zeroizing::new(document.source(*leaf).to_owned())) })
        .collect();
    let mut values = vec![None; document.found.tokens.len()];
    document.tree().walk(|_, item| {
        if let TreeItem::Leaf(leaf) = item {
            values[leaf.id.0] = Some(&leaf.value);
        }
    });
    reads_as_predicted(&encrypted, &edits, &values);
    let restored = encrypted.rewrite(&edits, MetadataChange::Remove).unwrap();
    assert_eq!(restored.as_str(), document.text());
}

/// If a prediction is made, it is what is read.
fn reads_as_predicted(document: &Document, edits: &[Edit], values: &[Option<&Value>]) {
    let edits: Vec<_> = edits.iter().map(Edit::borrowed).collect();
    let Some(predicted) = document.predicted(&edits, values) else { return };
    let text = Zeroizing::new(predicted.text().to_owned());
    let Ok(read) = Document::parse(document.format(), text) else { return };
    let all = |document: &Document| {
        let found = &document.found;
        let mut tokens = Vec::new();
        document.tree().walk(|_, item| {
            let id = match item {
                TreeItem::Leaf(leaf) => leaf.id,
                TreeItem::Comment(comment) => comment.id,
                _ => return,
            };
            tokens.push(found.tokens[id.0].clone());
        });
        (shown(document), tokens, found.aliases.clone())
    };
    assert_eq!(all(&predicted), all(&read), "{:?}", predicted.text());
    // What is known only for a text that was read: where metadata would be.
    let outline = |outline: &dyn Outline| {
        let text = format!("{outline:#?}");
        text.split_once("\n    metadata_places:").map_or(text.clone(), |(outline, _)| outline.to_owned())
    };
    if let (Origin::Predicted(Some(shift)), true) = (&predicted.origin, document.metadata().is_some()) {
        let shifted = predicted.found.outline.shifted(shift, predicted.text());
        let Some(shifted) = shifted else { return };
        // What is decrypted may be no usual YAML any more, of which more is remembered.
        let kind = |outline: &dyn Outline| format!("{outline:?}").split(' ').next().map(str::to_owned);
        if kind(&*shifted) != kind(&*read.found.outline) {
            return;
        }
        assert_eq!(outline(&*shifted), outline(&*read.found.outline), "{:?}", predicted.text());
    }
}

fn value(leaf: &Leaf) -> String {
    match &leaf.value {
        Value::Text(text) => format!("{:?}", text.as_str()),
        value => format!("{value:?}"),
    }
}

fn shown(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    document.tree().walk(|path, item| match item {
        TreeItem::Leaf(leaf) => lines.push(format!("{}:{} {path} {}", leaf.place.line, leaf.place.column, value(leaf))),
        TreeItem::Comment(comment) => lines.push(format!("{path} #{}", *comment.text)),
        _ => {}
    });
    lines
}

fn with(document: &Document, path: &str, value: Value) -> String {
    document.with_value(&path.parse().unwrap(), &Node::leaf(value)).unwrap().text().to_owned()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn a_document_is_recognised_by_what_it_says() {
    let value =
        Tree { roots: vec![Node::Mapping(vec![TreeEntry::Child(Member::new("data", Node::leaf(Value::Null)))])] };
    let section = Node::Mapping(vec![TreeEntry::Child(Member::new("a", value.roots[0].clone()))]);
    for format in Format::ALL {
        let tree = match format {
            Format::Ini => Tree { roots: vec![section.clone()] },
            Format::Toml => Tree { roots: vec![Node::Mapping(Vec::new())] },
            Format::Binary => continue,
            _ => value.clone(),
        };
        let plain = Document::parse(format, Document::emit(format, &tree).unwrap()).unwrap();
        assert_eq!(Format::of_content(plain.text().as_bytes()), None, "{}", format.word());
        let written = plain.rewrite(&[], MetadataChange::Write(metadata())).unwrap();
        assert_eq!(Format::of_content(written.as_bytes()), Some(format), "{}", format.word());
        assert_eq!(Format::of_content(format!("\u{feff}{}", *written).as_bytes()), Some(format), "{}", format.word());
    }
    for bytes in [b"sops".as_slice(), b"", b"{\"sops\": 1}", b"sops: 1\n", b"\xffsops_mac=1", b"[sops]\n"] {
        assert_eq!(Format::of_content(bytes).map(Format::word), None, "{bytes:?}");
    }
}
