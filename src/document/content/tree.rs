//! What a document says: mappings, sequences and leaves, in the order in which they stand, with comments between them.

use zeroize::Zeroizing;

use crate::document::content::value::Value;
use crate::error::At;

/// The content of one file, without its metadata.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// One root for each YAML document of the file; exactly one in every other format.
    pub roots: Vec<Node>,
}

/// A part of a tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// Keys with their values.
    Mapping(Vec<TreeEntry<Member>>),
    /// Values in order.
    Sequence(Vec<TreeEntry<Node>>),
    /// A single value.
    Leaf(Leaf),
    /// A YAML alias: it stands for a value elsewhere in the file, and is never followed.
    Alias(TextPlace),
}

/// A child of a mapping or a sequence, or a comment that stands between two.
#[derive(Clone, Debug)]
pub enum TreeEntry<T> {
    /// A comment. One at the end of a line stands before the child that ends on the line.
    Comment(Comment),
    /// A child.
    Child(T),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key as it reads, without quotes and escapes.
    pub key: String,
    /// Where the key begins.
    pub place: TextPlace,
    /// The value.
    pub value: Node,
}

/// A single value.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its number in its document.
    pub id: LeafId,
    /// What it says. Encrypted values are text here.
    pub value: Value,
    /// Where it begins.
    pub place: TextPlace,
}

/// A comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Its number in its document.
    pub id: LeafId,
    /// The text behind the `#` (or `;`, or `//`), a leading space included.
    pub text: Zeroizing<String>,
    /// Where it begins.
    pub place: TextPlace,
}

/// The number of a leaf or a comment in its document, by which it is changed. Nodes that were made by hand have
/// [`LeafId::NEW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId(pub usize);

impl LeafId {
    /// Stands nowhere in a file yet.
    pub const NEW: Self = Self(usize::MAX);
}

/// A place in a file, both numbers from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPlace {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// One step on the way from a root to a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Into a mapping.
    Key(String),
    /// Into a sequence, from 0; comments do not count.
    Index(usize),
}

/// The way to a node: which YAML document of the file, from 0, and the steps from its root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The document.
    pub root: usize,
    /// The steps.
    pub steps: Vec<PathStep>,
}

impl From<TextPlace> for At {
    fn from(TextPlace { line, column }: TextPlace) -> Self {
        Self { line, column }
    }
}

impl Tree {
    /// The node at `path`, if there is one.
    #[must_use]
    pub fn node(&self, path: &Path) -> Option<&Node> {
        let root = self.roots.get(path.root)?;
        path.steps.iter().try_fold(root, Node::child)
    }

    /// The node at `path`, to be changed.
    pub fn node_mut(&mut self, path: &Path) -> Option<&mut Node> {
        let root = self.roots.get_mut(path.root)?;
        path.steps.iter().try_fold(root, Node::child_mut)
    }
}

impl Node {
    /// The child behind one step.
    #[must_use]
    pub fn child(&self, step: &PathStep) -> Option<&Self> {
        match (self, step) {
            (Self::Mapping(entries), PathStep::Key(key)) => {
                children(entries).find(|member| member.key == *key).map(|member| &member.value)
            }
            (Self::Sequence(entries), PathStep::Index(index)) => children(entries).nth(*index),
            _ => None,
        }
    }

    fn child_mut(&mut self, step: &PathStep) -> Option<&mut Self> {
        match (self, step) {
            (Self::Mapping(entries), PathStep::Key(key)) => {
                children_mut(entries).find(|member| member.key == *key).map(|member| &mut member.value)
            }
            (Self::Sequence(entries), PathStep::Index(index)) => children_mut(entries).nth(*index),
            _ => None,
        }
    }

    /// A leaf that stands nowhere yet.
    #[must_use]
    pub fn leaf(value: Value) -> Self {
        Self::Leaf(Leaf { id: LeafId::NEW, value, place: TextPlace::default() })
    }

    /// Whether it is a mapping or a sequence.
    #[must_use]
    pub fn is_container(&self) -> bool {
        matches!(self, Self::Mapping(_) | Self::Sequence(_))
    }
}

impl Member {
    /// A member that stands nowhere yet.
    #[must_use]
    pub fn new(key: impl Into<String>, value: Node) -> Self {
        Self { key: key.into(), place: TextPlace::default(), value }
    }
}

/// The comments that stand directly before the node at `path`, behind the child before it.
pub(crate) fn comments_before<'t>(tree: &'t Tree, path: &Path) -> Vec<&'t Comment> {
    fn before<T>(entries: &[TreeEntry<T>], mut is_it: impl FnMut(&T) -> bool) -> Vec<&Comment> {
        let mut comments = Vec::new();
        for entry in entries {
            match entry {
                TreeEntry::Comment(comment) => comments.push(comment),
                TreeEntry::Child(child) if is_it(child) => return comments,
                TreeEntry::Child(_) => comments.clear(),
            }
        }
        Vec::new()
    }
    let Some((container, last)) = path.split_last() else { return Vec::new() };
    match (tree.node(&container), last) {
        (Some(Node::Mapping(entries)), PathStep::Key(key)) => before(entries, |member| member.key == *key),
        (Some(Node::Sequence(entries)), PathStep::Index(index)) => {
            let mut position = 0..;
            before(entries, |_| position.next() == Some(*index))
        }
        _ => Vec::new(),
    }
}

/// The children among entries, without comments.
pub fn children<T>(entries: &[TreeEntry<T>]) -> impl Iterator<Item = &T> {
    entries.iter().filter_map(|entry| match entry {
        TreeEntry::Child(child) => Some(child),
        TreeEntry::Comment(_) => None,
    })
}

/// The children among entries, to be changed.
pub fn children_mut<T>(entries: &mut [TreeEntry<T>]) -> impl Iterator<Item = &mut T> {
    entries.iter_mut().filter_map(|entry| match entry {
        TreeEntry::Child(child) => Some(child),
        TreeEntry::Comment(_) => None,
    })
}
