//! What became of documents that got other keys, for people and for programs.

use kenc::document::{GroupDifference, MacScope, StoredKey};
use kenc::ops::documents::rekeyed::{RekeyedDocument, RotatedDocument};
use serde_json::{Value, json};

use super::document_keys::{groups_json, named_json};
use super::printable;

/// A document that got other keys, as a line for people.
pub fn rewrapped_text(name: &str, is_dry: bool, rekeyed: &RekeyedDocument) -> String {
    let RekeyedDocument { is_changed, groups, absent, .. } = rekeyed;
    let mut parts =
        GroupDifference::sentences(groups, if is_dry { GroupDifference::WOULD } else { GroupDifference::DONE });
    if parts.is_empty() {
        let word = if *is_changed { "new shares of the data key" } else { "nothing to change" };
        parts.push(word.to_owned());
    }
    let absent: Vec<String> = absent.iter().map(|key| format!("; {key} is not a key of this file")).collect();
    format!("{}\n", printable(&format!("{name}: {}{}", parts.join(", "), absent.concat())))
}

/// The same as a result for programs.
pub fn rewrapped_json(name: &str, is_dry: bool, rekeyed: &RekeyedDocument) -> Value {
    let RekeyedDocument { text: _, is_changed, groups, absent, metadata } = rekeyed;
    let keys = |of: fn(&GroupDifference) -> &Vec<(String, String)>| -> Value {
        groups.iter().flat_map(of).map(named_json).collect()
    };
    json!({
        "file": name,
        "dry_run": is_dry,
        "written": if *is_changed { "anew" } else { "nothing" },
        "groups": groups_json(metadata),
        "threshold": if metadata.groups.len() > 1 { json!(metadata.needed_groups()) } else { json!(null) },
        "added": keys(|group| &group.added),
        "removed": keys(|group| &group.removed),
        "absent": absent.iter().map(ToString::to_string).collect::<Vec<String>>(),
    })
}

/// A document that got a new data key, as a line for people.
pub fn rotated_text(name: &str, is_dry: bool, rotated: &RotatedDocument) -> String {
    let RotatedDocument { old_rule, metadata, .. } = rotated;
    let named = |key: &StoredKey| {
        let (kind, id) = key.named();
        format!("{kind} {id}")
    };
    let groups: Vec<String> =
        metadata.groups.iter().map(|group| group.iter().map(named).collect::<Vec<_>>().join(", ")).collect();
    let rule = if metadata.rule == *old_rule {
        String::new()
    } else {
        format!("; new rule: {} {}", metadata.rule.name(), metadata.rule.text())
    };
    let would = if is_dry { "would get a " } else { "" };
    format!("{}\n", printable(&format!("{name}: {would}new data key under {}{rule}", groups.join("; "))))
}

/// The same as a result for programs.
pub fn rotated_json(name: &str, is_dry: bool, rotated: &RotatedDocument) -> Value {
    let RotatedDocument { metadata, .. } = rotated;
    json!({
        "file": name,
        "rotated": !is_dry,
        "dry_run": is_dry,
        "groups": groups_json(metadata),
        "rule": { "name": metadata.rule.name(), "text": metadata.rule.text() },
        "mac_only_encrypted": metadata.mac_scope == MacScope::OnlyEncrypted,
    })
}
