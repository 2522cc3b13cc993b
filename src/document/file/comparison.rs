//! Checks that a changed text reads back as intended, by comparing both trees.

use std::collections::HashMap;
use std::iter::Peekable;

use serde_json::{Map, Value as Json};

use crate::document::content::edit::{EditRef, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::positions::own_lines;
use crate::document::content::tree::{
    Comment, Leaf, LeafId, Member, Node, Path, PathStep, Tree, TreeEntry, children, comments_before,
};
use crate::document::content::value::Value;
use crate::document::content::value_text::reads_as;
use crate::document::content::walk::TreeItem;
use crate::document::store::parsed::ParsedText;
use crate::document::store::registry::{CommentLines, MemberOrder, facts_of};
use crate::error::DocumentError;

/// The tree that was read, and the expected one.
pub(crate) struct Meant<'a> {
    format: Format,
    /// The new text of each changed leaf, by its number.
    edits: Vec<Option<NewTextRef<'a>>>,
    /// Whether comments are compared: one that belongs to a removed node is removed with it.
    with_comments: bool,
}

type Same = Result<(), DocumentError>;

impl<'a> Meant<'a> {
    /// Nothing differs but `edits`.
    pub(crate) fn with_edits(
        format: Format,
        before: &ParsedText,
        edits: &[EditRef<'a>],
    ) -> Result<Self, DocumentError> {
        let mut by_leaf: Vec<Option<NewTextRef<'a>>> = vec![None; before.tokens.len()];
        for edit in edits {
            let slot =
                by_leaf.get_mut(edit.leaf.0).ok_or_else(|| differs("a change of a value that does not exist"))?;
            if slot.replace(edit.text).is_some() {
                return Err(differs("two changes of one value"));
            }
        }
        Ok(Self { format, edits: by_leaf, with_comments: true })
    }

    /// The tree differs, and comments may have been added or removed.
    pub(crate) fn another_tree(format: Format) -> Self {
        Self { format, edits: Vec::new(), with_comments: false }
    }

    /// Whether a leaf is compared with its new text.
    pub(crate) fn changes(&self, leaf: LeafId) -> bool {
        matches!(self.edits.get(leaf.0), Some(Some(_)))
    }

    /// Compares all roots.
    pub(crate) fn check(&self, before: &[Node], after: &ParsedText, text: &str) -> Same {
        if before.len() != after.tree.roots.len() {
            return Err(differs("a different number of documents"));
        }
        before.iter().zip(&after.tree.roots).try_for_each(|(before, read)| self.node(before, read, after, text))
    }

    // The recursion is bounded by the nesting limit of the parsers.
    fn node(&self, before: &Node, read: &Node, after: &ParsedText, text: &str) -> Same {
        match (before, read) {
            (Node::Mapping(before), Node::Mapping(read)) if self.is_free_order() => {
                self.members(before, read, after, text)
            }
            (Node::Mapping(before), Node::Mapping(read)) => {
                let counts = |member: &Member| !self.is_nameless_section(member);
                self.entries(before, read, (after, text), counts, |before, read| {
                    if before.key != read.key {
                        return Err(differs("a different key"));
                    }
                    self.node(&before.value, &read.value, after, text)
                })
            }
            (Node::Sequence(before), Node::Sequence(read)) => {
                self.entries(before, read, (after, text), |_| true, |before, read| self.node(before, read, after, text))
            }
            (Node::Leaf(before), Node::Leaf(read)) => self.leaf(before, read, after, text),
            (Node::Alias(_), Node::Alias(_)) => Ok(()),
            _ => Err(differs("a value of a different kind")),
        }
    }

    /// The section of keys before the first header disappears with the last of them.
    fn is_nameless_section(&self, member: &Member) -> bool {
        !self.with_comments
            && facts_of(self.format).without_header == Some(&member.key)
            && matches!(&member.value, Node::Mapping(entries) if children(entries).next().is_none())
    }

    /// A changed tree may have its members in another order.
    fn is_free_order(&self) -> bool {
        facts_of(self.format).order == MemberOrder::ValuesFirst && !self.with_comments
    }

    fn members(
        &self,
        before: &[TreeEntry<Member>],
        read: &[TreeEntry<Member>],
        after: &ParsedText,
        text: &str,
    ) -> Same {
        fn says_something(member: &Member) -> bool {
            match &member.value {
                Node::Mapping(entries) => children(entries).any(says_something),
                _ => true,
            }
        }
        let read: HashMap<_, _> =
            children(read).filter(|member| says_something(member)).map(|member| (&member.key, &member.value)).collect();
        let mut count = 0;
        for member in children(before).filter(|member| says_something(member)) {
            let found = read.get(&member.key).ok_or_else(|| differs("a key is missing"))?;
            self.node(&member.value, found, after, text)?;
            count += 1;
        }
        (count == read.len()).then_some(()).ok_or_else(|| differs("there are too many keys"))
    }

    fn entries<T>(
        &self,
        before: &[TreeEntry<T>],
        read: &[TreeEntry<T>],
        (after, text): (&ParsedText, &str),
        counts: impl Fn(&T) -> bool,
        same: impl Fn(&T, &T) -> Same,
    ) -> Same {
        let counts = |entry: &&TreeEntry<T>| match entry {
            TreeEntry::Comment(_) => self.with_comments,
            TreeEntry::Child(child) => counts(child),
        };
        let mut before = before.iter().filter(counts).peekable();
        let mut read = read.iter().filter(counts).peekable();
        loop {
            if facts_of(self.format).comments == CommentLines::Joined {
                self.run_of_comments(&mut before, &mut read)?;
            }
            match (before.next(), read.next()) {
                (None, None) => return Ok(()),
                (Some(TreeEntry::Child(before)), Some(TreeEntry::Child(read))) => same(before, read)?,
                (Some(TreeEntry::Comment(before)), Some(TreeEntry::Comment(read))) => {
                    self.comment(before, read, after, text)?;
                }
                _ => return Err(differs("entries or comments are missing or extra")),
            }
        }
    }

    /// Compares the comments up to the next child line by line: several lines that sops encrypted as one comment become
    /// several again. Blanks and comment marks before the text are ignored.
    fn run_of_comments<'t, T: 't>(
        &self,
        before: &mut Peekable<impl Iterator<Item = &'t TreeEntry<T>>>,
        read: &mut Peekable<impl Iterator<Item = &'t TreeEntry<T>>>,
    ) -> Same {
        let (mut meant, mut found) = (Vec::new(), Vec::new());
        while let Some(TreeEntry::Comment(comment)) = before.next_if(|entry| matches!(entry, TreeEntry::Comment(_))) {
            meant.extend(match self.edits.get(comment.id.0).copied().flatten() {
                None => lines(&comment.text),
                Some(NewTextRef::Comment(text) | NewTextRef::Source(text) | NewTextRef::Encrypted(text)) => lines(text),
                Some(NewTextRef::Plain(Value::Text(text))) => lines(text),
                Some(NewTextRef::Plain(_)) => return Err(differs("a comment that is not text")),
            });
        }
        while let Some(TreeEntry::Comment(comment)) = read.next_if(|entry| matches!(entry, TreeEntry::Comment(_))) {
            found.extend(lines(&comment.text));
        }
        (meant == found).then_some(()).ok_or_else(|| differs("a different comment"))
    }

    fn leaf(&self, before: &Leaf, read: &Leaf, after: &ParsedText, text: &str) -> Same {
        let is_same = match self.edits.get(before.id.0).copied().flatten() {
            None => reads_as(self.format, &before.value, &read.value),
            Some(NewTextRef::Plain(value)) => reads_as(self.format, value, &read.value),
            // In a block scalar that keeps its last line end, the token keeps one too; every reader takes it so.
            Some(NewTextRef::Encrypted(token)) => {
                matches!(&read.value, Value::Text(text) if text.trim_end_matches('\n') == token)
            }
            Some(NewTextRef::Source(source)) => token(after, read.id.0, text) == source,
            Some(NewTextRef::Comment(_)) => false,
        };
        is_same.then_some(()).ok_or_else(|| differs(&format!("a different value at line {}", read.place.line)))
    }

    fn comment(&self, before: &Comment, read: &Comment, after: &ParsedText, text: &str) -> Same {
        let is_same = match self.edits.get(before.id.0).copied().flatten() {
            None => before.text == read.text,
            Some(NewTextRef::Comment(comment)) => *comment == **read.text,
            Some(NewTextRef::Encrypted(token)) => *token == **read.text,
            Some(NewTextRef::Source(source)) => token(after, read.id.0, text) == source,
            Some(NewTextRef::Plain(value)) => matches!(value, Value::Text(comment) if comment.as_str() == *read.text),
        };
        is_same.then_some(()).ok_or_else(|| differs(&format!("a different comment at line {}", read.place.line)))
    }
}

/// The changed node. Comments near it may have changed; all others must be there, in their order, before the same
/// values.
pub(crate) struct ChangedNode<'a> {
    path: &'a Path,
    /// The new node; `None` if the node was removed.
    new: Option<&'a Node>,
    /// Comments before it that were removed with it.
    gone: &'a [LeafId],
}

