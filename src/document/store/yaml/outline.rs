//! The parts of a YAML text with their byte ranges: what is remembered of it, so that it can be changed.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, Range};

use granit_parser::ScalarStyle;

use super::source;
use crate::document::content::tree::{Node, Path, PathStep, TextPlace, Tree, children};
use crate::document::store::shift::Shift;
use crate::error::{At, DocumentError};

/// A parsed text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct YamlOutline {
    /// The YAML documents of the file.
    pub(super) sections: Vec<Section>,
    /// Every part, in the order of their starts.
    pub(super) parts: Vec<YamlPart>,
    /// The range of every comment, in text order.
    pub(super) remarks: Vec<Range<usize>>,
    /// The target of each alias, by the number of the alias.
    pub(super) targets: BTreeMap<usize, usize>,
    /// The surroundings of each leaf and comment, by its number.
    pub(super) settings: Vec<Setting>,
    /// The position of existing or new metadata, for each document of the file. Empty if it is not known.
    pub(super) metadata_places: Vec<MetadataPlace>,
    /// The keys that hold the metadata, in order: they and their values are not in the tree.
    pub(super) metadata_keys: Vec<usize>,
}

/// One YAML document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// Its root.
    pub(super) root: usize,
    /// The position of the next marker or the end of the file.
    pub(super) end: usize,
}

/// A node of YAML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlPart {
    /// For a scalar the token, including the block header and excluding the blank lines at its end; for a collection
    /// from its first child or bracket to the last.
    pub(super) span: Range<usize>,
    /// The end of the content: after the blank lines of a block scalar.
    pub(super) full_end: usize,
    pub(super) content: PartContent,
    pub(super) has_anchor: bool,
    /// Whether it is within brackets or braces.
    pub(super) in_flow: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum PartContent {
    Mapping(Collection<Pair>),
    Sequence(Collection<usize>),
    Scalar(ScalarStyle),
    Alias,
}

/// A mapping or a sequence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Collection<C> {
    pub(super) is_flow: bool,
    /// The column of its first child or its bracket, from 1.
    pub(super) column: u64,
    pub(super) children: Vec<C>,
}

/// A key with its value, by the numbers of their parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) key: usize,
    pub(super) value: usize,
}

/// What the new text of a scalar depends on besides its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Whether it is within brackets or braces.
    pub(super) in_flow: bool,
    /// The column of its collection, from 1.
    pub(super) indent: u64,
    /// Whether its tag names a type, and cannot be replaced together with it.
    pub(super) blocked: bool,
}

/// The position of existing or new metadata of a YAML document. A margin is the spaces before its lines; within braces,
/// on one line, there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MetadataPlace {
    /// It exists.
    There {
        /// The bytes that are removed with it.
        all: Range<usize>,
        /// The bytes that are replaced by a new one.
        replaced: Range<usize>,
        margin: Option<usize>,
        /// Whether it equals that of the first document.
        says_the_same: bool,
    },
    /// Its key exists, and holds something else.
    Taken(TextPlace),
    /// It does not exist, and would be inserted here.
    Free {
        at: usize,
        margin: Option<usize>,
        is_behind_member: bool,
        /// The header of a block scalar that ends the file without a line break, and the header it needs once lines
        /// follow.
        header: Option<(Range<usize>, String)>,
    },
}

/// A text with its outline.
#[derive(Clone, Copy)]
pub(super) struct YamlView<'a> {
    pub(super) text: &'a str,
    pub(super) outline: &'a YamlOutline,
}

impl Deref for YamlView<'_> {
    type Target = YamlOutline;

    fn deref(&self) -> &YamlOutline {
        self.outline
    }
}

impl YamlView<'_> {
    /// Something that YAML permits and that cannot be preserved, at an offset.
    pub(super) fn refused(&self, at: usize, fault: impl Into<String>) -> DocumentError {
        refused(place_of(self.text, at), fault)
    }
}

impl YamlOutline {
    /// The end of the last token of a part, without the blank lines after it.
    pub(super) fn content_end(&self, mut part: usize) -> usize {
        while self.parts[part].is_block_collection() {
            match self.parts[part].last_child() {
                Some(last) => part = last,
                None => break,
            }
        }
        self.parts[part].span.end
    }

    /// A part with everything in it: their numbers are consecutive.
    pub(super) fn subtree(&self, part: usize) -> Range<usize> {
        let mut last = part;
        while let Some(child) = self.parts[last].last_child() {
            last = child;
        }
        part..last + 1
    }

    /// Whether the content directly before a part is a block scalar.
    pub(super) fn is_behind_block(&self, part: usize) -> bool {
        part.checked_sub(1).is_some_and(|before| self.parts[before].is_block_scalar())
    }

    /// Whether this key holds metadata.
    pub(super) fn is_metadata(&self, key: usize) -> bool {
        self.metadata_keys.binary_search(&key).is_ok()
    }

    /// The number of the first comment that begins at an offset or after it.
    pub(super) fn first_remark(&self, from: usize) -> usize {
        self.remarks.partition_point(|remark| remark.start < from)
    }

