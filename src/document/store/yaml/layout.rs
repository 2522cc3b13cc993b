//! The parts of a YAML text while it is read, with their byte ranges as reported by a reader or found in the text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Deref, Range};

use granit_parser::{ScalarStyle, StructureStyle};
use zeroize::Zeroize;

use super::outline::{Collection, Pair, PartContent, Section, YamlOutline, YamlPart, YamlView, refused};
use super::source;
use super::tag::TagKind;
use crate::document::content::tree::TextPlace;
use crate::document::store::parsed::{check_documents, check_entries};
use crate::error::DocumentError;

/// A text while it is parsed: its outline, and what only the tree needs besides.
pub(super) struct YamlLayout<'t> {
    pub(super) text: &'t str,
    pub(super) outline: YamlOutline,
    /// What each part says, by its number.
    pub(super) contents: Vec<PartText<'t>>,
    /// The position of each comment, by its number.
    pub(super) remark_places: Vec<TextPlace>,
}

/// What a part says.
pub(super) struct PartText<'t> {
    pub(super) place: TextPlace,
    /// The content of a scalar; empty for everything else.
    pub(super) text: Cow<'t, str>,
    pub(super) tag: Option<YamlTag>,
}

/// An explicit tag.
pub(super) struct YamlTag {
    pub(super) start: usize,
    pub(super) kind: TagKind,
    /// Whether only spaces stand between it and the value.
    pub(super) is_adjacent: bool,
}

impl PartText<'_> {
    /// That of a part without a text of its own.
    fn without(place: TextPlace) -> Self {
        Self { place, text: Cow::Borrowed(""), tag: None }
    }
}

impl<'t> YamlLayout<'t> {
    pub(super) fn view(&self) -> YamlView<'_> {
        YamlView { text: self.text, outline: &self.outline }
    }

    /// The content and the style of a scalar.
    pub(super) fn scalar(&self, part: usize) -> Option<(&PartText<'t>, ScalarStyle)> {
        match self.parts[part].content {
            PartContent::Scalar(style) => Some((&self.contents[part], style)),
            _ => None,
        }
    }

    pub(super) fn place(&self, part: usize) -> TextPlace {
        self.contents[part].place
    }
}

impl Deref for YamlLayout<'_> {
    type Target = YamlOutline;

    fn deref(&self) -> &YamlOutline {
        &self.outline
    }
}

impl Drop for PartText<'_> {
    fn drop(&mut self) {
        // What was decoded from quotes and blocks may be a secret.
        if let Cow::Owned(text) = &mut self.text {
            text.zeroize();
        }
    }
}

/// The parser reports a comment after what follows it.
fn sort_remarks(layout: &mut YamlLayout<'_>) {
    if layout.remarks.is_sorted_by_key(|remark| remark.start) {
        return;
    }
    let remarks = std::mem::take(&mut layout.outline.remarks).into_iter();
    let mut both: Vec<_> = remarks.zip(std::mem::take(&mut layout.remark_places)).collect();
    both.sort_by_key(|(remark, _)| remark.start);
    (layout.outline.remarks, layout.remark_places) = both.into_iter().unzip();
}

/// A layout that is being built, part by part in the order of the text.
pub(super) struct LayoutBuilder<'t> {
    layout: YamlLayout<'t>,
    open: Vec<OpenPart>,
    /// The end of the last content.
    end: usize,
    /// Whether a document has begun and not ended.
    is_within: bool,
    /// The anchored parts, by the parser's number of the anchor.
    anchors: HashMap<usize, usize>,
    /// The number of values and comments so far.
    entries: usize,
}

/// A collection that has not ended.
struct OpenPart {
    part: usize,
    key: Option<usize>,
    is_flow: bool,
}

/// What a collection holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CollectionKind {
    Mapping,
    Sequence,
}

/// How a document begins or ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentMark {
    /// With the first content.
    Implicit,
    /// With a marker.
    Explicit,
}

