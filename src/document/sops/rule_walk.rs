//! Traversal of the leaves and comments of a tree in document order, with the decision of the rule for each.

use std::convert::Infallible;

use crate::document::content::tree::{Comment, Leaf, Node, Path, PathStep, TextPlace, Tree, TreeEntry};
use crate::document::sops::selection::{CompiledRule, Matched};

/// A leaf or comment.
#[derive(Clone, Copy)]
pub(crate) enum RuleItem<'t> {
    Leaf(&'t Leaf),
    Comment(&'t Comment),
    Alias(TextPlace),
}

/// Its context.
pub(crate) struct RulePlace<'w> {
    /// The mapping keys of the path, each followed by a colon: the additional data that binds a ciphertext to its path.
    pub(crate) aad: &'w str,
    /// Whether the rule selects it for encryption.
    pub(crate) is_selected: bool,
    root: usize,
    steps: &'w [WalkStep<'w>],
}

impl RulePlace<'_> {
    /// The path. For a comment, that of its container.
    pub(crate) fn path(&self) -> Path {
        let step = |step: &WalkStep<'_>| match step {
            WalkStep::Key(key) => PathStep::Key((*key).to_owned()),
            WalkStep::Index(index) => PathStep::Index(*index),
        };
        Path { root: self.root, steps: self.steps.iter().map(step).collect() }
    }
}

/// A step of the path to where the walk is.
#[derive(Clone, Copy)]
enum WalkStep<'t> {
    Key(&'t str),
    Index(usize),
}

/// Whether the rule leaves the value at `path` in plaintext, although it is neither null nor empty.
pub(crate) fn stays_in_plaintext(tree: &Tree, selection: &CompiledRule, path: &Path) -> bool {
    let Some(Node::Leaf(leaf)) = tree.node(path) else { return false };
    let mut is_selected = false;
    let walked = walk(tree, selection, |item, place| {
        if matches!(item, RuleItem::Leaf(other) if std::ptr::eq(other, leaf)) {
            is_selected = place.is_selected;
        }
        Ok::<(), Infallible>(())
    });
    let Ok(()) = walked;
    !is_selected && !leaf.value.stays()
}

/// Visits everything in `tree`, until `meet` fails.
pub(crate) fn walk<'t, E>(
    tree: &'t Tree,
    selection: &CompiledRule,
    mut meet: impl FnMut(RuleItem<'t>, &RulePlace<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut walker = Walker { selection, root: 0, steps: Vec::new(), aad: String::new(), meet: &mut meet };
    for (number, root) in tree.roots.iter().enumerate() {
        walker.root = number;
        walker.node(root, Matched::default())?;
    }
    Ok(())
}

struct Walker<'w, 't, E> {
    selection: &'w CompiledRule,
    root: usize,
    steps: Vec<WalkStep<'t>>,
    aad: String,
    meet: &'w mut dyn FnMut(RuleItem<'t>, &RulePlace<'_>) -> Result<(), E>,
}

impl<'t, E> Walker<'_, 't, E> {
    // The stores limit the nesting, so this does not exhaust the stack.
    fn node(&mut self, node: &'t Node, matched: Matched) -> Result<(), E> {
        match node {
            Node::Leaf(leaf) => self.meet(RuleItem::Leaf(leaf), self.selection.selects(matched)),
            Node::Alias(place) => self.meet(RuleItem::Alias(*place), self.selection.selects(matched)),
            Node::Mapping(entries) => {
                let mut behind = matched;
                for entry in entries {
                    match entry {
                        TreeEntry::Comment(comment) => behind = self.comment(comment, behind)?,
                        TreeEntry::Child(member) => {
                            let length = self.aad.len();
                            self.aad.push_str(&member.key);
                            self.aad.push(':');
                            self.steps.push(WalkStep::Key(&member.key));
                            self.node(&member.value, self.selection.below_key(behind, &member.key))?;
                            self.steps.pop();
                            self.aad.truncate(length);
                            // A comment applies up to the next child.
                            behind = matched;
                        }
                    }
                }
                Ok(())
            }
            Node::Sequence(entries) => {
                let (mut behind, mut index) = (matched, 0);
                for entry in entries {
                    match entry {
                        TreeEntry::Comment(comment) => behind = self.comment(comment, behind)?,
                        TreeEntry::Child(child) => {
                            self.steps.push(WalkStep::Index(index));
                            self.node(child, behind)?;
                            self.steps.pop();
                            (behind, index) = (matched, index + 1);
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn comment(&mut self, comment: &'t Comment, before: Matched) -> Result<Matched, E> {
        let behind = self.selection.behind_comment(before, &comment.text);
        self.meet(RuleItem::Comment(comment), self.selection.selects_comment(before, behind))?;
        Ok(behind)
    }

    fn meet(&mut self, met: RuleItem<'t>, is_selected: bool) -> Result<(), E> {
        let aad = if self.aad.is_empty() { ":" } else { &self.aad };
        (self.meet)(met, &RulePlace { aad, is_selected, root: self.root, steps: &self.steps })
    }
}
