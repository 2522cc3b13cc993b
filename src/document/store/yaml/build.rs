//! Builds the tree from the parts of a YAML text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use granit_parser::ScalarStyle;
use zeroize::Zeroizing;

use super::comments::{CommentStanding, standings};
use super::layout::{PartText, YamlLayout};
use super::outline::{Pair, PartContent, Setting, refused};
use super::tag::TagKind;
use crate::document::content::scalar::{is_surely_text, resolve};
use crate::document::content::tree::{Comment, Leaf, LeafId, Member, Node, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::error::DocumentError;

/// A tree with the positions and the settings of its leaves and comments.
pub(super) struct Built {
    pub(super) tree: Tree,
    pub(super) tokens: Vec<Range<usize>>,
    pub(super) settings: Vec<Setting>,
    pub(super) aliases: Vec<Range<usize>>,
}

/// Builds the tree, without the members whose keys are `left_out` and the comments in their ranges.
pub(super) fn build(layout: &YamlLayout<'_>, left_out: &[(usize, Range<usize>)]) -> Result<Built, DocumentError> {
    let mut standings = standings(layout);
    // Both are in text order: a file may have very many documents.
    standings.retain(|standing| {
        let at = layout.remarks[standing.remark].start;
        let after = left_out.partition_point(|(_, range)| range.start <= at);
        !after.checked_sub(1).is_some_and(|last| left_out[last].1.contains(&at))
    });
    let mut builder = TreeBuilder {
        layout,
        standings,
        left_out,
        built: Built { tree: Tree::default(), tokens: Vec::new(), settings: Vec::new(), aliases: Vec::new() },
        met: 0,
        anchored: HashMap::new(),
    };
    for section in &layout.sections {
        let root = builder.root(section.root)?;
        builder.built.tree.roots.push(root);
    }
    Ok(builder.built)
}

struct TreeBuilder<'l, 't> {
    layout: &'l YamlLayout<'t>,
    standings: Vec<CommentStanding>,
    left_out: &'l [(usize, Range<usize>)],
    built: Built,
    /// The number of leaves and aliases so far.
    met: usize,
    /// The content of each finished anchored part, by the number of the part.
    anchored: HashMap<usize, Range<usize>>,
}

impl TreeBuilder<'_, '_> {
    /// sops requires mappings at the top, and accepts an empty document as an empty mapping.
    fn root(&mut self, number: usize) -> Result<Node, DocumentError> {
        let part = &self.layout.parts[number];
        let PartText { place, tag, .. } = &self.layout.contents[number];
        match &part.content {
            PartContent::Mapping(_) => self.node(number, 0),
            PartContent::Scalar(_) if part.is_empty_scalar() && tag.is_none() && !part.has_anchor => {
                let mut entries = Vec::new();
                self.comments(number, 0, 0, &mut entries);
                Ok(Node::Mapping(entries))
            }
            PartContent::Sequence(_) => Err(refused(*place, "a document must be a mapping, but this one is a list")),
            PartContent::Scalar(_) | PartContent::Alias => {
                Err(refused(*place, "a document must be a mapping, but this one is a single value"))
            }
        }
    }

    fn node(&mut self, number: usize, indent: u64) -> Result<Node, DocumentError> {
        let first = self.met;
        let node = self.node_within(number, indent)?;
        if self.layout.parts[number].has_anchor {
            self.anchored.insert(number, first..self.met);
        }
        Ok(node)
    }

    fn node_within(&mut self, number: usize, indent: u64) -> Result<Node, DocumentError> {
        let layout = self.layout;
        let part = &layout.parts[number];
        match &part.content {
            PartContent::Mapping(members) => self.mapping(number, &members.children),
            PartContent::Sequence(items) => {
                let (column, items) = (items.column, &items.children);
                let mut entries = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.comments(number, index, column, &mut entries);
                    entries.push(TreeEntry::Child(self.node(*item, column)?));
                }
                self.comments(number, items.len(), column, &mut entries);
                Ok(Node::Sequence(entries))
            }
            PartContent::Scalar(style) => {
                let says = &layout.contents[number];
                let value = scalar_value(says, *style)?;
                self.met += 1;
                Ok(Node::Leaf(Leaf { id: self.leaf(number, indent), value, place: says.place }))
            }
            PartContent::Alias => {
                self.met += 1;
                // An alias within its own target has no meaning.
                let meant = layout.targets.get(&number).and_then(|target| self.anchored.get(target));
                self.built.aliases.push(meant.cloned().unwrap_or_default());
                Ok(Node::Alias(layout.place(number)))
            }
        }
    }

    fn mapping(&mut self, number: usize, members: &[Pair]) -> Result<Node, DocumentError> {
        let column = self.layout.parts[number].column();
        let mut entries = Vec::with_capacity(members.len());
        let mut keys = HashSet::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            self.comments(number, index, column, &mut entries);
            let place = self.layout.place(member.key);
            let key = key(self.layout, member.key)?;
            if !keys.insert(key) {
                return Err(refused(place, "a key occurs twice in one mapping"));
            }
            if self.left_out.binary_search_by_key(&member.key, |(key, _)| *key).is_ok() {
                continue;
            }
            let value = self.node(member.value, column)?;
            entries.push(TreeEntry::Child(Member { key: key.to_owned(), place, value }));
        }
        self.comments(number, members.len(), column, &mut entries);
        Ok(Node::Mapping(entries))
    }

    fn comments<T>(&mut self, container: usize, before: usize, indent: u64, entries: &mut Vec<TreeEntry<T>>) {
        let first =
            self.standings.partition_point(|standing| (standing.container, standing.before) < (container, before));
        let mut at = first;
        while let Some(standing) =
            self.standings.get(at).filter(|standing| (standing.container, standing.before) == (container, before))
        {
            let remark = &self.layout.remarks[standing.remark];
            let place = self.layout.remark_places[standing.remark];
            let text = self.layout.text[remark.start + 1..remark.end].to_owned();
            let setting = Setting { in_flow: false, indent, blocked: false };
            let id = self.number(remark.clone(), setting);
            entries.push(TreeEntry::Comment(Comment { id, text: Zeroizing::new(text), place }));
            at += 1;
        }
    }

    fn leaf(&mut self, number: usize, indent: u64) -> LeafId {
        let part = &self.layout.parts[number];
        let mut token = part.span.clone();
        let mut blocked = false;
        // A tag that names a type goes with the value: an encrypted value under it would not be text.
        if let Some(tag) = self.layout.contents[number].tag.as_ref().filter(|tag| tag.kind.names_a_type()) {
            if tag.is_adjacent {
                token.start = tag.start;
            } else {
                blocked = true;
            }
        }
        self.number(token, Setting { in_flow: part.in_flow, indent, blocked })
    }

    fn number(&mut self, token: Range<usize>, setting: Setting) -> LeafId {
        self.built.tokens.push(token);
        self.built.settings.push(setting);
        LeafId(self.built.tokens.len() - 1)
    }
}

