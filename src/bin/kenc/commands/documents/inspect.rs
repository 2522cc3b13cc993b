//! `kenc inspect` of a config document.

use std::fmt::Write as _;

use kenc::document::{EncryptedDocument, Format, MacScope, Metadata, StoredKey, TreeItem, Value};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::report::{Reporter, printable};

/// Shows all that is known without a key.
pub fn run(sealed: &EncryptedDocument, reporter: &Reporter) -> Result<Exit, Failure> {
    let inspected = Inspected::new(sealed);
    reporter.result(&inspected.text(), &inspected.json())?;
    Ok(Exit::Done)
}

struct Inspected<'a> {
    format: Format,
    metadata: &'a Metadata,
    encrypted: usize,
    in_the_clear: usize,
}

impl<'a> Inspected<'a> {
    fn new(sealed: &'a EncryptedDocument) -> Self {
        let (mut encrypted, mut in_the_clear) = (0, 0);
        sealed.document().tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item {
                match &leaf.value {
                    Value::Text(text) if text.starts_with("ENC[") => encrypted += 1,
                    _ => in_the_clear += 1,
                }
            }
        });
        Self { format: sealed.document().format(), metadata: sealed.metadata(), encrypted, in_the_clear }
    }

    fn text(&self) -> String {
        let Metadata { groups, rule, mac_scope, last_modified, version, .. } = self.metadata;
        let mut text =
            format!("config document, {}, in the format of sops {}\n", self.format.word(), printable(version));
        let mut line = |label: &str, value: &str| {
            writeln!(text, "  {label:<9} {value}").expect("writing to a string does not fail");
        };
        line("values", &format!("{} encrypted, {} in plaintext", self.encrypted, self.in_the_clear));
        line("rule", &format!("{} {}", rule.name(), printable(rule.text())));
        line("changed", &printable(last_modified));
        line("MAC", scope(*mac_scope));
        line("seal", self.seal());
        let mut number = 0;
        for (at, group) in groups.iter().enumerate() {
            if groups.len() > 1 {
                line(
                    if at == 0 { "groups" } else { "" },
                    &format!("group {} ({} needed)", at + 1, self.metadata.needed_groups()),
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

    /// What can be known of the seal without a key.
    fn seal(&self) -> &'static str {
        match (self.metadata.is_marked_as_sealed(), self.metadata.has_seal()) {
            (true, true) => "present; `kenc verify` checks it",
            (true, false) => "missing, although the document was sealed",
            (false, true) => "present, although the document was not sealed",
            (false, false) => "none: kenc never sealed it, or another tool has encrypted it since",
        }
    }

    fn json(&self) -> serde_json::Value {
        let Metadata { groups, threshold, rule, mac_scope, last_modified, version, .. } = self.metadata;
        let key = |key: &StoredKey| json!({ "list": key.list(), "id": key.id(), "created_at": key.created_at() });
        let groups: Vec<Vec<_>> = groups.iter().map(|group| group.iter().map(key).collect()).collect();
        json!({
            "format": "document",
            "notation": self.format.word(),
            "version": version,
            "last_modified": last_modified,
            "rule": { "name": rule.name(), "text": rule.text() },
            "mac_only_encrypted": *mac_scope == MacScope::OnlyEncrypted,
            "seal": self.metadata.has_seal(),
            "sealed": self.metadata.is_marked_as_sealed(),
            "threshold": if groups.len() > 1 { json!(threshold) } else { json!(null) },
            "groups": groups,
            "values": { "encrypted": self.encrypted, "in_the_clear": self.in_the_clear },
        })
    }
}

fn scope(scope: MacScope) -> &'static str {
    match scope {
        MacScope::All => "over all values",
        MacScope::OnlyEncrypted => "over encrypted values only",
    }
}
