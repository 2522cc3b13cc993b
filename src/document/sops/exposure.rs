//! Checks every changed document before it is written: what was encrypted stays encrypted.
//!
//! Comments can decide what is encrypted, and a change near one may end its effect on a value. A value counts as the
//! same if its keys and its plaintext are; positions in lists and in the file are ignored, because items move.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::crypto::sha256;
use crate::document::content::conflict_key::original_key;
use crate::document::content::tree::{Path, Tree};
use crate::document::sops::rule_walk::{RuleItem, walk};
use crate::document::sops::selection::{CommentHandling, CompiledRule};
use crate::error::DocumentError;

/// How often a value occurs, by whether it is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) encrypted: usize,
    pub(crate) in_the_clear: usize,
}

/// The values and comments of a document, by digests.
pub(crate) struct ValueCounts(HashMap<[u8; 32], (Count, Path)>);

impl ValueCounts {
    /// Adds everything in `tree` that is encrypted if it is selected.
    pub(crate) fn new(tree: &Tree, selection: &CompiledRule, comments: CommentHandling) -> Self {
        let mut written: HashMap<[u8; 32], (Count, Path)> = HashMap::new();
        let _ = walk(tree, selection, |met, spot| {
            let name = match met {
                RuleItem::Leaf(leaf) if !leaf.value.stays() => name(&spot.path(), b'v', &leaf.value.plaintext()),
                RuleItem::Comment(comment) if comments == CommentHandling::Encrypted && !comment.text.is_empty() => {
                    name(&spot.path(), b'#', comment.text.as_bytes())
                }
                _ => return Ok(()),
            };
            let (count, _) = written.entry(name).or_insert_with(|| (Count::default(), spot.path()));
            if spot.is_selected {
                count.encrypted += 1;
            } else {
                count.in_the_clear += 1;
            }
            Ok::<(), ()>(())
        });
        Self(written)
    }

    pub(crate) fn of(&self, name: &[u8; 32]) -> Option<Count> {
        self.0.get(name).map(|(count, _)| *count)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8; 32], Count, &Path)> {
        self.0.iter().map(|(name, (count, path))| (name, *count, path))
    }
}

/// Refuses `after` if it has something in plaintext that is encrypted in `before`.
pub(crate) fn check(
    (before, after): (&Tree, &Tree),
    selection: &CompiledRule,
    comments: CommentHandling,
) -> Result<(), DocumentError> {
    // What is in plaintext is usually nothing, or what it was before.
    if in_the_clear(before, selection, comments) == in_the_clear(after, selection, comments) {
        return Ok(());
    }
    let counts = |tree| ValueCounts::new(tree, selection, comments);
    check_counts(&counts(before), &counts(after))
}

/// Everything in plaintext, with its path, in order.
fn in_the_clear(
    tree: &Tree,
    selection: &CompiledRule,
    comments: CommentHandling,
) -> Vec<(Path, u8, Zeroizing<Vec<u8>>)> {
    let mut found = Vec::new();
    let _ = walk(tree, selection, |met, spot| {
        match met {
            _ if spot.is_selected => {}
            RuleItem::Leaf(leaf) if !leaf.value.stays() => {
                found.push((spot.path(), b'v', leaf.value.plaintext()));
            }
            RuleItem::Comment(comment) if comments == CommentHandling::Encrypted && !comment.text.is_empty() => {
                found.push((spot.path(), b'#', comment.text.as_bytes().to_vec().into()));
            }
            _ => {}
        }
        Ok::<(), ()>(())
    });
    found
}

fn check_counts(before: &ValueCounts, after: &ValueCounts) -> Result<(), DocumentError> {
    let exposed = after.iter().filter(|(name, after, _)| {
        let before = before.of(name).unwrap_or_default();
        after.in_the_clear > before.in_the_clear && after.encrypted < before.encrypted
    });
    match exposed.map(|(.., path)| path).min() {
        None => Ok(()),
        Some(path) => Err(DocumentError::WouldBeInTheClear { path: path.to_string() }),
    }
}

/// A digest of a value and its path. A version in a conflict of a merge has the path that it came from.
fn name(path: &Path, kind: u8, plaintext: &[u8]) -> [u8; 32] {
    let mut bytes = Zeroizing::new(Vec::with_capacity(256 + plaintext.len()));
    for key in path.keys().filter_map(original_key) {
        bytes.extend_from_slice(&(key.len() as u64).to_be_bytes());
        bytes.extend_from_slice(key.as_bytes());
    }
    bytes.extend_from_slice(&u64::MAX.to_be_bytes());
    bytes.push(kind);
    bytes.extend_from_slice(plaintext);
    sha256(&bytes)
}