/// The text of a key, if it is text.
fn key<'l>(layout: &'l YamlLayout<'_>, part: usize) -> Result<&'l str, DocumentError> {
    let place = layout.place(part);
    let Some((says, style)) = layout.scalar(part) else { return Err(refused(place, "a key must be text")) };
    if says.tag.is_none() && (style != ScalarStyle::Plain || is_surely_text(&says.text)) {
        return Ok(&says.text);
    }
    match scalar_value(says, style)? {
        Value::Text(_) => Ok(&says.text),
        Value::Null if layout.parts[part].is_empty_scalar() => Err(refused(place, "a key is missing")),
        _ => Err(refused(place, "a key must be text: put it in quotes")),
    }
}

/// The value of a scalar without a tag, if it has one that can be preserved.
pub(super) fn value_of(text: Cow<'_, str>, style: ScalarStyle) -> Option<Value> {
    if style == ScalarStyle::Plain {
        return resolve(&text).ok();
    }
    Some(Value::Text(match encrypted(&text) {
        Some(token) => token.into(),
        None => text.into_owned().into(),
    }))
}

/// Whether a key without a tag is text.
pub(super) fn is_text_key(text: &str, style: ScalarStyle) -> bool {
    style != ScalarStyle::Plain || is_surely_text(text) || matches!(resolve(text), Ok(Value::Text(_)))
}

/// The value of a scalar, according to its tag if it has one.
pub(super) fn scalar_value(says: &PartText<'_>, style: ScalarStyle) -> Result<Value, DocumentError> {
    let (text, place) = (&*says.text, says.place);
    let plain = || {
        resolve(text)
            .map_err(|_| refused(place, "this whole number has more than 64 bits: put it in quotes to keep it as text"))
    };
    let as_text = || Ok(Value::Text(text.into()));
    let under = |is_so: fn(&Value) -> bool, name: &str| {
        plain().and_then(|value| {
            if is_so(&value) {
                Ok(value)
            } else {
                Err(refused(place, format!("this is not a {name}, although its tag says so")))
            }
        })
    };
    match says.tag.as_ref().map_or(TagKind::None, |tag| tag.kind) {
        TagKind::None if style == ScalarStyle::Plain => plain(),
        TagKind::None | TagKind::Text | TagKind::Own => match encrypted(text).filter(|_| style != ScalarStyle::Plain) {
            Some(token) => Ok(Value::Text(token.into())),
            None => as_text(),
        },
        TagKind::Null => under(|value| matches!(value, Value::Null), "null"),
        TagKind::Bool => under(|value| matches!(value, Value::Bool(_)), "boolean"),
        TagKind::Integer => under(|value| matches!(value, Value::Integer(_)), "whole number"),
        TagKind::Time => under(|value| matches!(value, Value::Time(_)), "timestamp"),
        TagKind::Float => match plain()? {
            // As in go-yaml: an integer with the float tag becomes a float.
            #[allow(clippy::cast_precision_loss, reason = "the tag asks for it")]
            Value::Integer(value) => Ok(Value::Float(value as f64)),
            value @ Value::Float(_) => Ok(value),
            _ => Err(refused(place, "this is not a float, although its tag says so")),
        },
        TagKind::Binary => {
            let text: String = text.split_ascii_whitespace().collect();
            let bytes = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            bytes
                .map(|text| Value::Text(text.into()))
                .ok_or_else(|| refused(place, "these bytes are not the base64 of text"))
        }
    }
}

/// The encrypted value in a scalar, without the line breaks that a block scalar adds.
fn encrypted(text: &str) -> Option<&str> {
    let token = text.trim_end_matches(['\n', ' ', '\t']);
    (token.starts_with("ENC[AES256_GCM,") && token.ends_with(']') && !token.contains('\n')).then_some(token)
}
