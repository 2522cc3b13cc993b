//! Opening an encrypted document: its data key, its plaintext, and what vouches for that.

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::crypto::digest::are_equal;
use crate::document::content::edit::{Edit, MetadataChange, NewText};
use crate::document::content::format::Format;
use crate::document::content::tree::{Leaf, Node, Path};
use crate::document::content::value::{Value, ValueKind};
use crate::document::content::value_text::reads_as;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::operations::report::{MacStatus, OpenReport};
use crate::document::operations::requirements::{MacRequirement, OpenRequirements, SealRequirement};
use crate::document::sops::cipher::{ValueCipher, ValueFault, comment_text, looks_encrypted};
use crate::document::sops::data_key;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::mac::Mac;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::{OldCiphertexts, Reusable};
use crate::document::sops::rule_walk::{RuleItem, RulePlace, walk};
use crate::document::sops::seal::{self, SealStatus};
use crate::document::sops::spellings::Spellings;
use crate::document::sops::stored_key::StoredKey;
use crate::document::sops::timestamp::SealIntent;
use crate::error::{At, ContextError, DocumentError, Result};
use crate::keys::{GroupSlot, Keyring};

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

/// How the plaintext document comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlaintextOrigin {
    /// Its text is parsed.
    Parsed,
    /// Its tree is derived from that of the encrypted document, if that is certain: its text will be compared with a
    /// parsed one, or changed and parsed then.
    Predicted,
}

impl EncryptedDocument {
    /// Opens it with the first keys that work, and checks the MAC and the seal.
    ///
    /// # Errors
    /// If no key opens it, it is not authentic, or a requirement is not met.
    pub fn open(self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<OpenedDocument> {
        let data_key = self.data_key(keyring, demands)?;
        self.open_with(data_key, demands)
    }

    /// Opens it as [`Self::open`] does, to change a value: the plaintext is not parsed again, because the changed text
    /// will be.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_to_change(self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<OpenedDocument> {
        let data_key = self.data_key(keyring, demands)?;
        self.open_to_compare(data_key, demands)
    }

    /// Opens it with a data key that is known to fit, to be compared with a parsed text.
    pub(crate) fn open_to_compare(self, data_key: DataKey, demands: &OpenRequirements) -> Result<OpenedDocument> {
        let cipher = ValueCipher::new(&data_key);
        let examined = self.examine(&cipher);
        self.release(data_key, &cipher, examined, demands, PlaintextOrigin::Predicted)
    }

    /// Opens it as [`Self::open`] does, and collects all problems instead of the first: values that are damaged or in
    /// plaintext against the rule, the MAC, the seal.
    ///
    /// # Errors
    /// If no key opens it, or the context does not match.
    pub fn verify(
        self,
        keyring: &Keyring<'_>,
        demands: &OpenRequirements,
    ) -> Result<(Vec<DocumentError>, Option<OpenReport>)> {
        let data_key = self.data_key(keyring, demands)?;
        let cipher = ValueCipher::new(&data_key);
        let examined = self.examine(&cipher);
        let (_, mac_problem) = self.check_mac(&cipher, &examined);
        if mac_problem.is_some() || !examined.problems.is_empty() {
            return Ok((examined.problems.into_iter().chain(mac_problem).collect(), None));
        }
        match self.release(data_key, &cipher, examined, demands, PlaintextOrigin::Parsed) {
            Ok(opened) => Ok((Vec::new(), Some(opened.report))),
            Err(crate::error::Error::Document(problem)) => Ok((vec![problem], None)),
            Err(error) => Err(error),
        }
    }

    /// Opens it with a data key that is known to fit.
    pub(crate) fn open_with(self, data_key: DataKey, demands: &OpenRequirements) -> Result<OpenedDocument> {
        let cipher = ValueCipher::new(&data_key);
        let examined = self.examine(&cipher);
        self.release(data_key, &cipher, examined, demands, PlaintextOrigin::Parsed)
    }

