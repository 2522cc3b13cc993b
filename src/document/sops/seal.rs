//! The seal covers what the MAC of sops does not, without breaking other readers. The normative text is in
//! kenc-document(5).
//!
//! `kenc_seal` in the metadata is an HMAC-SHA-256 under a key that HKDF-SHA-256 derives from the data key. It covers
//! the content of the metadata and the text of the document byte for byte, so that everything that parsers could read
//! differently is included. Only line ends, blanks at the end of lines and empty lines at the end are left out, because
//! editors and hooks change them.
//!
//! Whether a document is sealed is recorded in the time of its last change: the offset `+00:01`. The MAC authenticates
//! that time, so nobody without the data key can remove a seal unnoticed. sops keeps the offset when it changes
//! recipients only, and writes `Z` when it encrypts.

use std::borrow::{Borrow, Cow};
use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use memchr::memchr_iter;
use serde_json::{Map, Value as Json};
use zeroize::Zeroizing;

use crate::crypto::digest::{KeyedDigest, SEAL_LEN, are_equal};
use crate::crypto::{DataKey, fill_random};
use crate::document::content::value::{Value, ValueKind};
use crate::document::file::document::Document;
use crate::document::sops::cipher::{ValueCipher, comment_text, looks_encrypted};
use crate::document::sops::encrypted::EncryptedDocument;
use crate::document::sops::fields::is_empty;
use crate::document::sops::mac::MacScope;
use crate::document::sops::metadata::{Metadata, SEAL};
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::selection::CompiledRule;
use crate::document::sops::stored_key::StoredKey;
use crate::document::store::registry::sealed_as;
use crate::error::{DocumentError, SealFault};

const PURPOSE: &[u8] = b"kenc.v2 document seal";
const BEGIN: &str = "KENC[HMAC_SHA256,tag:";
const END: &str = ",version:2]";

/// The state of the seal of an opened document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealStatus {
    /// It is valid: text, types, rule and recipients are those that were sealed.
    Verified,
    /// There is none, and none is expected: kenc never sealed the document, or another tool has encrypted it since.
    /// Only the MAC of sops protects it.
    Absent,
    /// It is missing although one is expected, or it is invalid.
    Broken(SealFault),
}

/// A placeholder of the length of a seal. It occurs nowhere else.
pub(crate) fn placeholder() -> String {
    let mut tag = [0; SEAL_LEN];
    fill_random(&mut tag);
    field(&tag)
}

/// Replaces the placeholder in the metadata by the seal. `values` are those of the leaves, in order.
pub(crate) fn put(
    sealed: EncryptedDocument,
    data_key: &DataKey,
    cipher: &ValueCipher,
    values: &[impl Borrow<Value>],
) -> Result<EncryptedDocument, DocumentError> {
    let EncryptedDocument { mut document, mut metadata, selection } = sealed;
    let lost = || DocumentError::NotAsMeant("the seal cannot be found".to_owned());
    let seal = field(&digest((data_key, cipher), &metadata, &document, &selection, values)?);
    let placeholder = metadata.seal.replace(seal.clone()).ok_or_else(lost)?;
    let mut count = 0;
    for range in metadata_ranges(&document)? {
        // The new text has the same length and character set, so that all positions and everything parsed stay valid.
        let part = document.text.get(range.clone()).ok_or_else(lost)?.replace(&placeholder, &seal);
        count += usize::from(part.contains(&seal));
        document.text.overwrite(range, &part);
    }
    let fields = document.found.metadata.as_mut().ok_or_else(lost)?;
    fields.insert(SEAL.to_owned(), Json::String(seal));
    if count == 0 { Err(lost()) } else { Ok(EncryptedDocument { document, metadata, selection }) }
}

