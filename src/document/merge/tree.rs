//! Merges three trees path by path.

use std::collections::HashMap;

use crate::document::content::conflict_key::{BASE, OURS, THEIRS};
use crate::document::content::format::Format;
use crate::document::content::tree::{Member, Node, Path, PathStep, TextPlace, Tree, TreeEntry, children};
use crate::document::content::value_text::reads_as;
use crate::document::file::document::Document;
use crate::document::merge::conflict::{Conflict, ConflictKind};
use crate::document::merge::pieces::{MergePiece, pieces};
use crate::document::store::registry::{MemberOrder, facts_of};

/// Maximum number of items of three lists that are merged one by one.
const MAX_ITEMS: usize = 6000;

/// How a conflict is written in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConflictNaming {
    /// The value becomes a mapping of its versions.
    Within,
    /// In notations without nesting: the key keeps our version, and `KEY__kenc_theirs` has theirs.
    Behind,
    /// The same as `kenc_theirs__KEY`, for rules that match the end of a key.
    Before,
}

impl ConflictNaming {
    /// The ways to write a conflict in a notation.
    pub(super) fn of(format: Format) -> &'static [Self] {
        if format.has_types() { &[Self::Within] } else { &[Self::Behind, Self::Before] }
    }

    fn beside(self, key: &str, version: &str) -> String {
        match self {
            Self::Within | Self::Behind => format!("{key}{version}"),
            Self::Before => format!("{}__{key}", version.trim_start_matches('_')),
        }
    }
}

/// Trees prepared for comparison: equal alias names refer to the same place in all of them.
#[derive(Default)]
pub(super) struct Aliases(HashMap<String, u64>);

impl Aliases {
    pub(super) fn named(&mut self, document: &Document) -> Tree {
        let mut tree = document.tree().clone();
        tree.roots.iter_mut().for_each(|root| self.name(root, document.text()));
        tree
    }

    // The stores limit the nesting of a document.
    fn name(&mut self, node: &mut Node, text: &str) {
        match node {
            Node::Leaf(_) => {}
            Node::Alias(place) => {
                let line = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
                let column = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
                let rest = text.split('\n').nth(line).unwrap_or_default().chars().skip(column);
                let is_name = |letter: &char| !letter.is_whitespace() && !matches!(letter, ',' | ']' | '}');
                let (next, name) = (self.0.len() as u64, rest.take_while(is_name).collect());
                *place = TextPlace { line: 0, column: *self.0.entry(name).or_insert(next) };
            }
            Node::Mapping(entries) => entries.iter_mut().for_each(|entry| match entry {
                TreeEntry::Child(member) => self.name(&mut member.value, text),
                TreeEntry::Comment(_) => {}
            }),
            Node::Sequence(entries) => entries.iter_mut().for_each(|entry| match entry {
                TreeEntry::Child(item) => self.name(item, text),
                TreeEntry::Comment(_) => {}
            }),
        }
    }
}

/// Whether two nodes have the same content. The order of keys and the comments are ignored.
pub(super) fn is_same(format: Format, left: &Node, right: &Node) -> bool {
    match (left, right) {
        (Node::Leaf(left), Node::Leaf(right)) => {
            reads_as(format, &left.value, &right.value) || reads_as(format, &right.value, &left.value)
        }
        (Node::Alias(left), Node::Alias(right)) => left == right,
        (Node::Mapping(left), Node::Mapping(right)) => {
            let right_by_key: HashMap<_, _> = children(right).map(|member| (&member.key, &member.value)).collect();
            children(left).count() == right_by_key.len()
                && children(left).all(|member| {
                    right_by_key.get(&member.key).is_some_and(|right| is_same(format, &member.value, right))
                })
        }
        (Node::Sequence(left), Node::Sequence(right)) => {
            children(left).count() == children(right).count()
                && children(left).zip(children(right)).all(|(left, right)| is_same(format, left, right))
        }
        _ => false,
    }
}

/// The merge of three trees in one notation.
pub(super) struct Merger {
    pub(super) format: Format,
    pub(super) naming: ConflictNaming,
    pub(super) conflicts: Vec<Conflict>,
}

