//! Problems of an encrypted document that can be found without any key.

use crate::document::content::value::Value;
use crate::document::merge::unresolved;
use crate::document::sops::cipher::{fault_of_form, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::selection::{CompiledRule, EncryptionRule};
use crate::error::{At, DocumentError, SealFault};

impl EncryptedDocument {
    /// Finds values in plaintext against the document's rule, damaged encrypted values, unresolved conflicts, and a
    /// missing MAC. A document without findings may still not be authentic.
    #[must_use]
    pub fn problems_without_key(&self) -> Vec<DocumentError> {
        let mut problems = Vec::new();
        let _ = walk(self.document.tree(), self.selection(), |met, spot| {
            let RuleItem::Leaf(leaf) = met else { return Ok(()) };
            if !spot.is_selected || leaf.value.stays() {
                return Ok(());
            }
            let (at, path) = (leaf.place.into(), spot.path().to_string());
            match &leaf.value {
                Value::Text(token) if looks_encrypted(token) => {
                    let fault = fault_of_form(token);
                    problems.extend(fault.map(|fault| DocumentError::DamagedValue { at, path, fault }));
                }
                _ => problems.push(DocumentError::InTheClear { at, path, others: 0 }),
            }
            Ok::<(), ()>(())
        });
        let conflicts = unresolved(&self.document).into_iter();
        problems.extend(conflicts.map(|(at, path)| DocumentError::Unresolved { at, path: path.to_string() }));
        if self.metadata.mac.is_none() {
            problems.push(DocumentError::MissingMac);
        }
        match (self.metadata.is_marked_as_sealed(), self.metadata.has_seal()) {
            (true, false) => problems.push(DocumentError::BrokenSeal(SealFault::Removed)),
            (false, true) => problems.push(DocumentError::BrokenSeal(SealFault::Unexpected)),
            _ => {}
        }
        problems
    }

    /// The plaintext values that another rule would have encrypted.
    ///
    /// # Errors
    /// If the rule is unusable.
    pub fn in_the_clear_under(&self, rule: &EncryptionRule) -> Result<Vec<(At, String)>, DocumentError> {
        let selection = CompiledRule::new(rule)?;
        let mut found = Vec::new();
        let _ = walk(self.document.tree(), &selection, |met, spot| {
            if let RuleItem::Leaf(leaf) = met
                && spot.is_selected
                && !leaf.value.stays()
                && !matches!(&leaf.value, Value::Text(token) if looks_encrypted(token))
            {
                found.push((leaf.place.into(), spot.path().to_string()));
            }
            Ok::<(), ()>(())
        });
        Ok(found)
    }
}
