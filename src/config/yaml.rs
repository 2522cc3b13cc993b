//! The YAML of a config as a tree in which every node knows its line, with aliases and merges resolved.
//!
//! Aliases share what they stand for, so they cost nothing until somebody walks through them: [`MAX_DEPTH`] bounds how
//! deep that can be, and whoever repeats nodes counts them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, Span};

use crate::error::{ConfigError, ConfigFault};

/// Deepest nesting, aliases followed.
const MAX_DEPTH: usize = 32;
/// Most entries that merges (`<<`) may copy in one file.
const MAX_MERGED: usize = 10_000;

/// A node, with the line it begins on.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) content: Content,
    depth: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Nothing, `~` or `null`.
    Null,
    /// Text, whatever type another reader would give it.
    Scalar(String),
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Member>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) line: u64,
    pub(super) value: Rc<Node>,
    /// Came in by a merge, so that a key of the mapping's own takes its place.
    is_merged: bool,
}

/// The roots of the documents in a text. An empty text has none.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<Rc<Node>>, ConfigError> {
    let mut options = granit_parser::options! { emit_comments: false };
    options.set_emit_comments(false);
    let builder = Builder { path, anchors: BTreeMap::new(), open: Vec::new(), roots: Vec::new(), merged: 0 };
    builder.build(Parser::new_from_str_with_options(text, options))
}

struct Builder<'a> {
    path: &'a Path,
    anchors: BTreeMap<usize, Rc<Node>>,
    open: Vec<Open>,
    roots: Vec<Rc<Node>>,
    /// Entries that merges have copied so far.
    merged: usize,
}

/// A collection that has not ended.
struct Open {
    line: u64,
    anchor: usize,
    depth: usize,
    content: OpenContent,
}

enum OpenContent {
    Sequence(Vec<Rc<Node>>),
    Mapping { members: Vec<Member>, own: BTreeSet<String>, key: Option<(String, u64)> },
}

impl Builder<'_> {
    fn build<'t>(
        mut self,
        events: impl Iterator<Item = Result<(Event<'t>, Span), granit_parser::ScanError>>,
    ) -> Result<Vec<Rc<Node>>, ConfigError> {
        for event in events {
            let (event, span) = event.map_err(|error| {
                self.fault(error.marker().line() as u64, ConfigFault::Syntax(lower_case(&error.info())))
            })?;
            let line = span.start.line() as u64;
            match event {
                Event::Scalar(text, style, anchor, _) => {
                    let is_null = style == ScalarStyle::Plain && ["", "~", "null", "Null", "NULL"].contains(&&*text);
                    let content = if is_null { Content::Null } else { Content::Scalar(text.into_owned()) };
                    self.finish(Node { line, content, depth: 1 }, anchor)?;
                }
                Event::Alias(anchor) => {
                    let target = self.anchors.get(&anchor).cloned();
                    let target = target.ok_or_else(|| {
                        self.fault(line, ConfigFault::Syntax("an alias refers to a value that contains it".to_owned()))
                    })?;
                    self.place(line, target)?;
                }
                Event::SequenceStart(_, anchor, _) => {
                    self.open(line, anchor, OpenContent::Sequence(Vec::new()))?;
                }
                Event::MappingStart(_, anchor, _) => {
                    let content = OpenContent::Mapping { members: Vec::new(), own: BTreeSet::new(), key: None };
                    self.open(line, anchor, content)?;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let Open { line, anchor, depth, content } = self.open.pop().expect("every end has its start");
                    let content = match content {
                        OpenContent::Sequence(items) => Content::Sequence(items),
                        OpenContent::Mapping { members, .. } => Content::Mapping(members),
                    };
                    self.finish(Node { line, content, depth: depth + 1 }, anchor)?;
                }
                Event::DocumentEnd => self.anchors.clear(),
                _ => {}
            }
        }
        Ok(self.roots)
    }

    fn fault(&self, line: u64, fault: ConfigFault) -> ConfigError {
        ConfigError::new(self.path, line, fault)
    }

    fn open(&mut self, line: u64, anchor: usize, content: OpenContent) -> Result<(), ConfigError> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.fault(line, ConfigFault::TooMuch));
        }
        self.open.push(Open { line, anchor, depth: 0, content });
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), ConfigError> {
        let (line, node) = (node.line, Rc::new(node));
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.place(line, node)
    }

    /// Puts a whole node into the collection that is open.
    fn place(&mut self, line: u64, node: Rc<Node>) -> Result<(), ConfigError> {
        let path = self.path;
        let fault = |fault| Err(ConfigError::new(path, line, fault));
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        open.depth = open.depth.max(node.depth);
        if open.depth >= MAX_DEPTH {
            return fault(ConfigFault::TooMuch);
        }
        match &mut open.content {
            OpenContent::Sequence(items) => items.push(node),
            OpenContent::Mapping { members, own, key } => match key.take() {
                None => {
                    let Content::Scalar(text) = &node.content else {
                        return fault(ConfigFault::Syntax("the keys of a mapping must be strings".to_owned()));
                    };
                    *key = Some((text.clone(), line));
                }
                Some((name, _)) if name == "<<" => {
                    let sources = match &node.content {
                        Content::Sequence(items) => items.iter().collect(),
                        _ => vec![&node],
                    };
                    for source in sources {
                        let Content::Mapping(merged) = &source.content else {
                            return fault(ConfigFault::Syntax("`<<` takes mappings".to_owned()));
                        };
                        self.merged += merged.len();
                        if self.merged > MAX_MERGED {
                            return fault(ConfigFault::TooMuch);
                        }
                        members.extend(merged.iter().map(|member| Member { is_merged: true, ..member.clone() }));
                    }
                }
                Some((name, key_line)) => {
                    if !own.insert(name.clone()) {
                        let text = format!("the key `{name}` is given twice");
                        return Err(ConfigError::new(path, key_line, ConfigFault::Syntax(text)));
                    }
                    members.push(Member { key: name, line: key_line, value: node, is_merged: false });
                }
            },
        }
        Ok(())
    }
}

impl Node {
    /// The member of a mapping that counts for `key`: the mapping's own, else the first that was merged.
    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        let Content::Mapping(members) = &self.content else { return None };
        let named = || members.iter().filter(|member| member.key == key);
        named().find(|member| !member.is_merged).or_else(|| named().next())
    }
}

/// The parser's words as ours begin.
fn lower_case(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
