//! The bytes of a value in the text: from the sign before it to the end of its last line.

use std::ops::Range;

use super::outline::{Pair, PartContent, YamlPart, YamlView, place_of};
use super::source;
use crate::document::store::splice::Splice;
use crate::error::{At, DocumentError};

/// The region of a value.
pub(super) struct Region {
    /// After the `:`, the `-` or the comma before it.
    pub(super) start: usize,
    /// The end of its last line in block style, and of the value itself within brackets.
    pub(super) end: usize,
    /// Without anchor and tag.
    content: Range<usize>,
    /// Its anchor and tags, in text order.
    pub(super) properties: Vec<Range<usize>>,
    pub(super) anchor: Option<Range<usize>>,
    /// The comments on its first or last line that stay when it is removed, by number.
    pub(super) remarks: Vec<usize>,
    /// A comment on a line of its own between the sign and the value.
    pub(super) between: Option<usize>,
    /// Whether another one-line value can replace the content alone.
    pub(super) is_one_line: bool,
}

impl Region {
    /// The region of a child, or `None` if the sign before it is not found.
    pub(super) fn of(layout: YamlView<'_>, parent: usize, children: &[Pair], index: usize) -> Option<Self> {
        let text = layout.text;
        let (holder, child) = (&layout.parts[parent], children[index]);
        let value = &layout.parts[child.value];
        let start = behind_separator(layout, holder, children, index)?;
        let content = value.span.clone();
        let properties = properties(text, start, value);
        let anchor = properties.iter().find(|place| text[place.start..].starts_with('&')).cloned();
        let is_block_collection = value.is_block_collection();
        let own_end = lines_end(layout, child.value);
        let end = if holder.is_flow_collection() { value.full_end } else { source::end_of_line(text, own_end) };
        let mut region = Self {
            start,
            end,
            is_one_line: !is_block_collection && !value.is_block_scalar(),
            content,
            properties,
            anchor,
            remarks: Vec::new(),
            between: None,
        };
        if holder.is_flow_collection() {
            return Some(region);
        }
        let first_line = source::end_of_line(text, start);
        let from = layout.first_remark(start);
        for (number, remark) in layout.remarks.iter().enumerate().skip(from) {
            let at = remark.start;
            if at >= end {
                break;
            }
            let header = value.is_block_scalar() && at <= source::end_of_line(text, value.span.start);
            let is_behind = at >= own_end && !is_block_collection;
            if (at < first_line && at < region.content.start) || header || is_behind {
                region.remarks.push(number);
            } else if at < region.content.start && !is_block_collection {
                region.between = region.between.or(Some(number));
            }
        }
        Some(region)
    }

