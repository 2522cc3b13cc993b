//! Opening an encrypted document: its data key, what it says in the clear, and what vouches for that.

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::crypto::DataKey;
use crate::crypto::digest::are_equal;
use crate::document::model::tree::Leaf;
use crate::document::model::value::{Kind, Value};
use crate::document::model::value_text::reads_as;
use crate::document::sops::cipher::{Cipher, Fault, looks_encrypted};
use crate::document::sops::list_comments;
use crate::document::sops::mac::Mac;
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::{Keep, Reuse};
use crate::document::sops::rule_walk::{Met, Spot, walk};
use crate::document::sops::seal::{self, SealStatus, Sealing};
use crate::document::sops::selection::Selection;
use crate::document::sops::spellings::Forms;
use crate::document::sops::stored_key::StoredKey;
use crate::document::{Document, Edit, Format, MetadataChange, NewText};
use crate::error::{At, ContextError, DocumentError, Result};
use crate::keys::{GroupSlot, KeySpec, Keyring};

/// An encrypted document that is not opened: all that can be known without a key.
pub struct Sealed {
    pub(crate) document: Document,
    pub(crate) metadata: Metadata,
    pub(crate) selection: Selection,
}

/// What is demanded of a document that is to be opened. The default demands what sops does.
#[derive(Default)]
pub struct Demands {
    /// If there are any, no other keys are tried.
    pub only: Vec<KeySpec>,
    /// Pairs that the context of every KMS key of the document must contain.
    pub context: EncryptionContext,
    /// What is demanded of the MAC.
    pub mac: MacDemand,
    /// What is demanded of the seal.
    pub seal: SealDemand,
    /// The providers whose keys are tried before the others, in this order, where a key of a group has to be chosen.
    pub order: Vec<&'static str>,
}

/// What is demanded of the MAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacDemand {
    /// It is there, and right.
    #[default]
    Right,
    /// Nothing, as when a damaged document is to be rescued: its single values are authentic, their sum is not. Nothing is
    /// demanded of the seal either. What is written from it is not sealed.
    Nothing,
}

/// What is demanded of the seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealDemand {
    /// It is not broken. There may be none where none belongs.
    #[default]
    NotBroken,
    /// It is there, and right.
    Verified,
    /// Nothing: what it is worth is in the report. What is written from a document whose seal is not verified is not sealed.
    Nothing,
}

/// What was found out about a document when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The MAC.
    pub mac: MacStatus,
    /// The seal.
    pub seal: SealStatus,
    /// Encrypted comments that do not open at their place, and were left as they stand.
    pub comments_left: Vec<At>,
}

/// What is known about the MAC of a document that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacStatus {
    /// It is right.
    Verified,
    /// It is wrong, which was ignored as demanded.
    Wrong,
    /// There is none, which was ignored as demanded.
    Missing,
}

/// An encrypted document with its data key and what it says in the clear.
pub struct Opened {
    pub(crate) sealed: Sealed,
    pub(crate) data_key: DataKey,
    pub(crate) plaintext: Document,
    /// The values of the leaves, in their order, as they were encrypted.
    pub(crate) values: Vec<Value>,
    /// Source texts that the usual ones differ from.
    pub(crate) forms: Forms,
    /// Whether any comment is encrypted.
    pub(crate) has_encrypted_comments: bool,
    pub(crate) report: Report,
}

impl Sealed {
    /// Takes a document that has metadata.
    ///
    /// # Errors
    /// [`DocumentError::NotEncrypted`] if it has none, or what is wrong with them.
    pub fn new(document: Document) -> Result<Self, DocumentError> {
        let metadata = Metadata::from_json(document.metadata().ok_or(DocumentError::NotEncrypted)?)?;
        // What kenc sealed needs no repair, and its text is what the seal covers.
        let document = if metadata.is_marked_as_sealed() { document } else { list_comments::restored(document)? };
        let selection = Selection::new(&metadata.rule)?;
        Ok(Self { document, metadata, selection })
    }

