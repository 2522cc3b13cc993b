//! The metadata: the key `sops` at the top of every YAML document of a file.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::build::scalar_value;
use super::emit::{Start, YamlWriter, step};
use super::layout::YamlLayout;
use super::outline::{MetadataPlace, Pair, PartContent, Section, YamlView, column_of, refused};
use super::region::unended_block;
use super::source;
use crate::document::content::tree::{Leaf, LeafId, Member, Node, TextPlace, TreeEntry};
use crate::document::content::value::Value;
use crate::document::store::parsed::METADATA_KEY as KEY;
use crate::document::store::splice::Splice;
use crate::error::DocumentError;

/// A member that is left out of the tree, by the number of its key's part, with the bytes that are removed with it.
pub(super) type MetadataMember = (usize, Range<usize>);

/// The metadata of a file.
pub(super) struct MetadataStanding {
    /// The members of all documents that hold it, in order.
    pub(super) left_out: Vec<MetadataMember>,
    /// The content of the first.
    pub(super) fields: Option<Map<String, Json>>,
    /// Its position or that of a new one, for each document.
    pub(super) places: Vec<MetadataPlace>,
}

/// Finds the metadata. A key `sops` that does not hold a mapping is an ordinary key.
pub(super) fn find(layout: &YamlLayout<'_>) -> Result<MetadataStanding, DocumentError> {
    let first = layout.sections.first().and_then(|section| member(layout, section));
    let fields = match first.map(|first| &layout.parts[first.value].content) {
        Some(PartContent::Mapping(members)) => {
            // An alias in the document must not refer to the metadata, which is not part of its text.
            refuse_anchors(layout, first.map(|first| first.value))?;
            Some(mapping(layout, &members.children)?)
        }
        _ => None,
    };
    let mut standing =
        MetadataStanding { left_out: Vec::new(), fields, places: Vec::with_capacity(layout.sections.len()) };
    for section in &layout.sections {
        let place = match member(layout, section) {
            None => free(layout.view(), section),
            Some(pair) if standing.fields.is_none() => MetadataPlace::Taken(layout.place(pair.key)),
            Some(pair) => {
                let all = range(layout.view(), section, pair)?;
                standing.left_out.push((pair.key, all.clone()));
                let says_the_same = match &layout.parts[pair.value].content {
                    PartContent::Mapping(members) => mapping(layout, &members.children).ok() == standing.fields,
                    _ => false,
                };
                there(layout.view(), section, pair, all, says_the_same)
            }
        };
        standing.places.push(place);
    }
    Ok(standing)
}

/// The splices that replace, append or remove the metadata in every document.
pub(super) fn change(
    text: &str,
    places: &[MetadataPlace],
    metadata: Option<&Map<String, Json>>,
    indent: Option<u8>,
) -> Result<Vec<Splice>, DocumentError> {
    let line_break = source::line_break(text);
    let block_text = |metadata, margin| block_text(metadata, line_break, margin, indent);
    let mut splices = Vec::new();
    for place in places {
        let splice = match (place, metadata) {
            (MetadataPlace::There { all, .. }, None) => {
                let text = if is_all(text, all) { format!("{{}}{line_break}") } else { String::new() };
                Splice { place: all.clone(), text }
            }
            (MetadataPlace::There { replaced, margin, .. }, Some(metadata)) => {
                let text = match margin {
                    None => flow_text(metadata),
                    Some(margin) => {
                        let lines = block_text(metadata, *margin)?;
                        lines.trim_start_matches(' ').trim_end_matches(['\r', '\n']).to_owned()
                    }
                };
                Splice { place: replaced.clone(), text }
            }
            (MetadataPlace::Taken(place), Some(_)) => {
                return Err(refused(*place, "the key `sops` holds something other than metadata"));
            }
            (MetadataPlace::Free { at, margin, is_behind_member, header }, Some(metadata)) => {
                splices.extend(header.clone().map(|(place, text)| Splice { place, text }));
                let new = match margin {
                    None => format!("{}{}", if *is_behind_member { ", " } else { "" }, flow_text(metadata)),
                    Some(margin) => appended(&text[..*at], &block_text(metadata, *margin)?, line_break),
                };
                Splice { place: *at..*at, text: new }
            }
            (MetadataPlace::Taken(_) | MetadataPlace::Free { .. }, None) => continue,
        };
        splices.push(splice);
    }
    Ok(splices)
}

/// The ranges of existing metadata that equals that of the first document: only the first is read.
pub(super) fn ranges(places: &[MetadataPlace]) -> Vec<Range<usize>> {
    let ranges = places.iter().filter_map(|place| match place {
        MetadataPlace::There { all, says_the_same: true, .. } => Some(all.clone()),
        _ => None,
    });
    ranges.collect()
}

