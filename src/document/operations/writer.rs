//! Writes a document with its values encrypted, and compares the result before it is returned.

use zeroize::Zeroizing;

use crate::crypto::DataKey;
use crate::document::content::edit::{Edit, EditRef, MetadataChange, NewText, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::tree::{Comment, Leaf, Node};
use crate::document::content::value::{Value, ValueKind};
use crate::document::content::walk::TreeItem;
use crate::document::file::document::Document;
use crate::document::sops::cipher::{ValueCipher, looks_encrypted};
use crate::document::sops::cores::on_all_cores;
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::mac::{Mac, MacScope};
use crate::document::sops::metadata::Metadata;
use crate::document::sops::old_ciphertexts::{KnownCiphertext, OldCiphertexts, OldContent};
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::seal;
use crate::document::sops::selection::{CommentHandling, CompiledRule};
use crate::document::sops::spellings::Spellings;
use crate::error::{At, DocumentError, Result};

/// A document whose values are encrypted.
pub struct EncryptedText {
    /// The whole file.
    pub text: Zeroizing<String>,
    /// YAML aliases that were kept. sops does not open them if their target is encrypted.
    pub aliases: Vec<At>,
}

/// The result of encrypting a document again.
pub enum ChangeOutcome {
    /// Nothing changed, so there is nothing to write.
    Unchanged,
    /// The new document.
    Changed(EncryptedText),
}

/// Finds values that cannot be encrypted. Returns how many values are selected.
pub(crate) fn survey(plaintext: &Document, selection: &CompiledRule) -> Result<usize, DocumentError> {
    for root in &plaintext.tree().roots {
        let is_nothing = matches!(root, Node::Leaf(Leaf { value: Value::Null, .. }));
        if !is_nothing && !matches!(root, Node::Mapping(_)) {
            let fault = "the whole document is a list or a single value, so there is no place for the metadata";
            return Err(DocumentError::Refused { at: At { line: 1, column: 1 }, fault: fault.to_owned() });
        }
    }
    plaintext.refuse_duplicates()?;
    let mut selected = 0;
    walk(plaintext.tree(), selection, |met, spot| {
        if let (RuleItem::Leaf(leaf), true) = (met, spot.is_selected) {
            selected += 1;
            if matches!(&leaf.value, Value::Text(text) if looks_encrypted(text)) {
                let (at, path) = (leaf.place.into(), spot.path().to_string());
                return Err(DocumentError::ValueAlreadyEncrypted { at, path });
            }
        }
        Ok(())
    })?;
    Ok(selected)
}

/// Writes a document with its values encrypted.
pub(crate) struct EncryptionWriter<'a> {
    pub(crate) plaintext: &'a Document,
    pub(crate) selection: &'a CompiledRule,
    pub(crate) comments: CommentHandling,
    pub(crate) data_key: &'a DataKey,
}

impl<'a> EncryptionWriter<'a> {
    pub(crate) fn new(
        plaintext: &'a Document,
        selection: &'a CompiledRule,
        comments: CommentHandling,
        data_key: &'a DataKey,
    ) -> Self {
        Self { plaintext, selection, comments, data_key }
    }
}

