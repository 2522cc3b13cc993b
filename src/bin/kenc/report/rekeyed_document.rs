//! Reports documents with changed keys, for people and for programs.

use kenc::document::{GroupDifference, MacScope, StoredKey};
use kenc::ops::documents::rekeyed::{RekeyedDocument, RotatedDocument};
use serde_json::{Value, json};

use super::document_keys::{DONE, WOULD, changes_of_groups, groups_json, named_json};
use super::printable;

/// A document with changed keys.
pub struct DocumentRewrapped {
    pub name: String,
    /// The result itself went to standard output.
    pub is_apart: bool,
    pub is_dry: bool,
    pub rekeyed: RekeyedDocument,
}

impl DocumentRewrapped {
    /// Whether a removed key may have opened the document before.
    pub fn has_removed(&self) -> bool {
        !self.is_dry && self.rekeyed.groups.iter().any(|group| !group.removed.is_empty())
    }

    /// A line for people.
    pub fn text(&self) -> String {
        let Self { name, is_dry, rekeyed: RekeyedDocument { is_changed, groups, absent, .. }, .. } = self;
        let mut parts = changes_of_groups(groups, if *is_dry { WOULD } else { DONE });
        if parts.is_empty() {
            let word = if *is_changed { "new shares of the data key" } else { "nothing to change" };
            parts.push(word.to_owned());
        }
        let absent: Vec<String> = absent.iter().map(|key| format!("; {key} is not a key of this file")).collect();
        format!("{}\n", printable(&format!("{name}: {}{}", parts.join(", "), absent.concat())))
    }

    /// JSON for programs.
    pub fn json(&self) -> Value {
        let Self { name, is_apart: _, is_dry, rekeyed } = self;
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
}

/// A document with a new data key.
pub struct DocumentRotated {
    pub name: String,
    /// The result itself went to standard output.
    pub is_apart: bool,
    pub rotated: RotatedDocument,
}

impl DocumentRotated {
    /// A line for people.
    pub fn text(&self) -> String {
        let Self { name, rotated: RotatedDocument { old_rule, metadata, .. }, .. } = self;
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
        format!("{}\n", printable(&format!("{name}: new data key under {}{rule}", groups.join("; "))))
    }

    /// JSON for programs.
    pub fn json(&self) -> Value {
        let Self { name, is_apart: _, rotated: RotatedDocument { metadata, .. } } = self;
        json!({
            "file": name,
            "rotated": true,
            "groups": groups_json(metadata),
            "rule": { "name": metadata.rule.name(), "text": metadata.rule.text() },
            "mac_only_encrypted": metadata.mac_scope == MacScope::OnlyEncrypted,
        })
    }
}
