//! The plaintext of an encrypted document.

use crate::document::content::edit::{Edit, MetadataChange, NewText};
use crate::document::content::format::Format;
use crate::document::content::value::Value;
use crate::document::content::value_text::reads_as;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::sops::cipher::{ValueCipher, comment_text, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::spellings::Spellings;
use crate::error::{DocumentError, Result};

impl EncryptedDocument {
    /// The comments that decrypt at their place.
    pub(crate) fn decrypted_comments(&self, cipher: &ValueCipher) -> Vec<Edit> {
        let mut comments = Vec::new();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let RuleItem::Comment(comment) = met
                && spot.is_selected
                && looks_encrypted(&comment.text)
                && let Some(text) = comment_text(cipher, &comment.text, spot.aad)
            {
                comments.push(Edit { leaf: comment.id, text: NewText::Comment(text) });
            }
            Ok::<(), ()>(())
        });
        comments
    }

    /// What has to be changed for the plaintext: `values` are those of the leaves, in order, and `comments` the decrypted
    /// comments.
    pub(crate) fn plaintext_edits(&self, values: &[Value], comments: Vec<Edit>) -> Vec<Edit> {
        let mut edits = Vec::with_capacity(values.len() + comments.len());
        let mut values = values.iter();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let RuleItem::Leaf(leaf) = met
                && let (Value::Text(token), Some(value)) = (&leaf.value, values.next())
                && spot.is_selected
                && looks_encrypted(token)
            {
                edits.push(Edit { leaf: leaf.id, text: NewText::Plain(value.clone()) });
            }
            Ok::<(), ()>(())
        });
        edits.extend(comments);
        edits
    }

    /// The plaintext document as it will read, if that is certain.
    pub(crate) fn predicted_plaintext(&self, edits: &[Edit], values: &[Value], forms: &Spellings) -> Option<Document> {
        if forms.is_empty() {
            return self.document.predicted(edits, &[]);
        }
        let mut by_leaf = vec![None; self.document.found.tokens.len()];
        let mut values = values.iter();
        self.document.tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item
                && let Some(place) = by_leaf.get_mut(leaf.id.0)
            {
                *place = values.next();
            }
        });
        self.document.predicted(&self.with_forms(edits, forms), &by_leaf)
    }

    /// The plaintext document. A remembered source text is used only if it reads as the value that was encrypted.
    pub(crate) fn plaintext(
        &self,
        edits: &[Edit],
        values: &[Value],
        forms: &Spellings,
    ) -> Result<Document, DocumentError> {
        if !forms.is_empty() {
            let with_forms = self.with_forms(edits, forms);
            if let Ok(plaintext) = self.rewritten(&with_forms)
                && says(&plaintext, values)
            {
                return Ok(plaintext);
            }
        }
        self.rewritten(edits)
    }

    /// The plaintext document of one that was just written, without decrypting it: `values` are those of its tokens.
    pub(crate) fn plaintext_of(
        &self,
        cipher: &ValueCipher,
        values: &[Value],
        forms: &Spellings,
    ) -> Result<Document, DocumentError> {
        let edits = self.plaintext_edits(values, self.decrypted_comments(cipher));
        match self.predicted_plaintext(&edits, values, forms) {
            Some(plaintext) => Ok(plaintext),
            None => self.plaintext(&edits, values, forms),
        }
    }

    fn rewritten(&self, edits: &[Edit]) -> Result<Document, DocumentError> {
        if self.document.format() == Format::Binary {
            return Document::from_plaintext(Format::Binary, self.document.plaintext(edits)?);
        }
        self.document.rewritten(edits, &MetadataChange::Remove)
    }

    fn with_forms(&self, edits: &[Edit], forms: &Spellings) -> Vec<Edit> {
        let forms = forms.by_path();
        let mut sources = std::collections::HashMap::new();
        let mut in_the_clear = Vec::new();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let RuleItem::Leaf(leaf) = met
                && let Some(source) = forms.get(spot.path)
            {
                sources.insert(leaf.id, (*source).clone());
                // A plaintext value differs only because lines follow it now.
                if !spot.is_selected {
                    in_the_clear.push(Edit { leaf: leaf.id, text: NewText::Source((*source).clone()) });
                }
            }
            Ok::<(), ()>(())
        });
        let with_form = |edit: &Edit| Edit {
            leaf: edit.leaf,
            text: match (sources.get(&edit.leaf), &edit.text) {
                (Some(source), NewText::Plain(_)) | (_, NewText::Source(source)) => NewText::Source(source.clone()),
                (_, NewText::Plain(value)) => NewText::Plain(value.clone()),
                (_, NewText::Comment(text)) => NewText::Comment(text.clone()),
                (_, NewText::Encrypted(token)) => NewText::Encrypted(token.clone()),
            },
        };
        edits.iter().map(with_form).chain(in_the_clear).collect()
    }
}

/// Whether the leaves of a document read as `values`.
fn says(document: &Document, values: &[Value]) -> bool {
    let mut values = values.iter();
    let mut is_same = true;
    document.tree().walk(|_, item| {
        if let TreeItem::Leaf(leaf) = item {
            is_same &= values.next().is_some_and(|value| reads_as(document.format(), value, &leaf.value));
        }
    });
    is_same && values.next().is_none()
}
