//! To which collection a comment belongs, and before which of its children it stands: as sops sees it, because the
//! keys on the way to a comment authenticate it.

use super::layout::{Content, Layout, Pair, Remark};
use super::source;

/// Where a comment stands in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Standing {
    /// The collection, by the number of its part.
    pub(super) container: usize,
    /// The child that it stands before.
    pub(super) before: usize,
    /// Comments with the same child come in this order.
    order: usize,
    /// The comment, by its number.
    pub(super) remark: usize,
}

/// The standing of every comment, sorted by container and child.
pub(super) fn standings(layout: &Layout<'_>) -> Vec<Standing> {
    let next = next_contents(layout);
    let mut standings: Vec<Standing> = Vec::with_capacity(layout.remarks.len());
    let mut section = 0;
    for (number, remark) in layout.remarks.iter().enumerate() {
        while section + 1 < layout.sections.len() && layout.sections[section].end <= remark.span.start {
            section += 1;
        }
        let Some(section) = layout.sections.get(section) else { break };
        let finder = Finder { layout, remark, next: next[number], is_right: is_right(layout.text, remark) };
        let (container, before, is_of_collection) = finder.find(section.root);
        // sops names the comment behind a closing bracket before those within.
        let order = if is_of_collection { 0 } else { number + 1 };
        standings.push(Standing { container, before, order, remark: number });
    }
    standings.sort_unstable();
    standings
}

/// For each comment, the first byte of content behind it and behind the comments that follow it.
fn next_contents(layout: &Layout<'_>) -> Vec<usize> {
    let mut next = vec![0; layout.remarks.len()];
    for (number, remark) in layout.remarks.iter().enumerate().rev() {
        let rest = &layout.text[remark.span.end..];
        let at = layout.text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let is_comment = layout.remarks.get(number + 1).is_some_and(|later| later.span.start == at);
        next[number] = if is_comment { next[number + 1] } else { at };
    }
    next
}

/// Whether something else stands before a comment on its line.
fn is_right(text: &str, remark: &Remark) -> bool {
    let start = source::start_of_line(text, remark.span.start);
    !text[start..remark.span.start].trim_matches([' ', '\t', '\u{feff}']).is_empty()
}

struct Finder<'l, 't> {
    layout: &'l Layout<'t>,
    remark: &'l Remark,
    next: usize,
    is_right: bool,
}

impl Finder<'_, '_> {
    /// The container and the child before which the comment stands, and whether it is the comment of a whole collection.
    fn find(&self, root: usize) -> (usize, usize, bool) {
        let mut container = root;
        loop {
            let children = self.children(container);
            let following = children.partition_point(|child| self.start(child) <= self.remark.span.start);
            let last = following.checked_sub(1).map(|last| children.at(last));
            match last {
                Some(child) if self.remark.span.start < self.layout.parts[child.value].full_end => {
                    let value = &self.layout.parts[child.value];
                    let is_before_value = self.remark.span.start < value.span.start;
                    let stays = if is_before_value {
                        self.is_right || !value.is_block_collection()
                    } else {
                        !value.is_collection()
                    };
                    if stays {
                        return (container, following - 1, false);
                    }
                    container = child.value;
                }
                Some(child) if self.is_right && !self.is_behind_dash(container, following) => {
                    return self.line_comment(container, following - 1, child);
                }
                Some(child) => return self.own_line(container, following, child),
                None if self.is_behind_dash(container, 0) => return self.head_of_item(container, 0),
                None => return (container, 0, false),
            }
        }
    }

    /// A comment on the line on which a child ends.
    fn line_comment(&self, mut container: usize, mut index: usize, mut child: Pair) -> (usize, usize, bool) {
        while self.layout.parts[child.value].is_block_collection() {
            container = child.value;
            let children = self.children(container);
            let Some(last) = children.len().checked_sub(1) else { return (container, 0, false) };
            (index, child) = (last, children.at(last));
        }
        let is_in_mapping = matches!(self.layout.parts[container].content, Content::Mapping { .. });
        if is_in_mapping && self.layout.parts[child.value].is_flow_collection() {
            return (child.value, 0, true);
        }
        (container, index, false)
    }

    /// A comment on a line of its own behind a child, or behind the `-` of the next.
    fn own_line(&self, mut container: usize, following: usize, child: Pair) -> (usize, usize, bool) {
        if self.is_behind_dash(container, following) {
            return self.head_of_item(container, following);
        }
        let column = self.remark.place.column;
        let mut before = following;
        let mut child = child;
        // What is indented more than the next line belongs to what came before.
        if !self.layout.parts[container].is_flow_collection() && column > self.layout.parts[container].place.column {
            while self.layout.parts[child.value].is_block_collection()
                && self.layout.parts[child.value].place.column <= column
            {
                container = child.value;
                let children = self.children(container);
                before = children.len();
                let Some(last) = before.checked_sub(1) else { break };
                child = children.at(last);
            }
        }
        (container, before, false)
    }

    /// A comment between the `-` of an item and its content.
    fn head_of_item(&self, container: usize, index: usize) -> (usize, usize, bool) {
        let item = self.children(container).at(index).value;
        if self.layout.parts[item].is_block_collection() { (item, 0, false) } else { (container, index, false) }
    }

    fn is_behind_dash(&self, container: usize, index: usize) -> bool {
        let Content::Sequence { is_flow: false, items } = &self.layout.parts[container].content else { return false };
        let Some(item) = items.get(index) else { return false };
        let start = self.layout.parts[*item].span.start;
        // A dash that is still to come stands before the content of its item.
        self.next >= start || !self.layout.text[self.next..].starts_with('-')
    }

    fn start(&self, child: Pair) -> usize {
        self.layout.parts[child.key].span.start
    }

    fn children(&self, container: usize) -> Children<'_> {
        match &self.layout.parts[container].content {
            Content::Mapping { members, .. } => Children::Members(members),
            Content::Sequence { items, .. } => Children::Items(items),
            Content::Scalar { .. } | Content::Alias => Children::Items(&[]),
        }
    }
}

/// The children of a collection; an item is its own key.
enum Children<'l> {
    Members(&'l [Pair]),
    Items(&'l [usize]),
}

impl Children<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Members(members) => members.len(),
            Self::Items(items) => items.len(),
        }
    }

    fn at(&self, index: usize) -> Pair {
        match self {
            Self::Members(members) => members[index],
            Self::Items(items) => Pair { key: items[index], value: items[index] },
        }
    }

    fn partition_point(&self, mut is_before: impl FnMut(Pair) -> bool) -> usize {
        match self {
            Self::Members(members) => members.partition_point(|pair| is_before(*pair)),
            Self::Items(items) => items.partition_point(|item| is_before(Pair { key: *item, value: *item })),
        }
    }
}