    /// Replaces the content by a text on one line. The anchor and the rest of the line stay.
    pub(super) fn on_its_line(&self, text: &str, new: &str) -> Vec<Splice> {
        let is_tag = |place: &&Range<usize>| Some(*place) != self.anchor.as_ref();
        let tags = self.properties.iter().filter(is_tag).map(|place| {
            let blanks = text[place.end..].len() - text[place.end..].trim_start_matches([' ', '\t']).len();
            Splice {
                place: place.start..(place.end + blanks).min(self.content.start).max(place.end),
                text: String::new(),
            }
        });
        let before = text[..self.content.start].bytes().next_back();
        let is_apart = matches!(before, None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{'));
        let blank = if is_apart { "" } else { " " };
        let behind = text[self.content.end..].bytes().next();
        let needs_blank = self.content.is_empty() && behind == Some(b'#');
        let new = format!("{blank}{new}{}", if needs_blank { " " } else { "" });
        tags.chain([Splice { place: self.content.clone(), text: new }]).collect()
    }
}

/// The end of the sign before a child.
fn behind_separator(layout: YamlView<'_>, holder: &YamlPart, children: &[Pair], index: usize) -> Option<usize> {
    let (text, parts) = (layout.text, &layout.parts);
    let child = children[index];
    let before = index.checked_sub(1).map(|before| parts[children[before].value].full_end);
    match &holder.content {
        PartContent::Mapping(_) => source::behind_sign(text, parts[child.key].full_end, b':'),
        PartContent::Sequence(items) if items.is_flow => match before {
            Some(before) => source::behind_sign(text, before, b','),
            None => Some(holder.span.start + 1),
        },
        PartContent::Sequence(_) => source::behind_sign(text, before.unwrap_or(holder.span.start), b'-'),
        PartContent::Scalar(_) | PartContent::Alias => None,
    }
}

/// The anchor and the tags of a value.
fn properties(text: &str, from: usize, value: &YamlPart) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = source::skip_blanks(text, from);
    while at < value.span.start && text[at..].starts_with(['&', '!']) {
        let length = text[at..].find([' ', '\t', '\r', '\n', ',', ']', '}']).unwrap_or(text.len() - at);
        let word = at..(at + length).min(value.span.start.max(at));
        // On the line of its first key, it belongs to the key.
        let is_own = !value.is_block_collection() || text[word.end..value.span.start].contains(['\n', '\r']);
        if !is_own || word.is_empty() {
            break;
        }
        at = source::skip_blanks(text, word.end);
        found.push(word);
    }
    // Nothing follows the properties of an empty value: they end at its position.
    if value.is_empty_scalar() && found.is_empty() {
        let at = source::skip_blanks(text, from);
        if at < value.span.start && text[at..].starts_with(['&', '!']) {
            found.push(at..value.span.start);
        }
    }
    found
}

/// The end of the last line of a part, without its line break. Blank lines that belong to a block scalar are its lines.
pub(super) fn lines_end(layout: YamlView<'_>, part: usize) -> usize {
    let text = layout.text;
    let mut last = part;
    while layout.parts[last].is_block_collection() {
        match layout.parts[last].last_child() {
            Some(child) => last = child,
            None => break,
        }
    }
    let last = &layout.parts[last];
    let mut end = last.span.end;
    if !last.is_block_scalar() {
        return end;
    }
    let block = source::block(&text[last.span.clone()]);
    let keeps_all = block.header.contains('+');
    let has_indent = block.header.contains(|letter: char| letter.is_ascii_digit());
    let indent = block.body.lines().find(|line| !line.trim().is_empty());
    let indent = indent.filter(|_| !has_indent).map(|line| line.len() - line.trim_start_matches(' ').len());
    let mut at = end;
    loop {
        let next = source::behind_break(text, at);
        let line_end = source::end_of_line(text, next);
        let line = &text[next..line_end];
        if next == at || next == text.len() || !line.trim_matches([' ', '\t']).is_empty() {
            return end;
        }
        // Blanks beyond the indentation belong to the text.
        let is_content = keeps_all || (!line.is_empty() && indent.is_none_or(|indent| line.len() > indent));
        if is_content {
            end = line_end;
        }
        at = line_end;
    }
}

/// The header of a block scalar that ends the file without a line break, and the equivalent header if lines follow it.
pub(super) fn unended_block(layout: YamlView<'_>) -> Option<(Range<usize>, String)> {
    let last = layout.parts.last().filter(|last| last.is_block_scalar() && last.span.end == layout.text.len())?;
    let block = source::block(&layout.text[last.span.clone()]);
    if block.header.contains('-') || block.body.trim().is_empty() {
        return None;
    }
    let place = last.span.start..last.span.start + block.header.len();
    Some((place, format!("{}-", block.header.replace('+', ""))))
}

/// Refuses to remove the target of an alias elsewhere.
pub(super) fn refuse_lost_anchors(
    layout: YamlView<'_>,
    parts: Range<usize>,
    stays: Option<usize>,
) -> Result<(), DocumentError> {
    let is_lost = |(alias, target): &(&usize, &usize)| {
        parts.contains(target) && Some(**target) != stays && !parts.contains(alias)
    };
    let lost = layout.targets.iter().filter(is_lost).map(|(alias, _)| *alias).min();
    match lost.map(|alias| place_of(layout.text, layout.parts[alias].span.start)) {
        None => Ok(()),
        Some(place) => Err(DocumentError::AliasOfIt { at: At { line: place.line, column: place.column } }),
    }
}