/// A comment, or a value that is not compared again.
enum CommentOrValue<'t> {
    Comment(&'t Comment),
    Value,
}

impl<'a> ChangedNode<'a> {
    pub(crate) fn put(path: &'a Path, new: &'a Node) -> Self {
        Self { path, new: Some(new), gone: &[] }
    }

    pub(crate) fn removed(path: &'a Path, gone: &'a [LeafId]) -> Self {
        Self { path, new: None, gone }
    }

    /// Compares the comments around the target.
    pub(crate) fn check_comments(
        &self,
        format: Format,
        (before, text): (&ParsedText, &str),
        after: &ParsedText,
    ) -> Same {
        let is_free_order = facts_of(format).order == MemberOrder::ValuesFirst;
        let (meant, mut extra) = tokens(&before.tree, Some(self.path), is_free_order);
        // After a removal, the path of the node belongs to another one.
        let (found, absorbed) = tokens(&after.tree, self.new.map(|_| self.path), is_free_order);
        if let Some(new) = self.new {
            let new = Tree { roots: vec![new.clone()] };
            new.walk(|_, item| {
                if let TreeItem::Comment(comment) = item {
                    extra.extend(lines(&comment.text));
                }
            });
        }
        let may_go = self.comments_of_its_lines(before, text);
        let (mut meant, mut found) = (runs(&meant), runs(&found));
        let runs = meant.len().max(found.len());
        meant.resize_with(runs, Vec::new);
        found.resize_with(runs, Vec::new);
        let is_same =
            meant.iter().zip(&found).all(|(meant, found)| same_run(meant, found, (&may_go, &absorbed), &extra));
        is_same.then_some(()).ok_or_else(|| differs("a comment is missing or in another place"))
    }

