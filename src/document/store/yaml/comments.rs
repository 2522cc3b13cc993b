//! Finds the collection of a comment and the child it precedes, as sops does, because the path of a comment
//! authenticates it.

use std::ops::Range;

use super::layout::YamlLayout;
use super::outline::{Pair, PartContent, Section};
use super::source;

/// The place of a comment in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CommentStanding {
    /// The collection, by the number of its part.
    pub(super) container: usize,
    /// The child that it precedes.
    pub(super) before: usize,
    /// Order among comments before the same child.
    order: usize,
    /// The comment, by its number.
    pub(super) remark: usize,
}

/// The place of every comment, sorted by container and child.
pub(super) fn standings(layout: &YamlLayout<'_>) -> Vec<CommentStanding> {
    let next = next_contents(layout);
    let mut standings: Vec<CommentStanding> = Vec::with_capacity(layout.remarks.len());
    let (mut number, mut section) = (0, 0);
    while let Some(remark) = layout.remarks.get(number) {
        while section + 1 < layout.sections.len() && layout.sections[section].end <= remark.start {
            section += 1;
        }
        let Some(Section { root, end }) = layout.sections.get(section) else { break };
        let finder = Finder { layout, remark, next: next[number], is_right: is_right(layout.text, remark) };
        match finder.find(*root) {
            CommentPlace::At(container, before) => {
                standings.push(CommentStanding { container, before, order: number + 1, remark: number });
                number += 1;
            }
            // sops puts the comment after a closing bracket before those within.
            CommentPlace::Of(container) => {
                standings.push(CommentStanding { container, before: 0, order: 0, remark: number });
                number += 1;
            }
            CommentPlace::Between(gap) => {
                let same = |later: &usize| next[*later] == next[number] && layout.remarks[*later].start < *end;
                let count = (number..layout.remarks.len()).take_while(same).count();
                gap.divide(layout, number..number + count, next[number], &mut standings);
                number += count;
            }
        }
    }
    standings.sort_unstable();
    standings
}

/// For each comment, the first byte of content after it and the comments that follow it.
fn next_contents(layout: &YamlLayout<'_>) -> Vec<usize> {
    let mut next = vec![0; layout.remarks.len()];
    for (number, remark) in layout.remarks.iter().enumerate().rev() {
        let rest = &layout.text[remark.end..];
        let at = layout.text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let is_comment = layout.remarks.get(number + 1).is_some_and(|later| later.start == at);
        next[number] = if is_comment { next[number + 1] } else { at };
    }
    next
}

/// Whether something else precedes a comment on its line.
fn is_right(text: &str, remark: &Range<usize>) -> bool {
    let start = source::start_of_line(text, remark.start);
    !text[start..remark.start].trim_matches([' ', '\t', '\u{feff}']).is_empty()
}

/// The placement of a comment.
enum CommentPlace {
    /// In this container, before this child.
    At(usize, usize),
    /// On this whole collection.
    Of(usize),
    /// Between two children, possibly with other comments.
    Between(Gap),
}

struct Finder<'l, 't> {
    layout: &'l YamlLayout<'t>,
    remark: &'l Range<usize>,
    next: usize,
    is_right: bool,
}

impl Finder<'_, '_> {
    fn find(&self, root: usize) -> CommentPlace {
        let mut container = root;
        loop {
            let children = self.layout.parts[container].children();
            let following = children.partition_point(|child| self.start(child) <= self.remark.start);
            let last = following.checked_sub(1).map(|last| children.at(last));
            match last {
                Some(child) if self.remark.start < self.layout.parts[child.value].full_end => {
                    if self.stays_before(child) {
                        return CommentPlace::At(container, following - 1);
                    }
                    container = child.value;
                }
                _ if self.is_behind_dash(container, following) => return self.head_of_item(container, following),
                Some(child) if self.is_right => return self.line_comment(container, following - 1, child),
                Some(_) if self.layout.parts[container].is_flow_collection() => {
                    return CommentPlace::At(container, following);
                }
                Some(child) => return CommentPlace::Between(Gap { container, following, before: child }),
                None => return CommentPlace::At(container, 0),
            }
        }
    }

    /// Whether a comment between the start of a child and its end belongs before the child, and not into it.
    fn stays_before(&self, child: Pair) -> bool {
        let value = &self.layout.parts[child.value];
        if self.remark.start >= value.span.start {
            return !value.is_collection();
        }
        let key_end = self.layout.parts[child.key].full_end;
        let between = self.layout.text.get(key_end..self.remark.start).unwrap_or("");
        // After an anchor or a tag it is the comment of the node that they name.
        !value.is_block_collection() || (self.is_right && !source::has_property(between))
    }

    /// A comment on the line on which a child ends.
    fn line_comment(&self, mut container: usize, mut index: usize, mut child: Pair) -> CommentPlace {
        while self.layout.parts[child.value].is_block_collection() {
            container = child.value;
            let children = self.layout.parts[container].children();
            let Some(last) = children.len().checked_sub(1) else { return CommentPlace::At(container, 0) };
            (index, child) = (last, children.at(last));
        }
        let is_in_mapping = matches!(self.layout.parts[container].content, PartContent::Mapping(_));
        if is_in_mapping && self.layout.parts[child.value].is_flow_collection() {
            return CommentPlace::Of(child.value);
        }
        CommentPlace::At(container, index)
    }

