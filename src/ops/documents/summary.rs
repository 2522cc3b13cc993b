//! What is known about a document without a key.

use std::collections::BTreeSet;

use crate::document::{EncryptedDocument, Format, Metadata, TreeItem, Value};

/// What is known about a document without a key.
pub struct DocumentSummary<'a> {
    /// Its notation.
    pub format: Format,
    /// Its keys and its rule.
    pub metadata: &'a Metadata,
    /// The pairs in the encryption contexts of its keys, each once.
    pub context: BTreeSet<(String, String)>,
    /// The number of encrypted values.
    pub encrypted: usize,
    /// The number of plaintext values.
    pub in_the_clear: usize,
}

impl<'a> DocumentSummary<'a> {
    /// The summary of a document.
    #[must_use]
    pub fn new(sealed: &'a EncryptedDocument) -> Self {
        let (mut encrypted, mut in_the_clear) = (0, 0);
        sealed.document().tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item {
                match &leaf.value {
                    Value::Text(text) if text.starts_with("ENC[") => encrypted += 1,
                    _ => in_the_clear += 1,
                }
            }
        });
        let (format, metadata) = (sealed.document().format(), sealed.metadata());
        let context = metadata.groups.iter().flatten().flat_map(|key| key.context().to_pairs()).collect();
        Self { format, metadata, context, encrypted, in_the_clear }
    }
}
