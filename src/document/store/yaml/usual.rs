//! Builds the tree of usual YAML while it is read line by line, without the parts of the text in between.
//!
//! What has a comment, several documents or a value that must be refused has no tree here: the layout of its parts
//! decides. A tree that is returned is the one that the parts give.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ScalarStyle, StructureStyle};
use serde_json::{Map, Value as Json};

use super::build::{is_text_key, value_of};
use super::layout::{CollectionKind, DocumentMark};
use super::lines::{LineSink, read};
use super::metadata;
use super::outline::{MetadataPlace, Setting};
use super::source;
use super::usual_outline::UsualOutline;
use crate::document::content::tree::{Leaf, LeafId, Member, Node, TextPlace, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::{METADATA_KEY, ParsedText, check_entries};
use crate::document::store::structured_metadata;

/// The content of a text, if it is usual.
pub(super) fn parse(text: &str) -> Option<ParsedText> {
    let builder = UsualTreeBuilder {
        text,
        has_begun: false,
        open: Vec::new(),
        root: None,
        root_margin: 0,
        tokens: Vec::new(),
        settings: Vec::new(),
        metadata: None,
        metadata_key: None,
        entries: 0,
        end: 0,
    };
    read(text, builder)?.finish()
}

struct UsualTreeBuilder<'t> {
    text: &'t str,
    /// Whether the only document has begun.
    has_begun: bool,
    /// The collections that have not ended.
    open: Vec<OpenNode>,
    root: Option<Node>,
    /// The spaces before the lines of the root.
    root_margin: usize,
    tokens: Vec<Range<usize>>,
    settings: Vec<Setting>,
    metadata: Option<(Map<String, Json>, MetadataPlace)>,
    /// Where the key of the metadata begins, while its value is read.
    metadata_key: Option<usize>,
    /// The number of values so far.
    entries: usize,
    /// The end of the last token.
    end: usize,
}

/// A collection that has not ended.
struct OpenNode {
    /// Its column, from 1.
    column: u64,
    children: OpenChildren,
}

enum OpenChildren {
    Mapping {
        entries: Vec<TreeEntry<Member>>,
        /// A key that has no value yet.
        key: Option<(String, TextPlace)>,
    },
    Sequence(Vec<TreeEntry<Node>>),
}

/// Up to so many keys are compared one by one.
const FEW_KEYS: usize = 8;

impl<'t> LineSink<'t> for UsualTreeBuilder<'t> {
    fn document(&mut self, _: DocumentMark, _: &Range<usize>, _: TextPlace) -> Option<()> {
        (!std::mem::replace(&mut self.has_begun, true)).then_some(())
    }

    fn comment(&mut self, _: Range<usize>, _: TextPlace) -> Option<()> {
        None
    }

    fn start(
        &mut self,
        kind: CollectionKind,
        _: StructureStyle,
        indent: usize,
        range: Range<usize>,
        _: TextPlace,
    ) -> Option<()> {
        if self.takes_key() {
            return None;
        }
        self.count()?;
        self.end = range.end;
        let children = match kind {
            CollectionKind::Mapping => OpenChildren::Mapping { entries: Vec::new(), key: None },
            CollectionKind::Sequence => OpenChildren::Sequence(Vec::new()),
        };
        self.open.push(OpenNode { column: indent as u64 + 1, children });
        Some(())
    }

    fn stop(&mut self, range: &Range<usize>) -> Option<()> {
        let OpenNode { column, children } = self.open.pop()?;
        if !range.is_empty() {
            self.end = range.end;
        }
        let node = match children {
            OpenChildren::Mapping { entries, .. } => {
                is_without_repetition(&entries).then_some(())?;
                Node::Mapping(entries)
            }
            OpenChildren::Sequence(entries) => Node::Sequence(entries),
        };
        if self.open.is_empty() {
            self.root_margin = usize::try_from(column - 1).ok()?;
        }
        self.attach(node)
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, range: Range<usize>, place: TextPlace) -> Option<()> {
        if self.takes_key() {
            return self.key(text, style, range, place);
        }
        self.count()?;
        let (token, value) = match style {
            // A key without a value: its place is behind the colon.
            _ if range.is_empty() => (range.end + 1..range.end + 1, Value::Null),
            ScalarStyle::Literal => (source::block_token(self.text, self.end, &range)?, value_of(text, style)?),
            _ => (range, value_of(text, style)?),
        };
        self.end = token.end;
        let id = if self.metadata_key.is_some() {
            // Its text counts, not its time.
            if matches!(value, Value::Time(_)) {
                return None;
            }
            LeafId::NEW
        } else {
            let indent = self.open.last()?.column;
            self.tokens.push(token);
            self.settings.push(Setting { in_flow: false, indent, blocked: false });
            LeafId(self.tokens.len() - 1)
        };
        self.attach(Node::Leaf(Leaf { id, value, place }))
    }
}

