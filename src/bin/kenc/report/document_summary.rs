//! What is known about a document without a key, for people and for programs.

use std::fmt::Write as _;

use kenc::document::{MacScope, Metadata, StoredKey};
use kenc::ops::documents::summary::DocumentSummary;
use serde_json::{Map, Value, json};

use super::printable;

/// Lines for people.
pub fn text(summary: &DocumentSummary<'_>) -> String {
    let Metadata { groups, rule, mac_scope, last_modified, version, .. } = summary.metadata;
    let (notation, version) = (summary.format.word(), printable(version));
    let mut text = if summary.format.is_read_by_sops() {
        format!("config document, {notation}, in the format of sops {version}\n")
    } else {
        format!("config document, {notation}, which sops does not read; metadata as of sops {version}\n")
    };
    let mut line = |label: &str, value: &str| {
        writeln!(text, "  {label:<9} {value}").expect("writing to a string does not fail");
    };
    line("values", &format!("{} encrypted, {} in plaintext", summary.encrypted, summary.in_the_clear));
    line("rule", &format!("{} {}", rule.name(), printable(rule.text())));
    line("changed", &printable(last_modified));
    line("MAC", scope(*mac_scope));
    line("seal", seal(summary.metadata));
    let mut label = "context";
    for (key, value) in &summary.context {
        line(label, &format!("{} = {}", printable(key), printable(value)));
        label = "";
    }
    let mut number = 0;
    for (at, group) in groups.iter().enumerate() {
        if groups.len() > 1 {
            line(
                if at == 0 { "groups" } else { "" },
                &format!("group {} ({} needed)", at + 1, summary.metadata.needed_groups()),
            );
        }
        for (within, key) in group.iter().enumerate() {
            number += 1;
            let label = if groups.len() == 1 && within == 0 { "keys" } else { "" };
            line(label, &format!("{number}  {:<8} {}", printable(key.list()), printable(&key.id())));
        }
    }
    text
}

/// What can be known about the seal without a key.
fn seal(metadata: &Metadata) -> &'static str {
    match (metadata.is_marked_as_sealed(), metadata.has_seal()) {
        (true, true) => "present; `kenc verify` checks it",
        (true, false) => "missing, although the document was sealed",
        (false, true) => "present, although the document was not sealed",
        (false, false) => "none: kenc never sealed it, or another tool has encrypted it since",
    }
}

/// JSON for programs.
pub fn json(summary: &DocumentSummary<'_>) -> Value {
    let Metadata { groups, threshold, rule, mac_scope, last_modified, version, .. } = summary.metadata;
    let key = |key: &StoredKey| {
        let context: Map<String, Value> =
            key.context().iter().map(|(name, value)| (name.into(), value.into())).collect();
        json!({ "list": key.list(), "id": key.id(), "created_at": key.created_at(), "context": context })
    };
    let groups: Vec<Vec<_>> = groups.iter().map(|group| group.iter().map(key).collect()).collect();
    json!({
        "format": "document",
        "notation": summary.format.word(),
        "read_by_sops": summary.format.is_read_by_sops(),
        "version": version,
        "last_modified": last_modified,
        "rule": { "name": rule.name(), "text": rule.text() },
        "mac_only_encrypted": *mac_scope == MacScope::OnlyEncrypted,
        "seal": summary.metadata.has_seal(),
        "sealed": summary.metadata.is_marked_as_sealed(),
        "threshold": if groups.len() > 1 { json!(threshold) } else { json!(null) },
        "groups": groups,
        "values": { "encrypted": summary.encrypted, "in_the_clear": summary.in_the_clear },
    })
}

fn scope(scope: MacScope) -> &'static str {
    match scope {
        MacScope::All => "over all values",
        MacScope::OnlyEncrypted => "over encrypted values only",
    }
}
