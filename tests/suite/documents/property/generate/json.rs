//! Documents in JSON.

use super::super::model::plain;
use super::{Generator, Kind, Model, Node, Value};

impl Generator<'_> {
    pub(super) fn json(&mut self) -> Model {
        let count = 1 + self.dice.below(5);
        let root = Node::new(Kind::Map(self.members(3, count)));
        let is_long = self.dice.percent(80);
        self.json_node(&root, 0, is_long);
        self.out.push('\n');
        Model { roots: vec![root] }
    }

    pub(super) fn json_node(&mut self, node: &Node, indent: usize, is_long: bool) {
        let children: Vec<(Option<&String>, &Node)> = match &node.kind {
            Kind::Map(members) => members.iter().map(|(key, node)| (Some(key), node)).collect(),
            Kind::List(items) => items.iter().map(|node| (None, node)).collect(),
            Kind::Leaf(Value::Null) => return self.out.push_str("null"),
            Kind::Leaf(Value::Text(text)) => return self.out.push_str(&serde_json::to_string(text).unwrap()),
            Kind::Leaf(value) => return self.out.push_str(&plain(value)),
            Kind::Alias(_) => unreachable!("JSON has none"),
        };
        let [open, close] = if matches!(node.kind, Kind::Map(_)) { ['{', '}'] } else { ['[', ']'] };
        self.out.push(open);
        if children.is_empty() {
            return self.out.push(close);
        }
        for (at, (key, node)) in children.iter().enumerate() {
            if is_long {
                if at == 0 {
                    self.end_line("//");
                }
                self.comment_lines(indent + 2, "//");
                self.out.push_str(&" ".repeat(indent + 2));
                if self.dice.percent(self.comment_rate / 5) {
                    let comment = self.comment();
                    self.out.push_str(&format!("/* {comment} */ "));
                }
            } else if at > 0 {
                self.out.push(' ');
            }
            if let Some(key) = key {
                self.out.push_str(&format!("{}: ", serde_json::to_string(key).unwrap()));
            }
            let is_long_within = is_long && self.dice.percent(70);
            self.json_node(node, indent + 2, is_long_within);
            if at + 1 < children.len() {
                self.out.push(',');
            }
            if is_long {
                self.end_line("//");
            }
        }
        if is_long {
            if self.dice.percent(self.comment_rate / 3) {
                self.comment_lines(indent + 2, "//");
            }
            self.out.push_str(&" ".repeat(indent));
        }
        self.out.push(close);
    }
}
