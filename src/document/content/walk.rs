//! A walk over all of a tree, as deep as it may be.

use crate::document::content::tree::{Comment, Leaf, Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry};

/// What a walk over a tree shows.
#[derive(Clone, Copy, Debug)]
pub enum TreeItem<'a> {
    /// A single value.
    Leaf(&'a Leaf),
    /// A comment; the path is that of its container.
    Comment(&'a Comment),
    /// An alias.
    Alias(TextPlace),
    /// A mapping or sequence begins.
    Enter(&'a Node),
    /// It ends.
    Leave(&'a Node),
}

impl Tree {
    /// Shows everything to `visit`, in document order, with the way to it.
    pub fn walk<'a>(&'a self, mut visit: impl FnMut(&Path, TreeItem<'a>)) {
        for (root, node) in self.roots.iter().enumerate() {
            walk(node, Path { root, steps: Vec::new() }, &mut visit);
        }
    }
}

/// A container that a walk is in, with what is left of it. The stack of these is on the heap: no tree is too deep.
struct WalkLevel<'a> {
    node: &'a Node,
    rest: Rest<'a>,
}

enum Rest<'a> {
    Members(std::slice::Iter<'a, TreeEntry<Member>>),
    Items(std::slice::Iter<'a, TreeEntry<Node>>, usize),
}

/// What comes next in a container.
enum Next<'a> {
    Comment(&'a Comment),
    Child(PathStep, &'a Node),
    End,
}

fn walk<'a>(root: &'a Node, mut path: Path, visit: &mut impl FnMut(&Path, TreeItem<'a>)) {
    let mut levels: Vec<WalkLevel<'a>> = Vec::new();
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
            // A child that was shown has left its step on the path.
            path.steps.truncate(levels.len().saturating_sub(1));
            let Some(level) = levels.last_mut() else { return };
            match level.rest.next() {
                Next::Comment(comment) => visit(&path, TreeItem::Comment(comment)),
                Next::Child(step, child) => {
                    path.steps.push(step);
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
                Some(TreeEntry::Child(member)) => Next::Child(PathStep::Key(member.key.clone()), &member.value),
            },
            Self::Items(entries, position) => match entries.next() {
                None => Next::End,
                Some(TreeEntry::Comment(comment)) => Next::Comment(comment),
                Some(TreeEntry::Child(item)) => {
                    *position += 1;
                    Next::Child(PathStep::Index(*position - 1), item)
                }
            },
        }
    }
}