    /// The comments before the target that are removed with it: those on its lines, and those that a rule would apply.
    fn comments_of_its_lines(&self, before: &ParsedText, text: &str) -> Vec<LeafId> {
        let mut may_go = self.gone.to_vec();
        if self.new.is_some() {
            return may_go;
        }
        let line = match self.path.split_last() {
            Some((parent, PathStep::Key(key))) => match before.tree.node(&parent) {
                Some(Node::Mapping(entries)) => {
                    children(entries).find(|member| member.key == *key).map(|member| member.place.line)
                }
                _ => None,
            },
            _ => None,
        };
        for comment in comments_before(&before.tree, self.path) {
            let is_alone = before.tokens.get(comment.id.0).is_some_and(|token| own_lines(text, token).is_some());
            if !is_alone || line.is_some_and(|line| comment.place.line >= line) {
                may_go.push(comment.id);
            }
        }
        may_go
    }
}

/// The comments and values outside `target`, and the comments within it.
fn tokens<'t>(tree: &'t Tree, target: Option<&Path>, is_free_order: bool) -> (Vec<CommentOrValue<'t>>, Vec<String>) {
    let (mut tokens, mut within) = (Vec::new(), Vec::new());
    tree.walk(|path, item| {
        let is_within = target.is_some_and(|target| path.root == target.root && path.steps.starts_with(&target.steps));
        match item {
            TreeItem::Comment(comment) if is_within => within.extend(lines(&comment.text)),
            TreeItem::Comment(comment) => tokens.push(CommentOrValue::Comment(comment)),
            TreeItem::Leaf(_) | TreeItem::Alias(_) if !is_within && !is_free_order => {
                tokens.push(CommentOrValue::Value);
            }
            _ => {}
        }
    });
    if is_free_order {
        tokens.sort_by_key(|token| match token {
            CommentOrValue::Comment(comment) => comment.place,
            CommentOrValue::Value => crate::document::content::tree::TextPlace::default(),
        });
    }
    (tokens, within)
}