    /// The document as it is encrypted.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Opens it with the first keys that do, and checks everything that vouches for it.
    ///
    /// # Errors
    /// If the keys do not open it, it is not authentic, or not what is demanded.
    pub fn open(self, keyring: &Keyring<'_>, demands: &Demands) -> Result<Opened> {
        let data_key = self.data_key(keyring, demands)?;
        self.open_with(data_key, demands)
    }

    /// Opens it as [`Self::open`] does, and collects everything that is wrong with it instead of the first thing: values
    /// that are damaged or stand in the clear against the rule, the MAC, the seal.
    ///
    /// # Errors
    /// If the keys do not open it, or the context is not the one that is demanded.
    pub fn verify(self, keyring: &Keyring<'_>, demands: &Demands) -> Result<(Vec<DocumentError>, Option<Report>)> {
        let data_key = self.data_key(keyring, demands)?;
        let cipher = Cipher::new(&data_key);
        let examined = self.examine(&cipher);
        let (_, mac_problem) = self.check_mac(&cipher, &examined);
        if mac_problem.is_some() || !examined.problems.is_empty() {
            return Ok((examined.problems.into_iter().chain(mac_problem).collect(), None));
        }
        match self.release(data_key, &cipher, examined, demands) {
            Ok(opened) => Ok((Vec::new(), Some(opened.report))),
            Err(crate::error::Error::Document(problem)) => Ok((vec![problem], None)),
            Err(error) => Err(error),
        }
    }

    /// Opens it with a data key that is known to be its own.
    pub(crate) fn open_with(self, data_key: DataKey, demands: &Demands) -> Result<Opened> {
        let cipher = Cipher::new(&data_key);
        let examined = self.examine(&cipher);
        self.release(data_key, &cipher, examined, demands)
    }

    /// Releases what was decrypted, if everything that vouches for it does.
    fn release(self, data_key: DataKey, cipher: &Cipher, examined: Examined, demands: &Demands) -> Result<Opened> {
        let (mac, mac_problem) = self.check_mac(cipher, &examined);
        let Examined { edits, values, problems, comments_left, has_encrypted_comments, mac: _ } = examined;
        if let Some(problem) = first_of(problems) {
            return Err(problem.into());
        }
        if let (Some(problem), MacDemand::Right) = (mac_problem, demands.mac) {
            return Err(problem.into());
        }
        let forms = self.metadata.forms.as_deref().and_then(|token| Forms::decrypt(token, cipher)).unwrap_or_default();
        let plaintext = self.plaintext(&edits, &values, &forms)?;
        let seal = seal::check(&data_key, &self, &values);
        match (seal, demands.seal) {
            _ if demands.mac == MacDemand::Nothing => {}
            (SealStatus::Verified, _) | (_, SealDemand::Nothing) | (SealStatus::Absent, SealDemand::NotBroken) => {}
            (SealStatus::Broken(fault), _) => return Err(DocumentError::BrokenSeal(fault).into()),
            (SealStatus::Absent, SealDemand::Verified) => return Err(DocumentError::NoSeal.into()),
        }
        let report = Report { mac, seal, comments_left };
        Ok(Opened { sealed: self, data_key, plaintext, values, forms, has_encrypted_comments, report })
    }

    fn data_key(&self, keyring: &Keyring<'_>, demands: &Demands) -> Result<DataKey> {
        let groups = self.metadata.groups.iter().map(|group| group.iter().map(StoredKey::slot).collect());
        let groups: Vec<Vec<GroupSlot>> = groups.collect::<Result<_, _>>()?;
        check_context(&groups, &demands.context)?;
        let probe = self.probe();
        keyring.unwrap_groups(&groups, self.metadata.needed_groups(), &demands.only, &demands.order, |data_key| {
            (probe.is_empty() || Self::is_opened(&probe, data_key))
                .then(|| DataKey::from_slice(data_key.expose()).expect("a data key is as long as a data key"))
        })
    }

    /// Whether a data key opens any of these tokens.
    pub(crate) fn is_opened(probe: &[(String, String)], data_key: &DataKey) -> bool {
        let cipher = Cipher::new(data_key);
        probe.iter().any(|(token, aad)| cipher.decrypt(token, aad) != Err(Fault::NotAuthentic))
    }

