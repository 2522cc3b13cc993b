//! Reads any YAML by the events of the parser.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Parser, ScanError, Span, options};

use super::layout::{CollectionKind, DocumentMark, LayoutBuilder, YamlLayout};
use super::shallow;
use super::tag::TagKind;
use crate::document::content::tree::TextPlace;
use crate::error::{At, DocumentError};

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
    let mut builder = LayoutBuilder::new(text);
    for event in Parser::new_from_str_with_options(parsed, options) {
        let (event, span) = event.map_err(Stop::Parser)?;
        take(&mut builder, event, &span, &keep)?;
    }
    Ok(builder.finish()?)
}

fn take<'t, 'p>(
    builder: &mut LayoutBuilder<'t>,
    event: Event<'p>,
    span: &Span,
    keep: impl Fn(Cow<'p, str>, &Range<usize>) -> Result<Cow<'t, str>, DocumentError>,
) -> Result<(), DocumentError> {
    let range = span.byte_range().expect("a parser of a str knows bytes");
    let place = TextPlace { line: span.start.line() as u64, column: span.start.col() as u64 + 1 };
    match event {
        Event::DocumentStart(is_explicit, _) => {
            let mark = if is_explicit { DocumentMark::Explicit } else { DocumentMark::Implicit };
            builder.document(mark, &range, place)
        }
        Event::DocumentEnd if !range.is_empty() => {
            builder.document_end(&range);
            Ok(())
        }
        Event::Comment(..) => builder.comment(range, place),
        Event::Anchor(..) => {
            builder.anchored();
            Ok(())
        }
        Event::Scalar(text, style, anchor, tag) => {
            builder.anchor(anchor);
            let text = keep(text, &range)?;
            let tag = tag.zip(span.tag_span()).and_then(|(tag, at)| Some((TagKind::of(&tag), at.byte_range()?)));
            builder.scalar(text, style, tag, range, place)
        }
        Event::Alias(anchor) => builder.alias(anchor, range, place),
        Event::MappingStart(style, anchor, _) => {
            builder.anchor(anchor);
            builder.start(CollectionKind::Mapping, style, range, place)
        }
        Event::SequenceStart(style, anchor, _) => {
            builder.anchor(anchor);
            builder.start(CollectionKind::Sequence, style, range, place)
        }
        Event::MappingEnd | Event::SequenceEnd => {
            builder.stop(&range);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The parser's message contains positions and signs, and sometimes names of anchors and tags, but no values.
fn syntax(error: &ScanError) -> DocumentError {
    let marker = error.marker();
    let at = At { line: marker.line() as u64, column: marker.col() as u64 + 1 };
    DocumentError::Syntax { at, fault: error.info() }
}
