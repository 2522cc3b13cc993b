//! The expected content of a document, kept apart from the program: a tree with a number for every node.

use std::collections::HashMap;

/// A pseudo-random sequence that a number fixes (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x51_7c_c1_b7)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count.max(1) as u64).unwrap()
    }

    /// True with a probability of `times` in a hundred.
    pub fn percent(&mut self, times: usize) -> bool {
        self.below(100) < times
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

#[derive(Clone, Debug)]
pub enum Kind {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Leaf(Value),
    Alias(String),
}

/// A node. The number stays with it through every change of others.
#[derive(Clone, Debug)]
pub struct Node {
    pub id: u64,
    pub anchor: Option<String>,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Key(String),
    Index(usize),
}

pub type Steps = Vec<Step>;

/// The documents of a file.
#[derive(Clone, Debug)]
pub struct Model {
    pub roots: Vec<Node>,
}

impl Node {
    pub fn new(kind: Kind) -> Self {
        Self { id: 0, anchor: None, kind }
    }

    pub fn text(text: &str) -> Self {
        Self::new(Kind::Leaf(Value::Text(text.to_owned())))
    }

    pub fn child(&self, step: &Step) -> Option<&Self> {
        match (&self.kind, step) {
            (Kind::Map(members), Step::Key(key)) => {
                members.iter().find(|(other, _)| other == key).map(|(_, node)| node)
            }
            (Kind::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    fn child_mut(&mut self, step: &Step) -> Option<&mut Self> {
        match (&mut self.kind, step) {
            (Kind::Map(members), Step::Key(key)) => {
                members.iter_mut().find(|(other, _)| other == key).map(|(_, node)| node)
            }
            (Kind::List(items), Step::Index(index)) => items.get_mut(*index),
            _ => None,
        }
    }

    /// Gives new numbers to all of it.
    pub fn number(&mut self, next: &mut u64) {
        *next += 1;
        self.id = *next;
        match &mut self.kind {
            Kind::Map(members) => members.iter_mut().for_each(|(_, node)| node.number(next)),
            Kind::List(items) => items.iter_mut().for_each(|node| node.number(next)),
            Kind::Leaf(_) | Kind::Alias(_) => {}
        }
    }
}

impl Model {
    pub fn node(&self, root: usize, steps: &[Step]) -> Option<&Node> {
        steps.iter().try_fold(self.roots.get(root)?, Node::child)
    }

    /// Inserts a node at a path whose parent exists. An anchor stays where it is.
    pub fn set(&mut self, root: usize, steps: &[Step], mut value: Node) {
        let (last, parents) = steps.split_last().expect("a root is never set");
        let parent = parents.iter().fold(&mut self.roots[root], |node, step| node.child_mut(step).unwrap());
        if let Some(old) = parent.child_mut(last) {
            value.anchor = old.anchor.take();
            *old = value;
            return;
        }
        match (&mut parent.kind, last) {
            (Kind::Map(members), Step::Key(key)) => members.push((key.clone(), value)),
            (Kind::List(items), Step::Index(_)) => items.push(value),
            _ => panic!("nothing to put it into"),
        }
    }

    pub fn unset(&mut self, root: usize, steps: &[Step]) {
        let (last, parents) = steps.split_last().expect("a root is never removed");
        let parent = parents.iter().fold(&mut self.roots[root], |node, step| node.child_mut(step).unwrap());
        match (&mut parent.kind, last) {
            (Kind::Map(members), Step::Key(key)) => members.retain(|(other, _)| other != key),
            (Kind::List(items), Step::Index(index)) => drop(items.remove(*index)),
            _ => panic!("nothing to take it from"),
        }
    }

    /// Every path, from outside in.
    pub fn paths(&self) -> Vec<(usize, Steps)> {
        fn walk(node: &Node, root: usize, steps: &mut Steps, found: &mut Vec<(usize, Steps)>) {
            found.push((root, steps.clone()));
            let mut below = |step: Step, child: &Node| {
                steps.push(step);
                walk(child, root, steps, found);
                steps.pop();
            };
            match &node.kind {
                Kind::Map(members) => members.iter().for_each(|(key, node)| below(Step::Key(key.clone()), node)),
                Kind::List(items) => items.iter().enumerate().for_each(|(at, node)| below(Step::Index(at), node)),
                Kind::Leaf(_) | Kind::Alias(_) => {}
            }
        }
        let mut found = Vec::new();
        for (root, node) in self.roots.iter().enumerate() {
            walk(node, root, &mut Vec::new(), &mut found);
        }
        found
    }

    fn anchors(&self) -> HashMap<&str, &Node> {
        let nodes = self.paths();
        let nodes = nodes.iter().filter_map(|(root, steps)| self.node(*root, steps));
        nodes.filter_map(|node| Some((node.anchor.as_deref()?, node))).collect()
    }

    /// Whether an independent reader has read what is meant. Returns for every value that can be encrypted, by its number,
    /// whether it is.
    pub fn compare(&self, read: &[Node], rules: Types) -> Result<HashMap<u64, bool>, String> {
        let mut compared = Compared { anchors: self.anchors(), rules, encrypted: HashMap::new(), path: Vec::new() };
        // Behind the last document there may be nothing.
        if self.roots.len() != read.len() {
            return Err(format!("{} documents instead of {}", read.len(), self.roots.len()));
        }
        for (meant, read) in self.roots.iter().zip(read) {
            compared.node(meant, read, true)?;
        }
        Ok(compared.encrypted)
    }
}

/// What a notation has no words for.
#[derive(Clone, Copy)]
pub struct Types {
    /// Everything is text.
    pub is_text: bool,
    /// A mapping without values may have no place.
    pub drops_empty: bool,
}

struct Compared<'m> {
    anchors: HashMap<&'m str, &'m Node>,
    rules: Types,
    encrypted: HashMap<u64, bool>,
    path: Vec<String>,
}

impl<'m> Compared<'m> {
    fn node(&mut self, meant: &'m Node, read: &Node, is_own: bool) -> Result<(), String> {
        match (&meant.kind, &read.kind) {
            (Kind::Alias(name), _) => {
                let target =
                    *self.anchors.get(name.as_str()).ok_or_else(|| format!("nothing has the anchor {name}"))?;
                self.node(target, read, false)
            }
            (Kind::Map(meant), Kind::Map(read)) => self.members(meant, read, is_own),
            (Kind::Map(meant), Kind::Leaf(Value::Null)) if meant.is_empty() && self.path.is_empty() => Ok(()),
            (Kind::List(meant), Kind::List(read)) if meant.len() == read.len() => {
                for (at, (meant, read)) in meant.iter().zip(read).enumerate() {
                    self.path.push(at.to_string());
                    self.node(meant, read, is_own)?;
                    self.path.pop();
                }
                Ok(())
            }
            (Kind::Leaf(meant_value), Kind::Leaf(read)) => {
                let is_encrypted = matches!(read, Value::Text(text) if text.starts_with("ENC[AES256_GCM,"));
                if is_own && !matches!(meant_value, Value::Null) && *meant_value != Value::Text(String::new()) {
                    self.encrypted.insert(meant.id, is_encrypted);
                }
                let meant = if self.rules.is_text { Value::Text(plain(meant_value)) } else { meant_value.clone() };
                if is_encrypted || meant == *read { Ok(()) } else { Err(self.differs(&meant, read)) }
            }
            (meant, read) => Err(self.differs(&meant, &read)),
        }
    }

    fn members(&mut self, meant: &'m [(String, Node)], read: &[(String, Node)], is_own: bool) -> Result<(), String> {
        let is_empty = |node: &Node| matches!(&node.kind, Kind::Map(members) if says_nothing(members));
        let counts = |(_, node): &&(String, Node)| !(self.rules.drops_empty && is_empty(node));
        let keys = |members: &[(String, Node)]| {
            let mut keys: Vec<String> = members.iter().filter(counts).map(|(key, _)| key.clone()).collect();
            keys.sort();
            keys
        };
        if keys(meant) != keys(read) {
            return Err(format!("{}: keys {:?} instead of {:?}", self.path.join("."), keys(read), keys(meant)));
        }
        for (key, node) in meant {
            let Some((_, read)) = read.iter().find(|(other, _)| other == key) else { continue };
            self.path.push(key.clone());
            self.node(node, read, is_own)?;
            self.path.pop();
        }
        Ok(())
    }

    fn differs(&self, meant: &impl std::fmt::Debug, read: &impl std::fmt::Debug) -> String {
        format!("{}: {read:?} instead of {meant:?}", self.path.join("."))
    }
}

fn says_nothing(members: &[(String, Node)]) -> bool {
    members.iter().all(|(_, node)| matches!(&node.kind, Kind::Map(members) if says_nothing(members)))
}

/// A value where everything is text.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    }
}