/// The place of metadata whose key begins at `key` in a mapping in block style, and whose last token ends at `end`. `None`
/// if something else precedes the key on its line.
pub(super) fn block_place(text: &str, key: usize, end: usize) -> Option<MetadataPlace> {
    Some(MetadataPlace::There {
        all: block_range(text, key, end)?,
        replaced: key..source::end_of_line(text, end),
        margin: Some(margin_before(text, key)),
        says_the_same: true,
    })
}

/// The bytes of that.
fn block_range(text: &str, key: usize, end: usize) -> Option<Range<usize>> {
    let start = source::start_of_line(text, key);
    if !text[start..key].trim_matches([' ', '\u{feff}']).is_empty() {
        return None;
    }
    let start = key - margin_before(text, key).min(key - start);
    let line_end = source::end_of_line(text, end);
    let end = source::behind_break(text, line_end);
    // If the file has no final line break, there was none before the metadata was appended.
    if end == line_end && end == text.len() {
        let before =
            text[..start].strip_suffix('\n').map_or(start, |rest| rest.strip_suffix('\r').unwrap_or(rest).len());
        return Some(before..end);
    }
    Some(start..end)
}

/// Whether a range is everything in the file: sops writes such a file for an empty document.
fn is_all(text: &str, range: &Range<usize>) -> bool {
    let before = &text[..range.start];
    text[range.end..].trim().is_empty()
        && before
            .lines()
            .map(|line| line.trim_start_matches('\u{feff}'))
            .all(|line| line.is_empty() || line.starts_with('#'))
}

/// The member `sops` of a document.
fn member(layout: &YamlLayout<'_>, section: &Section) -> Option<Pair> {
    let PartContent::Mapping(members) = &layout.parts[section.root].content else { return None };
    let is_key = |pair: &&Pair| layout.scalar(pair.key).is_some_and(|(says, _)| says.text == KEY);
    members.children.iter().find(is_key).copied()
}

/// The bytes of the member whose removal restores the text before it was appended.
fn range(layout: YamlView<'_>, section: &Section, pair: Pair) -> Result<Range<usize>, DocumentError> {
    let text = layout.text;
    let key = &layout.parts[pair.key];
    let PartContent::Mapping(root) = &layout.parts[section.root].content else {
        unreachable!("a member is in a mapping")
    };
    let members = &root.children;
    if root.is_flow {
        let index = members.iter().position(|member| member.key == pair.key).expect("the member is there");
        let end = layout.parts[pair.value].full_end;
        return Ok(match (index.checked_sub(1), members.get(index + 1)) {
            (Some(before), _) => layout.parts[members[before].value].full_end..end,
            (None, Some(after)) => key.span.start..layout.parts[after.key].span.start,
            (None, None) => key.span.start..end,
        });
    }
    block_range(text, key.span.start, layout.content_end(pair.value))
        .ok_or_else(|| layout.refused(key.span.start, "the key `sops` must be the first on its line"))
}

/// The position of the metadata.
fn there(layout: YamlView<'_>, section: &Section, pair: Pair, all: Range<usize>, says_the_same: bool) -> MetadataPlace {
    let key = &layout.parts[pair.key];
    if layout.parts[section.root].is_flow_collection() {
        let replaced = key.span.start..layout.parts[pair.value].full_end;
        return MetadataPlace::There { all, replaced, margin: None, says_the_same };
    }
    let end = source::end_of_line(layout.text, layout.content_end(pair.value));
    MetadataPlace::There {
        all,
        replaced: key.span.start..end,
        margin: Some(margin_before(layout.text, key.span.start)),
        says_the_same,
    }
}

/// The position of new metadata.
fn free(layout: YamlView<'_>, section: &Section) -> MetadataPlace {
    let root = &layout.parts[section.root];
    if let PartContent::Mapping(members) = &root.content
        && members.is_flow
    {
        let last = members.children.last().map(|last| layout.parts[last.value].full_end);
        let at = last.unwrap_or(root.span.start + 1);
        return MetadataPlace::Free { at, margin: None, is_behind_member: last.is_some(), header: None };
    }
    let margin = if root.is_block_collection() { root.margin() } else { 0 };
    let header = (section.end == layout.text.len()).then(|| unended_block(layout)).flatten();
    MetadataPlace::Free { at: section.end, margin: Some(margin), is_behind_member: false, header }
}

