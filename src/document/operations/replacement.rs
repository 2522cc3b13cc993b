//! Replacing a single encrypted value without writing the plaintext of the document. All other ciphertexts stay as they are;
//! that they do is compared, and only the new one is opened.

use std::ops::Range;
use std::ptr;

use zeroize::Zeroizing;

use crate::document::content::edit::{EditRef, MetadataChange, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::tree::{Leaf, Node, Path, PathStep};
use crate::document::content::value::{Value, ValueKind};
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::file::prediction::as_read;
use crate::document::operations::authentication::AuthenticDocument;
use crate::document::operations::report::OpenReport;
use crate::document::operations::writer::{ChangeOutcome, EncryptedText, opens_mac};
use crate::document::sops::cipher::{ValueCipher, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::mac::Mac;
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::seal;
use crate::error::{DocumentError, Result};

impl AuthenticDocument {
    /// The notation.
    #[must_use]
    pub fn format(&self) -> Format {
        self.sealed.document.format()
    }

    /// What was found out about it.
    #[must_use]
    pub fn report(&self) -> &OpenReport {
        &self.report
    }

    /// The encrypted value at a path, if its plaintext reads as it was encrypted. `None` for everything else.
    #[must_use]
    pub fn encrypted_value(&self, path: &Path) -> Option<&Value> {
        let leaf = self.encrypted_leaf(path)?;
        let mut number = None;
        let mut leaves = 0;
        self.sealed.document.tree().walk(|_, item| {
            if let TreeItem::Leaf(other) = item {
                if ptr::eq(leaf, other) {
                    number = Some(leaves);
                }
                leaves += 1;
            }
        });
        self.values.get(number?).filter(|value| as_read(self.format(), value).as_ref() == Some(value))
    }

    /// Whether the encrypted value at a path can be replaced by another one, without a change of anything else in the
    /// plaintext. If not, [`OpenedDocument::with_value`](crate::document::OpenedDocument::with_value) may still do it.
    #[must_use]
    pub fn can_replace(&self, path: &Path, value: &Value) -> bool {
        // An alias counts as its target in the MAC, and a remembered source text may be that of this value.
        let is_simple = self.sealed.document.found.aliases.is_empty() && !self.forms.by_path().contains_key(path);
        let Some(leaf) = self.encrypted_leaf(path).filter(|_| is_simple && self.encrypted_value(path).is_some()) else {
            return false;
        };
        let is_value = !value.stays() && !matches!(value, Value::Text(text) if looks_encrypted(text));
        is_value
            && as_read(self.format(), value).as_ref() == Some(value)
            && is_written_in_place(&self.sealed.document, leaf, value)
    }

    /// The document with another value at a path, where [`Self::can_replace`] says that this is possible.
    ///
    /// # Errors
    /// If the text that would be written does not read back as intended.
    pub fn replaced(mut self, path: &Path, value: Value) -> Result<ChangeOutcome> {
        let missing = || DocumentError::NotAsMeant("the value cannot be found".to_owned());
        if self.encrypted_value(path) == Some(&value) {
            return Ok(ChangeOutcome::Unchanged);
        }
        let leaf = self.encrypted_leaf(path).ok_or_else(missing)?;
        let cipher = ValueCipher::new(&self.data_key);
        let mut metadata = self.sealed.metadata.clone();
        metadata.touch(self.report.sealing());
        let mut mac = Mac::new(metadata.mac_scope, &[]);
        let (mut numbers, mut new) = (0.., None);
        walk(self.sealed.document.tree(), &self.sealed.selection, |met, spot| {
            let RuleItem::Leaf(other) = met else { return Ok(()) };
            let number = numbers.next().ok_or_else(missing)?;
            if !ptr::eq(leaf, other) {
                mac.add(self.values.get(number).ok_or_else(missing)?, spot.is_selected);
                return Ok(());
            }
            // What is encrypted is selected: otherwise the document would not have been opened.
            let kind = value.kind().filter(|_| spot.is_selected).ok_or_else(missing)?;
            let token = cipher.encrypt(kind, &value.plaintext_bytes(), spot.aad);
            mac.add(&value, spot.is_selected);
            new = Some((number, token, spot.aad.to_owned()));
            Ok::<(), DocumentError>(())
        })?;
        let (number, token, aad) = new.ok_or_else(missing)?;
        let mac = mac.finish();
        metadata.mac = Some(cipher.encrypt(ValueKind::Text, mac.as_bytes(), &metadata.last_modified));
        metadata.seal = metadata.is_marked_as_sealed().then(seal::placeholder);
        if cipher.decrypt_value(&token, &aad).as_ref() != Ok(&value) {
            return Err(DocumentError::NotAsMeant("the new value does not open".to_owned()).into());
        }
        // All tokens are compared with those before, and the new one with what was just opened.
        let edit = EditRef { leaf: leaf.id, text: NewTextRef::Encrypted(&token) };
        let written = self.sealed.document.rewritten(&[edit], &MetadataChange::Write(metadata.to_json()))?;
        let mut written = EncryptedDocument::new(written)?;
        *self.values.get_mut(number).ok_or_else(missing)? = value;
        if metadata.is_marked_as_sealed() {
            written = seal::put(written, &self.data_key, &cipher, &self.values)?;
        }
        if !opens_mac(&written, &cipher, &mac) {
            return Err(DocumentError::NotAsMeant("its MAC does not open".to_owned()).into());
        }
        Ok(ChangeOutcome::Changed(EncryptedText { text: written.into_text(), aliases: Vec::new() }))
    }

    fn encrypted_leaf(&self, path: &Path) -> Option<&Leaf> {
        let Node::Leaf(leaf) = self.sealed.document.tree().node(path)? else { return None };
        matches!(&leaf.value, Value::Text(token) if looks_encrypted(token)).then_some(leaf)
    }
}

/// Whether decrypting would write the value in place of the token and nowhere else, in the same style, and it would be read
/// as this value there.
fn is_written_in_place(document: &Document, leaf: &Leaf, value: &Value) -> bool {
    let Some(token) = document.found.tokens.get(leaf.id.0) else { return false };
    let text = document.text();
    let new = NewTextRef::Plain(value);
    let Ok(splices) = document.found.outline.change(text, token, leaf.id, new) else { return false };
    let [splice] = &splices[..] else { return false };
    let source = &splice.text;
    if splice.place != *token || source.contains('\n') || text[token.clone()].contains('\n') {
        return false;
    }
    let around = match document.format() {
        Format::Json => Some(("{\"k\": ", "}")),
        Format::Yaml => rest_of_line(text, token)
            .filter(|_| quote(source) == quote(document.source(leaf.id)))
            .map(|rest| ("k: ", rest)),
        // Elsewhere the notation decides about the type of a value, or about its quotes.
        _ => None,
    };
    let Some((before, after)) = around else { return false };
    let alone = Zeroizing::new([before, source, after, "\n"].concat());
    let Ok(alone) = Document::parse(document.format(), alone) else { return false };
    let root = Path { root: 0, steps: vec![PathStep::Key("k".to_owned())] };
    matches!(alone.tree().node(&root), Some(Node::Leaf(leaf)) if leaf.value == *value)
}

/// What follows a YAML scalar on its line, if the scalar is the whole value of a key or an item, without a tag or an anchor.
fn rest_of_line<'t>(text: &'t str, token: &Range<usize>) -> Option<&'t str> {
    let line = text[..token.start].rfind('\n').map_or(0, |end| end + 1);
    let before = text[line..token.start].strip_suffix(' ')?.trim_end_matches(' ');
    let rest = text[token.end..].split('\n').next()?;
    let is_alone = before.ends_with([':', '-']) && !before.contains(['!', '&']);
    let is_last = rest.trim().is_empty() || rest.trim_start_matches(' ').starts_with('#') && rest.starts_with(' ');
    (is_alone && is_last).then_some(rest)
}

/// The quote or the sign that begins a YAML scalar in another style than the plain one.
fn quote(source: &str) -> Option<u8> {
    source.bytes().next().filter(|first| b"'\"|>!".contains(first))
}
