//! Whether a changed text says what it is to say: both trees side by side.

use std::collections::HashMap;
use std::iter::Peekable;

use serde_json::{Map, Value as Json};

use super::store::Found;
use super::tree::{Comment, Entry, Leaf, Member, Node, children};
use super::untyped::reads_as;
use super::value::Value;
use super::{Edit, Format, NewText};
use crate::error::DocumentError;

/// What the text says now, and what it was to become.
pub(super) struct Meant<'a> {
    format: Format,
    /// The new text of each leaf that was changed, by its number.
    edits: Vec<Option<&'a NewText>>,
    /// Whether comments are compared: one that belongs to a node that went goes with it.
    with_comments: bool,
}

type Same = Result<(), DocumentError>;

impl<'a> Meant<'a> {
    /// Everything is as before, but for `edits`.
    pub(super) fn with_edits(format: Format, before: &Found, edits: &'a [Edit]) -> Result<Self, DocumentError> {
        let mut by_leaf: Vec<Option<&NewText>> = vec![None; before.tokens.len()];
        for edit in edits {
            let slot = by_leaf.get_mut(edit.leaf.0).ok_or_else(|| differs("a change of a leaf that is not there"))?;
            if slot.replace(&edit.text).is_some() {
                return Err(differs("two changes of one leaf"));
            }
        }
        Ok(Self { format, edits: by_leaf, with_comments: true })
    }

    /// The tree is another, and comments may have come or gone.
    pub(super) fn another_tree(format: Format) -> Self {
        Self { format, edits: Vec::new(), with_comments: false }
    }

    /// Compares all roots.
    pub(super) fn check(&self, before: &[Node], after: &Found, text: &str) -> Same {
        if before.len() != after.tree.roots.len() {
            return Err(differs("another number of documents"));
        }
        before.iter().zip(&after.tree.roots).try_for_each(|(before, read)| self.node(before, read, after, text))
    }

    // The recursion is as deep as the parsers let a document be nested.
    fn node(&self, before: &Node, read: &Node, after: &Found, text: &str) -> Same {
        match (before, read) {
            (Node::Mapping(before), Node::Mapping(read)) if self.is_free_order() => {
                self.members(before, read, after, text)
            }
            (Node::Mapping(before), Node::Mapping(read)) => {
                self.entries(before, read, after, text, |before: &Member, read: &Member| {
                    if before.key != read.key {
                        return Err(differs("another key"));
                    }
                    self.node(&before.value, &read.value, after, text)
                })
            }
            (Node::Sequence(before), Node::Sequence(read)) => {
                self.entries(before, read, after, text, |before, read| self.node(before, read, after, text))
            }
            (Node::Leaf(before), Node::Leaf(read)) => self.leaf(before, read, after, text),
            (Node::Alias(_), Node::Alias(_)) => Ok(()),
            _ => Err(differs("a mapping, a list or a value where another of these was")),
        }
    }

    /// In TOML single values come before tables wherever they are put in, and a table without anything in it may have no
    /// place at all.
    fn is_free_order(&self) -> bool {
        self.format == Format::Toml && !self.with_comments
    }

    fn members(&self, before: &[Entry<Member>], read: &[Entry<Member>], after: &Found, text: &str) -> Same {
        fn says_something(member: &Member) -> bool {
            match &member.value {
                Node::Mapping(entries) => children(entries).any(says_something),
                Node::Sequence(entries) => children(entries).next().is_some(),
                _ => true,
            }
        }
        let read: HashMap<_, _> =
            children(read).filter(|member| says_something(member)).map(|member| (&member.key, &member.value)).collect();
        let mut count = 0;
        for member in children(before).filter(|member| says_something(member)) {
            let found = read.get(&member.key).ok_or_else(|| differs("a key is missing"))?;
            self.node(&member.value, found, after, text)?;
            count += 1;
        }
        (count == read.len()).then_some(()).ok_or_else(|| differs("there are keys too many"))
    }

    fn entries<T>(
        &self,
        before: &[Entry<T>],
        read: &[Entry<T>],
        after: &Found,
        text: &str,
        same: impl Fn(&T, &T) -> Same,
    ) -> Same {
        let counts = |entry: &&Entry<T>| self.with_comments || matches!(entry, Entry::Child(_));
        let mut before = before.iter().filter(counts).peekable();
        let mut read = read.iter().filter(counts).peekable();
        loop {
            if self.format == Format::Ini {
                self.run_of_comments(&mut before, &mut read)?;
            }
            match (before.next(), read.next()) {
                (None, None) => return Ok(()),
                (Some(Entry::Child(before)), Some(Entry::Child(read))) => same(before, read)?,
                (Some(Entry::Comment(before)), Some(Entry::Comment(read))) => {
                    self.comment(before, read, after, text)?;
                }
                _ => return Err(differs("entries or comments are missing, or too many")),
            }
        }
    }