    /// Which child a step leads to, among all children of a part. `node` is the part in the tree.
    pub(super) fn position(&self, part: usize, node: &Node, step: &PathStep) -> Option<usize> {
        match (&self.parts[part].content, node, step) {
            (PartContent::Sequence(items), Node::Sequence(_), PathStep::Index(index)) => {
                (*index < items.children.len()).then_some(*index)
            }
            (PartContent::Mapping(members), Node::Mapping(entries), PathStep::Key(key)) => {
                let at = children(entries).position(|member| member.key == *key)?;
                let before = members.children.iter().position(|pair| self.is_metadata(pair.key));
                Some(at + usize::from(before.is_some_and(|before| before <= at)))
            }
            _ => None,
        }
    }

    /// The path of each alias, in text order, with the path of its target.
    pub(super) fn alias_targets(&self, tree: &Tree) -> Vec<(Path, Path)> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let mut paths = HashMap::new();
        for (root, (section, node)) in self.sections.iter().zip(&tree.roots).enumerate() {
            self.add_paths(section.root, node, &mut Path { root, steps: Vec::new() }, &mut paths);
        }
        let path = |part: &usize| paths.get(part).cloned();
        self.targets.iter().filter_map(|(alias, target)| Some((path(alias)?, path(target)?))).collect()
    }

    // The recursion is bounded by the nesting limit of the parser.
    fn add_paths(&self, part: usize, node: &Node, path: &mut Path, paths: &mut HashMap<usize, Path>) {
        if self.parts[part].has_anchor || matches!(self.parts[part].content, PartContent::Alias) {
            paths.insert(part, path.clone());
        }
        match (&self.parts[part].content, node) {
            (PartContent::Mapping(members), Node::Mapping(entries)) => {
                let pairs = members.children.iter().filter(|pair| !self.is_metadata(pair.key));
                for (pair, member) in pairs.zip(children(entries)) {
                    path.steps.push(PathStep::Key(member.key.clone()));
                    self.add_paths(pair.value, &member.value, path, paths);
                    path.steps.pop();
                }
            }
            (PartContent::Sequence(items), Node::Sequence(entries)) => {
                let items = items.children.iter().zip(children(entries));
                for (index, (item, node)) in items.enumerate() {
                    path.steps.push(PathStep::Index(index));
                    self.add_paths(*item, node, path, paths);
                    path.steps.pop();
                }
            }
            _ => {}
        }
    }

    /// The outline of `text`, in which values were decrypted and from which the metadata was removed. `None` if more
    /// depends on that than positions.
    pub(super) fn shifted(&self, shift: &Shift, text: &str) -> Option<Self> {
        let gone: Vec<Range<usize>> = self.metadata_keys.iter().map(|key| *key..self.subtree(key + 1).end).collect();
        let is_cut = |place: &MetadataPlace| match place {
            MetadataPlace::There { all, .. } => shift.is_cut(all),
            MetadataPlace::Taken(_) | MetadataPlace::Free { .. } => true,
        };
        if !self.metadata_places.iter().all(is_cut) {
            return None;
        }
        // How many parts before a part are gone.
        let number = |part: usize| {
            let before = gone.partition_point(|range| range.end <= part);
            part - gone[..before].iter().map(Range::len).sum::<usize>()
        };
        let is_gone = |part: usize| {
            let at = gone.partition_point(|range| range.end <= part);
            gone.get(at).is_some_and(|range| range.contains(&part))
        };
        let mut parts = Vec::with_capacity(self.parts.len());
        for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| !is_gone(*at)) {
            let mut span = shift.range(&part.span);
            let mut full_end = shift.start(part.full_end).max(span.end);
            let column = |start: usize| column_of(text, start);
            let content = match &part.content {
                PartContent::Alias => PartContent::Alias,
                PartContent::Scalar(_) => PartContent::Scalar(style_of(&text[span.clone()])),
                PartContent::Sequence(items) => PartContent::Sequence(Collection {
                    is_flow: items.is_flow,
                    column: column(span.start),
                    children: items.children.iter().map(|item| number(*item)).collect(),
                }),
                PartContent::Mapping(members) => {
                    let stays = |pair: &&Pair| !self.is_metadata(pair.key);
                    if members.children.iter().any(|pair| self.is_metadata(pair.key)) {
                        // Elsewhere than at the end, the start of the mapping depends on it too.
                        let (last, before) = members.children.split_last()?;
                        let before = before.last().filter(|_| self.is_metadata(last.key))?;
                        if !members.is_flow {
                            full_end = shift.start(self.parts[before.value].full_end);
                            span.end = full_end;
                        }
                    }
                    let children = members.children.iter().filter(stays);
                    PartContent::Mapping(Collection {
                        is_flow: members.is_flow,
                        column: column(span.start),
                        children: children
                            .map(|pair| Pair { key: number(pair.key), value: number(pair.value) })
                            .collect(),
                    })
                }
            };
            debug_assert_eq!(number(at), parts.len(), "parts are numbered in order");
            parts.push(YamlPart { span, full_end, content, has_anchor: part.has_anchor, in_flow: part.in_flow });
        }
        let section = |section: &Section| Section { root: number(section.root), end: shift.start(section.end) };
        Some(Self {
            sections: self.sections.iter().map(section).collect(),
            parts,
            remarks: self
                .remarks
                .iter()
                .filter(|remark| !shift.is_cut(remark))
                .map(|remark| shift.range(remark))
                .collect(),
            targets: self.targets.iter().map(|(alias, target)| (number(*alias), number(*target))).collect(),
            settings: self.settings.clone(),
            metadata_places: Vec::new(),
            metadata_keys: Vec::new(),
        })
    }
}

