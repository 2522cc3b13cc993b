//! Encrypting the values of a document: for the first time, and again after it was changed.

use zeroize::Zeroizing;

use crate::crypto::DataKey;
use crate::document::model::tree::{Comment, Leaf, Node, Path};
use crate::document::model::value::{Kind, Value};
use crate::document::operations::decryption::{Demands, Opened, Sealed};
use crate::document::sops::cipher::{Cipher, looks_encrypted};
use crate::document::sops::exposure::{self, Written};
use crate::document::sops::mac::{Mac, MacScope};
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::{Found, Keep, Reuse};
use crate::document::sops::rule_walk::{Met, walk};
use crate::document::sops::seal::{self, Sealing};
use crate::document::sops::selection::{Rule, Selection};
use crate::document::sops::spellings::Forms;
use crate::document::sops::stored_key::StoredKey;
use crate::document::{Document, Edit, Format, MetadataChange, NewText};
use crate::error::{At, DocumentError, Result};
use crate::keys::{Keyring, WrappingKey};

/// How a document is to be encrypted for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipe {
    /// Which values.
    pub rule: Rule,
    /// Under which keys: one group, any key of which opens, or several that each get a share of the data key.
    pub groups: Vec<Vec<WrappingKey>>,
    /// How many groups are needed; 0 means all.
    pub threshold: usize,
    /// Which values the MAC is made of.
    pub mac_scope: MacScope,
    /// What becomes of comments.
    pub comments: Comments,
    /// What becomes of a document of which the rule selects nothing.
    pub empty_selection: EmptySelection,
}

/// What becomes of a document of which a rule selects nothing, so that all of it stays in the clear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptySelection {
    /// It is refused, as the rule does not do what a rule is for.
    #[default]
    Refused,
    /// It gets metadata and a MAC, as from sops.
    Accepted,
}

impl EmptySelection {
    /// Refuses a document in which `rule` selects no value, if that is to be refused.
    pub(crate) fn check(self, selected: usize, rule: &Rule) -> Result<(), DocumentError> {
        if selected > 0 || self == Self::Accepted {
            return Ok(());
        }
        Err(DocumentError::NothingSelected(format!("{} {}", rule.name(), rule.text())))
    }
}

/// What becomes of the comments that the rule selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Comments {
    /// They stay in the clear.
    #[default]
    InTheClear,
    /// They are encrypted, as sops does it.
    Encrypted,
}

/// A document whose values are encrypted.
pub struct Encrypted {
    /// The whole file.
    pub text: Zeroizing<String>,
    /// Aliases of YAML, which are kept, and which sops does not open where they stand for encrypted values.
    pub aliases: Vec<At>,
}

/// What came of encrypting a document again.
pub enum Outcome {
    /// It says what it said, so there is nothing to write.
    Unchanged,
    /// It is another now.
    Changed(Encrypted),
}

impl Document {
    /// Encrypts the values of a document that is in the clear.
    ///
    /// Everything that can be wrong with the document is found before a key is asked, and the result is opened and compared
    /// before it is returned: decrypted, it is this text, byte for byte.
    ///
    /// # Errors
    /// If the document cannot be encrypted, the rule selects nothing, or a key refuses.
    pub fn encrypt(&self, recipe: &Recipe, keyring: &Keyring<'_>) -> Result<Encrypted> {
        let Recipe { rule, groups, threshold, mac_scope, comments, empty_selection } = recipe;
        if let Some(fields) = self.metadata() {
            Metadata::from_json(fields)?;
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        let selection = Selection::new(rule)?;
        empty_selection.check(survey(self, &selection)?, rule)?;
        let threshold = checked_threshold(*threshold, groups.len())?;
        let (data_key, wrapped) = keyring.wrap_new_in_groups(groups, threshold)?;
        let stored = groups.iter().zip(wrapped).map(|(keys, wrapped)| {
            keys.iter().zip(wrapped).map(|(key, wrapped)| StoredKey::from_wrapped(key, wrapped)).collect()
        });
        let stated = if groups.len() > 1 { threshold } else { 0 };
        let metadata = Metadata::new(rule.clone(), *mac_scope, stored.collect(), stated);
        let writer = Writer { plaintext: self, selection: &selection, comments: *comments, data_key: &data_key };
        writer.write(metadata, Reuse::new(Keep::Types), None)
    }
}

impl Opened {
    /// Encrypts the document again after `edited` was made of its plaintext. Values that are the same at the same path keep
    /// their ciphertext; keys, rule and data key stay.
    ///
    /// # Errors
    /// If the edited document cannot be encrypted.
    pub fn encrypt_again(&self, edited: &Document) -> Result<Outcome> {
        if is_same_file(edited, &self.plaintext) {
            return Ok(Outcome::Unchanged);
        }
        self.encrypted_as(edited).map(Outcome::Changed)
    }

