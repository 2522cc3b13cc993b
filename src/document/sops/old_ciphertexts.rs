//! The ciphertexts of the previous version: a value whose type, plaintext and path are unchanged keeps its ciphertext.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::BuildHasher;

use crate::document::content::tree::{Path, PathStep};
use crate::document::content::value::Value;

/// How many values are looked for one by one before all are indexed: a changed document usually has one.
const UNINDEXED: usize = 8;

/// How far ahead of the last entry the next one is looked for before all paths are indexed.
const AHEAD: usize = 8;

/// What is kept of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reusable {
    /// Ciphertexts, each for one value at most: two equal values never share an IV because the document was encrypted
    /// again.
    Ciphertexts,
    /// Only the types, if the notation does not distinguish them.
    Types,
}

/// The encrypted values of a document, in its order.
pub(crate) struct OldCiphertexts<'d> {
    keep: Reusable,
    old: Vec<OldCiphertext<'d>>,
    /// The entries with a ciphertext, by that.
    by_token: HashMap<&'d str, usize>,
    /// Which entry has the path that comes next, if nothing was inserted or removed.
    next: usize,
    /// Filled when an entry is not where it is expected.
    by_path: Option<HashMap<String, usize>>,
    /// Filled when many values are not at their path.
    by_content: Option<HashMap<u64, Vec<usize>>>,
    searches: usize,
    /// How many versions of the document were added.
    versions: usize,
    hasher: RandomState,
}

struct OldCiphertext<'d> {
    /// The keys on the path, and where its parts end: see [`path_key`]. Empty for a comment, which has no path of its
    /// own.
    path: String,
    aad_len: usize,
    token: &'d str,
    /// The value that the token holds.
    value: &'d Value,
    /// What it reads as.
    read: OldContent<'d>,
    /// An earlier entry with the same token, which stands for this one.
    same_as: Option<usize>,
    is_used: bool,
}

/// What a token holds.
#[derive(Clone, Copy)]
pub(crate) enum OldContent<'d> {
    Value(&'d Value),
    Comment(&'d str),
}

impl OldContent<'_> {
    fn is_same(self, other: OldContent<'_>) -> bool {
        match (self, other) {
            (Self::Comment(one), OldContent::Comment(other)) => one == other,
            (Self::Value(Value::Text(one)), OldContent::Value(Value::Text(other))) => one == other,
            (Self::Value(one), OldContent::Value(other)) => {
                one.kind() == other.kind() && *one.plaintext_bytes() == *other.plaintext_bytes()
            }
            _ => false,
        }
    }

    /// A number that is equal for equal contents. The hasher has a random key.
    fn number(self, aad: &str, hasher: &RandomState) -> u64 {
        match self {
            Self::Comment(text) => hasher.hash_one((aad, "", text.as_bytes())),
            Self::Value(value) => {
                let kind = value.kind().map_or("", |kind| kind.name());
                hasher.hash_one((aad, kind, &*value.plaintext_bytes()))
            }
        }
    }
}

