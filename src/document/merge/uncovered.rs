//! Changes of an unsealed version that only a seal would cover.

use std::collections::BTreeSet;

use crate::crypto::sha256;
use crate::document::content::format::Format;
use crate::document::merge::dispute::{Dispute, Side, Uncovered};
use crate::document::operations::decryption::OpenedDocument;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::seal::SealStatus;

/// Whether the seal of a version was verified.
pub(super) fn is_verified(opened: &OpenedDocument) -> bool {
    opened.report().seal == SealStatus::Verified
}

/// Changes of an unsealed version against the base that no MAC covers, in the document itself. Without a base
/// everything is new.
pub(super) fn uncovered_changes(base: Option<&OpenedDocument>, version: &OpenedDocument, side: Side) -> Vec<Dispute> {
    if version.plaintext().format() == Format::Binary {
        return Vec::new();
    }
    let (old, new) = (base.map(uncovered).unwrap_or_default(), uncovered(version));
    let mut changes = Vec::new();
    let names: Vec<String> = old.0.symmetric_difference(&new.0).cloned().collect();
    if !names.is_empty() {
        changes.push(Dispute::Unsealed(side, Uncovered::Names(names)));
    }
    if old.1 != new.1 {
        changes.push(Dispute::Unsealed(side, Uncovered::Comments));
    }
    changes
}

/// The names of plaintext values, to which no ciphertext is bound, and all comments.
fn uncovered(version: &OpenedDocument) -> (BTreeSet<String>, Vec<[u8; 32]>) {
    let (mut names, mut comments) = (BTreeSet::new(), Vec::new());
    let _ = walk(version.plaintext().tree(), version.sealed.selection(), |met, spot| {
        match met {
            RuleItem::Leaf(leaf) if !spot.is_selected || leaf.value.stays() => {
                names.insert(spot.path().keys().collect::<Vec<_>>().join("."));
            }
            RuleItem::Comment(comment) => comments.push(sha256(comment.text.as_bytes())),
            RuleItem::Leaf(_) | RuleItem::Alias(_) => {}
        }
        Ok::<(), ()>(())
    });
    (names, comments)
}