    /// A comment between the `-` of an item and its content.
    fn head_of_item(&self, container: usize, index: usize) -> CommentPlace {
        let item = self.layout.parts[container].children().at(index).value;
        if self.layout.parts[item].is_block_collection() {
            CommentPlace::At(item, 0)
        } else {
            CommentPlace::At(container, index)
        }
    }

    fn is_behind_dash(&self, container: usize, index: usize) -> bool {
        let PartContent::Sequence(items) = &self.layout.parts[container].content else { return false };
        let Some(item) = items.children.get(index).filter(|_| !items.is_flow) else { return false };
        let start = self.layout.parts[*item].span.start;
        // A dash that is still to come precedes the content of its item.
        self.next >= start || !self.layout.text[self.next..].starts_with('-')
    }

    fn start(&self, child: Pair) -> usize {
        self.layout.parts[child.key].span.start
    }
}

/// Lines of comments between two children of a block collection, or behind the last child of a document.
struct Gap {
    container: usize,
    /// The child that follows, if there is one.
    following: usize,
    /// The child before.
    before: Pair,
}

impl Gap {
    /// Divides the comments of the gap between the previous and the next child, as go-yaml does.
    fn divide(
        &self,
        layout: &YamlLayout<'_>,
        remarks: Range<usize>,
        next: usize,
        standings: &mut Vec<CommentStanding>,
    ) {
        let text = layout.text;
        let (innermost, innermost_end) = self.innermost(layout);
        let indent = layout.parts[innermost].column();
        let newlines = |from: usize, to: usize| text.get(from..to).map_or(0, |between| between.matches('\n').count());
        let before_end = layout.parts[self.before.value].full_end;
        let mut is_before_blank = newlines(before_end, layout.remarks[remarks.start].start) <= 1;
        let mut has_split = false;
        let mut group = remarks.start..remarks.start;
        let mut place = |group: &mut Range<usize>, (container, before): (usize, usize)| {
            standings.extend(group.clone().map(|remark| CommentStanding {
                container,
                before,
                order: remark + 1,
                remark,
            }));
            group.start = group.end;
        };
        for number in remarks.clone() {
            let column = layout.remark_places[number].column;
            let first = layout.remark_places[group.start].column;
            if !group.is_empty() && column < indent && column != first {
                // Only the first of several such groups still belongs to the last value.
                let end = if has_split { self.dedented(layout, first) } else { (innermost, innermost_end) };
                place(&mut group, end);
                has_split = true;
            }
            group.end = number + 1;
            let first = layout.remark_places[group.start].column;
            let end = layout.remarks[number].end;
            let later = layout.remarks.get(number + 1).filter(|_| number + 1 < remarks.end);
            let is_blank_behind = newlines(end, later.map_or(next, |later| later.start)) > 1;
            if is_blank_behind && is_before_blank && (group.start == remarks.start || first < indent) {
                place(
                    &mut group,
                    if first < indent { self.dedented(layout, first) } else { (innermost, innermost_end) },
                );
                has_split = true;
            }
            is_before_blank &= !is_blank_behind;
        }
        if group.is_empty() {
            return;
        }
        let first = layout.remark_places[group.start].column;
        // At the end of a document the metadata follows, or will.
        let next_column = layout.parts[self.container].column();
        let is_foot = !has_split && next_column < indent && next_column != first;
        place(&mut group, if is_foot { (innermost, innermost_end) } else { (self.container, self.following) });
    }

    /// The innermost collection that ends in the gap, and the number of its children.
    fn innermost(&self, layout: &YamlLayout<'_>) -> (usize, usize) {
        self.chain(layout).last().unwrap_or((self.container, self.following))
    }

    /// The innermost mapping that ends in the gap and is indented by at most `column`: after a list, a comment belongs
    /// to the key of the list.
    fn dedented(&self, layout: &YamlLayout<'_>, column: u64) -> (usize, usize) {
        self.chain(layout)
            .take_while(|(container, _)| layout.parts[*container].column() <= column)
            .filter(|(container, _)| matches!(layout.parts[*container].content, PartContent::Mapping(_)))
            .last()
            .unwrap_or((self.container, self.following))
    }

    /// The collections that end in the gap, from outside in, with the number of their children.
    fn chain<'l>(&self, layout: &'l YamlLayout<'_>) -> impl Iterator<Item = (usize, usize)> + use<'l> {
        let mut last = Some(self.before.value);
        std::iter::from_fn(move || {
            let container = last.take().filter(|part| layout.parts[*part].is_block_collection())?;
            let children = layout.parts[container].children();
            last = children.len().checked_sub(1).map(|index| children.at(index).value);
            Some((container, children.len()))
        })
    }
}