impl UsualTreeBuilder<'_> {
    /// Whether a key comes next.
    fn takes_key(&self) -> bool {
        matches!(self.open.last(), Some(OpenNode { children: OpenChildren::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, text: Cow<'_, str>, style: ScalarStyle, range: Range<usize>, place: TextPlace) -> Option<()> {
        if !is_text_key(&text, style) {
            return None;
        }
        if self.open.len() == 1 && text == METADATA_KEY {
            if self.metadata.is_some() {
                return None;
            }
            self.metadata_key = Some(range.start);
        }
        self.end = range.end;
        match &mut self.open.last_mut()?.children {
            OpenChildren::Mapping { key, .. } => *key = Some((text.into_owned(), place)),
            OpenChildren::Sequence(_) => return None,
        }
        Some(())
    }

    fn count(&mut self) -> Option<()> {
        self.entries += 1;
        check_entries(self.entries, TextPlace::default).ok()
    }

    /// Adds a node to the innermost collection.
    fn attach(&mut self, node: Node) -> Option<()> {
        let is_member_of_root = self.open.len() == 1;
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        match &mut parent.children {
            OpenChildren::Sequence(entries) => entries.push(TreeEntry::Child(node)),
            OpenChildren::Mapping { entries, key } => {
                let (key, place) = key.take()?;
                match self.metadata_key.filter(|_| is_member_of_root) {
                    None => entries.push(TreeEntry::Child(Member { key, place, value: node })),
                    Some(start) => {
                        let Json::Object(fields) = structured_metadata::json(&node).ok()? else { return None };
                        let place = metadata::block_place(self.text, start, self.end)?;
                        self.metadata = Some((fields, place));
                        self.metadata_key = None;
                    }
                }
            }
        }
        Some(())
    }

    fn finish(self) -> Option<ParsedText> {
        let root = self.root.filter(|root| matches!(root, Node::Mapping(_)))?;
        let (fields, place) = if let Some((fields, place)) = self.metadata {
            (Some(fields), place)
        } else {
            let (at, margin) = (self.text.len(), Some(self.root_margin));
            (None, MetadataPlace::Free { at, margin, is_behind_member: false, header: None })
        };
        Some(ParsedText {
            tree: Tree { roots: vec![root] },
            tokens: self.tokens,
            metadata: fields,
            aliases: Vec::new(),
            duplicate: None,
            outline: Arc::new(UsualOutline { settings: self.settings, metadata_places: vec![place] }),
        })
    }
}

/// Whether no key occurs twice.
fn is_without_repetition(entries: &[TreeEntry<Member>]) -> bool {
    fn key(entry: &TreeEntry<Member>) -> &str {
        match entry {
            TreeEntry::Child(member) => &member.key,
            TreeEntry::Comment(_) => "",
        }
    }
    if entries.len() <= FEW_KEYS {
        return (1..entries.len()).all(|at| entries[..at].iter().all(|other| key(other) != key(&entries[at])));
    }
    let mut keys = HashSet::with_capacity(entries.len());
    entries.iter().all(|entry| keys.insert(key(entry)))
}