/// The lines of new metadata after the text before them.
fn appended(before: &str, lines: &str, line_break: &str) -> String {
    if before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']) {
        return lines.to_owned();
    }
    // A missing line break at the end of the file stays missing, which removal relies on.
    format!("{line_break}{}", lines.trim_end_matches(['\r', '\n']))
}

/// The spaces before a key on its line.
fn margin_before(text: &str, key: usize) -> usize {
    usize::try_from(column_of(text, key) - 1).unwrap_or(0)
}

/// The metadata as a member of a mapping in braces, on one line.
fn flow_text(metadata: &Map<String, Json>) -> String {
    let json = Json::Object(sorted(metadata));
    format!("\"{KEY}\": {json}")
}

/// The metadata as lines.
fn block_text(
    metadata: &Map<String, Json>,
    line_break: &'static str,
    margin: usize,
    indent: Option<u8>,
) -> Result<String, DocumentError> {
    let mut writer = YamlWriter::with_margin(line_break, margin).with_step(step(indent));
    let value = node(&Json::Object(metadata.clone()))?;
    let member = Member { key: KEY.to_owned(), place: TextPlace::default(), value };
    writer.members(&[TreeEntry::Child(member)], 0, Start::OnItsLine)?;
    Ok(std::mem::take(&mut *writer.text))
}

fn sorted(map: &Map<String, Json>) -> Map<String, Json> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), sorted_value(value))).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.into_iter().collect()
}

fn sorted_value(value: &Json) -> Json {
    match value {
        Json::Object(map) => Json::Object(sorted(map)),
        Json::Array(items) => Json::Array(items.iter().map(sorted_value).collect()),
        other => other.clone(),
    }
}

fn node(value: &Json) -> Result<Node, DocumentError> {
    let leaf = |value| Node::Leaf(Leaf { id: LeafId::NEW, value, place: TextPlace::default() });
    Ok(match value {
        Json::Null => leaf(Value::Null),
        Json::Bool(value) => leaf(Value::Bool(*value)),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => leaf(Value::Integer(number)),
            (None, Some(number)) => leaf(Value::Float(number)),
            (None, None) => return Err(DocumentError::NotAsMeant("the metadata has a number out of range".to_owned())),
        },
        Json::String(text) => leaf(Value::Text(text.as_str().into())),
        Json::Array(items) => {
            Node::Sequence(items.iter().map(|item| node(item).map(TreeEntry::Child)).collect::<Result<_, _>>()?)
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let member = |(key, value): (&String, &Json)| {
                node(value)
                    .map(|value| TreeEntry::Child(Member { key: key.clone(), place: TextPlace::default(), value }))
            };
            Node::Mapping(entries.into_iter().map(member).collect::<Result<_, _>>()?)
        }
    })
}

fn refuse_anchors(layout: &YamlLayout<'_>, parts: impl IntoIterator<Item = usize>) -> Result<(), DocumentError> {
    match parts.into_iter().find(|number| layout.parts[*number].has_anchor) {
        Some(part) => Err(refused(layout.place(part), "the metadata contains an anchor")),
        None => Ok(()),
    }
}

fn mapping(layout: &YamlLayout<'_>, members: &[Pair]) -> Result<Map<String, Json>, DocumentError> {
    let mut map = Map::new();
    for member in members {
        refuse_anchors(layout, [member.key, member.value])?;
        let place = layout.place(member.key);
        let Some((says, _)) = layout.scalar(member.key) else { return Err(refused(place, "a key must be text")) };
        if map.insert(says.text.to_string(), json(layout, member.value)?).is_some() {
            return Err(refused(place, "a key occurs twice in one mapping"));
        }
    }
    Ok(map)
}

fn json(layout: &YamlLayout<'_>, number: usize) -> Result<Json, DocumentError> {
    let says = &layout.contents[number];
    Ok(match &layout.parts[number].content {
        PartContent::Mapping(members) => Json::Object(mapping(layout, &members.children)?),
        PartContent::Sequence(items) => {
            refuse_anchors(layout, items.children.iter().copied())?;
            Json::Array(items.children.iter().map(|item| json(layout, *item)).collect::<Result<_, _>>()?)
        }
        PartContent::Alias => return Err(refused(says.place, "the metadata contains an alias")),
        PartContent::Scalar(style) => match scalar_value(says, *style)? {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Integer(value) => Json::from(value),
            Value::Float(value) => Json::from(value),
            Value::Text(value) => Json::String(value.to_string()),
            // An unquoted time is meant as text.
            Value::Time(_) | Value::Bytes(_) => Json::String(says.text.to_string()),
        },
    })
}