    /// Encrypts `edited` under the same data key, keys and rule.
    pub(crate) fn encrypted_as(&self, edited: &Document) -> Result<Encrypted> {
        if edited.metadata().is_some() {
            return Err(DocumentError::AlreadyEncrypted.into());
        }
        survey(edited, self.sealed.selection())?;
        self.check_exposure(edited)?;
        let mut metadata = self.metadata().clone();
        metadata.touch(self.sealing());
        let old_forms = metadata.forms.take().map(|token| (&self.forms, token));
        let writer = self.writer(edited, &self.data_key);
        writer.write(metadata, self.reuse(Keep::Ciphertexts), old_forms)
    }

    /// Refuses to leave anything in the clear that is encrypted.
    fn check_exposure(&self, edited: &Document) -> Result<(), DocumentError> {
        let (selection, comments) = (self.sealed.selection(), self.comments());
        let written = |document: &Document| Written::new(document.tree(), selection, comments);
        exposure::check(&written(&self.plaintext), &written(edited))
    }

    /// The document in the clear without the node at `path`. Comments above it stay, unless the rule takes them for marks of
    /// what follows them.
    ///
    /// # Errors
    /// If there is none.
    pub fn without(&self, path: &Path) -> Result<Zeroizing<String>, DocumentError> {
        self.plaintext.without_marked(path, |comment| self.sealed.selection().is_mark(comment))
    }

    pub(crate) fn comments(&self) -> Comments {
        if self.has_encrypted_comments { Comments::Encrypted } else { Comments::InTheClear }
    }

    /// Encrypts the document as it stands, with a new MAC: when it was opened although that was wrong, because somebody has
    /// looked at it and found it right. It has no seal then.
    ///
    /// # Errors
    /// If it cannot be encrypted.
    pub fn mended(&self) -> Result<Encrypted> {
        let mut metadata = self.metadata().clone();
        metadata.touch(Sealing::Unsealed);
        let old_forms = metadata.forms.take().map(|token| (&self.forms, token));
        self.writer(&self.plaintext, &self.data_key).write(metadata, self.reuse(Keep::Ciphertexts), old_forms)
    }

    pub(crate) fn writer<'a>(&'a self, plaintext: &'a Document, data_key: &'a DataKey) -> Writer<'a> {
        Writer { plaintext, selection: self.sealed.selection(), comments: self.comments(), data_key }
    }
}

/// The threshold that `stated` means with so many groups.
pub(crate) fn checked_threshold(stated: usize, groups: usize) -> Result<usize, DocumentError> {
    match (groups, stated) {
        (0 | 1, 0 | 1) => Ok(1),
        (2..=255, 0) => Ok(groups),
        (2..=255, 2..) if stated <= groups => Ok(stated),
        _ => Err(DocumentError::Threshold { threshold: stated, groups }),
    }
}

/// Looks for what cannot be encrypted. Returns how many values are selected.
pub(crate) fn survey(plaintext: &Document, selection: &Selection) -> Result<usize, DocumentError> {
    for root in &plaintext.tree().roots {
        let is_nothing = matches!(root, Node::Leaf(Leaf { value: Value::Null, .. }));
        if !is_nothing && !matches!(root, Node::Mapping(_)) {
            let fault = "a list or a single value is the whole document, and there is no key to put metadata under";
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault: fault.to_owned() });
        }
    }
    let mut selected = 0;
    walk(plaintext.tree(), selection, |met, spot| {
        if let (Met::Leaf(leaf), true) = (met, spot.is_selected) {
            selected += 1;
            if matches!(&leaf.value, Value::Text(text) if looks_encrypted(text)) {
                let (at, path) = (leaf.place.into(), spot.path.to_string());
                return Err(DocumentError::ValueAlreadyEncrypted { at, path });
            }
        }
        Ok(())
    })?;
    Ok(selected)
}

/// Writes a document with its values encrypted.
pub(crate) struct Writer<'a> {
    pub(crate) plaintext: &'a Document,
    pub(crate) selection: &'a Selection,
    pub(crate) comments: Comments,
    pub(crate) data_key: &'a DataKey,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(
        plaintext: &'a Document,
        selection: &'a Selection,
        comments: Comments,
        data_key: &'a DataKey,
    ) -> Self {
        Self { plaintext, selection, comments, data_key }
    }
}