impl<'t> LayoutBuilder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let outline = YamlOutline::default();
        let layout = YamlLayout { text, outline, contents: Vec::new(), remark_places: Vec::new() };
        Self { layout, open: Vec::new(), end: 0, is_within: false, anchors: HashMap::new(), entries: 0 }
    }

    pub(super) fn finish(self) -> Result<YamlLayout<'t>, DocumentError> {
        let mut layout = self.layout;
        sort_remarks(&mut layout);
        refuse_comments_in_scalars(&layout)?;
        Ok(layout)
    }

    pub(super) fn document(
        &mut self,
        mark: DocumentMark,
        range: &Range<usize>,
        place: TextPlace,
    ) -> Result<(), DocumentError> {
        // The span of an implicit start has no meaning.
        let (end, start) = match mark {
            DocumentMark::Explicit => (range.start, range.end),
            DocumentMark::Implicit => (self.end, self.end),
        };
        self.close_section(end);
        check_documents(self.layout.sections.len() + 1, || place)?;
        let section = Section { root: self.layout.parts.len(), end: self.layout.text.len() };
        self.layout.outline.sections.push(section);
        (self.end, self.is_within) = (start, true);
        Ok(())
    }

    /// Ends a document with a marker.
    pub(super) fn document_end(&mut self, range: &Range<usize>) {
        self.close_section(range.start);
        self.end = range.end;
    }

    pub(super) fn comment(&mut self, range: Range<usize>, place: TextPlace) -> Result<(), DocumentError> {
        self.layout.outline.remarks.push(range);
        self.layout.remark_places.push(place);
        self.count(place)
    }

    /// The last part has an anchor.
    pub(super) fn anchored(&mut self) {
        // It follows its node; for an empty one it is the last byte.
        if let Some(part) = self.layout.outline.parts.last_mut() {
            part.has_anchor = true;
        }
    }

    pub(super) fn alias(&mut self, anchor: usize, range: Range<usize>, place: TextPlace) -> Result<(), DocumentError> {
        self.end = range.end;
        let end = range.end;
        let alias = self.push(range, end, PartContent::Alias, PartText::without(place))?;
        if let Some(target) = self.anchors.get(&anchor) {
            self.layout.outline.targets.insert(alias, *target);
        }
        Ok(())
    }

    pub(super) fn start(
        &mut self,
        kind: CollectionKind,
        style: StructureStyle,
        mut range: Range<usize>,
        mut place: TextPlace,
    ) -> Result<(), DocumentError> {
        let is_flow = style == StructureStyle::Flow;
        if let (false, Some((dash, column))) = (is_flow, self.first_dash()) {
            (range, place.column) = (dash..dash, column);
        }
        let column = place.column;
        let content = match kind {
            CollectionKind::Mapping => PartContent::Mapping(Collection { is_flow, column, children: Vec::new() }),
            CollectionKind::Sequence => PartContent::Sequence(Collection { is_flow, column, children: Vec::new() }),
        };
        let part = self.push(range.clone(), range.end, content, PartText::without(place))?;
        self.end = self.end.max(range.end);
        self.open.push(OpenPart { part, key: None, is_flow });
        Ok(())
    }

    /// Ends the innermost collection; `range` is its bracket, if it has one.
    pub(super) fn stop(&mut self, range: &Range<usize>) {
        let open = self.open.pop().expect("only what began ends");
        let end = if open.is_flow && !range.is_empty() { range.end } else { self.end };
        let part = &mut self.layout.outline.parts[open.part];
        (part.span.end, part.full_end) = (end.max(part.span.start), end.max(part.span.start));
        self.end = self.end.max(end);
    }

    /// Remembers that the next part has an anchor; 0 is none.
    pub(super) fn anchor(&mut self, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, self.layout.parts.len());
        }
    }

    /// The first dash of a sequence that is not indented more than the key above it, and the column of both: the parser
    /// reports what follows the dash.
    fn first_dash(&self) -> Option<(usize, u64)> {
        let open = self.open.last()?;
        let key = &self.layout.parts[open.key?];
        let dash = source::first_dash(self.layout.text, key.full_end)?;
        let column = dash - source::start_of_line(self.layout.text, dash) + 1;
        let holder = &self.layout.parts[open.part];
        (column as u64 == holder.column()).then_some((dash, holder.column()))
    }

    /// Counts a value or a comment.
    fn count(&mut self, place: TextPlace) -> Result<(), DocumentError> {
        self.entries += 1;
        check_entries(self.entries, || place)
    }

    fn close_section(&mut self, end: usize) {
        if let (Some(section), true) = (self.layout.outline.sections.last_mut(), self.is_within) {
            section.end = end;
            self.is_within = false;
        }
    }

    pub(super) fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<(TagKind, Range<usize>)>,
        range: Range<usize>,
        place: TextPlace,
    ) -> Result<(), DocumentError> {
        let source = self.layout.text;
        let mut token = range.clone();
        let mut full_end = range.end;
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block {
            token = source::block_token(source, self.end, &range)
                .ok_or_else(|| refused(place, "the beginning of this block scalar cannot be found"))?;
            full_end = range.end.max(token.end);
        } else if range.is_empty() {
            // The parser reports where the next token begins, or the last one ended: the empty value follows its `:` or
            // `-`.
            let at = self.empty_place(range.start);
            (token, full_end) = (at..at, at);
        }
        let tag = tag.map(|(kind, at)| YamlTag {
            start: at.start,
            kind,
            is_adjacent: source.get(at.end..token.start).is_some_and(|between| between.trim_matches(' ').is_empty()),
        });
        let text = if token.is_empty() {
            Cow::Borrowed("")
        } else if is_block && !source[token.end..].contains(['\n', '\r']) && text.ends_with('\n') {
            // Other readers do not add the missing line break at the end of the file.
            Cow::Owned(text[..text.len() - 1].to_owned())
        } else {
            text
        };
        self.end = self.end.max(full_end);
        self.push(token, full_end, PartContent::Scalar(style), PartText { place, text, tag })?;
        Ok(())
    }

    /// The position of an empty value: after its sign, or after its anchor or tag.
    fn empty_place(&self, reported: usize) -> usize {
        let text = self.layout.text;
        let (from, sign) = match self.open.last() {
            Some(OpenPart { key: Some(key), .. }) => (self.layout.parts[*key].full_end, b':'),
            Some(OpenPart { is_flow: false, .. }) => (self.end, b'-'),
            _ => return reported,
        };
        match source::behind_sign(text, from, sign) {
            Some(at) if !text.get(at..reported).is_some_and(source::has_property) => at,
            _ => reported,
        }
    }

    /// Adds a part as the next child of the open collection.
    fn push(
        &mut self,
        span: Range<usize>,
        full_end: usize,
        content: PartContent,
        says: PartText<'t>,
    ) -> Result<usize, DocumentError> {
        let place = says.place;
        let number = self.layout.parts.len();
        let in_flow = self.open.last().is_some_and(|open| open.is_flow);
        self.count(place)?;
        if let Some(open) = self.open.last_mut() {
            match &mut self.layout.outline.parts[open.part].content {
                PartContent::Sequence(items) => items.children.push(number),
                PartContent::Mapping(members) => match open.key.take() {
                    Some(key) => members.children.push(Pair { key, value: number }),
                    None if matches!(content, PartContent::Scalar(_)) => {
                        open.key = Some(number);
                        self.entries -= 1;
                    }
                    None => return Err(refused(place, "a key must be text")),
                },
                PartContent::Scalar(_) | PartContent::Alias => unreachable!("only collections are open"),
            }
        }
        self.layout.outline.parts.push(YamlPart { span, full_end, content, has_anchor: false, in_flow });
        self.layout.contents.push(says);
        Ok(number)
    }
}

/// The parser reads a comment that is indented with a tab as part of a plain scalar: others do not.
fn refuse_comments_in_scalars(layout: &YamlLayout<'_>) -> Result<(), DocumentError> {
    let mut remarks = layout.remarks.iter().zip(&layout.remark_places).peekable();
    for part in &layout.parts {
        if !matches!(part.content, PartContent::Scalar(_)) || part.is_block_scalar() {
            continue;
        }
        while remarks.next_if(|(remark, _)| remark.start < part.span.start).is_some() {}
        if let Some((_, place)) = remarks.peek().filter(|(remark, _)| remark.start < part.span.end) {
            return Err(refused(**place, "there is a comment inside a value"));
        }
    }
    Ok(())
}
