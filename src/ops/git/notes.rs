//! What a diff shows of an encrypted file besides its plaintext: its recipients, its rule, and the state of its seal,
//! so that a commit that changes only these is visible.

use crate::document::{MacScope, Metadata, SealStatus};
use crate::error::DocumentError;
use crate::keys::{NamedKey, WrappedKey};

/// For an opened document.
pub(super) fn of_document(metadata: &Metadata, seal: SealStatus) -> Vec<String> {
    let Metadata { groups, rule, mac_scope, .. } = metadata;
    let mut notes = Notes::default();
    match seal {
        SealStatus::Verified => notes.line("sealed"),
        SealStatus::Absent => notes.line("not sealed"),
        SealStatus::Broken(fault) => notes.line(&fault.to_string()),
    }
    notes.line(&format!("rule {} {}", rule.name(), rule.text()));
    if *mac_scope == MacScope::OnlyEncrypted {
        notes.line("the MAC covers encrypted values only");
    }
    if groups.len() > 1 {
        notes.line(&format!("{} of {} key groups needed", metadata.needed_groups(), groups.len()));
    }
    for (group, number) in groups.iter().zip(1..) {
        let which = if groups.len() > 1 { format!("group {number}, ") } else { String::new() };
        for key in group {
            notes.line(&format!("{which}key {}", key.named_key()));
        }
    }
    notes.0
}

/// For a kenc file.
pub(super) fn of_file(slots: &[WrappedKey]) -> Vec<String> {
    let mut notes = Notes::default();
    for slot in slots {
        notes.line(&format!("key {}", NamedKey::of_slot(slot)));
    }
    notes.0
}

/// For a document that is not authentic.
#[must_use]
pub fn of_fault(fault: &DocumentError) -> Vec<String> {
    let mut notes = Notes::default();
    notes.line(&format!("not decrypted: {fault}"));
    notes.0
}

#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn line(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }
}
