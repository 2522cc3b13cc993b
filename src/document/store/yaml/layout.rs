//! The parts of a YAML text with their byte ranges, as reported by the parser or found in the text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, options};
use zeroize::Zeroize;

use super::tag::TagKind;
use super::{shallow, source};
use crate::document::content::tree::TextPlace;
use crate::document::store::parsed::{check_documents, check_entries};
use crate::error::{At, DocumentError};

/// A parsed text.
pub(super) struct YamlLayout<'t> {
    pub(super) text: &'t str,
    /// The YAML documents of the file.
    pub(super) sections: Vec<Section>,
    /// Every part, in the order of their starts.
    pub(super) parts: Vec<YamlPart<'t>>,
    /// Every comment, in text order.
    pub(super) remarks: Vec<Remark>,
    /// The target of each alias, by the number of the alias.
    pub(super) targets: HashMap<usize, usize>,
}

/// One YAML document.
pub(super) struct Section {
    /// Its root.
    pub(super) root: usize,
    /// The position of the next marker or the end of the file.
    pub(super) end: usize,
}

/// A node of YAML.
pub(super) struct YamlPart<'t> {
    /// For a scalar the token, including the block header and excluding the blank lines at its end; for a collection
    /// from its first child or bracket to the last.
    pub(super) span: Range<usize>,
    /// The end of the content: after the blank lines of a block scalar.
    pub(super) full_end: usize,
    pub(super) place: TextPlace,
    pub(super) content: PartContent<'t>,
    pub(super) tag: Option<YamlTag>,
    pub(super) has_anchor: bool,
    /// Whether it is within brackets or braces.
    pub(super) in_flow: bool,
}

pub(super) enum PartContent<'t> {
    Mapping { is_flow: bool, members: Vec<Pair> },
    Sequence { is_flow: bool, items: Vec<usize> },
    Scalar { text: Cow<'t, str>, style: ScalarStyle },
    Alias,
}

/// A key with its value, by the numbers of their parts.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) key: usize,
    pub(super) value: usize,
}

/// An explicit tag.
pub(super) struct YamlTag {
    pub(super) start: usize,
    pub(super) kind: TagKind,
    /// Whether only spaces stand between it and the value.
    pub(super) is_adjacent: bool,
}

/// A comment.
pub(super) struct Remark {
    pub(super) span: Range<usize>,
    pub(super) place: TextPlace,
}

impl YamlLayout<'_> {
    /// The end of the last token of a part, without the blank lines after it.
    pub(super) fn content_end(&self, mut part: usize) -> usize {
        loop {
            let last = match &self.parts[part].content {
                PartContent::Mapping { is_flow: false, members } => members.last().map(|pair| pair.value),
                PartContent::Sequence { is_flow: false, items } => items.last().copied(),
                _ => None,
            };
            match last {
                Some(last) => part = last,
                None => return self.parts[part].span.end,
            }
        }
    }
}

impl YamlLayout<'_> {
    /// A part with everything in it: their numbers are consecutive.
    pub(super) fn subtree(&self, part: usize) -> Range<usize> {
        let mut last = part;
        loop {
            let child = match &self.parts[last].content {
                PartContent::Mapping { members, .. } => members.last().map(|pair| pair.value),
                PartContent::Sequence { items, .. } => items.last().copied(),
                PartContent::Scalar { .. } | PartContent::Alias => None,
            };
            match child {
                Some(child) => last = child,
                None => return part..last + 1,
            }
        }
    }

    /// Whether the content directly before a part is a block scalar.
    pub(super) fn is_behind_block(&self, part: usize) -> bool {
        part.checked_sub(1).is_some_and(|before| self.parts[before].is_block_scalar())
    }
}

impl Drop for YamlPart<'_> {
    fn drop(&mut self) {
        // What was decoded from quotes and blocks may be a secret.
        if let PartContent::Scalar { text: Cow::Owned(text), .. } = &mut self.content {
            text.zeroize();
        }
    }
}

impl YamlPart<'_> {
    pub(super) fn is_empty_scalar(&self) -> bool {
        matches!(self.content, PartContent::Scalar { .. }) && self.span.is_empty()
    }

    pub(super) fn is_block_scalar(&self) -> bool {
        matches!(self.content, PartContent::Scalar { style: ScalarStyle::Literal | ScalarStyle::Folded, .. })
    }

    pub(super) fn is_collection(&self) -> bool {
        matches!(self.content, PartContent::Mapping { .. } | PartContent::Sequence { .. })
    }

    pub(super) fn is_flow_collection(&self) -> bool {
        matches!(self.content, PartContent::Mapping { is_flow: true, .. } | PartContent::Sequence { is_flow: true, .. })
    }

    pub(super) fn is_block_collection(&self) -> bool {
        matches!(
            self.content,
            PartContent::Mapping { is_flow: false, .. } | PartContent::Sequence { is_flow: false, .. }
        )
    }
}

