//! The plaintext of an encrypted document.

use std::borrow::Borrow;

use crate::document::content::edit::{Edit, EditRef, MetadataChange, NewText, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::value::Value;
use crate::document::content::value_text::reads_as;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::{Document, splices_for};
use crate::document::operations::writer::is_same_file;
use crate::document::sops::cipher::{ValueCipher, comment_text, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::spellings::Spellings;
use crate::document::store::splice::gives;
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
    pub(crate) fn plaintext_edits<'a>(
        &self,
        values: &'a [impl Borrow<Value>],
        comments: &'a [Edit],
    ) -> Vec<EditRef<'a>> {
        let mut edits = Vec::with_capacity(values.len() + comments.len());
        let mut values = values.iter().map(Borrow::borrow);
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let RuleItem::Leaf(leaf) = met
                && let (Value::Text(token), Some(value)) = (&leaf.value, values.next())
                && spot.is_selected
                && looks_encrypted(token)
            {
                edits.push(EditRef { leaf: leaf.id, text: NewTextRef::Plain(value) });
            }
            Ok::<(), ()>(())
        });
        edits.extend(comments.iter().map(Edit::borrowed));
        edits
    }

    /// The plaintext document as it will read, if that is certain.
    pub(crate) fn predicted_plaintext(
        &self,
        edits: &[EditRef<'_>],
        values: &[impl Borrow<Value>],
        forms: &Spellings,
    ) -> Option<Document> {
        if forms.is_empty() {
            return self.document.predicted(edits, &[]);
        }
        let mut by_leaf = vec![None; self.document.found.tokens.len()];
        let mut values = values.iter().map(Borrow::borrow);
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
        edits: &[EditRef<'_>],
        values: &[impl Borrow<Value>],
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

    /// The plaintext document of one that was just written, if its bytes are others than those of `meant`. It is not
    /// decrypted: `values` are those of its tokens.
    pub(crate) fn other_plaintext(
        &self,
        cipher: &ValueCipher,
        values: &[impl Borrow<Value>],
        forms: &Spellings,
        meant: &Document,
    ) -> Result<Option<Document>, DocumentError> {
        let comments = self.decrypted_comments(cipher);
        let edits = self.plaintext_edits(values, &comments);
        let Document { text, found, .. } = &self.document;
        if self.document.format() != Format::Binary {
            let splices = splices_for(text, found, &self.with_forms(&edits, forms), &MetadataChange::Remove);
            // The same bytes were parsed already, and what they say was encrypted.
            if splices.is_ok_and(|splices| gives(text, splices, &meant.text))
                && (forms.is_empty() || says(meant, values))
            {
                return Ok(None);
            }
        }
        let plaintext = match self.predicted_plaintext(&edits, values, forms) {
            Some(plaintext) => plaintext,
            None => self.plaintext(&edits, values, forms)?,
        };
        Ok((!is_same_file(&plaintext, meant)).then_some(plaintext))
    }

    fn rewritten(&self, edits: &[EditRef<'_>]) -> Result<Document, DocumentError> {
        if self.document.format() == Format::Binary {
            return Document::from_plaintext(Format::Binary, self.document.plaintext_with(edits)?);
        }
        self.document.rewritten(edits, &MetadataChange::Remove)
    }

    fn with_forms<'a>(&self, edits: &[EditRef<'a>], forms: &'a Spellings) -> Vec<EditRef<'a>> {
        if forms.is_empty() {
            return edits.to_vec();
        }
        let forms = forms.by_path();
        let mut sources = std::collections::HashMap::new();
        let mut in_the_clear = Vec::new();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let RuleItem::Leaf(leaf) = met
                && let Some(source) = forms.get(&spot.path()).copied()
            {
                let source = NewTextRef::Source(source);
                sources.insert(leaf.id, source);
                // A plaintext value differs only because lines follow it now.
                if !spot.is_selected {
                    in_the_clear.push(EditRef { leaf: leaf.id, text: source });
                }
            }
            Ok::<(), ()>(())
        });
        let with_form = |edit: &EditRef<'a>| match (sources.get(&edit.leaf), edit.text) {
            (Some(source), NewTextRef::Plain(_)) => EditRef { leaf: edit.leaf, text: *source },
            _ => *edit,
        };
        edits.iter().map(with_form).chain(in_the_clear).collect()
    }
}

/// Whether the leaves of a document read as `values`.
fn says(document: &Document, values: &[impl Borrow<Value>]) -> bool {
    let mut values = values.iter().map(Borrow::borrow);
    let mut is_same = true;
    document.tree().walk(|_, item| {
        if let TreeItem::Leaf(leaf) = item {
            is_same &= values.next().is_some_and(|value| reads_as(document.format(), value, &leaf.value));
        }
    });
    is_same && values.next().is_none()
}