impl Writer<'_> {
    /// Encrypts all that is selected, and completes the metadata; with a seal, if the time of the last change is marked for one.
    ///
    /// It is tried without remembered source texts first. If the plaintext does not come back from that, the texts that
    /// differ are remembered; if it still does not, the document is refused.
    pub(crate) fn write(
        &self,
        mut metadata: Metadata,
        reuse: Reuse,
        old_forms: Option<(&Forms, String)>,
    ) -> Result<Encrypted> {
        let cipher = Cipher::new(self.data_key);
        let pass = Pass::run(self, &cipher, metadata.mac_scope, reuse)?;
        metadata.mac = Some(cipher.encrypt(Kind::Text, pass.mac.as_bytes(), &metadata.last_modified));
        metadata.forms = None;
        let (text, read) = self.attempt(&mut metadata, &pass)?;
        if is_same_file(&read, self.plaintext) {
            return Ok(Encrypted { text, aliases: pass.aliases });
        }
        let forms = Forms::differing(self.plaintext, &read, self.selection);
        metadata.forms = match old_forms {
            Some((old, token)) if *old == forms => Some(token),
            _ => forms.encrypt(&cipher),
        };
        let (text, read) = self.attempt(&mut metadata, &pass)?;
        if is_same_file(&read, self.plaintext) {
            return Ok(Encrypted { text, aliases: pass.aliases });
        }
        let line = first_difference(self.plaintext.text(), read.text());
        let fault = "this line would not come back as it stands once it is encrypted".to_owned();
        Err(DocumentError::Refused { at: At { line, column: 1 }, fault }.into())
    }

    /// Writes the document, and opens what was written.
    fn attempt(&self, metadata: &mut Metadata, pass: &Pass) -> Result<(Zeroizing<String>, Document)> {
        metadata.seal = metadata.is_marked_as_sealed().then(seal::placeholder);
        let written = self.plaintext.rewritten(&pass.edits, &MetadataChange::Write(metadata.to_json()))?;
        let mut written = Sealed::new(written)?;
        if metadata.is_marked_as_sealed() {
            written = seal::put(written, self.data_key, &pass.values)?;
        }
        let text = Zeroizing::new(written.document().text().to_owned());
        let data_key = DataKey::from_slice(self.data_key.expose()).expect("a data key is as long as a data key");
        let opened = written
            .open_with(data_key, &Demands::default())
            .map_err(|error| DocumentError::NotAsMeant(error.to_string()))?;
        Ok((text, opened.into_plaintext()))
    }
}

/// Whether two documents in the clear are the same bytes.
pub(crate) fn is_same_file(left: &Document, right: &Document) -> bool {
    if left.format() == Format::Binary {
        return matches!((left.plaintext(&[]), right.plaintext(&[])), (Ok(left), Ok(right)) if left == right);
    }
    left.text() == right.text()
}

fn first_difference(left: &str, right: &str) -> u64 {
    let same = left.split('\n').zip(right.split('\n')).take_while(|(left, right)| left == right).count();
    same as u64 + 1
}

/// One pass over the plaintext, with what came of it.
struct Pass {
    edits: Vec<Edit>,
    /// The value of every leaf as it is encrypted: of the old type, where the notation does not tell.
    values: Vec<Value>,
    mac: Zeroizing<String>,
    aliases: Vec<At>,
}

impl Pass {
    fn run(writer: &Writer<'_>, cipher: &Cipher, scope: MacScope, mut reuse: Reuse) -> Result<Self, DocumentError> {
        let Writer { plaintext, selection, comments, data_key: _ } = writer;
        let at_path = values_at_their_path(plaintext, selection, &mut reuse);
        let mut at_path = at_path.into_iter();
        let mut aliases = readable_by_sops(plaintext, selection).into_iter();
        let mut mac = Mac::new(scope, &plaintext.found.aliases);
        let mut pass = Self { edits: Vec::new(), values: Vec::new(), mac: Zeroizing::default(), aliases: Vec::new() };
        walk(plaintext.tree(), selection, |met, spot| {
            match met {
                Met::Leaf(leaf) => {
                    let at_path = at_path.next().flatten();
                    let value = if spot.is_selected && !leaf.value.stays() {
                        let (value, token) = encrypted(cipher, leaf, spot.aad, at_path, &mut reuse);
                        pass.edits.push(Edit { leaf: leaf.id, text: NewText::Encrypted(token) });
                        value
                    } else {
                        leaf.value.clone()
                    };
                    mac.add(&value, spot.is_selected);
                    pass.values.push(value);
                }
                Met::Comment(comment) if *comments == Comments::Encrypted && spot.is_selected => {
                    if let Some(token) = encrypted_comment(cipher, comment, spot.aad, selection, &mut reuse)? {
                        pass.edits.push(Edit { leaf: comment.id, text: NewText::Comment(Zeroizing::new(token)) });
                    }
                }
                Met::Comment(_) => {}
                Met::Alias(place) => {
                    mac.add_alias(spot.is_selected);
                    if aliases.next() == Some(false) {
                        pass.aliases.push(place.into());
                    }
                }
            }
            Ok::<(), DocumentError>(())
        })?;
        pass.mac = mac.finish();
        Ok(pass)
    }
}

