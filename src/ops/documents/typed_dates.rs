//! Dates as a file has them: `2024-01-02`, not the midnight that it stands for.

use std::borrow::Cow;

use crate::document::{Document, Format, Leaf, Node, Tree, Value, children_mut};

/// The date of a leaf as the document has it. `None` for every other value, and for a date between quotes.
pub(crate) fn typed_date<'d>(document: &'d Document, leaf: &Leaf) -> Option<&'d str> {
    let source = document.source(leaf.id);
    let is_date = matches!(leaf.value, Value::Time(_)) && source.starts_with(|first: char| first.is_ascii_digit());
    is_date.then_some(source)
}

/// A tree of the document, to be written in a notation, with its dates as the document has them. In another notation with
/// dates they stay in the one form that all notations read.
pub(crate) fn with_typed_dates<'d>(document: &Document, tree: Cow<'d, Tree>, format: Format) -> Cow<'d, Tree> {
    let has_dates = |format| matches!(format, Format::Yaml | Format::Toml);
    if !has_dates(document.format()) || format != document.format() && has_dates(format) {
        return tree;
    }
    let mut tree = tree.into_owned();
    tree.roots.iter_mut().for_each(|root| type_dates(document, root));
    Cow::Owned(tree)
}

// The depth is bounded: by the limit of the reader, and by that of the values that aliases add.
fn type_dates(document: &Document, node: &mut Node) {
    match node {
        Node::Mapping(entries) => {
            children_mut(entries).for_each(|member| type_dates(document, &mut member.value));
        }
        Node::Sequence(entries) => children_mut(entries).for_each(|item| type_dates(document, item)),
        Node::Leaf(leaf) => {
            if let Some(date) = typed_date(document, leaf) {
                leaf.value = Value::Time(date.to_owned());
            }
        }
        Node::Alias(_) => {}
    }
}
