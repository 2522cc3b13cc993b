//! The content of a document: mappings, sequences and leaves in document order, with the comments between them.

use zeroize::Zeroizing;

use crate::document::content::value::Value;
use crate::error::At;

/// The content of one file, without its metadata.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// One root for each YAML document of the file; exactly one in every other notation.
    pub roots: Vec<Node>,
}

/// A node of a tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// Keys with their values.
    Mapping(Vec<TreeEntry<Member>>),
    /// Values in order.
    Sequence(Vec<TreeEntry<Node>>),
    /// A single value.
    Leaf(Leaf),
    /// A YAML alias: it refers to a value elsewhere in the file, and is never followed.
    Alias(TextPlace),
}

/// A child of a mapping or a sequence, or a comment between two children.
#[derive(Clone, Debug)]
pub enum TreeEntry<T> {
    /// A comment. One at the end of a line comes before the child that ends on that line.
    Comment(Comment),
    /// A child.
    Child(T),
}

/// A key of a mapping with its value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Member {
    /// The key, without quotes and escapes.
    pub key: String,
    /// Position of the key.
    pub place: TextPlace,
    /// The value.
    pub value: Node,
}

/// A single value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leaf {
    /// Its number in the document.
    pub id: LeafId,
    /// Its value. Encrypted values are text here.
    pub value: Value,
    /// Its position.
    pub place: TextPlace,
}

/// A comment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Comment {
    /// Its number in the document.
    pub id: LeafId,
    /// The text after the `#` (or `;`, or `//`), including a leading space.
    pub text: Zeroizing<String>,
    /// Its position.
    pub place: TextPlace,
}

/// The number of a leaf or comment in its document, by which changes refer to it. Nodes that were not read from a file
/// have [`LeafId::NEW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafId(pub usize);

impl LeafId {
    /// Not in any file yet.
    pub const NEW: Self = Self(usize::MAX);
}

/// A position in a file. Both numbers count from 1; columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPlace {
    /// The line.
    pub line: u64,
    /// The column.
    pub column: u64,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// Into a mapping, by key.
    Key(String),
    /// Into a sequence, by index from 0; comments do not count.
    Index(usize),
}

/// The path of a node: the index of its YAML document in the file, from 0, and the steps from its root.
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

    /// The node at `path`, mutable.
    pub fn node_mut(&mut self, path: &Path) -> Option<&mut Node> {
        let root = self.roots.get_mut(path.root)?;
        path.steps.iter().try_fold(root, Node::child_mut)
    }
}

impl Node {
    /// The child that a step leads to.
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

    /// A leaf that is not in any file yet.
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
    /// A member that is not in any file yet.
    #[must_use]
    pub fn new(key: impl Into<String>, value: Node) -> Self {
        Self { key: key.into(), place: TextPlace::default(), value }
    }
}

/// The comments directly before the node at `path`, after the previous child.
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

/// The children among entries, mutable.
pub fn children_mut<T>(entries: &mut [TreeEntry<T>]) -> impl Iterator<Item = &mut T> {
    entries.iter_mut().filter_map(|entry| match entry {
        TreeEntry::Child(child) => Some(child),
        TreeEntry::Comment(_) => None,
    })
}
