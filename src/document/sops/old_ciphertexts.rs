//! The ciphertexts of the previous version: a value whose type, plaintext and path are unchanged keeps its ciphertext.

use std::collections::{HashMap, VecDeque};

use crate::crypto::sha256;
use crate::document::content::tree::Path;
use crate::document::content::value::{Value, ValueKind};

/// What is kept of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reusable {
    /// Ciphertexts, each for one value at most: two equal values never share an IV because the document was encrypted
    /// again.
    Ciphertexts,
    /// Only the types, if the notation does not distinguish them.
    Types,
}

/// The encrypted values of a document, indexed for reuse.
pub(crate) struct OldCiphertexts {
    keep: Reusable,
    old: Vec<OldCiphertext>,
    by_path: HashMap<Path, usize>,
    by_content: HashMap<[u8; 32], VecDeque<usize>>,
}

struct OldCiphertext {
    token: String,
    /// The value that the token holds.
    value: Value,
    /// The plaintext it reads as, with its path.
    content: [u8; 32],
    is_used: bool,
}

impl OldCiphertexts {
    pub(crate) fn new(keep: Reusable) -> Self {
        Self { keep, old: Vec::new(), by_path: HashMap::new(), by_content: HashMap::new() }
    }

    /// Adds an encrypted value whose plaintext reads as `read`.
    pub(crate) fn add_value(&mut self, path: &Path, aad: &str, token: &str, value: Value, read: &Value) {
        let Some(kind) = read.kind() else { return };
        let content = content(aad, kind, &read.plaintext());
        let number =
            self.add(OldCiphertext { token: token.trim_end_matches('\n').to_owned(), value, content, is_used: false });
        self.by_path.insert(path.clone(), number);
    }

    /// Adds an encrypted comment.
    pub(crate) fn add_comment(&mut self, aad: &str, token: &str, text: &str) {
        let content = content(aad, ValueKind::Comment, text.as_bytes());
        self.add(OldCiphertext { token: token.to_owned(), value: Value::Null, content, is_used: false });
    }

    /// Adds an entry and returns its number. Another version of the document may have the same ciphertext, which is
    /// still used only once.
    fn add(&mut self, old: OldCiphertext) -> usize {
        let numbers = self.by_content.entry(old.content).or_default();
        let known = numbers.iter().find(|number| !old.token.is_empty() && self.old[**number].token == old.token);
        if let Some(known) = known {
            return *known;
        }
        let number = self.old.len();
        // Reusable ciphertexts are found before entries that were added for their type alone.
        let end = numbers.iter().position(|other| !old.token.is_empty() && self.old[*other].token.is_empty());
        numbers.insert(end.unwrap_or(numbers.len()), number);
        self.old.push(old);
        number
    }

    /// Reserves the entry at the same path, so that no other value takes it. Called for all values before any is taken.
    pub(crate) fn find_at_path(&mut self, path: &Path, aad: &str, read: &Value) -> Option<KnownCiphertext> {
        let old = *self.by_path.get(path)?;
        let is_same = content(aad, read.kind()?, &read.plaintext()) == self.old[old].content;
        (is_same && !std::mem::replace(&mut self.old[old].is_used, true)).then_some(KnownCiphertext(old))
    }

    /// An entry at another path with the same keys: another position in the same list.
    pub(crate) fn find_elsewhere(&mut self, aad: &str, kind: ValueKind, plaintext: &[u8]) -> Option<KnownCiphertext> {
        if self.old.is_empty() {
            return None;
        }
        let candidates = self.by_content.get_mut(&content(aad, kind, plaintext))?;
        while let Some(old) = candidates.pop_front() {
            if !std::mem::replace(&mut self.old[old].is_used, true) {
                return Some(KnownCiphertext(old));
            }
        }
        None
    }

    /// The value that was encrypted.
    pub(crate) fn value(&self, KnownCiphertext(old): &KnownCiphertext) -> &Value {
        &self.old[*old].value
    }

    /// The ciphertext, if ciphertexts are reused.
    pub(crate) fn token(&self, KnownCiphertext(old): &KnownCiphertext) -> Option<&str> {
        // An entry under another data key was added for its type alone.
        (self.keep == Reusable::Ciphertexts).then(|| self.old[*old].token.as_str()).filter(|token| !token.is_empty())
    }
}

/// An old value that was taken.
pub(crate) struct KnownCiphertext(usize);

/// A digest of a value with its path.
fn content(aad: &str, kind: ValueKind, plaintext: &[u8]) -> [u8; 32] {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(aad.len() + plaintext.len() + 16));
    bytes.extend_from_slice(&(aad.len() as u64).to_be_bytes());
    bytes.extend_from_slice(aad.as_bytes());
    bytes.extend_from_slice(kind.name().as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(plaintext);
    sha256(&bytes)
}
