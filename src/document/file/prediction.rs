//! Predicts what a changed text will read as, without parsing it.
//!
//! If only single values change, the tree and all positions follow from those before. A prediction saves a parse if the
//! text is parsed later in any case: before a value is inserted, or when it is compared with a parsed text. It is not a
//! check, and no predicted text is written without one.

use std::borrow::Borrow;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::document::content::edit::{EditRef, NewTextRef};
use crate::document::content::format::Format;
use crate::document::content::positions::LineIndex;
use crate::document::content::tree::{Comment, Leaf, LeafId, Node, TextPlace, TreeEntry};
use crate::document::content::value::Value;
use crate::document::content::value_text::plain_text;
use crate::document::content::walk::TreeItem;
use crate::document::file::document::{Document, Origin};
use crate::document::store::parsed::ParsedText;
use crate::document::store::registry::{CommentLines, ValueTypes, facts_of};
use crate::document::store::shift::Shift;
use crate::document::store::splice::{Splice, apply};

impl Document {
    /// The document with some leaves changed and without metadata, as it will read. `values` are those of the leaves,
    /// by number, for edits that give only the source text. `None` if it is not certain how the text will read.
    pub(crate) fn predicted(&self, edits: &[EditRef<'_>], values: &[Option<&Value>]) -> Option<Self> {
        let Self { format, text, found, .. } = self;
        // The bytes of a binary file are no text of their own.
        if *format == Format::Binary {
            return None;
        }
        let mut splices = match found.metadata {
            Some(_) => found.outline.change_metadata(text, None).ok()?,
            None => Vec::new(),
        };
        let mut changed: Vec<Option<PredictedChange<'_>>> = Vec::new();
        changed.resize_with(found.tokens.len(), || None);
        for edit in edits {
            let own = found.outline.change(text, found.tokens.get(edit.leaf.0)?, edit.leaf, edit.text).ok()?;
            let place = changed.get_mut(edit.leaf.0)?;
            *place = Some(PredictedChange::new(*format, *edit, &own, values)?);
            splices.extend(own);
        }
        let shift = Shift::new(&splices);
        let text_before = text;
        let text = apply(text, splices).ok()?;
        let mut tokens = Vec::with_capacity(found.tokens.len());
        for (token, changed) in found.tokens.iter().zip(&changed) {
            tokens.push(match changed {
                None => shift.start(token.start)..shift.start(token.end).max(shift.start(token.start)),
                Some(changed) => changed.token(token, &shift),
            });
        }
        let in_blocks = if facts_of(*format).types == ValueTypes::Tagged { &tokens[..] } else { &[][..] };
        let (before, after) = (LineIndex::new(text_before), LineIndex::new(&text));
        let places = Places { before, shift: &shift, after, text: &text, tokens: in_blocks };
        let mut tree = found.tree.clone();
        for root in &mut tree.roots {
            change_node(root, &mut changed, &places)?;
        }
        let ParsedText { aliases, duplicate, outline, .. } = found;
        let (aliases, outline) = (aliases.clone(), outline.clone());
        let found = ParsedText { tree, tokens, metadata: None, aliases, duplicate: *duplicate, outline };
        Some(Self {
            format: *format,
            text: text.into(),
            found,
            origin: Origin::Predicted((!self.is_predicted()).then_some(shift)),
        })
    }
}

impl Document {
    /// Whether every leaf among `edits` has the source text that its value would be written with. `values` are those of
    /// all leaves, in order. This does not look at what surrounds a leaf.
    pub(crate) fn is_written_usually(&self, edits: &[EditRef<'_>], values: &[impl Borrow<Value>]) -> bool {
        let mut by_leaf: Vec<Option<&Value>> = vec![None; self.found.tokens.len()];
        let mut values = values.iter().map(Borrow::borrow);
        self.tree().walk(|_, item| {
            if let TreeItem::Leaf(leaf) = item
                && let Some(place) = by_leaf.get_mut(leaf.id.0)
            {
                *place = values.next();
            }
        });
        edits.iter().all(|edit| {
            let Some((value, token)) =
                by_leaf.get(edit.leaf.0).copied().flatten().zip(self.found.tokens.get(edit.leaf.0))
            else {
                // A comment is written as it is.
                return true;
            };
            let usual = self.found.outline.change(&self.text, token, edit.leaf, NewTextRef::Plain(value));
            usual.is_ok_and(|usual| matches!(usual.as_slice(), [splice] if splice.text == self.source(edit.leaf)))
        })
    }
}

/// The new value of a leaf or comment.
struct PredictedChange<'a> {
    says: Says<'a>,
    /// The first and the last of its splices, if there are any.
    ends: Option<(Range<usize>, Range<usize>)>,
}

enum Says<'a> {
    Value(Value),
    Comment(&'a str),
}

impl<'a> PredictedChange<'a> {
    fn new(format: Format, edit: EditRef<'a>, splices: &[Splice], values: &[Option<&Value>]) -> Option<Self> {
        let says = match edit.text {
            NewTextRef::Encrypted(token) => Says::Value(Value::Text(token.into())),
            NewTextRef::Plain(value) => Says::Value(as_read(format, value)?),
            NewTextRef::Source(_) => Says::Value(as_read(format, values.get(edit.leaf.0).copied().flatten()?)?),
            // Several lines become several comments, and not all blanks before the text are kept.
            NewTextRef::Comment(_) if facts_of(format).comments == CommentLines::Joined => return None,
            NewTextRef::Comment(text) => Says::Comment(text),
        };
        // Blanks around a value are not part of it, nor is what lies between two splices.
        let is_blank = |letter: char| matches!(letter, ' ' | '\n' | '\r');
        let is_value = matches!(says, Says::Value(_));
        if is_value && splices.iter().any(|splice| splice.text.ends_with(is_blank) || splice.text.starts_with(' ')) {
            return None;
        }
        if let [first, second] = splices
            && second.text.is_empty()
            && second.place.start > first.place.end
        {
            return None;
        }
        let ends = splices.first().zip(splices.last()).map(|(first, last)| (first.place.clone(), last.place.clone()));
        Some(Self { says, ends })
    }