/// The style of a token.
fn style_of(token: &str) -> ScalarStyle {
    match token.as_bytes().first() {
        Some(b'\'') => ScalarStyle::SingleQuoted,
        Some(b'"') => ScalarStyle::DoubleQuoted,
        Some(b'|') => ScalarStyle::Literal,
        Some(b'>') => ScalarStyle::Folded,
        _ => ScalarStyle::Plain,
    }
}

impl YamlPart {
    pub(super) fn is_empty_scalar(&self) -> bool {
        matches!(self.content, PartContent::Scalar(_)) && self.span.is_empty()
    }

    pub(super) fn is_block_scalar(&self) -> bool {
        matches!(self.content, PartContent::Scalar(ScalarStyle::Literal | ScalarStyle::Folded))
    }

    pub(super) fn is_collection(&self) -> bool {
        matches!(self.content, PartContent::Mapping(_) | PartContent::Sequence(_))
    }

    pub(super) fn is_flow_collection(&self) -> bool {
        self.is_collection() && self.is_flow()
    }

    pub(super) fn is_block_collection(&self) -> bool {
        self.is_collection() && !self.is_flow()
    }

    fn is_flow(&self) -> bool {
        match &self.content {
            PartContent::Mapping(members) => members.is_flow,
            PartContent::Sequence(items) => items.is_flow,
            PartContent::Scalar(_) | PartContent::Alias => false,
        }
    }

    /// The column of a collection, from 1; 1 for anything else.
    pub(super) fn column(&self) -> u64 {
        match &self.content {
            PartContent::Mapping(members) => members.column,
            PartContent::Sequence(items) => items.column,
            PartContent::Scalar(_) | PartContent::Alias => 1,
        }
    }

    /// The spaces before a collection.
    pub(super) fn margin(&self) -> usize {
        usize::try_from(self.column().saturating_sub(1)).unwrap_or(0)
    }

    /// The last value or item.
    pub(super) fn last_child(&self) -> Option<usize> {
        match &self.content {
            PartContent::Mapping(members) => members.children.last().map(|pair| pair.value),
            PartContent::Sequence(items) => items.children.last().copied(),
            PartContent::Scalar(_) | PartContent::Alias => None,
        }
    }

    /// The children of a collection; an item is its own key.
    pub(super) fn children(&self) -> Children<'_> {
        match &self.content {
            PartContent::Mapping(members) => Children::Members(&members.children),
            PartContent::Sequence(items) => Children::Items(&items.children),
            PartContent::Scalar(_) | PartContent::Alias => Children::Items(&[]),
        }
    }
}

/// The children of a collection; an item is its own key.
#[derive(Clone, Copy)]
pub(super) enum Children<'l> {
    Members(&'l [Pair]),
    Items(&'l [usize]),
}

impl Children<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Members(members) => members.len(),
            Self::Items(items) => items.len(),
        }
    }

    pub(super) fn at(&self, index: usize) -> Pair {
        match self {
            Self::Members(members) => members[index],
            Self::Items(items) => Pair { key: items[index], value: items[index] },
        }
    }

    pub(super) fn partition_point(&self, mut is_before: impl FnMut(Pair) -> bool) -> usize {
        match self {
            Self::Members(members) => members.partition_point(|pair| is_before(*pair)),
            Self::Items(items) => items.partition_point(|item| is_before(Pair { key: *item, value: *item })),
        }
    }

    pub(super) fn to_vec(self) -> Vec<Pair> {
        (0..self.len()).map(|index| self.at(index)).collect()
    }
}

/// The position of an offset. A byte order mark does not count.
pub(super) fn place_of(text: &str, at: usize) -> TextPlace {
    let start = source::start_of_line(text, at);
    TextPlace { line: text[..start].matches('\n').count() as u64 + 1, column: column_of(text, at) }
}

/// The column of an offset, from 1.
pub(super) fn column_of(text: &str, at: usize) -> u64 {
    let start = source::start_of_line(text, at);
    text[start..at].trim_start_matches('\u{feff}').chars().count() as u64 + 1
}

/// Something that YAML permits and that cannot be preserved.
pub(super) fn refused(place: TextPlace, fault: impl Into<String>) -> DocumentError {
    DocumentError::Refused { at: At { line: place.line, column: place.column }, fault: fault.into() }
}
