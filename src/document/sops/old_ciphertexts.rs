//! What a document was encrypted to before: a value whose type, plaintext and path are unchanged keeps its ciphertext.

use std::collections::{HashMap, VecDeque};

use crate::crypto::sha256;
use crate::document::content::tree::Path;
use crate::document::content::value::{Value, ValueKind};

/// What is kept of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reusable {
    /// Ciphertexts, each for one value at most: two equal ones never share an IV because the document was encrypted again.
    Ciphertexts,
    /// Only the types, where the notation does not tell them apart.
    Types,
}

/// Encrypted values of a document, to be found again.
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
    /// What it reads as in the clear, with its path.
    content: [u8; 32],
    is_used: bool,
}

impl OldCiphertexts {
    pub(crate) fn new(keep: Reusable) -> Self {
        Self { keep, old: Vec::new(), by_path: HashMap::new(), by_content: HashMap::new() }
    }

    /// Takes an encrypted value in, which reads as `read` in the clear.
    pub(crate) fn add_value(&mut self, path: &Path, aad: &str, token: &str, value: Value, read: &Value) {
        let Some(kind) = read.kind() else { return };
        let content = content(aad, kind, &read.plaintext());
        let number =
            self.add(OldCiphertext { token: token.trim_end_matches('\n').to_owned(), value, content, is_used: false });
        self.by_path.insert(path.clone(), number);
    }

    /// Takes an encrypted comment in.
    pub(crate) fn add_comment(&mut self, aad: &str, token: &str, text: &str) {
        let content = content(aad, ValueKind::Comment, text.as_bytes());
        self.add(OldCiphertext { token: token.to_owned(), value: Value::Null, content, is_used: false });
    }

    /// Takes it in, and returns its number. Another version of the document may have brought the same ciphertext, which is
    /// still good for one value only.
    fn add(&mut self, old: OldCiphertext) -> usize {
        let numbers = self.by_content.entry(old.content).or_default();
        let known = numbers.iter().find(|number| !old.token.is_empty() && self.old[**number].token == old.token);
        if let Some(known) = known {
            return *known;
        }
        let number = self.old.len();
        // What can be kept is found before what was taken in for its type alone.
        let end = numbers.iter().position(|other| !old.token.is_empty() && self.old[*other].token.is_empty());
        numbers.insert(end.unwrap_or(numbers.len()), number);
        self.old.push(old);
        number
    }

    /// Marks what stands at its old path, so that no other value takes it. Called for all values before any is taken.
    pub(crate) fn find_at_path(&mut self, path: &Path, aad: &str, read: &Value) -> Option<KnownCiphertext> {
        let old = *self.by_path.get(path)?;
        let is_same = content(aad, read.kind()?, &read.plaintext()) == self.old[old].content;
        (is_same && !std::mem::replace(&mut self.old[old].is_used, true)).then_some(KnownCiphertext(old))
    }

    /// What stood at another path with the same keys: another position in the same list.
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

    /// The ciphertext, if ciphertexts are kept.
    pub(crate) fn token(&self, KnownCiphertext(old): &KnownCiphertext) -> Option<&str> {
        // One under another data key was taken in for its type alone.
        (self.keep == Reusable::Ciphertexts).then(|| self.old[*old].token.as_str()).filter(|token| !token.is_empty())
    }
}

/// An old value that was taken.
pub(crate) struct KnownCiphertext(usize);

/// A name for a value with its path that is not the value itself.
fn content(aad: &str, kind: ValueKind, plaintext: &[u8]) -> [u8; 32] {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(aad.len() + plaintext.len() + 16));
    bytes.extend_from_slice(&(aad.len() as u64).to_be_bytes());
    bytes.extend_from_slice(aad.as_bytes());
    bytes.extend_from_slice(kind.name().as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(plaintext);
    sha256(&bytes)
}
