//! Writes a text anew, in the layout of sops: four spaces for each level.

use zeroize::Zeroizing;

use super::outline::refused;
use super::style::{Style, literal, one_line};
use crate::document::content::tree::{Member, Node, Tree, TreeEntry};
use crate::document::content::value::Value;
use crate::error::DocumentError;

/// The indentation that sops uses.
const STEP: usize = 4;

/// The text of a whole tree, with `indent` spaces for each level.
pub(super) fn tree(tree: &Tree, indent: Option<u8>) -> Result<String, DocumentError> {
    let writer = YamlWriter::new("\n").with_step(step(indent));
    let mut writer = YamlWriter { merge_keys: MergeKeys::Plain, ..writer };
    for (number, root) in tree.roots.iter().enumerate() {
        if number > 0 {
            writer.text.push_str("---\n");
        }
        match root {
            Node::Mapping(entries) => writer.members(entries, 0, Start::OnItsLine)?,
            Node::Sequence(_) => return Err(cannot_carry("a list at the top level")),
            Node::Leaf(_) | Node::Alias(_) => return Err(cannot_carry("a single value at the top level")),
        }
        if !root_has_children(root) && tree.roots.len() == 1 {
            writer.text.push_str("{}\n");
        }
    }
    Ok(std::mem::take(&mut *writer.text))
}

/// The indentation of a level. If go-yaml cannot use the requested one, it takes two spaces, and so does this.
pub(super) fn step(indent: Option<u8>) -> usize {
    match indent {
        None | Some(0) => STEP,
        Some(spaces @ 2..=9) => usize::from(spaces),
        Some(_) => 2,
    }
}

fn cannot_carry(what: &str) -> DocumentError {
    DocumentError::CannotCarry { notation: "YAML", what: what.to_owned() }
}

fn root_has_children(root: &Node) -> bool {
    matches!(root, Node::Mapping(entries) if entries.iter().any(|entry| matches!(entry, TreeEntry::Child(_))))
}

/// Whether the line of a collection has been begun, as after a `-`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    OnItsLine,
    Inline,
}

/// Writes nodes.
pub(super) struct YamlWriter {
    pub(super) text: Zeroizing<String>,
    line_break: &'static str,
    /// Spaces before every line.
    margin: usize,
    /// Spaces for each level.
    step: usize,
    /// Whether a text that ends in blank lines is quoted: in a block, it would absorb blank lines of the file.
    pub(super) quotes_blank_lines: bool,
    /// Whether a text of several lines is quoted: in a block, it would absorb a comment below.
    pub(super) quotes_lines: bool,
    merge_keys: MergeKeys,
}

/// How a mapping's `<<` key is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MergeKeys {
    /// Plain, so that readers merge the mapping into the surrounding one, as they do with the output of sops.
    Plain,
    /// Quoted: a key like any other.
    Quoted,
}

impl YamlWriter {
    pub(super) fn new(line_break: &'static str) -> Self {
        let (text, merge_keys) = (Zeroizing::default(), MergeKeys::Quoted);
        Self { text, line_break, margin: 0, step: STEP, quotes_blank_lines: false, quotes_lines: false, merge_keys }
    }

    /// Every line is indented by this many more spaces.
    pub(super) fn with_margin(line_break: &'static str, margin: usize) -> Self {
        Self { margin, ..Self::new(line_break) }
    }

    /// Every level is indented by this many spaces.
    pub(super) fn with_step(self, step: usize) -> Self {
        Self { step, ..self }
    }

    /// The next level: the next multiple of the step.
    fn deeper(&self, indent: usize) -> usize {
        (indent / self.step + 1) * self.step
    }

    /// The members of a mapping whose keys are indented by `indent` spaces, each with a final line break.
    pub(super) fn members(
        &mut self,
        entries: &[TreeEntry<Member>],
        indent: usize,
        start: Start,
    ) -> Result<(), DocumentError> {
        let mut start = start;
        for entry in entries {
            self.begin_line(indent, &mut start);
            match entry {
                TreeEntry::Comment(comment) => self.comment(&comment.text),
                TreeEntry::Child(member) => {
                    let is_merge = member.key == "<<" && matches!(member.value, Node::Mapping(_) | Node::Sequence(_));
                    if is_merge && self.merge_keys == MergeKeys::Plain {
                        self.text.push_str("<<");
                    } else {
                        self.text.push_str(&key(&member.key));
                    }
                    self.text.push(':');
                    self.value(&member.value, indent, self.deeper(indent))?;
                }
            }
        }
        Ok(())
    }