/// Checks the seal of a document.
pub(crate) fn check(
    data_key: &DataKey,
    cipher: &ValueCipher,
    sealed: &EncryptedDocument,
    values: &[impl Borrow<Value>],
) -> SealStatus {
    let EncryptedDocument { document, metadata, selection } = sealed;
    let seal = match (metadata.is_marked_as_sealed(), &metadata.seal) {
        (true, Some(seal)) => seal,
        (true, None) => return SealStatus::Broken(SealFault::Removed),
        (false, Some(_)) => return SealStatus::Broken(SealFault::Unexpected),
        (false, None) => return SealStatus::Absent,
    };
    let Some(tag) = seal.strip_prefix(BEGIN).and_then(|seal| seal.strip_suffix(END)) else {
        return SealStatus::Broken(SealFault::Unknown);
    };
    let holds = BASE64_STANDARD.decode(tag).is_ok_and(|tag| {
        digest((data_key, cipher), metadata, document, selection, values).is_ok_and(|digest| are_equal(&tag, &digest))
    });
    if holds { SealStatus::Verified } else { SealStatus::Broken(SealFault::Wrong) }
}

fn field(tag: &[u8; SEAL_LEN]) -> String {
    format!("{BEGIN}{}{END}", BASE64_STANDARD.encode(tag))
}

fn digest(
    (data_key, cipher): (&DataKey, &ValueCipher),
    metadata: &Metadata,
    document: &Document,
    selection: &CompiledRule,
    values: &[impl Borrow<Value>],
) -> Result<[u8; SEAL_LEN], DocumentError> {
    let mut encoder = Encoder::new(KeyedDigest::new(data_key, PURPOSE));
    encoder.text(sealed_as(document.format()));
    encoder.metadata(metadata);
    encoder.document(document, &marks(document, selection, metadata.mac_scope, cipher, values)?)?;
    Ok(encoder.finish())
}

struct Encoder {
    digest: KeyedDigest,
    /// What comes next: many short pieces take less time together.
    pending: Zeroizing<Vec<u8>>,
}

/// The number of bytes that are added at a time.
const BATCH: usize = 4096;

impl Encoder {
    fn new(digest: KeyedDigest) -> Self {
        Self { digest, pending: Zeroizing::new(Vec::with_capacity(BATCH)) }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.pending.len() + bytes.len() > BATCH {
            self.digest.update(&self.pending);
            self.pending.clear();
        }
        if bytes.len() > BATCH {
            self.digest.update(bytes);
        } else {
            self.pending.extend_from_slice(bytes);
        }
    }

    fn finish(mut self) -> [u8; SEAL_LEN] {
        self.digest.update(&self.pending);
        self.digest.finish()
    }