    /// Releases the plaintext if the MAC and the seal allow it.
    fn release(
        self,
        data_key: DataKey,
        cipher: &ValueCipher,
        examined: Examined,
        demands: &OpenRequirements,
        plaintext: PlaintextOrigin,
    ) -> Result<OpenedDocument> {
        let (mac, mac_problem) = self.check_mac(cipher, &examined);
        let Examined { edits, values, problems, comments_left, has_encrypted_comments, mac: _ } = examined;
        if let Some(problem) = first_of(problems) {
            return Err(problem.into());
        }
        if let (Some(problem), MacRequirement::Right) = (mac_problem, demands.mac) {
            return Err(problem.into());
        }
        let forms =
            self.metadata.forms.as_deref().and_then(|token| Spellings::decrypt(token, cipher)).unwrap_or_default();
        let predicted = (plaintext == PlaintextOrigin::Predicted)
            .then(|| self.predicted_plaintext(&edits, &values, &forms))
            .flatten();
        let plaintext = match predicted {
            Some(plaintext) => plaintext,
            None => self.plaintext(&edits, &values, &forms)?,
        };
        let seal = seal::check(&data_key, cipher, &self, &values);
        match (seal, demands.seal) {
            _ if demands.mac == MacRequirement::Nothing => {}
            (SealStatus::Verified, _)
            | (_, SealRequirement::Nothing)
            | (SealStatus::Absent, SealRequirement::NotBroken) => {}
            (SealStatus::Broken(fault), _) => return Err(DocumentError::BrokenSeal(fault).into()),
            (SealStatus::Absent, SealRequirement::Verified) => return Err(DocumentError::NoSeal.into()),
        }
        let report = OpenReport { mac, seal, comments_left };
        Ok(OpenedDocument { sealed: self, data_key, plaintext, values, forms, has_encrypted_comments, report })
    }

    fn data_key(&self, keyring: &Keyring<'_>, demands: &OpenRequirements) -> Result<DataKey> {
        let groups = self.metadata.groups.iter().map(|group| group.iter().map(StoredKey::slot).collect());
        let groups: Vec<Vec<GroupSlot>> = groups.collect::<Result<_, _>>()?;
        check_context(&groups, &demands.context)?;
        let probe = self.probe();
        keyring.unwrap_groups(&groups, self.metadata.needed_groups(), &demands.only, &demands.order, |data_key| {
            (probe.is_empty() || Self::is_opened(&probe, data_key)).then(|| data_key::copy(data_key))
        })
    }