    /// Compares the comments up to the next child line by line: where sops encrypted several lines as one comment, they
    /// become several again. Blanks and marks before the text are no difference to it.
    fn run_of_comments<'t, T: 't>(
        &self,
        before: &mut Peekable<impl Iterator<Item = &'t Entry<T>>>,
        read: &mut Peekable<impl Iterator<Item = &'t Entry<T>>>,
    ) -> Same {
        let lines = |text: &str| -> Vec<String> {
            text.split('\n').map(|line| line.trim().trim_start_matches(['#', ';', ' ']).to_owned()).collect()
        };
        let (mut meant, mut found) = (Vec::new(), Vec::new());
        while let Some(Entry::Comment(comment)) = before.next_if(|entry| matches!(entry, Entry::Comment(_))) {
            meant.extend(match self.edits.get(comment.id.0).copied().flatten() {
                None => lines(&comment.text),
                Some(NewText::Comment(text) | NewText::Source(text) | NewText::Plain(Value::Text(text))) => lines(text),
                Some(NewText::Encrypted(token)) => lines(token),
                Some(NewText::Plain(_)) => return Err(differs("a comment that is no text")),
            });
        }
        while let Some(Entry::Comment(comment)) = read.next_if(|entry| matches!(entry, Entry::Comment(_))) {
            found.extend(lines(&comment.text));
        }
        (meant == found).then_some(()).ok_or_else(|| differs("another comment"))
    }

    fn leaf(&self, before: &Leaf, read: &Leaf, after: &Found, text: &str) -> Same {
        let is_same = match self.edits.get(before.id.0).copied().flatten() {
            None => reads_as(self.format, &before.value, &read.value),
            Some(NewText::Plain(value)) => reads_as(self.format, value, &read.value),
            // In a block scalar that keeps its last line end, the token keeps one too; every reader takes it so.
            Some(NewText::Encrypted(token)) => {
                matches!(&read.value, Value::Text(text) if text.trim_end_matches('\n') == *token)
            }
            Some(NewText::Source(source)) => token(after, read.id.0, text) == source.as_str(),
            Some(NewText::Comment(_)) => false,
        };
        is_same.then_some(()).ok_or_else(|| differs(&format!("another value at line {}", read.place.line)))
    }

    fn comment(&self, before: &Comment, read: &Comment, after: &Found, text: &str) -> Same {
        let is_same = match self.edits.get(before.id.0).copied().flatten() {
            None => before.text == read.text,
            Some(NewText::Comment(comment)) => *comment == read.text,
            Some(NewText::Encrypted(token)) => *token == *read.text,
            Some(NewText::Source(source)) => token(after, read.id.0, text) == source.as_str(),
            Some(NewText::Plain(value)) => matches!(value, Value::Text(comment) if *comment == read.text),
        };
        is_same.then_some(()).ok_or_else(|| differs(&format!("another comment at line {}", read.place.line)))
    }
}

/// Compares metadata. Fields that say nothing are no difference, and where there are no types everything is text.
pub(super) fn check_metadata(
    format: Format,
    meant: Option<&Map<String, Json>>,
    read: Option<&Map<String, Json>>,
) -> Same {
    let is_same = match (meant, read) {
        (None, None) => true,
        (Some(meant), Some(read)) => same_fields(format, meant, read),
        _ => false,
    };
    is_same.then_some(()).ok_or_else(|| differs("other metadata"))
}

fn same_fields(format: Format, meant: &Map<String, Json>, read: &Map<String, Json>) -> bool {
    fn fields(map: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
        map.iter().filter(|(_, value)| !says_nothing(value))
    }
    fields(meant).count() == fields(read).count()
        && fields(meant).all(|(key, value)| read.get(key).is_some_and(|read| same_field(format, value, read)))
}

fn same_field(format: Format, meant: &Json, read: &Json) -> bool {
    match (meant, read) {
        (Json::Object(meant), Json::Object(read)) => same_fields(format, meant, read),
        (Json::Array(meant), Json::Array(read)) => {
            meant.len() == read.len() && meant.iter().zip(read).all(|(meant, read)| same_field(format, meant, read))
        }
        (Json::String(_), Json::String(_)) => meant == read,
        (meant, Json::String(read)) if !format.has_types() => Json::to_string(meant) == **read,
        (meant, read) => meant == read || (says_nothing(meant) && says_nothing(read)),
    }
}

/// Nothing, or nothing in it.
fn says_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.iter().all(says_nothing),
        Json::Object(fields) => fields.values().all(says_nothing),
        _ => false,
    }
}

fn token<'a>(found: &Found, leaf: usize, text: &'a str) -> &'a str {
    found.tokens.get(leaf).and_then(|place| text.get(place.clone())).unwrap_or_default()
}

/// Says what differs, never with a value in it.
fn differs(what: &str) -> DocumentError {
    DocumentError::NotAsMeant(what.to_owned())
}
