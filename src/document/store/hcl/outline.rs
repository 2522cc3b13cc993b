//! The containers of an HCL text with their positions.

use std::ops::Range;

use crate::document::content::tree::{Node, PathStep, Tree, children};
use crate::document::store::shift::Shift;

/// Every object and list of a text, in the order in which they begin. The first is the file itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HclOutline {
    pub(super) containers: Vec<HclContainer>,
}

/// An object or list with the positions of its children.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HclContainer {
    /// With its brackets. The file itself has none.
    pub(super) place: Range<usize>,
    pub(super) children: Vec<HclChild>,
    /// Which of its children is the metadata, which the tree does not have.
    pub(super) metadata: Option<usize>,
}

/// A member or an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HclChild {
    /// The start of its key, or of itself.
    pub(super) start: usize,
    pub(super) value: Range<usize>,
    /// The end of the comma after it.
    pub(super) comma: Option<usize>,
    /// The end of its value, its comma and the comments after these on their line.
    pub(super) end: usize,
    /// Its number, if it is a container.
    pub(super) container: Option<usize>,
}

impl HclOutline {
    /// The container at a path, with its node.
    pub(super) fn container<'t>(&self, tree: &'t Tree, path: &[PathStep]) -> Option<(&HclContainer, &'t Node)> {
        let mut node = tree.roots.first()?;
        let mut container = self.containers.first()?;
        for step in path {
            let child = &container.children[container.position(node, step)?];
            node = node.child(step)?;
            container = &self.containers[child.container?];
        }
        Some((container, node))
    }

    /// The range of the metadata, from its key to its closing bracket.
    pub(super) fn metadata(&self) -> Option<Range<usize>> {
        let root = self.containers.first()?;
        let child = &root.children[root.metadata?];
        Some(child.start..child.value.end)
    }

    /// The same after values were decrypted and the metadata was removed.
    pub(super) fn shifted(&self, shift: &Shift) -> Self {
        // The containers within the metadata are not in the outline.
        let shifted = |container: &HclContainer| {
            let stays = |number: &usize| container.metadata != Some(*number);
            let children = container.children.iter().enumerate().filter(|(number, _)| stays(number));
            let children = children.map(|(_, HclChild { start, value, comma, end, container })| HclChild {
                start: shift.start(*start),
                value: shift.range(value),
                comma: comma.map(|comma| shift.start(comma)),
                end: shift.start(*end),
                container: *container,
            });
            HclContainer { place: shift.range(&container.place), children: children.collect(), metadata: None }
        };
        Self { containers: self.containers.iter().map(shifted).collect() }
    }
}

impl HclContainer {
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
