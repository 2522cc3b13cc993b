//! The seal: what the MAC of sops does not cover, and kenc adds without breaking what others read.
//!
//! `kenc_seal` in the metadata is an HMAC-SHA-256 under a key that HKDF-SHA-256 derives from the data key, without salt and
//! with the info `kenc.v1 document seal`. It is made over an encoding that no two documents share: of the time of the last
//! change, the rule, the keys, and then of everything in the tree, in its order. A number is 8 bytes, big-endian; a text
//! stands behind the number of its bytes.
//!
//! sops drops the field when it rewrites a document. A seal with another time than the document's own is one that another
//! tool has kept while it wrote.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::mac::MacScope;
use super::metadata::Metadata;
use super::stored_key::{StoredKey, canonical_fields};
use super::tree::{Node, Step};
use super::value::Value;
use super::{Document, Format, Item};
use crate::crypto::DataKey;
use crate::crypto::digest::{KeyedDigest, are_equal};

const PURPOSE: &[u8] = b"kenc.v1 document seal";
const BEGIN: &str = "KENC[HMAC_SHA256,lastmodified:";
const TAG: &str = ",tag:";
const END: &str = ",version:1]";

/// What is known about the seal of a document that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealStatus {
    /// It holds: keys, structure, order, types, comments, rule and recipients are those that were sealed.
    Verified,
    /// It is from before another tool wrote the document: what holds is what sops's MAC says.
    Stale,
    /// There is none: what holds is what sops's MAC says.
    Missing,
    /// It does not hold.
    Broken,
}

/// Makes the seal of a document. `values` are those of its leaves, in their order.
pub(crate) fn make(data_key: &DataKey, metadata: &Metadata, plaintext: &Document, values: &[Value]) -> String {
    let tag = BASE64_STANDARD.encode(digest(data_key, metadata, plaintext, values));
    format!("{BEGIN}{}{TAG}{tag}{END}", metadata.last_modified)
}

/// Looks at the seal of a document.
pub(crate) fn check(data_key: &DataKey, metadata: &Metadata, plaintext: &Document, values: &[Value]) -> SealStatus {
    let Some(seal) = &metadata.seal else { return SealStatus::Missing };
    let parts = || seal.strip_prefix(BEGIN)?.strip_suffix(END)?.split_once(TAG);
    let Some((last_modified, tag)) = parts() else { return SealStatus::Broken };
    if last_modified != metadata.last_modified {
        return SealStatus::Stale;
    }
    let Ok(tag) = BASE64_STANDARD.decode(tag) else { return SealStatus::Broken };
    let holds = are_equal(&tag, &digest(data_key, metadata, plaintext, values));
    if holds { SealStatus::Verified } else { SealStatus::Broken }
}

fn digest(data_key: &DataKey, metadata: &Metadata, plaintext: &Document, values: &[Value]) -> [u8; 32] {
    let mut encoder = Encoder(KeyedDigest::new(data_key, PURPOSE));
    encoder.metadata(metadata);
    encoder.tree(plaintext, values);
    encoder.anchors(plaintext);
    encoder.0.finish()
}

struct Encoder(KeyedDigest);

impl Encoder {
    fn number(&mut self, number: usize) {
        self.0.update(&(number as u64).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.update(bytes);
    }

    fn metadata(&mut self, metadata: &Metadata) {
        // The MAC and the forms are bound to the data key and their names by their own ciphertexts; that they belong to this
        // state of the document is what is said here.
        let Metadata { groups, threshold, rule, mac_scope, last_modified, version: _, mac, seal: _, forms, unknown } =
            metadata;
        self.bytes(last_modified.as_bytes());
        self.bytes(rule.name().as_bytes());
        self.bytes(rule.text().as_bytes());
        self.number(usize::from(*mac_scope == MacScope::OnlyEncrypted));
        self.number(*threshold);
        self.number(groups.len());
        for group in groups {
            let mut keys: Vec<String> = group.iter().map(StoredKey::identity).collect();
            keys.sort();
            self.number(keys.len());
            for key in keys {
                self.bytes(key.as_bytes());
            }
        }
        for text in [mac, forms] {
            self.bytes(text.as_deref().unwrap_or_default().as_bytes());
        }
        let mut fields = String::new();
        canonical_fields(unknown.iter(), &mut fields);
        self.bytes(fields.as_bytes());
    }

    /// Every node begins with its step below its parent, and every container ends, so that no two trees are encoded alike.
    fn tree(&mut self, plaintext: &Document, values: &[Value]) {
        let mut values = values.iter();
        self.number(plaintext.tree().roots.len());
        plaintext.tree().walk(|path, item| {
            if !matches!(item, Item::Comment(_) | Item::Leave(_)) {
                match path.steps.last() {
                    None => self.0.update(b"r"),
                    Some(Step::Key(key)) => {
                        self.0.update(b"k");
                        self.bytes(key.as_bytes());
                    }
                    Some(Step::Index(index)) => {
                        self.0.update(b"i");
                        self.number(*index);
                    }
                }
            }
            match item {
                Item::Leaf(leaf) => {
                    let value = values.next().unwrap_or(&leaf.value);
                    match value.kind() {
                        None => self.0.update(b"n"),
                        Some(kind) => {
                            self.0.update(b"v");
                            self.bytes(kind.name().as_bytes());
                            self.bytes(&value.plaintext());
                        }
                    }
                }
                Item::Comment(comment) => {
                    self.0.update(b"#");
                    self.bytes(comment.text.as_bytes());
                }
                Item::Alias(_) => self.0.update(b"*"),
                Item::Enter(Node::Sequence(_)) => self.0.update(b"s"),
                Item::Enter(_) => self.0.update(b"m"),
                Item::Leave(_) => self.0.update(b"e"),
            }
        });
    }

    /// The names of anchors and aliases with the number of the token that follows each: which value an alias stands for is
    /// not in the tree.
    ///
    /// Words of keys that only look like one do no harm: they are the same in the same document.
    fn anchors(&mut self, plaintext: &Document) {
        if plaintext.format() != Format::Yaml {
            return;
        }
        let mut tokens: Vec<_> = plaintext.found.tokens.clone();
        tokens.sort_by_key(|place| place.start);
        let mut gap_start = 0;
        let ends = std::iter::once(plaintext.text().len()..plaintext.text().len());
        for (number, token) in tokens.into_iter().chain(ends).enumerate() {
            let gap = plaintext.text().get(gap_start..token.start).unwrap_or_default();
            gap_start = gap_start.max(token.end);
            if !gap.bytes().any(|byte| matches!(byte, b'&' | b'*')) {
                continue;
            }
            let words = gap.split(|letter: char| letter.is_whitespace() || "[]{},".contains(letter));
            for word in words.filter(|word| word.starts_with(['&', '*'])) {
                self.number(number);
                self.bytes(word.as_bytes());
            }
        }
    }
}