impl<'a> EncryptionWriter<'a> {
    /// Encrypts all selected values and completes the metadata, with a seal if the time of the last change says so.
    ///
    /// Source texts that would be lost are predicted and remembered. If the plaintext does not come back all the same,
    /// it is tried without them, then with those that differ; then the document is refused.
    pub(crate) fn write(
        &self,
        mut metadata: Metadata,
        reuse: OldCiphertexts<'a>,
        old_forms: Option<&(&Spellings, String)>,
    ) -> Result<EncryptedText> {
        let cipher = ValueCipher::new(self.data_key);
        let pass = Pass::run(self, &cipher, metadata.mac_scope, reuse)?;
        metadata.mac = Some(cipher.encrypt(ValueKind::Text, pass.mac.as_bytes(), &metadata.last_modified));
        // How a value comes back is known before writing, except where the lines around it decide.
        let predicted = self.predicted_spellings(&pass);
        let token_of = |spellings: &Spellings| match old_forms {
            Some((old, token)) if *old == spellings && !spellings.is_empty() => Some(token.clone()),
            _ => spellings.encrypt(&cipher),
        };
        metadata.forms = predicted.as_ref().and_then(token_of);
        let none = Spellings::default();
        let (mut text, mut other) = self.attempt(&mut metadata, &pass, predicted.as_ref().unwrap_or(&none), &cipher)?;
        if other.is_some() && metadata.forms.take().is_some() {
            (text, other) = self.attempt(&mut metadata, &pass, &none, &cipher)?;
        }
        if let Some(read) = &other {
            let differing = Spellings::differing(self.plaintext, read, self.selection);
            metadata.forms = token_of(&differing);
            (text, other) = self.attempt(&mut metadata, &pass, &differing, &cipher)?;
        }
        let Some(read) = other else { return Ok(EncryptedText { text, aliases: pass.aliases }) };
        let line = first_difference(self.plaintext.text(), read.text());
        let fault = "this line cannot be restored exactly after encryption".to_owned();
        Err(DocumentError::Refused { at: At { line, column: 1 }, fault }.into())
    }

    /// The source texts that would be lost. `None` if that is not certain.
    fn predicted_spellings(&self, pass: &Pass<'_>) -> Option<Spellings> {
        let Self { plaintext, selection, .. } = self;
        let new = pass.edits();
        if plaintext.is_written_usually(&new, &pass.values) {
            return Some(Spellings::default());
        }
        let encrypted = plaintext.predicted(&new, &[])?;
        let mut texts: Vec<Option<NewTextRef<'_>>> = vec![None; plaintext.found.tokens.len()];
        let mut values = pass.values.iter();
        plaintext.tree().walk(|_, item| match item {
            TreeItem::Leaf(leaf) => texts[leaf.id.0] = values.next().copied().map(NewTextRef::Plain),
            TreeItem::Comment(comment) => texts[comment.id.0] = Some(NewTextRef::Comment(&comment.text)),
            _ => {}
        });
        let back = |edit: &EditRef<'_>| Some(EditRef { leaf: edit.leaf, text: texts.get_mut(edit.leaf.0)?.take()? });
        let edits: Vec<EditRef<'_>> = new.iter().map(back).collect::<Option<_>>()?;
        let usual = encrypted.predicted(&edits, &[])?;
        let is_same = usual.text() == plaintext.text();
        Some(if is_same { Spellings::default() } else { Spellings::differing(plaintext, &usual, selection) })
    }

    /// Writes the document, and returns the result, with its plaintext if that is another one. Every value of the result
    /// was compared with the token that was made for it, so the values are not decrypted again; the MAC is, to be sure of
    /// the data key.
    fn attempt(
        &self,
        metadata: &mut Metadata,
        pass: &Pass<'_>,
        spellings: &Spellings,
        cipher: &ValueCipher,
    ) -> Result<(Zeroizing<String>, Option<Document>)> {
        metadata.seal = metadata.is_marked_as_sealed().then(seal::placeholder);
        let written = self.plaintext.rewritten(&pass.edits(), &MetadataChange::Write(metadata.to_json()))?;
        let mut written = EncryptedDocument::new(written)?;
        if metadata.is_marked_as_sealed() {
            written = seal::put(written, self.data_key, cipher, &pass.values)?;
        }
        if !opens_mac(&written, cipher, &pass.mac) {
            return Err(DocumentError::NotAsMeant("its MAC does not open".to_owned()).into());
        }
        let other = written.other_plaintext(cipher, &pass.values, spellings, self.plaintext)?;
        Ok((written.into_text(), other))
    }
}

