//! The containers of a JSON text with their positions.

use std::ops::Range;

use crate::document::content::tree::{Node, PathStep, Tree, children};
use crate::document::store::shift::Shift;

/// Every object and array of a text, in the order of their opening brackets. The first is the root.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonOutline {
    pub(super) containers: Vec<JsonContainer>,
}

/// An object or array with the positions of its children.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonContainer {
    /// From the opening to the closing bracket, inclusive.
    pub(super) place: Range<usize>,
    pub(super) children: Vec<JsonChild>,
    /// Which of its children is the metadata, which the tree does not have.
    pub(super) metadata: Option<usize>,
}

/// A member or an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JsonChild {
    /// The start of its key, or of itself.
    pub(super) start: usize,
    pub(super) value: Range<usize>,
    /// Its number, if it is a container.
    pub(super) container: Option<usize>,
}

impl JsonChild {
    /// Its range, including the key.
    pub(super) fn place(&self) -> Range<usize> {
        self.start..self.value.end
    }
}

impl JsonOutline {
    /// The container at a path, with its node.
    pub(super) fn container<'t>(&self, tree: &'t Tree, path: &[PathStep]) -> Option<(&JsonContainer, &'t Node)> {
        let mut node = tree.roots.first()?;
        let mut container = self.containers.first()?;
        for step in path {
            let child = &container.children[container.position(node, step)?];
            node = node.child(step)?;
            container = &self.containers[child.container?];
        }
        Some((container, node))
    }

    /// The same after values were decrypted and the metadata was removed.
    pub(super) fn shifted(&self, shift: &Shift) -> Self {
        // The containers within the metadata are not in the outline.
        let shifted = |container: &JsonContainer| {
            let stays = |number: &usize| container.metadata != Some(*number);
            let children = container.children.iter().enumerate().filter(|(number, _)| stays(number));
            let children = children.map(|(_, JsonChild { start, value, container })| JsonChild {
                start: shift.start(*start),
                value: shift.range(value),
                container: *container,
            });
            JsonContainer { place: shift.range(&container.place), children: children.collect(), metadata: None }
        };
        Self { containers: self.containers.iter().map(shifted).collect() }
    }
}

impl JsonContainer {
    /// Which child a step leads to. `node` is this container in the tree.
    pub(super) fn position(&self, node: &Node, step: &PathStep) -> Option<usize> {
        let at = match (node, step) {
            (Node::Mapping(entries), PathStep::Key(key)) => children(entries).position(|member| member.key == *key)?,
            (Node::Sequence(_), PathStep::Index(index)) => *index,
            _ => return None,
        };
        let at = at + usize::from(self.metadata.is_some_and(|metadata| metadata <= at));
        (at < self.children.len()).then_some(at)
    }
}