    fn number(&mut self, number: usize) {
        self.add(&(number as u64).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.add(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The content of the metadata, except the wrapped keys themselves and their times.
    fn metadata(&mut self, metadata: &Metadata) {
        let Metadata { groups, threshold, rule, mac_scope, last_modified, version, mac, seal: _, forms, unknown } =
            metadata;
        self.text(last_modified);
        self.text(version);
        self.text(rule.name());
        self.text(rule.text());
        self.number(usize::from(*mac_scope == MacScope::OnlyEncrypted));
        self.number(*threshold);
        self.number(groups.len());
        for group in groups {
            let mut keys: Vec<Vec<u8>> = group.iter().map(identity).collect();
            keys.sort();
            self.number(keys.len());
            for key in keys {
                self.bytes(&key);
            }
        }
        for text in [mac, forms] {
            self.text(text.as_deref().unwrap_or_default());
        }
        let mut fields = Vec::new();
        push_fields(unknown.iter(), &mut fields);
        self.bytes(&fields);
    }

    /// The text in pieces, with the parts between them.
    fn document(&mut self, document: &Document, marks: &[(Range<usize>, Mark<'_>)]) -> Result<(), DocumentError> {
        let lost = || DocumentError::NotAsMeant("two of its values overlap".to_owned());
        let (mut done, mut is_behind_metadata) = (0, false);
        for (range, mark) in marks {
            let is_metadata = matches!(mark, Mark::Metadata);
            let piece = document.text().get(done..range.start).ok_or_else(lost)?;
            self.text(&normalized(piece, is_behind_metadata, is_metadata));
            match mark {
                Mark::Value(value) => self.value(value.kind().unwrap_or(ValueKind::Text), &value.plaintext_bytes()),
                Mark::Comment(text) => self.value(ValueKind::Comment, text.as_bytes()),
                Mark::InTheClear => self.add(b"c"),
                Mark::Metadata => self.add(b"m"),
            }
            (done, is_behind_metadata) = (range.end, is_metadata);
        }
        let rest = document.text().get(done..).ok_or_else(lost)?;
        self.text(&normalized(rest, is_behind_metadata, true));
        self.add(b"e");
        Ok(())
    }

    fn value(&mut self, kind: ValueKind, plaintext: &[u8]) {
        self.add(b"v");
        self.text(kind.name());
        self.bytes(plaintext);
    }
}

/// A part of the text that is not covered literally.
pub(crate) enum Mark<'a> {
    /// An encrypted value: its type and its plaintext are covered.
    Value(&'a Value),
    /// An encrypted comment.
    Comment(Zeroizing<String>),
    /// A plaintext value that others may change.
    InTheClear,
    /// Metadata.
    Metadata,
}

/// These parts, in text order.
pub(crate) fn marks<'a>(
    document: &Document,
    selection: &CompiledRule,
    scope: MacScope,
    cipher: &ValueCipher,
    values: &'a [impl Borrow<Value>],
) -> Result<Vec<(Range<usize>, Mark<'a>)>, DocumentError> {
    let mut marks: Vec<(Range<usize>, Mark<'a>)> =
        metadata_ranges(document)?.into_iter().map(|range| (range, Mark::Metadata)).collect();
    let mut values = values.iter().map(Borrow::borrow);
    let missing = || DocumentError::NotAsMeant("an encrypted value cannot be found".to_owned());
    let token = |id: crate::document::LeafId| document.found.tokens.get(id.0).cloned().ok_or_else(missing);
    walk(document.tree(), selection, |met, spot| {
        match met {
            RuleItem::Leaf(leaf) => {
                let value = values.next().ok_or_else(missing)?;
                match &leaf.value {
                    Value::Text(text) if spot.is_selected && looks_encrypted(text) => {
                        marks.push((encrypted_within(document.text(), token(leaf.id)?)?, Mark::Value(value)));
                    }
                    _ if !spot.is_selected && scope == MacScope::OnlyEncrypted => {
                        let mut range = token(leaf.id)?;
                        let source = document.source(leaf.id);
                        range.end = range.start + source.trim_end_matches(['\r', '\n']).len();
                        // A comment after the header is not part of the value.
                        if let Some(body) = body_of_block(source).filter(|body| source[..*body].contains('#')) {
                            range.start = (range.start + body).min(range.end);
                        }
                        marks.push((range, Mark::InTheClear));
                    }
                    _ => {}
                }
            }
            RuleItem::Comment(comment) if spot.is_selected && looks_encrypted(&comment.text) => {
                if let Some(text) = comment_text(cipher, &comment.text, spot.aad) {
                    marks.push((encrypted_within(document.text(), token(comment.id)?)?, Mark::Comment(text)));
                }
            }
            RuleItem::Comment(_) | RuleItem::Alias(_) => {}
        }
        Ok::<(), DocumentError>(())
    })?;
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    Ok(marks)
}

/// The start of the lines of a YAML block scalar in its token. In other notations no value begins like one and has
/// lines.
fn body_of_block(source: &str) -> Option<usize> {
    source.starts_with(['|', '>']).then(|| source.find(['\r', '\n'])).flatten()
}

/// The range of the encrypted value in its token, without quotes.
fn encrypted_within(text: &str, token: Range<usize>) -> Result<Range<usize>, DocumentError> {
    let lost = || DocumentError::NotAsMeant("an encrypted value is written in parts".to_owned());
    let source = text.get(token.clone()).ok_or_else(lost)?;
    // After the header of a block scalar, an encrypted comment may follow.
    let lines = body_of_block(source).unwrap_or(0);
    // Mostly it is the whole token, or between quotes.
    let near = (lines..lines + 2).find(|at| source.get(*at..).is_some_and(|rest| rest.starts_with("ENC[")));
    let start = near.or_else(|| source[lines..].find("ENC[").map(|at| lines + at)).ok_or_else(lost)?;
    let end = start + source[start..].find(']').ok_or_else(lost)? + 1;
    Ok(token.start + start..token.start + end)
}

/// The ranges of the metadata, in text order.
fn metadata_ranges(document: &Document) -> Result<Vec<Range<usize>>, DocumentError> {
    let mut ranges = document.outline()?.metadata_ranges(document.text())?;
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    Ok(joined)
}

/// A piece of text without what editors and hooks change: CR before LF, blanks before LF; next to metadata and at the
/// end of the text also empty lines.
fn normalized(piece: &str, is_behind_metadata: bool, is_before_metadata: bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(piece);
    let ends_unclean = |at: usize| matches!(piece.as_bytes().get(at.wrapping_sub(1)), Some(b'\r' | b' ' | b'\t'));
    if memchr_iter(b'\n', piece.as_bytes()).any(ends_unclean) {
        let mut lines = piece.split('\n').peekable();
        let mut clean = String::with_capacity(piece.len());
        while let Some(line) = lines.next() {
            if lines.peek().is_none() {
                clean.push_str(line);
                break;
            }
            clean.push_str(line.strip_suffix('\r').unwrap_or(line).trim_end_matches([' ', '\t']));
            clean.push('\n');
        }
        text = Cow::Owned(clean);
    }
    let mut bare = &*text;
    if is_behind_metadata {
        bare = bare.trim_start_matches('\n');
    }
    if is_before_metadata {
        bare = bare.trim_end_matches([' ', '\t', '\n']);
    }
    if bare.len() == text.len() { text } else { Cow::Owned(bare.to_owned()) }
}

/// Everything that identifies the key and how it is used, and nothing that changes when it wraps anew.
fn identity(key: &StoredKey) -> Vec<u8> {
    let mut identity = Vec::new();
    push_text(key.list(), &mut identity);
    push_fields(key.lasting_fields(), &mut identity);
    identity
}

/// Canonical form of fields, for every notation: sorted, without empty ones, and every single value as text.
fn push_fields<'a>(fields: impl Iterator<Item = (&'a String, &'a Json)>, to: &mut Vec<u8>) {
    let sorted: std::collections::BTreeMap<_, _> = fields.filter(|(_, value)| !is_empty(value)).collect();
    to.push(b'{');
    for (name, value) in sorted {
        push_text(name, to);
        push_field(value, to);
    }
    to.push(b'}');
}

// The recursion is bounded by the nesting limit of the parsers.
fn push_field(value: &Json, to: &mut Vec<u8>) {
    let scalar = |text: &str, to: &mut Vec<u8>| {
        to.push(b't');
        push_text(text, to);
    };
    match value {
        Json::Object(fields) => push_fields(Map::iter(fields), to),
        Json::Array(items) => {
            to.push(b'[');
            for item in items {
                push_field(item, to);
            }
            to.push(b']');
        }
        Json::String(text) => scalar(text, to),
        Json::Null => scalar("", to),
        Json::Bool(_) | Json::Number(_) => scalar(&value.to_string(), to),
    }
}

fn push_text(text: &str, to: &mut Vec<u8>) {
    to.extend_from_slice(&(text.len() as u64).to_be_bytes());
    to.extend_from_slice(text.as_bytes());
}
