//! Opening a document: its plaintext, and the values that changes refer to.

use crate::crypto::DataKey;
use crate::document::content::edit::EditRef;
use crate::document::content::format::Format;
use crate::document::content::tree::{Node, Path};
use crate::document::content::value::Value;
use crate::document::file::document::Document;
use crate::document::operations::authentication::AuthenticDocument;
use crate::document::operations::report::OpenReport;
use crate::document::operations::requirements::OpenRequirements;
use crate::document::sops::cipher::{ValueCipher, comment_text, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::spellings::Spellings;
use crate::document::sops::timestamp::SealIntent;
use crate::error::{DocumentError, Result};
use crate::keys::Keyring;

/// An encrypted document with its data key and its plaintext.
pub struct OpenedDocument {
    pub(crate) sealed: EncryptedDocument,
    pub(crate) data_key: DataKey,
    pub(crate) plaintext: Document,
    /// The values of the leaves, in order, as they were encrypted.
    pub(crate) values: Vec<Value>,
    /// Source texts that differ from the usual ones.
    pub(crate) forms: Spellings,
    /// Whether any comment is encrypted.
    pub(crate) has_encrypted_comments: bool,
    pub(crate) report: OpenReport,
}

impl EncryptedDocument {
    /// Opens it with the first keys that work, and checks the MAC and the seal.
    ///
    /// # Errors
    /// If no key opens it, it is not authentic, or a requirement is not met.
    pub fn open(self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<OpenedDocument> {
        self.authenticate(keyring, demands)?.opened()
    }

    /// Opens it as [`Self::open`] does, to change a value: the plaintext is not parsed again, because the changed text
    /// will be.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_to_change(self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<OpenedDocument> {
        self.authenticate(keyring, demands)?.opened_to_change()
    }

    /// Opens it with a data key that is known to fit, to be compared with a parsed text.
    pub(crate) fn open_to_compare(self, data_key: DataKey, demands: &OpenRequirements) -> Result<OpenedDocument> {
        self.authenticate_with(data_key, demands)?.opened_to_change()
    }

    /// Opens it with a data key that is known to fit.
    pub(crate) fn open_with(self, data_key: DataKey, demands: &OpenRequirements) -> Result<OpenedDocument> {
        self.authenticate_with(data_key, demands)?.opened()
    }
}

impl AuthenticDocument {
    /// The document with its plaintext, which is parsed and compared.
    ///
    /// # Errors
    /// If the plaintext does not read back as intended.
    pub fn opened(self) -> Result<OpenedDocument> {
        self.with_plaintext(EncryptedDocument::plaintext)
    }

    /// The plaintext document alone, and what was found out. What was encrypted is forgotten before the plaintext is read.
    ///
    /// # Errors
    /// If the plaintext does not read back as intended.
    pub fn into_plaintext(self) -> Result<(Document, OpenReport)> {
        // A source text that was remembered may turn out to be wrong.
        if self.sealed.document.format() == Format::Binary || !self.forms.is_empty() {
            let OpenedDocument { plaintext, report, .. } = self.opened()?;
            return Ok((plaintext, report));
        }
        let Self { sealed, values, comments, report, .. } = self;
        let edits = sealed.plaintext_edits(&values, &comments);
        let EncryptedDocument { document, .. } = sealed;
        Ok((document.into_rewritten(&edits)?, report))
    }

    /// The document with its plaintext. Its tree is derived from that of the encrypted document, if that is certain: its
    /// text will be compared with a parsed one, or changed and parsed then.
    ///
    /// # Errors
    /// If the plaintext does not read back as intended.
    pub fn opened_to_change(self) -> Result<OpenedDocument> {
        self.with_plaintext(|sealed, edits, values, forms| {
            let predicted = sealed.predicted_plaintext(edits, values, forms);
            predicted.map_or_else(|| sealed.plaintext(edits, values, forms), Ok)
        })
    }

    fn with_plaintext(
        self,
        plaintext: impl FnOnce(&EncryptedDocument, &[EditRef<'_>], &[Value], &Spellings) -> Result<Document, DocumentError>,
    ) -> Result<OpenedDocument> {
        let Self { sealed, data_key, values, comments, forms, has_encrypted_comments, report } = self;
        let edits = sealed.plaintext_edits(&values, &comments);
        let plaintext = plaintext(&sealed, &edits, &values, &forms)?;
        drop(edits);
        Ok(OpenedDocument { sealed, data_key, plaintext, values, forms, has_encrypted_comments, report })
    }
}

impl OpenedDocument {
    /// The plaintext document, as it was before encryption. A single value is `plaintext().tree().node(&path)`, the
    /// file is `plaintext().plaintext(&[])`.
    #[must_use]
    pub fn plaintext(&self) -> &Document {
        &self.plaintext
    }

    /// The plaintext document alone.
    #[must_use]
    pub fn into_plaintext(self) -> Document {
        self.plaintext
    }

    /// The plaintext document with `value` set at `path`.
    ///
    /// # Errors
    /// As for [`Document::with_value`].
    pub fn with_value(&self, path: &Path, value: &Node) -> Result<Document, DocumentError> {
        self.changed(|plaintext| plaintext.with_value(path, value))
    }

    /// The plaintext document without the node at `path`. Comments above it stay, unless the rule would apply them to
    /// what follows.
    ///
    /// # Errors
    /// If there is no such node.
    pub fn without(&self, path: &Path) -> Result<Document, DocumentError> {
        let is_mark = |comment: &str| self.sealed.selection().is_mark(comment);
        self.changed(|plaintext| plaintext.without_marked(path, is_mark))
    }

    /// Changes the plaintext document. If a prediction turns out wrong, the document is parsed first.
    fn changed(
        &self,
        change: impl Fn(&Document) -> Result<Document, DocumentError>,
    ) -> Result<Document, DocumentError> {
        match change(&self.plaintext) {
            Err(DocumentError::NotAsMeant(_)) if self.plaintext.is_predicted() => change(&self.plaintext_again()?),
            changed => changed,
        }
    }

    /// The plaintext document, parsed. Its values were authenticated before.
    fn plaintext_again(&self) -> Result<Document, DocumentError> {
        let Self { sealed, values, forms, data_key, .. } = self;
        let comments = sealed.decrypted_comments(&ValueCipher::new(data_key));
        sealed.plaintext(&sealed.plaintext_edits(values, &comments), values, forms)
    }

    /// What was found out about it.
    #[must_use]
    pub fn report(&self) -> &OpenReport {
        &self.report
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.sealed.metadata
    }

    /// The document as it is encrypted.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.sealed.document
    }

    /// Whether what is written from it gets a seal.
    pub(crate) fn sealing(&self) -> SealIntent {
        self.report.sealing()
    }

    /// All its ciphertexts, for reuse.
    pub(crate) fn reuse(&self, keep: Reusable) -> OldCiphertexts<'_> {
        let mut reuse = OldCiphertexts::new(keep);
        self.add_to(&mut reuse, keep);
        reuse
    }

    /// Adds all its ciphertexts, or only their types.
    pub(crate) fn add_to<'d>(&'d self, reuse: &mut OldCiphertexts<'d>, keep: Reusable) {
        let cipher = ValueCipher::new(&self.data_key);
        reuse.begin_version();
        // Both trees have the same entries in the same order: one was rewritten from the other.
        let mut read = Vec::new();
        let _ = walk(self.plaintext.tree(), self.sealed.selection(), |met, _| {
            read.push(met);
            Ok::<(), ()>(())
        });
        let (mut read, mut values) = (read.into_iter(), self.values.iter());
        let _ = walk(self.sealed.document.tree(), self.sealed.selection(), |met, spot| {
            match (met, read.next()) {
                (RuleItem::Leaf(leaf), Some(RuleItem::Leaf(read))) => {
                    let value = values.next().unwrap_or(&read.value);
                    match &leaf.value {
                        Value::Text(token) if spot.is_selected && looks_encrypted(token) => {
                            let token = if keep == Reusable::Types { "" } else { token.as_str() };
                            reuse.add_value(&spot.path(), spot.aad, token, value, &read.value);
                        }
                        _ => {}
                    }
                }
                // A notation may read more than the token holds, a blank before the text: then the value is encrypted
                // anew.
                (RuleItem::Comment(comment), Some(RuleItem::Comment(read)))
                    if keep == Reusable::Ciphertexts
                        && looks_encrypted(&comment.text)
                        && comment_text(&cipher, &comment.text, spot.aad).is_some_and(|text| text == read.text) =>
                {
                    reuse.add_comment(spot.aad, &comment.text, &read.text);
                }
                _ => {}
            }
            Ok::<(), ()>(())
        });
    }
}
