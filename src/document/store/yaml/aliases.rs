//! The targets of the aliases of a YAML text.

use std::collections::HashMap;

use granit_parser::{Event, Parser, options};

use super::shallow::{deepened as deepened_text, is_shallow};
use crate::document::content::tree::{Path, PathStep};

/// For every alias, in text order, its path and the path of its target. The text was parsed before: of an invalid text
/// this returns nothing.
pub(crate) fn targets(text: &str) -> Vec<(Path, Path)> {
    let deepened;
    let options = || options! { max_buffered_comment_events: usize::MAX };
    let first_error = Parser::new_from_str_with_options(text, options()).find_map(Result::err);
    let text = match first_error {
        Some(error) if is_shallow(&error) => {
            deepened = deepened_text(text);
            deepened.as_ref().map_or(text, |deepened| deepened.text.as_str())
        }
        _ => text,
    };
    let mut tracker = Tracker { root: None, open: Vec::new(), anchors: HashMap::new(), targets: Vec::new() };
    for event in Parser::new_from_str_with_options(text, options()) {
        let Ok((event, _)) = event else { break };
        tracker.take(&event);
    }
    tracker.targets
}

/// The parser's position in the tree.
struct Tracker {
    /// The document, from 0. `None` before the first.
    root: Option<usize>,
    open: Vec<OpenCollection>,
    /// The paths of anchored nodes, by the numbers that the parser gives the anchors.
    anchors: HashMap<usize, Path>,
    targets: Vec<(Path, Path)>,
}

/// A collection that has not ended.
enum OpenCollection {
    /// With the key whose value comes next, if there is one.
    Mapping(Option<String>),
    /// With the position of the next item.
    Sequence(usize),
}

impl Tracker {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::DocumentStart(..) => {
                self.root = Some(self.root.map_or(0, |root| root + 1));
                self.anchors.clear();
            }
            Event::Scalar(text, _, anchor, _) => match self.open.last_mut() {
                Some(OpenCollection::Mapping(key @ None)) => *key = Some(text.to_string()),
                _ => self.node(*anchor, None),
            },
            Event::Alias(anchor) => {
                if let Some(target) = self.anchors.get(anchor) {
                    self.targets.push((self.path(), target.clone()));
                }
                self.go_on();
            }
            Event::MappingStart(_, anchor, _) => self.node(*anchor, Some(OpenCollection::Mapping(None))),
            Event::SequenceStart(_, anchor, _) => self.node(*anchor, Some(OpenCollection::Sequence(0))),
            Event::MappingEnd | Event::SequenceEnd => {
                self.open.pop();
                self.go_on();
            }
            _ => {}
        }
    }

    /// Start of a node, which is a collection if it opens one. Anchors are numbered from 1.
    fn node(&mut self, anchor: usize, opens: Option<OpenCollection>) {
        if anchor > 0 {
            let path = self.path();
            self.anchors.insert(anchor, path);
        }
        match opens {
            Some(open) => self.open.push(open),
            None => self.go_on(),
        }
    }

    /// End of a value.
    fn go_on(&mut self) {
        match self.open.last_mut() {
            Some(OpenCollection::Mapping(key)) => *key = None,
            Some(OpenCollection::Sequence(position)) => *position += 1,
            None => {}
        }
    }

    fn path(&self) -> Path {
        let step = |open: &OpenCollection| match open {
            OpenCollection::Mapping(key) => PathStep::Key(key.clone().unwrap_or_default()),
            OpenCollection::Sequence(position) => PathStep::Index(*position),
        };
        Path { root: self.root.unwrap_or_default(), steps: self.open.iter().map(step).collect() }
    }
}
