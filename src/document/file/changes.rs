//! Setting and removing values of a document.

use zeroize::Zeroizing;

use crate::document::content::edit::NewTextRef;
use crate::document::content::format::Format;
use crate::document::content::positions;
use crate::document::content::tree::{
    Leaf, LeafId, Member, Node, Path, PathStep, Tree, TreeEntry, children, comments_before,
};
use crate::document::content::value::Value;
use crate::document::content::walk::TreeItem;
use crate::document::file::comparison::{ChangedNode, Meant, check_metadata};
use crate::document::file::document::{Document, Origin, unreadable};
use crate::document::store::parsed::METADATA_KEY;
use crate::document::store::registry::{ValueTypes, facts_of, parse};
use crate::document::store::splice::{Splice, apply};
use crate::error::DocumentError;

impl Document {
    /// The document with `value` set at `path`. Missing parents are created; an existing value is replaced.
    ///
    /// # Errors
    /// If a step of the path leads into a value that is not a mapping or sequence.
    pub fn with_value(&self, path: &Path, value: &Node) -> Result<Self, DocumentError> {
        if path.steps.first() == Some(&PathStep::Key(METADATA_KEY.to_owned())) {
            return Err(fault(path, "the metadata stands there"));
        }
        let (place, value) = self.place_for(path, value)?;
        let mut meant = self.found.tree.clone();
        let is_there = meant.node_mut(&place).map(|node| *node = value.clone()).is_some();
        if !is_there {
            append(self.format, &mut meant, &place, value.clone())?;
        }
        let text = self.put(&place, &value, is_there)?;
        self.read(text, &meant, &ChangedNode::put(&place, &value))
    }

    /// The document with the value at `path` written as `source`. `None` if that would not be the same value.
    #[must_use]
    pub fn with_source(&self, path: &Path, source: &str) -> Option<Self> {
        let Node::Leaf(Leaf { id, value, .. }) = self.found.tree.node(path)? else { return None };
        let place = self.found.tokens.get(id.0)?.clone();
        let mut text = Zeroizing::new(String::with_capacity(self.text.len() + source.len()));
        text.push_str(&self.text[..place.start]);
        text.push_str(source);
        text.push_str(&self.text[place.end..]);
        let written = Self::parse(self.format, text).ok()?;
        // Neither the value nor how much there is beside it may have changed.
        let is_same = matches!(written.found.tree.node(path), Some(Node::Leaf(leaf)) if leaf.value == *value);
        (is_same && written.found.tokens.len() == self.found.tokens.len()).then_some(written)
    }

    /// The document without the node at `path` and the comments on its lines. Comments above it stay.
    ///
    /// # Errors
    /// If there is no such node.
    pub fn without(&self, path: &Path) -> Result<Self, DocumentError> {
        self.without_comments(path, &[])
    }

    /// The document without the node at `path` and without the comments directly before it: a rule that looks at
    /// comments would apply them to what follows.
    pub(crate) fn without_marked(&self, path: &Path, is_mark: impl Fn(&str) -> bool) -> Result<Self, DocumentError> {
        let before = comments_before(&self.found.tree, path);
        let marks: Vec<LeafId> =
            before.into_iter().filter(|comment| is_mark(&comment.text)).map(|comment| comment.id).collect();
        if marks.is_empty() {
            return self.without(path);
        }
        // Comments that share a line with something else stay; then encryption checks what follows.
        self.without_comments(path, &marks).or_else(|_| self.without(path))
    }

    fn without_comments(&self, path: &Path, comments: &[LeafId]) -> Result<Self, DocumentError> {
        let Self { text, found, .. } = self;
        if found.tree.node(path).is_none() {
            return Err(fault(path, "no such value"));
        }
        let mut splices = self.outline()?.remove(text, found, path)?;
        for comment in comments {
            let lines = found.tokens.get(comment.0).and_then(|token| positions::own_lines(text, token));
            splices.extend(lines.and_then(|lines| beside(text, lines, &splices)));
        }
        let changed = apply(text, splices)?;
        let mut meant = found.tree.clone();
        detach(&mut meant, path)?;
        self.read(changed, &meant, &ChangedNode::removed(path, comments))
    }

    /// The path at which `value` is set, and the value wrapped in the parents that are missing.
    fn place_for(&self, path: &Path, value: &Node) -> Result<(Path, Node), DocumentError> {
        let tree = &self.found.tree;
        let mut place = Path { root: path.root, steps: Vec::new() };
        let mut missing = path.steps.as_slice();
        let mut node = tree.node(&place).ok_or_else(|| fault(path, "the file has no such document"))?;
        while let [step, rest @ ..] = missing {
            match node {
                Node::Leaf(Leaf { value: Value::Null, .. }) => break,
                Node::Leaf(_) | Node::Alias(_) => {
                    return Err(fault(&place, "it is a single value, not a mapping or a list"));
                }
                Node::Mapping(_) | Node::Sequence(_) => {}
            }
            place.steps.push(step.clone());
            missing = rest;
            match (tree.node(&place), node, step) {
                (Some(child), ..) => node = child,
                (None, Node::Mapping(_), PathStep::Key(_)) => break,
                (None, Node::Sequence(items), PathStep::Index(index)) if *index == children(items).count() => break,
                (None, _, PathStep::Index(_)) => return Err(fault(path, "the list has no such position")),
                (None, _, PathStep::Key(_)) => {
                    return Err(fault(path, "it is a list, and takes a position such as [0], not a key"));
                }
            }
        }
        let mut value = value.clone();
        for step in missing.iter().rev() {
            value = match step {
                PathStep::Key(key) => Node::Mapping(vec![TreeEntry::Child(Member::new(key, value))]),
                PathStep::Index(0) => Node::Sequence(vec![TreeEntry::Child(value)]),
                PathStep::Index(_) => return Err(fault(path, "the list has no such position")),
            };
        }
        Ok((place, value))
    }