impl<'d> OldCiphertexts<'d> {
    pub(crate) fn new(keep: Reusable) -> Self {
        Self {
            keep,
            old: Vec::new(),
            by_token: HashMap::new(),
            next: 0,
            by_path: None,
            by_content: None,
            searches: 0,
            versions: 0,
            hasher: RandomState::new(),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.old.is_empty()
    }

    /// Begins another version of the document, whose entries are added next, in order.
    pub(crate) fn begin_version(&mut self) {
        self.versions += 1;
    }

    /// Adds an encrypted value whose plaintext reads as `read`. Without a token only its type is known.
    pub(crate) fn add_value(&mut self, path: &Path, aad: &str, token: &'d str, value: &'d Value, read: &'d Value) {
        if read.kind().is_some() {
            self.add(path_key(aad, path), aad.len(), token.trim_end_matches('\n'), value, OldContent::Value(read));
        }
    }

    /// Adds an encrypted comment.
    pub(crate) fn add_comment(&mut self, aad: &str, token: &'d str, text: &'d str) {
        self.add(aad.to_owned(), aad.len(), token, &Value::Null, OldContent::Comment(text));
    }

    /// Adds an entry. Another version of the document may have the same ciphertext, which is still used only once.
    fn add(&mut self, path: String, aad_len: usize, token: &'d str, value: &'d Value, read: OldContent<'d>) {
        let number = self.old.len();
        let known = if token.is_empty() { number } else { *self.by_token.entry(token).or_insert(number) };
        let same_as = (known != number).then_some(known);
        self.old.push(OldCiphertext { path, aad_len, token, value, read, same_as, is_used: same_as.is_some() });
    }

    /// Reserves the entry at the same path, so that no other value takes it. Called for all values before any is taken,
    /// in the order of the document.
    pub(crate) fn find_at_path(&mut self, path: &Path, aad: &str, read: &Value) -> Option<KnownCiphertext> {
        if self.old.is_empty() {
            return None;
        }
        let number = self.at_path(&path_key(aad, path))?;
        self.next = number + 1;
        let number = self.old[number].same_as.unwrap_or(number);
        let old = &mut self.old[number];
        let is_same = old.read.is_same(OldContent::Value(read));
        (is_same && !std::mem::replace(&mut old.is_used, true)).then_some(KnownCiphertext(number))
    }

    fn at_path(&mut self, path: &str) -> Option<usize> {
        let is_value = |old: &OldCiphertext<'_>| matches!(old.read, OldContent::Value(_));
        // Of several versions, the last one that was added counts.
        if self.versions == 1 {
            let ahead = self.old.iter().enumerate().skip(self.next).take(AHEAD);
            let found = ahead.into_iter().find(|(_, old)| is_value(old) && old.path == path);
            if found.is_some() {
                return found.map(|(number, _)| number);
            }
        }
        let old = &self.old;
        let by_path = self.by_path.get_or_insert_with(|| {
            let values = old.iter().enumerate().filter(|(_, old)| is_value(old));
            values.map(|(number, old)| (old.path.clone(), number)).collect()
        });
        by_path.get(path).copied()
    }

    /// An entry at another path with the same keys: another position in the same list.
    pub(crate) fn find_elsewhere(&mut self, aad: &str, sought: OldContent<'_>) -> Option<KnownCiphertext> {
        if self.old.is_empty() {
            return None;
        }
        self.searches += 1;
        let fits = |old: &OldCiphertext<'_>| {
            !old.is_used && old.path.get(..old.aad_len) == Some(aad) && old.read.is_same(sought)
        };
        let candidates = if self.searches > UNINDEXED {
            let (old, hasher) = (&self.old, &self.hasher);
            let by_content = self.by_content.get_or_insert_with(|| {
                let mut numbers: HashMap<u64, Vec<usize>> = HashMap::new();
                for (number, old) in old.iter().enumerate().filter(|(_, old)| !old.is_used) {
                    numbers.entry(old.read.number(&old.path[..old.aad_len], hasher)).or_default().push(number);
                }
                numbers
            });
            let candidates = by_content.get_mut(&sought.number(aad, hasher))?;
            // So that many equal values do not look at those before them again and again.
            candidates.retain(|number| !old[*number].is_used);
            candidates.clone()
        } else {
            (0..self.old.len()).filter(|number| fits(&self.old[*number])).collect()
        };
        let fitting = || candidates.iter().copied().filter(|number| fits(&self.old[*number]));
        // Ciphertexts that can be kept, before entries that were added for their type alone.
        let found = fitting().find(|number| !self.old[*number].token.is_empty()).or_else(|| fitting().next())?;
        self.old[found].is_used = true;
        Some(KnownCiphertext(found))
    }

    /// The value that was encrypted.
    pub(crate) fn value(&self, KnownCiphertext(old): &KnownCiphertext) -> &'d Value {
        self.old[*old].value
    }

    /// The ciphertext, if ciphertexts are reused.
    pub(crate) fn token(&self, KnownCiphertext(old): &KnownCiphertext) -> Option<&'d str> {
        // An entry under another data key was added for its type alone.
        (self.keep == Reusable::Ciphertexts).then(|| self.old[*old].token).filter(|token| !token.is_empty())
    }
}

/// An old value that was taken.
pub(crate) struct KnownCiphertext(usize);

/// The keys on a path, and the path in a form that no other path has.
fn path_key(aad: &str, path: &Path) -> String {
    let mut key = String::with_capacity(aad.len() + 8 * path.steps.len() + 8);
    key.push_str(aad);
    let _ = write!(key, "\0{}", path.root);
    for step in &path.steps {
        let _ = match step {
            PathStep::Key(name) => write!(key, "k{}", name.len()),
            PathStep::Index(index) => write!(key, "i{index}"),
        };
    }
    key
}