    /// Decrypts everything that is encrypted.
    fn examine(&self, cipher: &ValueCipher) -> Examined {
        let mut examined = Examined {
            edits: Vec::new(),
            values: Vec::new(),
            problems: Vec::new(),
            comments_left: Vec::new(),
            has_encrypted_comments: false,
            mac: Zeroizing::default(),
        };
        let mut mac = Mac::new(self.metadata.mac_scope, &self.document.found.aliases);
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            match met {
                RuleItem::Leaf(leaf) => {
                    let value = examined.leaf(cipher, leaf, spot);
                    mac.add(&value, spot.is_selected);
                    examined.values.push(value);
                }
                RuleItem::Comment(comment) if spot.is_selected && looks_encrypted(&comment.text) => {
                    match comment_text(cipher, &comment.text, spot.aad) {
                        Some(text) => {
                            examined.has_encrypted_comments = true;
                            examined.edits.push(Edit { leaf: comment.id, text: NewText::Comment(text) });
                        }
                        None => examined.comments_left.push(comment.place.into()),
                    }
                }
                RuleItem::Alias(_) => mac.add_alias(spot.is_selected),
                RuleItem::Comment(_) => {}
            }
            Ok::<(), ()>(())
        });
        examined.mac = mac.finish();
        examined
    }

    fn check_mac(&self, cipher: &ValueCipher, examined: &Examined) -> (MacStatus, Option<DocumentError>) {
        let Metadata { mac, last_modified, .. } = &self.metadata;
        let Some(mac) = mac else { return (MacStatus::Missing, Some(DocumentError::MissingMac)) };
        match cipher.decrypt(mac, last_modified) {
            Ok((ValueKind::Text, stated)) if are_equal(&stated, examined.mac.as_bytes()) => (MacStatus::Verified, None),
            Ok(_) => (MacStatus::Wrong, Some(DocumentError::WrongMac)),
            Err(_) => (MacStatus::Wrong, Some(DocumentError::MacNotAuthentic)),
        }
    }

    /// The plaintext document as it will read, if that is certain.
    fn predicted_plaintext(&self, edits: &[Edit], values: &[Value], forms: &Spellings) -> Option<Document> {
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
    fn plaintext(&self, edits: &[Edit], values: &[Value], forms: &Spellings) -> Result<Document, DocumentError> {
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
        let mut edits = Vec::with_capacity(values.len());
        let mut own = values.iter();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            match met {
                RuleItem::Leaf(leaf) => match (&leaf.value, own.next()) {
                    (Value::Text(token), Some(value)) if spot.is_selected && looks_encrypted(token) => {
                        edits.push(Edit { leaf: leaf.id, text: NewText::Plain(value.clone()) });
                    }
                    _ => {}
                },
                RuleItem::Comment(comment) if spot.is_selected && looks_encrypted(&comment.text) => {
                    if let Some(text) = comment_text(cipher, &comment.text, spot.aad) {
                        edits.push(Edit { leaf: comment.id, text: NewText::Comment(text) });
                    }
                }
                RuleItem::Comment(_) | RuleItem::Alias(_) => {}
            }
            Ok::<(), ()>(())
        });
        match self.predicted_plaintext(&edits, values, forms) {
            Some(plaintext) => Ok(plaintext),
            None => self.plaintext(&edits, values, forms),
        }
    }

    fn plaintext_again(&self, data_key: &DataKey) -> Result<Document, DocumentError> {
        let cipher = ValueCipher::new(data_key);
        let Examined { edits, values, .. } = self.examine(&cipher);
        let forms = self.metadata.forms.as_deref().and_then(|token| Spellings::decrypt(token, &cipher));
        self.plaintext(&edits, &values, &forms.unwrap_or_default())
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
            Err(DocumentError::NotAsMeant(_)) if self.plaintext.is_predicted() => {
                change(&self.sealed.plaintext_again(&self.data_key)?)
            }
            changed => changed,
        }
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

    /// Whether what is written from it gets a seal: only if all of it was verified under one.
    pub(crate) fn sealing(&self) -> SealIntent {
        let OpenReport { mac, seal, comments_left: _ } = self.report;
        if mac == MacStatus::Verified && seal == SealStatus::Verified {
            SealIntent::Sealed
        } else {
            SealIntent::Unsealed
        }
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
                            reuse.add_value(spot.path, spot.aad, token, value, &read.value);
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

/// All encrypted values and comments of a document, decrypted.
struct Examined {
    edits: Vec<Edit>,
    values: Vec<Value>,
    problems: Vec<DocumentError>,
    comments_left: Vec<At>,
    has_encrypted_comments: bool,
    mac: Zeroizing<String>,
}

impl Examined {
    /// The plaintext value of a leaf. One with a problem is left as it is.
    fn leaf(&mut self, cipher: &ValueCipher, leaf: &Leaf, spot: &RulePlace<'_>) -> Value {
        if !spot.is_selected || leaf.value.stays() {
            return leaf.value.clone();
        }
        let (at, path) = (At::from(leaf.place), || spot.path.to_string());
        match &leaf.value {
            Value::Text(token) if looks_encrypted(token) => match cipher.decrypt_value(token, spot.aad) {
                Ok(value) => {
                    self.edits.push(Edit { leaf: leaf.id, text: NewText::Plain(value.clone()) });
                    return value;
                }
                Err(ValueFault::Damaged(fault)) => {
                    self.problems.push(DocumentError::DamagedValue { at, path: path(), fault });
                }
                Err(ValueFault::NotAuthentic) => {
                    self.problems.push(DocumentError::ValueNotAuthentic { at, path: path() });
                }
            },
            _ => self.problems.push(DocumentError::InTheClear { at, path: path(), others: 0 }),
        }
        leaf.value.clone()
    }
}

/// The first problem. For values in plaintext, how many more there are.
fn first_of(problems: Vec<DocumentError>) -> Option<DocumentError> {
    let in_the_clear = problems.iter().filter(|problem| matches!(problem, DocumentError::InTheClear { .. })).count();
    problems.into_iter().next().map(|problem| match problem {
        DocumentError::InTheClear { at, path, .. } => DocumentError::InTheClear { at, path, others: in_the_clear - 1 },
        other => other,
    })
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

fn check_context(groups: &[Vec<GroupSlot>], demanded: &EncryptionContext) -> Result<(), ContextError> {
    let of_kms: Vec<_> = groups.iter().flatten().filter(|slot| slot.takes_context()).collect();
    if of_kms.is_empty() {
        return EncryptionContext::new().check_contains(demanded);
    }
    of_kms.iter().try_for_each(|slot| slot.access.context.check_contains(demanded))
}
