//! Keys and rules of documents, for people and for programs.

use std::fmt::Write as _;

use kenc::document::{MacScope, Metadata, OpenedDocument, SealStatus, StoredKey};
use kenc::error::DocumentError;
use serde_json::{Value, json};

use super::seal::seal_sentence;
use crate::printable::printable;

/// The keys of a document in JSON results, group by group.
pub fn groups_json(metadata: &Metadata) -> Value {
    let key = |key: &StoredKey| named_json(&key.named());
    metadata.groups.iter().map(|group| group.iter().map(key).collect::<Value>()).collect()
}

/// A key in JSON results.
pub fn named_json((kind, id): &(String, String)) -> Value {
    json!({ "provider": kind, "id": id })
}

/// The recipients and the rule of a document, for a person who is asked to vouch for it.
pub fn recipients_and_rule(metadata: &Metadata) -> String {
    let mut shown = String::new();
    let mut line = |text: &str| writeln!(shown, "{}", printable(text)).expect("a string takes all text");
    line("recipients:");
    for (number, group) in metadata.groups.iter().enumerate() {
        if metadata.groups.len() > 1 {
            line(&format!("  group {} ({} needed):", number + 1, metadata.needed_groups()));
        }
        for key in group {
            let (kind, id) = key.named();
            line(&format!("  {kind} {id}"));
        }
    }
    line(&format!("rule: {} {}", metadata.rule.name(), metadata.rule.text()));
    if metadata.mac_scope == MacScope::OnlyEncrypted {
        line("anyone can change plaintext values: the MAC covers encrypted values only");
    }
    shown
}

/// Everything that a seal of a document would cover, for a person who is asked to vouch for it.
pub fn contents_of_seal(name: &str, opened: &OpenedDocument, status: SealStatus) -> Result<String, DocumentError> {
    let metadata = opened.metadata();
    let mut shown = String::new();
    let mut line = |text: &str| writeln!(shown, "{}", printable(text)).expect("a string takes all text");
    line(&format!("{}: {}", name, seal_sentence(status)));
    shown.push_str(&recipients_and_rule(metadata));
    let mut line = |text: &str| writeln!(shown, "{}", printable(text)).expect("a string takes all text");
    line("plaintext parts of the text:");
    for text in opened.text_in_the_clear()?.lines() {
        line(&format!("  {text}"));
    }
    Ok(shown)
}
