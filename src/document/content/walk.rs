//! Iterative traversal of a tree; depth is not limited by the stack.

use crate::document::content::tree::{Comment, Leaf, Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry};

/// An item of the traversal.
#[derive(Clone, Copy, Debug)]
pub enum TreeItem<'a> {
    /// A single value.
    Leaf(&'a Leaf),
    /// A comment; the path is that of its container.
    Comment(&'a Comment),
    /// An alias.
    Alias(TextPlace),
    /// Start of a mapping or sequence.
    Enter(&'a Node),
    /// Its end.
    Leave(&'a Node),
}

impl Tree {
    /// Calls `visit` for everything, in document order, with its path.
    pub fn walk<'a>(&'a self, mut visit: impl FnMut(&Path, TreeItem<'a>)) {
        for (root, node) in self.roots.iter().enumerate() {
            walk(node, Path { root, steps: Vec::new() }, &mut visit);
        }
    }
}

/// A container being traversed, with its remaining entries. The stack of these is on the heap, so depth is not limited.
struct WalkLevel<'a> {
    node: &'a Node,
    rest: Rest<'a>,
}

enum Rest<'a> {
    Members(std::slice::Iter<'a, TreeEntry<Member>>),
    Items(std::slice::Iter<'a, TreeEntry<Node>>, usize),
}

/// The next entry of a container.
enum Next<'a> {
    Comment(&'a Comment),
    Member(&'a Member),
    Item(usize, &'a Node),
    End,
}

fn walk<'a>(root: &'a Node, mut path: Path, visit: &mut impl FnMut(&Path, TreeItem<'a>)) {
    let mut levels: Vec<WalkLevel<'a>> = Vec::new();
    // Buffers for keys.
    let mut spare: Vec<String> = Vec::new();
    let mut node = root;
    loop {
        match node {
            Node::Leaf(leaf) => visit(&path, TreeItem::Leaf(leaf)),
            Node::Alias(place) => visit(&path, TreeItem::Alias(*place)),
            Node::Mapping(entries) => {
                visit(&path, TreeItem::Enter(node));
                levels.push(WalkLevel { node, rest: Rest::Members(entries.iter()) });
            }
            Node::Sequence(entries) => {
                visit(&path, TreeItem::Enter(node));
                levels.push(WalkLevel { node, rest: Rest::Items(entries.iter(), 0) });
            }
        }
        loop {
            // Removes the step of the child that was visited last.
            while path.steps.len() > levels.len().saturating_sub(1) {
                if let Some(PathStep::Key(mut key)) = path.steps.pop() {
                    key.clear();
                    spare.push(key);
                }
            }
            let Some(level) = levels.last_mut() else { return };
            match level.rest.next() {
                Next::Comment(comment) => visit(&path, TreeItem::Comment(comment)),
                Next::Member(member) => {
                    let mut key = spare.pop().unwrap_or_default();
                    key.push_str(&member.key);
                    path.steps.push(PathStep::Key(key));
                    node = &member.value;
                    break;
                }
                Next::Item(index, child) => {
                    path.steps.push(PathStep::Index(index));
                    node = child;
                    break;
                }
                Next::End => {
                    visit(&path, TreeItem::Leave(level.node));
                    levels.pop();
                }
            }
        }
    }
}

impl<'a> Rest<'a> {
    fn next(&mut self) -> Next<'a> {
        match self {
            Self::Members(entries) => match entries.next() {
                None => Next::End,
                Some(TreeEntry::Comment(comment)) => Next::Comment(comment),
                Some(TreeEntry::Child(member)) => Next::Member(member),
            },
            Self::Items(entries, position) => match entries.next() {
                None => Next::End,
                Some(TreeEntry::Comment(comment)) => Next::Comment(comment),
                Some(TreeEntry::Child(item)) => {
                    *position += 1;
                    Next::Item(*position - 1, item)
                }
            },
        }
    }
}

#[cfg(test)]
impl Tree {
    /// Everything in it, with what is secret: two trees that give the same text are the same.
    pub(crate) fn dump(&self) -> String {
        use std::fmt::Write as _;

        let mut dump = format!("{self:?}\n");
        self.walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item {
                let _ = writeln!(dump, "{:?}", String::from_utf8_lossy(&leaf.value.plaintext()));
            }
        });
        dump
    }
}