/// For each alias, whether sops opens what stands there: to it an encrypted value is bound to the keys on the way to the alias.
fn readable_by_sops(plaintext: &Document, selection: &Selection) -> Vec<bool> {
    if plaintext.found.aliases.is_empty() {
        return Vec::new();
    }
    // How every leaf and alias is bound: `None` if it is in the clear.
    let mut bound: Vec<Option<String>> = Vec::new();
    // How many before each are in the clear.
    let mut in_the_clear = vec![0];
    let mut meant = plaintext.found.aliases.iter();
    let mut readable = Vec::new();
    let _ = walk(plaintext.tree(), selection, |met, spot| {
        let own = spot.is_selected.then(|| spot.aad.to_owned());
        let how = match met {
            Met::Comment(_) => return Ok(()),
            Met::Leaf(leaf) => own.filter(|_| !leaf.value.stays()),
            Met::Alias(_) => {
                let meant = meant.next().cloned().unwrap_or_default();
                let is_readable = match &own {
                    None => in_the_clear[meant.end] - in_the_clear[meant.start] == meant.len(),
                    Some(_) => meant.len() == 1 && bound[meant.start] == own,
                };
                readable.push(is_readable);
                if is_readable { own } else { Some(String::new()) }
            }
        };
        in_the_clear.push(in_the_clear.last().copied().unwrap_or(0) + usize::from(how.is_none()));
        bound.push(how);
        Ok::<(), ()>(())
    });
    readable
}

/// For each leaf, what stood there before, if it is the same.
fn values_at_their_path(plaintext: &Document, selection: &Selection, reuse: &mut Reuse) -> Vec<Option<Found>> {
    let mut found = Vec::new();
    let _ = walk(plaintext.tree(), selection, |met, spot| {
        if let Met::Leaf(leaf) = met {
            let is_encrypted = spot.is_selected && !leaf.value.stays();
            found.push(is_encrypted.then(|| reuse.find_at_path(spot.path, spot.aad, &leaf.value)).flatten());
        }
        Ok::<(), ()>(())
    });
    found
}

fn encrypted(cipher: &Cipher, leaf: &Leaf, aad: &str, at_path: Option<Found>, reuse: &mut Reuse) -> (Value, String) {
    let kind = |value: &Value| value.kind().expect("nothing is never encrypted");
    let found = at_path.or_else(|| reuse.find_elsewhere(aad, kind(&leaf.value), &leaf.value.plaintext()));
    let value = found.as_ref().map_or(&leaf.value, |found| reuse.value(found)).clone();
    let token = found.as_ref().and_then(|found| reuse.token(found)).map(str::to_owned);
    let token = token.unwrap_or_else(|| cipher.encrypt(kind(&value), &value.plaintext(), aad));
    (value, token)
}

fn encrypted_comment(
    cipher: &Cipher,
    comment: &Comment,
    aad: &str,
    selection: &Selection,
    reuse: &mut Reuse,
) -> Result<Option<String>, DocumentError> {
    let text = &comment.text;
    // One that stands encrypted in the plaintext did not open, and is left alone.
    if text.is_empty() || looks_encrypted(text) {
        return Ok(None);
    }
    let old = reuse.find_elsewhere(aad, Kind::Comment, text.as_bytes());
    let old = old.and_then(|found| reuse.token(&found).map(str::to_owned));
    let token = old.unwrap_or_else(|| cipher.encrypt(Kind::Comment, text.as_bytes(), aad));
    if selection.mistakes_encrypted_comment(&token) {
        return Err(DocumentError::CommentMatchesRule { at: comment.place.into(), rule: "unencrypted_comment_regex" });
    }
    Ok(Some(token))
}