/// The lines of a comment. Blanks and comment marks before the text of a line are left out.
fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(|line| line.trim().trim_start_matches(['#', ';', ' ']).to_owned()).collect()
}

/// A line of a comment. In INI files, comments on lines that follow each other are one.
type CommentLine = (LeafId, String);

/// The lines of the comments before each value, and those after the last one.
fn runs(tokens: &[CommentOrValue<'_>]) -> Vec<Vec<CommentLine>> {
    let mut runs = vec![Vec::new()];
    for token in tokens {
        match token {
            CommentOrValue::Value => runs.push(Vec::new()),
            CommentOrValue::Comment(comment) => {
                let run: &mut Vec<CommentLine> = runs.last_mut().expect("there is always a run");
                run.extend(lines(&comment.text).into_iter().map(|line| (comment.id, line)));
            }
        }
    }
    runs
}

/// Whether `found` equals `meant`, except for comments that may be missing and others that may be new.
fn same_run(
    meant: &[CommentLine],
    found: &[CommentLine],
    (may_go, absorbed): (&[LeafId], &[String]),
    extra: &[String],
) -> bool {
    let is_same = |(_, meant): &CommentLine, (_, found): &CommentLine| meant == found;
    if meant.len() == found.len() && meant.iter().zip(found).all(|(meant, found)| is_same(meant, found)) {
        return true;
    }
    // The prefixes of `found` that a prefix of `meant` may have become.
    let mut reached = vec![false; found.len() + 1];
    reached[0] = true;
    let comes = |reached: &mut Vec<bool>| {
        for (at, found) in found.iter().enumerate() {
            reached[at + 1] |= reached[at] && extra.contains(&found.1);
        }
    };
    comes(&mut reached);
    for meant in meant {
        let mut next = vec![false; found.len() + 1];
        // At the border of a collection, one comment may have become two.
        let may_go = may_go.contains(&meant.0) || absorbed.contains(&meant.1);
        for at in 0..=found.len() {
            next[at] |= reached[at] && may_go;
            if at < found.len() {
                next[at + 1] |= reached[at] && is_same(meant, &found[at]);
            }
        }
        comes(&mut next);
        reached = next;
    }
    reached[found.len()]
}

/// Compares metadata. Empty fields make no difference, and notations without types have only text.
pub(crate) fn check_metadata(
    format: Format,
    meant: Option<&Map<String, Json>>,
    read: Option<&Map<String, Json>>,
) -> Same {
    let is_same = match (meant, read) {
        (None, None) => true,
        (Some(meant), Some(read)) => same_fields(format, meant, read),
        _ => false,
    };
    is_same.then_some(()).ok_or_else(|| differs("different metadata"))
}

fn same_fields(format: Format, meant: &Map<String, Json>, read: &Map<String, Json>) -> bool {
    fn fields(map: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
        map.iter().filter(|(_, value)| !says_nothing(value))
    }
    fields(meant).count() == fields(read).count()
        && fields(meant).all(|(key, value)| read.get(key).is_some_and(|read| same_field(format, value, read)))
}

fn same_field(format: Format, meant: &Json, read: &Json) -> bool {
    match (meant, read) {
        (Json::Object(meant), Json::Object(read)) => same_fields(format, meant, read),
        (Json::Array(meant), Json::Array(read)) => {
            meant.len() == read.len() && meant.iter().zip(read).all(|(meant, read)| same_field(format, meant, read))
        }
        (Json::String(_), Json::String(_)) => meant == read,
        (meant, Json::String(read)) if !format.has_types() => Json::to_string(meant) == **read,
        (meant, read) => meant == read || (says_nothing(meant) && says_nothing(read)),
    }
}

/// Null, or an empty collection.
fn says_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.iter().all(says_nothing),
        Json::Object(fields) => fields.values().all(says_nothing),
        _ => false,
    }
}

fn token<'a>(found: &ParsedText, leaf: usize, text: &'a str) -> &'a str {
    found.tokens.get(leaf).and_then(|place| text.get(place.clone())).unwrap_or_default()
}

/// Describes the difference, never with a value in it.
fn differs(what: &str) -> DocumentError {
    DocumentError::NotAsMeant(what.to_owned())
}