    /// Its position after the change.
    fn token(&self, before: &Range<usize>, shift: &Shift) -> Range<usize> {
        match &self.ends {
            Some((_, last)) if last.end == before.end => shift.start(before.start)..shift.end_of(last),
            Some(_) | None => shift.start(before.start)..shift.start(before.end),
        }
    }
}

/// What a notation reads for a value that it has written. `None` if it writes the value as something else.
pub(crate) fn as_read(format: Format, value: &Value) -> Option<Value> {
    if !format.has_types() {
        return plain_text(value).map(|text| Value::Text(text.into()));
    }
    match value {
        Value::Text(_) | Value::Integer(_) | Value::Bool(_) => Some(value.clone()),
        Value::Float(number) if number.is_finite() && number.fract() != 0.0 => Some(value.clone()),
        _ => None,
    }
}

struct Places<'a> {
    before: LineIndex<'a>,
    shift: &'a Shift,
    after: LineIndex<'a>,
    text: &'a str,
    /// The positions of leaves that can be block scalars, by their numbers.
    tokens: &'a [Range<usize>],
}

impl Places<'_> {
    fn of(&self, place: TextPlace) -> TextPlace {
        self.after.place(self.shift.start(self.before.offset(place)))
    }

    /// The position of a changed value: of a block scalar that of its first character, unless that is a blank.
    fn of_changed(&self, leaf: &Leaf) -> Option<TextPlace> {
        let Some(token) = self.tokens.get(leaf.id.0) else { return Some(self.of(leaf.place)) };
        let text = self.text.get(token.clone())?;
        let header = if text.starts_with(['|', '>']) { text.find('\n').unwrap_or(0) } else { 0 };
        if text[..header].contains(|letter: char| letter.is_ascii_digit()) {
            return None;
        }
        let blanks = text[header..].len() - text[header..].trim_start_matches([' ', '\n', '\r']).len();
        Some(self.after.place(token.start + header + blanks))
    }
}

// The recursion is bounded by the nesting limit of the parsers.
fn change_node(node: &mut Node, changed: &mut [Option<PredictedChange<'_>>], places: &Places<'_>) -> Option<()> {
    match node {
        Node::Alias(place) => *place = places.of(*place),
        Node::Leaf(leaf) => match take(leaf.id, changed) {
            None => leaf.place = places.of(leaf.place),
            Some(Says::Value(value)) => {
                leaf.place = places.of_changed(leaf)?;
                leaf.value = value;
            }
            Some(Says::Comment(_)) => return None,
        },
        Node::Mapping(entries) => {
            for entry in entries {
                match entry {
                    TreeEntry::Comment(comment) => change_comment(comment, changed, places)?,
                    TreeEntry::Child(member) => {
                        member.place = places.of(member.place);
                        change_node(&mut member.value, changed, places)?;
                    }
                }
            }
        }
        Node::Sequence(entries) => {
            for entry in entries {
                match entry {
                    TreeEntry::Comment(comment) => change_comment(comment, changed, places)?,
                    TreeEntry::Child(item) => change_node(item, changed, places)?,
                }
            }
        }
    }
    Some(())
}

fn change_comment(
    comment: &mut Comment,
    changed: &mut [Option<PredictedChange<'_>>],
    places: &Places<'_>,
) -> Option<()> {
    comment.place = places.of(comment.place);
    match take(comment.id, changed) {
        None => {}
        Some(Says::Comment(text)) => comment.text = Zeroizing::new(text.to_owned()),
        Some(Says::Value(_)) => return None,
    }
    Some(())
}

fn take<'a>(leaf: LeafId, changed: &mut [Option<PredictedChange<'a>>]) -> Option<Says<'a>> {
    changed.get_mut(leaf.0)?.take().map(|changed| changed.says)
}