    /// The items of a sequence whose dashes are indented by `indent` spaces.
    pub(super) fn items(
        &mut self,
        entries: &[TreeEntry<Node>],
        indent: usize,
        start: Start,
    ) -> Result<(), DocumentError> {
        let mut start = start;
        for entry in entries {
            self.begin_line(indent, &mut start);
            match entry {
                TreeEntry::Comment(comment) => self.comment(&comment.text),
                TreeEntry::Child(node) => {
                    self.text.push('-');
                    self.item(node, indent)?;
                }
            }
        }
        Ok(())
    }

    /// The content after a `-` that is indented by `indent` spaces.
    pub(super) fn item(&mut self, node: &Node, indent: usize) -> Result<(), DocumentError> {
        match node {
            Node::Mapping(entries) if begins_with_child(entries) => {
                self.text.push(' ');
                self.members(entries, indent + 2, Start::Inline)
            }
            Node::Sequence(entries) if begins_with_child(entries) => {
                self.text.push(' ');
                self.items(entries, indent + 2, Start::Inline)
            }
            other => self.value(other, indent, indent + 2),
        }
    }

    /// The text after `key:` or `-`, to the end of its last line.
    pub(super) fn value(&mut self, node: &Node, around: usize, indent: usize) -> Result<(), DocumentError> {
        match node {
            Node::Mapping(entries) => self.collection(entries, indent, "{}", Self::members),
            Node::Sequence(entries) => self.collection(entries, indent, "[]", Self::items),
            Node::Alias(place) => Err(refused(*place, "an alias cannot be converted")),
            Node::Leaf(leaf) => {
                self.text.push(' ');
                self.scalar(&leaf.value, around);
                self.end_line();
                Ok(())
            }
        }
    }

    fn collection<T>(
        &mut self,
        entries: &[TreeEntry<T>],
        indent: usize,
        empty: &str,
        write: impl Fn(&mut Self, &[TreeEntry<T>], usize, Start) -> Result<(), DocumentError>,
    ) -> Result<(), DocumentError> {
        if entries.is_empty() {
            self.text.push(' ');
            self.text.push_str(empty);
            self.end_line();
            return Ok(());
        }
        self.end_line();
        write(self, entries, indent, Start::OnItsLine)?;
        if !entries.iter().any(|entry| matches!(entry, TreeEntry::Child(_))) {
            self.begin_line(indent, &mut Start::OnItsLine.clone());
            self.text.push_str(empty);
            self.end_line();
        }
        Ok(())
    }

    fn scalar(&mut self, value: &Value, around: usize) {
        if let Value::Text(text) = value
            && text.trim_end_matches('\n').contains('\n')
            && !self.quotes_lines
            && !(self.quotes_blank_lines && text.ends_with("\n\n"))
        {
            let indent = self.deeper(around);
            if let Some(block) = literal(text, self.margin + indent, indent - around, self.line_break) {
                self.text.push_str(&block);
                return;
            }
        }
        self.text.push_str(&one_line(value, Style::Plain, false));
    }

    fn comment(&mut self, text: &str) {
        self.text.push('#');
        self.text.push_str(text);
        self.end_line();
    }

    fn begin_line(&mut self, indent: usize, start: &mut Start) {
        if *start == Start::OnItsLine {
            self.text.extend(std::iter::repeat_n(' ', self.margin + indent));
        }
        *start = Start::OnItsLine;
    }

    fn end_line(&mut self) {
        self.text.push_str(self.line_break);
    }
}

/// A key as it is written in block style.
fn key(key: &str) -> String {
    one_line(&Value::Text(key.to_owned().into()), Style::Plain, false).to_string()
}

/// A member of a mapping in braces.
pub(super) fn flow_member(key: &str, value: &Node) -> Result<String, DocumentError> {
    let key = one_line(&Value::Text(key.to_owned().into()), Style::Plain, true);
    Ok(format!("{}: {}", *key, flow(value)?))
}

/// A node on one line, within brackets or braces, without comments.
pub(super) fn flow(node: &Node) -> Result<String, DocumentError> {
    fn children<T>(entries: &[TreeEntry<T>]) -> impl Iterator<Item = &T> {
        entries.iter().filter_map(|entry| match entry {
            TreeEntry::Child(child) => Some(child),
            TreeEntry::Comment(_) => None,
        })
    }
    Ok(match node {
        Node::Mapping(entries) => {
            let members: Vec<_> =
                children(entries).map(|member| flow_member(&member.key, &member.value)).collect::<Result<_, _>>()?;
            format!("{{{}}}", members.join(", "))
        }
        Node::Sequence(entries) => {
            let items: Vec<_> = children(entries).map(flow).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Node::Leaf(leaf) => one_line(&leaf.value, Style::Plain, true).to_string(),
        Node::Alias(place) => return Err(refused(*place, "an alias cannot be converted")),
    })
}

fn begins_with_child<T>(entries: &[TreeEntry<T>]) -> bool {
    matches!(entries.first(), Some(TreeEntry::Child(_)))
}