/// Whether the MAC of a document that was just written opens, and is this one.
pub(crate) fn opens_mac(written: &EncryptedDocument, cipher: &ValueCipher, mac: &str) -> bool {
    let Metadata { mac: token, last_modified, .. } = written.metadata();
    let opened = token.as_ref().and_then(|token| cipher.decrypt(token, last_modified).ok());
    opened.is_some_and(|(kind, opened)| kind == ValueKind::Text && opened.as_slice() == mac.as_bytes())
}

/// Whether two plaintext documents are the same bytes.
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

/// One pass over the plaintext, with its result.
struct Pass<'a> {
    edits: Vec<Edit>,
    /// The value of every leaf as it is encrypted: of the old type, if the notation has no types.
    values: Vec<&'a Value>,
    mac: Zeroizing<String>,
    aliases: Vec<At>,
}

impl<'a> Pass<'a> {
    fn edits(&self) -> Vec<EditRef<'_>> {
        self.edits.iter().map(Edit::borrowed).collect()
    }

    fn run(
        writer: &EncryptionWriter<'a>,
        cipher: &ValueCipher,
        scope: MacScope,
        mut reuse: OldCiphertexts<'a>,
    ) -> Result<Self, DocumentError> {
        let EncryptionWriter { plaintext, selection, comments, data_key: _ } = writer;
        // First which value has an old token, in order; then new tokens for the others, on all cores; then everything.
        let chosen = old_tokens(plaintext, selection, &mut reuse);
        let mut tokens = new_tokens(cipher, plaintext, selection, &chosen).into_iter();
        let mut chosen = chosen.into_iter();
        let mut aliases = readable_by_sops(plaintext, selection).into_iter();
        let mut mac = Mac::new(scope, &plaintext.found.aliases);
        let room = plaintext.found.tokens.len();
        let mut pass = Self {
            edits: Vec::with_capacity(room),
            values: Vec::with_capacity(room),
            mac: Zeroizing::default(),
            aliases: Vec::new(),
        };
        walk(plaintext.tree(), selection, |met, spot| {
            match met {
                RuleItem::Leaf(leaf) => {
                    let ChosenToken { value, old } = chosen.next().unwrap_or_default();
                    let token = old.map(str::to_owned).or(tokens.next().flatten());
                    if spot.is_selected && !leaf.value.stays() {
                        let token = token.expect("a value has an old or a new token");
                        pass.edits.push(Edit { leaf: leaf.id, text: NewText::Encrypted(token) });
                    }
                    let value = value.unwrap_or(&leaf.value);
                    mac.add(value, spot.is_selected);
                    pass.values.push(value);
                }
                RuleItem::Comment(comment) if *comments == CommentHandling::Encrypted && spot.is_selected => {
                    if let Some(token) = encrypted_comment(cipher, comment, spot.aad, selection, &mut reuse)? {
                        pass.edits.push(Edit { leaf: comment.id, text: NewText::Comment(Zeroizing::new(token)) });
                    }
                }
                RuleItem::Comment(_) => {}
                RuleItem::Alias(place) => {
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

/// For each alias, whether sops can open its target: to sops an encrypted value is bound to the keys on the path to the
/// alias.
fn readable_by_sops(plaintext: &Document, selection: &CompiledRule) -> Vec<bool> {
    if plaintext.found.aliases.is_empty() {
        return Vec::new();
    }
    // The path binding of every leaf and alias: `None` if it is in plaintext.
    let mut bound: Vec<Option<String>> = Vec::new();
    // How many plaintext ones precede each.
    let mut in_the_clear = vec![0];
    let mut meant = plaintext.found.aliases.iter();
    let mut readable = Vec::new();
    let _ = walk(plaintext.tree(), selection, |met, spot| {
        let own = spot.is_selected.then(|| spot.aad.to_owned());
        let how = match met {
            RuleItem::Comment(_) => return Ok(()),
            RuleItem::Leaf(leaf) => own.filter(|_| !leaf.value.stays()),
            RuleItem::Alias(_) => {
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

/// What is known of each leaf from earlier; empty if there is nothing earlier.
fn old_tokens<'d>(
    plaintext: &Document,
    selection: &CompiledRule,
    reuse: &mut OldCiphertexts<'d>,
) -> Vec<ChosenToken<'d>> {
    if reuse.is_empty() {
        return Vec::new();
    }
    let mut at_path = values_at_their_path(plaintext, selection, reuse).into_iter();
    let mut chosen = Vec::with_capacity(plaintext.found.tokens.len());
    let _ = walk(plaintext.tree(), selection, |met, spot| {
        if let RuleItem::Leaf(leaf) = met {
            let at_path = at_path.next().flatten();
            let is_encrypted = spot.is_selected && !leaf.value.stays();
            let token = is_encrypted.then(|| chosen_token(leaf, spot.aad, at_path, reuse));
            chosen.push(token.unwrap_or_default());
        }
        Ok::<(), ()>(())
    });
    chosen
}

/// The previous ciphertext of each leaf, if its value is unchanged.
fn values_at_their_path(
    plaintext: &Document,
    selection: &CompiledRule,
    reuse: &mut OldCiphertexts<'_>,
) -> Vec<Option<KnownCiphertext>> {
    let mut found = Vec::new();
    let _ = walk(plaintext.tree(), selection, |met, spot| {
        if let RuleItem::Leaf(leaf) = met {
            let is_encrypted = spot.is_selected && !leaf.value.stays();
            found.push(is_encrypted.then(|| reuse.find_at_path(&spot.path(), spot.aad, &leaf.value)).flatten());
        }
        Ok::<(), ()>(())
    });
    found
}

/// What is written for a value.
#[derive(Clone, Copy, Default)]
struct ChosenToken<'d> {
    /// The value as it was encrypted before, which may be of another type in a notation without types.
    value: Option<&'d Value>,
    /// Its old token, if that is kept.
    old: Option<&'d str>,
}

fn chosen_token<'d>(
    leaf: &Leaf,
    aad: &str,
    at_path: Option<KnownCiphertext>,
    reuse: &mut OldCiphertexts<'d>,
) -> ChosenToken<'d> {
    let found = at_path.or_else(|| reuse.find_elsewhere(aad, OldContent::Value(&leaf.value)));
    let old = found.as_ref().and_then(|found| reuse.token(found));
    ChosenToken { value: found.as_ref().map(|found| reuse.value(found)), old }
}

/// New tokens for the values that have no old one.
fn new_tokens(
    cipher: &ValueCipher,
    plaintext: &Document,
    selection: &CompiledRule,
    chosen: &[ChosenToken<'_>],
) -> Vec<Option<String>> {
    on_all_cores(plaintext, selection, |number, leaf, spot| {
        let chosen = chosen.get(number).copied().unwrap_or_default();
        if chosen.old.is_some() || !spot.is_selected || leaf.value.stays() {
            return None;
        }
        let value = chosen.value.unwrap_or(&leaf.value);
        let kind = value.kind().expect("nothing is never encrypted");
        Some(cipher.encrypt(kind, &value.plaintext_bytes(), spot.aad))
    })
}

fn encrypted_comment(
    cipher: &ValueCipher,
    comment: &Comment,
    aad: &str,
    selection: &CompiledRule,
    reuse: &mut OldCiphertexts<'_>,
) -> Result<Option<String>, DocumentError> {
    let text = &comment.text;
    // An encrypted value in the plaintext that did not open is left alone.
    if text.is_empty() || looks_encrypted(text) {
        return Ok(None);
    }
    let old = reuse.find_elsewhere(aad, OldContent::Comment(text));
    let old = old.and_then(|found| reuse.token(&found).map(str::to_owned));
    let token = old.unwrap_or_else(|| cipher.encrypt(ValueKind::Comment, text.as_bytes(), aad));
    if selection.mistakes_encrypted_comment(&token) {
        return Err(DocumentError::CommentMatchesRule { at: comment.place.into(), rule: "unencrypted_comment_regex" });
    }
    Ok(Some(token))
}
