//! Copies in place of YAML aliases, as sops writes them, and a document in another text or notation.

use std::collections::HashMap;

use crate::document::content::tree::{Leaf, LeafId, Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::file::document::Document;
use crate::document::store::parsed::check_entries;
use crate::error::{DocumentError, Result};

/// Maximum nesting of copies within copies. A file of a few lines could otherwise exhaust the stack.
const MAX_DEPTH: usize = 128;

/// Maximum size of all copied values together, in bytes. A file of a few lines could otherwise exhaust the memory.
const MAX_COPIED: usize = 64 << 20;

impl Document {
    /// Whether any value is a YAML alias.
    #[must_use]
    pub fn has_aliases(&self) -> bool {
        !self.found.aliases.is_empty()
    }

    /// The document with each alias replaced by a copy of its target.
    ///
    /// # Errors
    /// If an alias refers to a value that contains it, or the copies exceed what a config file holds.
    pub fn tree_with_copies(&self) -> Result<Tree, DocumentError> {
        if !self.has_aliases() {
            return Ok(self.tree().clone());
        }
        let targets = self.alias_targets().into_iter().collect();
        let mut copier = Copier { tree: self.tree(), targets, entries: 0, bytes: 0 };
        let roots = self.tree().roots.iter().enumerate();
        let roots = roots.map(|(root, node)| copier.copy(node, &mut Path { root, steps: Vec::new() }, 0));
        Ok(Tree { roots: roots.collect::<Result<_, _>>()? })
    }
}

/// Copies a tree and resolves its aliases.
struct Copier<'d> {
    tree: &'d Tree,
    /// The path of each alias, with the path of its target.
    targets: HashMap<Path, Path>,
    entries: usize,
    bytes: usize,
}

impl Copier<'_> {
    /// A copy of `node`, which is at `path` of the document.
    fn copy(&mut self, node: &Node, path: &mut Path, depth: usize) -> Result<Node, DocumentError> {
        Ok(match node {
            Node::Leaf(leaf) => {
                self.count(leaf.place)?;
                self.bytes += match &leaf.value {
                    Value::Text(text) => text.len(),
                    Value::Bytes(bytes) => bytes.len(),
                    _ => 0,
                };
                if self.bytes > MAX_COPIED {
                    let (at, what, limit) = (leaf.place.into(), "bytes of values in copies of aliases", MAX_COPIED);
                    return Err(DocumentError::TooMany { at, what, limit });
                }
                Node::Leaf(Leaf { id: LeafId::NEW, ..leaf.clone() })
            }
            Node::Alias(place) => self.copy_of_target(*place, path, depth)?,
            Node::Mapping(_) | Node::Sequence(_) if depth == MAX_DEPTH => {
                return Err(refused(TextPlace::default(), "its aliases are nested too deep"));
            }
            Node::Mapping(entries) => {
                let mut copies = Vec::with_capacity(entries.len());
                for entry in entries {
                    copies.push(match entry {
                        TreeEntry::Comment(comment) => {
                            self.count(comment.place)?;
                            TreeEntry::Comment(comment.clone())
                        }
                        TreeEntry::Child(member) => {
                            path.steps.push(PathStep::Key(member.key.clone()));
                            let value = self.copy(&member.value, path, depth + 1)?;
                            path.steps.pop();
                            TreeEntry::Child(Member { value, ..member.clone_without_value() })
                        }
                    });
                }
                Node::Mapping(copies)
            }
            Node::Sequence(entries) => {
                let mut copies = Vec::with_capacity(entries.len());
                let mut index = 0;
                for entry in entries {
                    copies.push(match entry {
                        TreeEntry::Comment(comment) => {
                            self.count(comment.place)?;
                            TreeEntry::Comment(comment.clone())
                        }
                        TreeEntry::Child(child) => {
                            path.steps.push(PathStep::Index(index));
                            let copy = self.copy(child, path, depth + 1)?;
                            path.steps.pop();
                            index += 1;
                            TreeEntry::Child(copy)
                        }
                    });
                }
                Node::Sequence(copies)
            }
        })
    }

    fn copy_of_target(&mut self, place: TextPlace, path: &Path, depth: usize) -> Result<Node, DocumentError> {
        let mut target = self
            .targets
            .get(path)
            .cloned()
            .ok_or_else(|| refused(place, "nothing is known of what the alias means"))?;
        if path.steps.starts_with(&target.steps) {
            return Err(refused(place, "an alias refers to a value that contains it"));
        }
        let node = self.tree.node(&target).ok_or_else(|| refused(place, "the alias does not refer to a value"))?;
        // An empty collection counts as well: it takes as much memory as any other.
        self.count(place)?;
        self.copy(node, &mut target, depth)
    }

    fn count(&mut self, place: TextPlace) -> Result<(), DocumentError> {
        self.entries += 1;
        check_entries(self.entries, || place)
    }
}

impl Member {
    fn clone_without_value(&self) -> Self {
        Self { key: self.key.clone(), place: self.place, value: Node::Sequence(Vec::new()) }
    }
}

fn refused(place: TextPlace, fault: &str) -> DocumentError {
    DocumentError::Refused { at: place.into(), fault: fault.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use zeroize::Zeroizing;

    use super::*;
    use crate::document::content::format::Format;

    fn copies(text: &str) -> Result<String, DocumentError> {
        let document = Document::parse(Format::Yaml, Zeroizing::new(text.to_owned())).unwrap();
        let tree = document.tree_with_copies()?;
        Document::emit(Format::Yaml, &tree).map(|text| text.to_string())
    }

    #[test]
    fn every_alias_becomes_a_copy_of_what_it_stands_for() {
        let text = "a: &x\n  b: 1 # one\n  c: &s t\nd: *x\ne:\n  <<: *x\n  g: *s\nl:\n- &i {p: [1]}\n- *i\n- *s\n---\na: &x 2\nb: *x\n";
        let expected = "a:\n    # one\n    b: 1\n    c: t\nd:\n    # one\n    b: 1\n    c: t\ne:\n    <<:\n        # one\n        b: 1\n        c: t\n    g: t\nl:\n    - p:\n        - 1\n    - p:\n        - 1\n    - t\n---\na: 2\nb: 2\n";
        assert_eq!(copies(text).unwrap(), expected);
    }

    #[test]
    fn an_anchor_that_is_defined_twice_means_the_last_before_the_alias() {
        assert_eq!(copies("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").unwrap(), "a: 1\nb: 1\nc: 2\nd: 2\n");
    }

    #[test]
    fn copies_of_copies_end_before_they_exhaust_the_memory() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
        }
        assert!(matches!(copies(&bomb), Err(DocumentError::TooMany { .. })));
        let mut empty = String::from("a0: &a0 {}\n");
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            writeln!(empty, "a{level}: &a{level} [{aliases}]").unwrap();
        }
        assert!(matches!(copies(&empty), Err(DocumentError::TooMany { .. })));
        let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
        assert!(matches!(copies(&long), Err(DocumentError::TooMany { .. })));
        let mut deep = String::from("a0: &a0 [x]\n");
        for level in 1..1000 {
            writeln!(deep, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
        }
        assert!(matches!(copies(&deep), Err(DocumentError::Refused { .. })));
    }
}