impl Merger {
    /// Merges whole files. `None` if the sides have different numbers of documents.
    pub(super) fn trees(&mut self, base: &Tree, ours: &Tree, theirs: &Tree) -> Option<Tree> {
        let [base, ours, theirs] = [base, ours, theirs].map(|tree| tree.roots.iter().collect::<Vec<_>>());
        if base.len() == ours.len() && base.len() == theirs.len() {
            let mut roots = Vec::new();
            for (root, ((base, ours), theirs)) in base.into_iter().zip(ours).zip(theirs).enumerate() {
                let path = Path { root, steps: Vec::new() };
                roots.push(self.node(&path, Some(base), Some(ours), Some(theirs))?);
            }
            return Some(Tree { roots });
        }
        // If there was nothing, there is no document either.
        if base.is_empty() && ours.len() == 1 && theirs.len() == 1 {
            let root = self.node(&Path::default(), None, Some(ours[0]), Some(theirs[0]))?;
            return Some(Tree { roots: vec![root] });
        }
        self.by_pieces(&base, &ours, &theirs).map(|roots| Tree { roots })
    }

    fn node(&mut self, path: &Path, base: Option<&Node>, ours: Option<&Node>, theirs: Option<&Node>) -> Option<Node> {
        if self.is_same(ours, theirs) || self.is_same(base, theirs) {
            return ours.cloned();
        }
        if self.is_same(base, ours) {
            return theirs.cloned();
        }
        match (base, ours, theirs) {
            (base, Some(Node::Mapping(ours)), Some(Node::Mapping(theirs))) => {
                let base = if let Some(Node::Mapping(base)) = base { &base[..] } else { &[] };
                Some(Node::Mapping(self.members(path, base, ours, theirs)))
            }
            (Some(Node::Sequence(base)), Some(Node::Sequence(ours)), Some(Node::Sequence(theirs))) => {
                let [of_base, of_ours, of_theirs] =
                    [base, ours, theirs].map(|entries| children(entries).collect::<Vec<_>>());
                let merged = self.items(path, &of_base, &of_ours, &of_theirs);
                match merged {
                    Some(items) => Some(Node::Sequence(items.into_iter().map(TreeEntry::Child).collect())),
                    None => self.conflict(
                        path,
                        Some(&Node::Sequence(base.clone())),
                        Some(&Node::Sequence(ours.clone())),
                        Some(&Node::Sequence(theirs.clone())),
                    ),
                }
            }
            _ => self.conflict(path, base, ours, theirs),
        }
    }

    fn is_same(&self, left: Option<&Node>, right: Option<&Node>) -> bool {
        match (left, right) {
            (None, None) => true,
            (Some(left), Some(right)) => is_same(self.format, left, right),
            _ => false,
        }
    }

    fn members(
        &mut self,
        path: &Path,
        base: &[TreeEntry<Member>],
        ours: &[TreeEntry<Member>],
        theirs: &[TreeEntry<Member>],
    ) -> Vec<TreeEntry<Member>> {
        let by_key = |entries: &'_ [TreeEntry<Member>]| -> HashMap<String, Node> {
            children(entries).map(|member| (member.key.clone(), member.value.clone())).collect()
        };
        let (in_base, in_ours, in_theirs) = (by_key(base), by_key(ours), by_key(theirs));
        let new = children(theirs).filter(|member| !in_ours.contains_key(&member.key));
        let mut merged = Vec::new();
        for Member { key, .. } in children(ours).chain(new) {
            let place = path.join(PathStep::Key(key.clone()));
            let count = self.conflicts.len();
            let [base, ours, theirs] = [&in_base, &in_ours, &in_theirs].map(|members| members.get(key));
            let node = self.node(&place, base, ours, theirs);
            merged.extend(node.map(|node| TreeEntry::Child(Member::new(key.clone(), node))));
            let is_disputed = self.conflicts.len() > count && self.conflicts[count].path == place;
            if is_disputed && self.naming != ConflictNaming::Within {
                for (version, node) in [(BASE, base), (THEIRS, theirs)] {
                    let beside = self.naming.beside(key, version);
                    merged.extend(node.map(|node| TreeEntry::Child(Member::new(beside, node.clone()))));
                }
            }
        }
        merged
    }

    /// Merges items as lines: changes at different places are all taken. If changes touch and all lists have the same
    /// length, position by position. Otherwise `None`: the lists conflict as a whole.
    fn items(&mut self, path: &Path, base: &[&Node], ours: &[&Node], theirs: &[&Node]) -> Option<Vec<Node>> {
        if let Some(merged) = self.by_pieces(base, ours, theirs) {
            return Some(merged);
        }
        if base.len() != ours.len() || base.len() != theirs.len() {
            return None;
        }
        let each = base.iter().zip(ours).zip(theirs).enumerate();
        each.map(|(at, ((base, ours), theirs))| {
            self.node(&path.join(PathStep::Index(at)), Some(base), Some(ours), Some(theirs))
        })
        .collect()
    }

    fn by_pieces<'n>(&self, base: &[&'n Node], ours: &[&'n Node], theirs: &[&'n Node]) -> Option<Vec<Node>> {
        // Every pair of items is compared: lists longer than in any config are not merged by items.
        if base.len() + ours.len() + theirs.len() > MAX_ITEMS {
            return None;
        }
        let mut kinds: Vec<&'n Node> = Vec::new();
        let [base_numbers, our_numbers, their_numbers] = [base, ours, theirs].map(|nodes| {
            let number = |node: &&'n Node| {
                let known = kinds.iter().position(|kind| is_same(self.format, kind, node));
                known.unwrap_or_else(|| {
                    kinds.push(node);
                    kinds.len() - 1
                })
            };
            nodes.iter().map(number).collect::<Vec<_>>()
        });
        let mut merged = Vec::new();
        for piece in pieces(&base_numbers, &our_numbers, &their_numbers) {
            let nodes = match piece {
                MergePiece::Ours(range) => &ours[range],
                MergePiece::Theirs(range) => &theirs[range],
                MergePiece::Both { .. } => return None,
            };
            merged.extend(nodes.iter().map(|node| (*node).clone()));
        }
        Some(merged)
    }

    fn conflict(
        &mut self,
        path: &Path,
        base: Option<&Node>,
        ours: Option<&Node>,
        theirs: Option<&Node>,
    ) -> Option<Node> {
        let kind = match (base, ours, theirs) {
            (_, None, _) => ConflictKind::OursDeleted,
            (_, _, None) => ConflictKind::TheirsDeleted,
            (None, ..) => ConflictKind::BothAdded,
            _ => ConflictKind::BothChanged,
        };
        self.conflicts.push(Conflict { path: path.clone(), kind });
        if self.naming != ConflictNaming::Within {
            return ours.cloned();
        }
        let versions = [(OURS, ours), (BASE, base), (THEIRS, theirs)];
        let member = |(key, node): (&str, Option<&Node>)| Some(TreeEntry::Child(Member::new(key, node?.clone())));
        Some(Node::Mapping(versions.into_iter().filter_map(member).collect()))
    }
}

