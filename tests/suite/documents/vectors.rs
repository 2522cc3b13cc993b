//! Documents that sops wrote, by several of its versions.

use std::path::Path;

use kenc::document::{Document, EncryptedDocument, Format, MacStatus, PathStep, SealStatus, TreeItem, Value};
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use super::workbench::{Workbench, plaintext};
use crate::support::OutsideData;

/// Every single value as text, as the vectors' description has them, in objects and lists.
fn plain(document: &Document) -> Json {
    fn put(target: &mut Json, steps: &[PathStep], value: Json) {
        match steps.split_first() {
            None => *target = value,
            Some((PathStep::Key(key), rest)) => {
                if !target.is_object() {
                    *target = Json::Object(Map::new());
                }
                put(&mut target[key.as_str()], rest, value);
            }
            Some((PathStep::Index(index), rest)) => {
                if !target.is_array() {
                    *target = Json::Array(Vec::new());
                }
                let list = target.as_array_mut().unwrap();
                list.resize(list.len().max(index + 1), Json::Null);
                put(&mut list[*index], rest, value);
            }
        }
    }
    let mut plain = Json::Null;
    document.tree().walk(|path, item| {
        if let TreeItem::Leaf(leaf) = item {
            let text = match &leaf.value {
                Value::Text(text) => text.to_string(),
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Bool(true) => "True".to_owned(),
                Value::Bool(false) => "False".to_owned(),
                other => panic!("{other:?}"),
            };
            put(&mut plain, &path.steps, text.into());
        }
    });
    plain
}

#[test]
fn every_document_of_sops_opens_with_its_mac_and_says_what_it_should() {
    let folder = need!(OutsideData::SopsDocuments.path());
    let mut bench = Workbench::new(0);
    bench.add_identities(folder.join("age-test-identity.txt"));
    let description = std::fs::read(folder.join("plaintext.json")).unwrap();
    let description: Map<String, Json> = serde_json::from_slice(&description).unwrap();
    assert_eq!(description.len(), 5);
    for (name, wanted) in description {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        let text = Zeroizing::new(String::from_utf8(bytes).unwrap());
        let format = Format::of_name(Path::new(&name));
        let sealed = EncryptedDocument::new(Document::parse(format, text).unwrap()).unwrap();
        assert_eq!(sealed.metadata().version, wanted["version"].as_str().unwrap(), "{name}");
        let opened = sealed.open(&bench.keyring(), &kenc::document::OpenRequirements::default());
        let opened = opened.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(opened.report().mac, MacStatus::Verified, "{name}");
        assert_eq!(opened.report().seal, SealStatus::Absent, "{name}");
        assert!(opened.report().comments_left.is_empty(), "{name}");
        let plain = if format == Format::Binary {
            serde_json::json!({ "data": plaintext(&opened) })
        } else {
            plain(opened.plaintext())
        };
        assert_eq!(plain, wanted["plaintext"], "{name}");
    }
}