    /// Tokens of which the right data key opens one: the MAC, and the first value, should the MAC be damaged.
    pub(crate) fn probe(&self) -> Vec<(String, String)> {
        let mac = self.metadata.mac.iter().map(|mac| (mac.clone(), self.metadata.last_modified.clone()));
        let mut first = None;
        let _ = walk(self.document.tree(), &self.selection, |met, spot| match met {
            Met::Leaf(leaf) if spot.is_selected => match &leaf.value {
                Value::Text(text) if looks_encrypted(text) => {
                    first = Some((text.to_string(), spot.aad.to_owned()));
                    Err(())
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        });
        mac.chain(first).collect()
    }

    /// Decrypts everything that is encrypted.
    fn examine(&self, cipher: &Cipher) -> Examined {
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
                Met::Leaf(leaf) => {
                    let value = examined.leaf(cipher, leaf, spot);
                    mac.add(&value, spot.is_selected);
                    examined.values.push(value);
                }
                Met::Comment(comment) if spot.is_selected && looks_encrypted(&comment.text) => {
                    match comment_text(cipher, &comment.text, spot.aad) {
                        Some(text) => {
                            examined.has_encrypted_comments = true;
                            examined.edits.push(Edit { leaf: comment.id, text: NewText::Comment(text) });
                        }
                        None => examined.comments_left.push(comment.place.into()),
                    }
                }
                Met::Alias(_) => mac.add_alias(spot.is_selected),
                Met::Comment(_) => {}
            }
            Ok::<(), ()>(())
        });
        examined.mac = mac.finish();
        examined
    }

    fn check_mac(&self, cipher: &Cipher, examined: &Examined) -> (MacStatus, Option<DocumentError>) {
        let Metadata { mac, last_modified, .. } = &self.metadata;
        let Some(mac) = mac else { return (MacStatus::Missing, Some(DocumentError::MissingMac)) };
        match cipher.decrypt(mac, last_modified) {
            Ok((Kind::Text, stated)) if are_equal(&stated, examined.mac.as_bytes()) => (MacStatus::Verified, None),
            _ => (MacStatus::Wrong, Some(DocumentError::WrongMac)),
        }
    }

    /// The document in the clear. A remembered source text is used where it says what was encrypted, and only there.
    fn plaintext(&self, edits: &[Edit], values: &[Value], forms: &Forms) -> Result<Document, DocumentError> {
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

    fn rewritten(&self, edits: &[Edit]) -> Result<Document, DocumentError> {
        if self.document.format() == Format::Binary {
            return Document::from_plaintext(Format::Binary, self.document.plaintext(edits)?);
        }
        self.document.rewritten(edits, &MetadataChange::Remove)
    }

    fn with_forms(&self, edits: &[Edit], forms: &Forms) -> Vec<Edit> {
        let forms = forms.by_path();
        let mut sources = std::collections::HashMap::new();
        let mut in_the_clear = Vec::new();
        let _ = walk(self.document.tree(), &self.selection, |met, spot| {
            if let Met::Leaf(leaf) = met
                && let Some(source) = forms.get(spot.path)
            {
                sources.insert(leaf.id, (*source).clone());
                // One in the clear stands otherwise only because lines follow it now.
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

    pub(crate) fn selection(&self) -> &Selection {
        &self.selection
    }
}

impl Opened {
    /// The document in the clear, as it was before it was encrypted. A single value of it is
    /// `plaintext().tree().node(&path)`, and the file as it was is `plaintext().plaintext(&[])`.
    #[must_use]
    pub fn plaintext(&self) -> &Document {
        &self.plaintext
    }

    /// The document in the clear, and nothing else of it.
    #[must_use]
    pub fn into_plaintext(self) -> Document {
        self.plaintext
    }

    /// What was found out about it.
    #[must_use]
    pub fn report(&self) -> &Report {
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
    pub(crate) fn sealing(&self) -> Sealing {
        let Report { mac, seal, comments_left: _ } = self.report;
        if mac == MacStatus::Verified && seal == SealStatus::Verified { Sealing::Sealed } else { Sealing::Unsealed }
    }

    /// Everything in it that is encrypted, to be used again.
    pub(crate) fn reuse(&self, keep: Keep) -> Reuse {
        let mut reuse = Reuse::new(keep);
        self.add_to(&mut reuse, keep);
        reuse
    }

    /// Adds everything in it that is encrypted, or only the types of that.
    pub(crate) fn add_to(&self, reuse: &mut Reuse, keep: Keep) {
        let cipher = Cipher::new(&self.data_key);
        let kept = |token: &str| if keep == Keep::Types { String::new() } else { token.to_owned() };
        // Both trees have the same entries in the same order: one is the other, rewritten.
        let mut read = Vec::new();
        let _ = walk(self.plaintext.tree(), self.sealed.selection(), |met, _| {
            read.push(met);
            Ok::<(), ()>(())
        });
        let (mut read, mut values) = (read.into_iter(), self.values.iter());
        let _ = walk(self.sealed.document.tree(), self.sealed.selection(), |met, spot| {
            match (met, read.next()) {
                (Met::Leaf(leaf), Some(Met::Leaf(read))) => {
                    let value = values.next().unwrap_or(&read.value);
                    match &leaf.value {
                        Value::Text(token) if spot.is_selected && looks_encrypted(token) => {
                            reuse.add_value(spot.path, spot.aad, &kept(token), value.clone(), &read.value);
                        }
                        _ => {}
                    }
                }
                // A notation may show more than the token holds: a blank before the text. Then it is encrypted anew.
                (Met::Comment(comment), Some(Met::Comment(read)))
                    if keep == Keep::Ciphertexts
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

/// Everything in a document that is encrypted, decrypted.
struct Examined {
    edits: Vec<Edit>,
    values: Vec<Value>,
    problems: Vec<DocumentError>,
    comments_left: Vec<At>,
    has_encrypted_comments: bool,
    mac: Zeroizing<String>,
}

impl Examined {
    /// The value of a leaf in the clear. One with a problem stays as it stands.
    fn leaf(&mut self, cipher: &Cipher, leaf: &Leaf, spot: &Spot<'_>) -> Value {
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
                Err(Fault::Damaged(fault)) => {
                    self.problems.push(DocumentError::DamagedValue { at, path: path(), fault });
                }
                Err(Fault::NotAuthentic) => self.problems.push(DocumentError::ValueNotAuthentic { at, path: path() }),
            },
            _ => self.problems.push(DocumentError::InTheClear { at, path: path(), others: 0 }),
        }
        leaf.value.clone()
    }
}

/// The text of an encrypted comment. Writers differ in which container a comment belongs to that stands at the border of
/// two, so one is opened with any of the containers around it.
pub(crate) fn comment_text(cipher: &Cipher, token: &str, aad: &str) -> Option<Zeroizing<String>> {
    let around = aad.match_indices(':').map(|(at, _)| &aad[..=at]).rev();
    let candidates = around.chain((aad != ":").then_some(":"));
    candidates.into_iter().find_map(|aad| match cipher.decrypt(token, aad) {
        Ok((Kind::Comment, text)) => std::str::from_utf8(&text).ok().map(|text| Zeroizing::new(text.to_owned())),
        _ => None,
    })
}

/// The first problem. If values stand in the clear, how many more do.
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
        if let crate::document::Item::Leaf(leaf) = item {
            is_same &= values.next().is_some_and(|value| reads_as(document.format(), value, &leaf.value));
        }
    });
    is_same && values.next().is_none()
}

fn check_context(groups: &[Vec<GroupSlot>], demanded: &EncryptionContext) -> Result<(), ContextError> {
    let of_kms: Vec<_> = groups.iter().flatten().filter(|slot| slot.wrapped.provider == crate::keys::AWS_KMS).collect();
    if of_kms.is_empty() {
        return EncryptionContext::new().check_contains(demanded);
    }
    of_kms.iter().try_for_each(|slot| slot.access.context.check_contains(demanded))
}