    fn put(&self, place: &Path, value: &Node, is_there: bool) -> Result<Zeroizing<String>, DocumentError> {
        let Self { format, text, found, origin: _ } = self;
        if !is_there {
            return apply(text, self.outline()?.insert(text, found, place, value)?);
        }
        // A tag names the type of the old value, and is removed if the new value has another type.
        if let (Some(Node::Leaf(old)), Node::Leaf(new)) = (found.tree.node(place), value)
            && (facts_of(*format).types != ValueTypes::Tagged || old.value.kind() == new.value.kind())
        {
            let new = NewTextRef::Plain(&new.value);
            return apply(text, found.outline.change(text, &found.tokens[old.id.0], old.id, new)?);
        }
        let outline = self.outline()?;
        if let Some(splices) = outline.replace(text, found, place, value)? {
            return apply(text, splices);
        }
        match place.split_last() {
            None => Err(fault(place, "the whole document cannot be replaced or removed")),
            Some((_, PathStep::Key(_))) => {
                let without = apply(text, outline.remove(text, found, place)?)?;
                let found = parse(*format, &without)?;
                apply(&without, found.outline.insert(&without, &found, place, value)?)
            }
            // Removing and appending an item would move it to the end, so its list is written anew.
            Some((list, _)) => {
                if has_other_comments(&found.tree, &list, place) {
                    let what = "this value in its place without losing the comments beside it".to_owned();
                    return Err(DocumentError::CannotCarry { notation: format.word(), what });
                }
                let mut tree = found.tree.clone();
                *tree.node_mut(place).ok_or_else(|| fault(place, "no such value"))? = value.clone();
                let items = tree.node(&list).ok_or_else(|| fault(place, "no such value"))?;
                self.put(&list, items, true)
            }
        }
    }

    /// Parses the new text and compares it with the expected tree.
    fn read(&self, text: Zeroizing<String>, meant: &Tree, target: &ChangedNode<'_>) -> Result<Self, DocumentError> {
        let found = parse(self.format, &text).map_err(|error| unreadable(&error))?;
        Meant::another_tree(self.format).check(&meant.roots, &found, &text)?;
        target.check_comments(self.format, (&self.found, &self.text), &found)?;
        check_metadata(self.format, self.found.metadata.as_ref(), found.metadata.as_ref())?;
        Ok(Self { format: self.format, text: text.into(), found, origin: Origin::Read })
    }
}

/// Whether the comments belong to a list itself and not to one of its items.
fn has_other_comments(tree: &Tree, list: &Path, item: &Path) -> bool {
    let mut has_any = false;
    tree.walk(|path, element| {
        let is_below = |above: &Path| path.root == above.root && path.steps.starts_with(&above.steps);
        has_any |= matches!(element, TreeItem::Comment(_)) && is_below(list) && !is_below(item);
    });
    has_any
}

/// The lines of a comment, for removal next to other removed lines. Where the line break after it is removed with
/// those, the one before goes.
fn beside(text: &str, lines: std::ops::Range<usize>, others: &[Splice]) -> Option<Splice> {
    let touches = |other: &&Splice| other.place.start < lines.end && lines.start < other.place.end;
    let place = match others.iter().find(touches) {
        None => lines,
        Some(other) if other.place.start > lines.start => {
            let before = &text[..lines.start];
            let line = before.strip_suffix('\n').map_or(before, |rest| rest.strip_suffix('\r').unwrap_or(rest));
            line.len()..other.place.start
        }
        Some(_) => return None,
    };
    Some(Splice { place, text: String::new() })
}

/// Inserts a node into a tree, as the last child of its parent unless the notation requires another place.
fn append(format: Format, tree: &mut Tree, place: &Path, value: Node) -> Result<(), DocumentError> {
    let (parent, last) = place.split_last().ok_or_else(|| fault(place, "the file has no such document"))?;
    match (tree.node_mut(&parent), last) {
        // Keys before the first section can only be at the top.
        (Some(Node::Mapping(entries)), PathStep::Key(key))
            if parent.steps.is_empty() && facts_of(format).without_header == Some(key) =>
        {
            entries.insert(0, TreeEntry::Child(Member::new(key, value)));
        }
        (Some(Node::Mapping(entries)), PathStep::Key(key)) => entries.push(TreeEntry::Child(Member::new(key, value))),
        (Some(Node::Sequence(entries)), PathStep::Index(_)) => entries.push(TreeEntry::Child(value)),
        _ => return Err(fault(place, "its parent does not exist")),
    }
    Ok(())
}

/// Removes a node from a tree.
fn detach(tree: &mut Tree, place: &Path) -> Result<(), DocumentError> {
    let (parent, last) =
        place.split_last().ok_or_else(|| fault(place, "the whole document cannot be replaced or removed"))?;
    match (tree.node_mut(&parent), last) {
        (Some(Node::Mapping(entries)), PathStep::Key(key)) => {
            entries.retain(|entry| !matches!(entry, TreeEntry::Child(member) if member.key == *key));
        }
        (Some(Node::Sequence(entries)), PathStep::Index(index)) => {
            let mut position = 0..;
            entries.retain(|entry| matches!(entry, TreeEntry::Comment(_)) || position.next() != Some(*index));
        }
        _ => return Err(fault(place, "no such value")),
    }
    Ok(())
}

fn fault(path: &Path, fault: &str) -> DocumentError {
    DocumentError::Path { path: path.to_string(), fault: fault.to_owned() }
}