/// Parses a text.
pub(super) fn layout(text: &str) -> Result<YamlLayout<'_>, DocumentError> {
    match events(text, text, |scalar, _| Ok(scalar)) {
        Err(Stop::Parser(error)) if shallow::is_shallow(&error) => {
            let deepened = shallow::deepened(text).ok_or_else(|| syntax(&error))?;
            let built = events(text, &deepened.text, |scalar, range| {
                if !deepened.differs_in(range) {
                    return Ok(Cow::Owned(scalar.into_owned()));
                }
                shallow::decoded(&text[range.clone()]).map(Cow::Owned).ok_or_else(|| syntax(&error))
            });
            built.map_err(Stop::error)
        }
        built => built.map_err(Stop::error),
    }
}

/// Why a text has no layout.
enum Stop {
    Parser(ScanError),
    Document(DocumentError),
}

impl Stop {
    fn error(self) -> DocumentError {
        match self {
            Self::Parser(error) => syntax(&error),
            Self::Document(error) => error,
        }
    }
}

impl From<DocumentError> for Stop {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

/// The layout of `text` by the events of the parser for `parsed`, which has the same offsets. `keep` gives the text of a
/// scalar at a range.
fn events<'t, 'p>(
    text: &'t str,
    parsed: &'p str,
    keep: impl Fn(Cow<'p, str>, &Range<usize>) -> Result<Cow<'t, str>, DocumentError>,
) -> Result<YamlLayout<'t>, Stop> {
    // Comments cost no more than other text; the parser's limit would refuse long licences at the top of a file.
    let options = options! { emit_anchor_events: true, max_buffered_comment_events: usize::MAX };
    let mut builder = LayoutBuilder {
        layout: YamlLayout {
            text,
            sections: Vec::new(),
            parts: Vec::new(),
            remarks: Vec::new(),
            targets: HashMap::new(),
        },
        open: Vec::new(),
        end: 0,
        is_within: false,
        anchors: HashMap::new(),
        entries: 0,
    };
    for event in Parser::new_from_str_with_options(parsed, options) {
        let (event, span) = event.map_err(Stop::Parser)?;
        builder.take(event, &span, &keep)?;
    }
    let mut layout = builder.layout;
    layout.remarks.sort_by_key(|remark| remark.span.start);
    refuse_comments_in_scalars(&layout)?;
    Ok(layout)
}

struct LayoutBuilder<'t> {
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

impl<'t> LayoutBuilder<'t> {
    fn take<'p>(
        &mut self,
        event: Event<'p>,
        span: &Span,
        keep: impl Fn(Cow<'p, str>, &Range<usize>) -> Result<Cow<'t, str>, DocumentError>,
    ) -> Result<(), DocumentError> {
        let range = span.byte_range().expect("a parser of a str knows bytes");
        match event {
            Event::DocumentStart(is_explicit, _) => {
                // The span of an implicit start has no meaning.
                let start = if is_explicit { range.end } else { self.end };
                self.close_section(if is_explicit { range.start } else { start });
                check_documents(self.layout.sections.len() + 1, || place(span))?;
                self.layout.sections.push(Section { root: self.layout.parts.len(), end: self.layout.text.len() });
                (self.end, self.is_within) = (start, true);
            }
            Event::DocumentEnd if !range.is_empty() => {
                self.close_section(range.start);
                self.end = range.end;
            }
            Event::Comment(..) => {
                self.layout.remarks.push(Remark { span: range, place: place(span) });
                self.count(place(span))?;
            }
            Event::Anchor(..) => {
                // It follows its node; for an empty one it is the last byte.
                if let Some(part) = self.layout.parts.last_mut() {
                    part.has_anchor = true;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.anchor(anchor);
                let text = keep(text, &range)?;
                self.scalar(text, style, tag.as_deref(), range, span)?;
            }
            Event::Alias(anchor) => {
                self.end = range.end;
                let alias = self.push(range.clone(), range.end, place(span), PartContent::Alias, None)?;
                if let Some(target) = self.anchors.get(&anchor) {
                    self.layout.targets.insert(alias, *target);
                }
            }
            Event::MappingStart(style, anchor, _) | Event::SequenceStart(style, anchor, _) => {
                self.anchor(anchor);
                let is_flow = style == StructureStyle::Flow;
                let content = if matches!(event, Event::MappingStart(..)) {
                    PartContent::Mapping { is_flow, members: Vec::new() }
                } else {
                    PartContent::Sequence { is_flow, items: Vec::new() }
                };
                let (mut range, mut place) = (range, place(span));
                if let (false, Some((dash, column))) = (is_flow, self.first_dash()) {
                    (range, place.column) = (dash..dash, column);
                }
                let part = self.push(range.clone(), range.end, place, content, None)?;
                self.end = self.end.max(range.end);
                self.open.push(OpenPart { part, key: None, is_flow });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let open = self.open.pop().expect("the parser ends only what it began");
                let end = if open.is_flow && !range.is_empty() { range.end } else { self.end };
                let part = &mut self.layout.parts[open.part];
                (part.span.end, part.full_end) = (end.max(part.span.start), end.max(part.span.start));
                self.end = self.end.max(end);
            }
            _ => {}
        }
        Ok(())
    }

    /// Remembers that the next part has an anchor; 0 is none.
    fn anchor(&mut self, anchor: usize) {
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
        (column as u64 == holder.place.column).then_some((dash, holder.place.column))
    }

    /// Counts a value or a comment.
    fn count(&mut self, place: TextPlace) -> Result<(), DocumentError> {
        self.entries += 1;
        check_entries(self.entries, || place)
    }

    fn close_section(&mut self, end: usize) {
        if let (Some(section), true) = (self.layout.sections.last_mut(), self.is_within) {
            section.end = end;
            self.is_within = false;
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&granit_parser::Tag>,
        range: Range<usize>,
        span: &Span,
    ) -> Result<(), DocumentError> {
        let source = self.layout.text;
        let mut token = range.clone();
        let mut full_end = range.end;
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block {
            token = source::block_token(source, self.end, &range)
                .ok_or_else(|| refused(place(span), "the beginning of this block scalar cannot be found"))?;
            full_end = range.end.max(token.end);
        } else if range.is_empty() {
            // The parser reports where the next token begins, or the last one ended: the empty value follows its `:` or
            // `-`.
            let at = self.empty_place(range.start);
            (token, full_end) = (at..at, at);
        }
        let tag =
            tag.zip(span.tag_span()).and_then(|(tag, at)| Some((tag, at.byte_range()?))).map(|(tag, at)| YamlTag {
                start: at.start,
                kind: TagKind::of(tag),
                is_adjacent: source
                    .get(at.end..token.start)
                    .is_some_and(|between| between.trim_matches(' ').is_empty()),
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
        self.push(token, full_end, place(span), PartContent::Scalar { text, style }, tag)?;
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
        place: TextPlace,
        content: PartContent<'t>,
        tag: Option<YamlTag>,
    ) -> Result<usize, DocumentError> {
        let number = self.layout.parts.len();
        let in_flow = self.open.last().is_some_and(|open| open.is_flow);
        self.count(place)?;
        if let Some(open) = self.open.last_mut() {
            match &mut self.layout.parts[open.part].content {
                PartContent::Sequence { items, .. } => items.push(number),
                PartContent::Mapping { members, .. } => match open.key.take() {
                    Some(key) => members.push(Pair { key, value: number }),
                    None if matches!(content, PartContent::Scalar { .. }) => {
                        open.key = Some(number);
                        self.entries -= 1;
                    }
                    None => return Err(refused(place, "a key must be text")),
                },
                PartContent::Scalar { .. } | PartContent::Alias => unreachable!("only collections are open"),
            }
        }
        self.layout.parts.push(YamlPart { span, full_end, place, content, tag, has_anchor: false, in_flow });
        Ok(number)
    }
}

/// The parser reads a comment that is indented with a tab as part of a plain scalar: others do not.
fn refuse_comments_in_scalars(layout: &YamlLayout<'_>) -> Result<(), DocumentError> {
    let mut remarks = layout.remarks.iter().peekable();
    for part in &layout.parts {
        let PartContent::Scalar {
            style: ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted,
            ..
        } = part.content
        else {
            continue;
        };
        while remarks.next_if(|remark| remark.span.start < part.span.start).is_some() {}
        if let Some(remark) = remarks.peek().filter(|remark| remark.span.start < part.span.end) {
            return Err(refused(remark.place, "there is a comment inside a value"));
        }
    }
    Ok(())
}

fn place(span: &Span) -> TextPlace {
    TextPlace { line: span.start.line() as u64, column: span.start.col() as u64 + 1 }
}

/// Something that YAML permits and that cannot be preserved.
pub(super) fn refused(place: TextPlace, fault: impl Into<String>) -> DocumentError {
    DocumentError::Refused { at: At { line: place.line, column: place.column }, fault: fault.into() }
}

/// The parser's message contains positions and signs, and sometimes names of anchors and tags, but no values.
fn syntax(error: &ScanError) -> DocumentError {
    let marker = error.marker();
    let at = At { line: marker.line() as u64, column: marker.col() as u64 + 1 };
    DocumentError::Syntax { at, fault: error.info() }
}