/// One change that brings a tree closer to another.
pub(super) enum TreeChange {
    Remove(Path),
    Put(Path, Node),
}

/// The first change to make. `None` if both have the same content.
pub(super) fn first_change(format: Format, have: &Tree, wanted: &Tree) -> Option<TreeChange> {
    have.roots
        .iter()
        .zip(&wanted.roots)
        .enumerate()
        .find_map(|(root, (have, wanted))| change(format, &Path { root, steps: Vec::new() }, have, wanted))
}

fn change(format: Format, path: &Path, have: &Node, wanted: &Node) -> Option<TreeChange> {
    match (have, wanted) {
        (Node::Mapping(have), Node::Mapping(wanted)) => {
            let below = |key: &str| path.join(PathStep::Key(key.to_owned()));
            let having: HashMap<&str, &Node> =
                children(have).map(|member| (member.key.as_str(), &member.value)).collect();
            let wanting: std::collections::HashSet<&str> = children(wanted).map(|member| member.key.as_str()).collect();
            if let Some(extra) = children(have).find(|member| !wanting.contains(member.key.as_str())) {
                return Some(TreeChange::Remove(below(&extra.key)));
            }
            children(wanted).find_map(|member| match having.get(member.key.as_str()) {
                Some(have) => change(format, &below(&member.key), have, &member.value),
                None if may_be_absent(format, &member.key) && is_empty(&member.value) => None,
                None => Some(TreeChange::Put(below(&member.key), member.value.clone())),
            })
        }
        (Node::Sequence(have), Node::Sequence(wanted)) if children(have).count() == children(wanted).count() => {
            let each = children(have).zip(children(wanted)).enumerate();
            each.into_iter()
                .find_map(|(at, (have, wanted))| change(format, &path.join(PathStep::Index(at)), have, wanted))
        }
        _ if is_same(format, have, wanted) => None,
        _ => Some(TreeChange::Put(path.clone(), wanted.clone())),
    }
}

/// Whether an empty mapping under this key may have no place in the text.
fn may_be_absent(format: Format, key: &str) -> bool {
    let facts = facts_of(format);
    facts.order == MemberOrder::ValuesFirst || facts.without_header == Some(key)
}

fn is_empty(node: &Node) -> bool {
    matches!(node, Node::Mapping(entries) if children(entries).all(|member| is_empty(&member.value)))
}
