//! Documents in YAML.

use super::super::model::plain;
use super::{Generator, Kind, Model, Node, Value};

impl Generator<'_> {
    pub(super) fn yaml(&mut self) -> Model {
        let mut roots = Vec::new();
        let documents = if self.dice.percent(12) { 2 } else { 1 };
        for number in 0..documents {
            if number > 0 || self.dice.percent(10) {
                self.out.push_str("---\n");
            }
            self.anchors.clear();
            let count = 1 + self.dice.below(5);
            let mut root = Node::new(Kind::Map(self.members(3, count)));
            self.yaml_members(&mut root, 0, false, number);
            roots.push(root);
        }
        Model { roots }
    }

    pub(super) fn yaml_members(&mut self, map: &mut Node, indent: usize, is_begun: bool, document: usize) {
        let Kind::Map(members) = &mut map.kind else { unreachable!() };
        let mut is_begun = is_begun;
        for (key, node) in members {
            if !is_begun {
                self.comment_lines(indent, "#");
                self.is_behind_block = false;
                self.out.push_str(&" ".repeat(indent));
            }
            is_begun = false;
            let key = if self.dice.percent(10) { format!("\"{key}\"") } else { key.clone() };
            self.out.push_str(&key);
            self.out.push(':');
            self.yaml_value(node, indent, false, document);
        }
        if self.dice.percent(self.comment_rate / 3) {
            self.comment_lines(indent, "#");
        }
    }

    /// The text after a `:` or a `-`, to the end of the line.
    pub(super) fn yaml_value(&mut self, node: &mut Node, indent: usize, is_item: bool, document: usize) {
        if !self.anchors.is_empty() && self.dice.percent(8) {
            let name = self.dice.pick(&self.anchors).clone();
            self.out.push_str(&format!(" *{name}"));
            node.kind = Kind::Alias(name);
            return self.end_line("#");
        }
        let is_anchored = self.dice.percent(5);
        let anchor = is_anchored.then(|| {
            self.comments += 1;
            format!("a{document}n{}", self.comments)
        });
        if let Some(anchor) = &anchor {
            self.out.push_str(&format!(" &{anchor}"));
            node.anchor = Some(anchor.clone());
        }
        match &mut node.kind {
            Kind::Leaf(value) => {
                let value = value.clone();
                if matches!(value, Value::Text(_)) && self.dice.percent(4) {
                    self.out.push_str(" !tag");
                }
                self.yaml_leaf(&value, indent);
            }
            Kind::Map(members) if members.is_empty() => {
                self.out.push_str(" {}");
                self.end_line("#");
            }
            Kind::List(items) if items.is_empty() => {
                self.out.push_str(" []");
                self.end_line("#");
            }
            _ if self.dice.percent(20) => {
                self.out.push(' ');
                self.flow(&node.clone(), indent + self.step);
                self.end_line("#");
            }
            Kind::Map(_) if is_item && anchor.is_none() && self.dice.percent(85) => {
                self.out.push(' ');
                self.yaml_members(node, indent + 2, true, document);
            }
            Kind::Map(_) => {
                self.end_line("#");
                let below = indent + if is_item { 2 } else { self.step };
                self.yaml_members(node, below, false, document);
            }
            Kind::List(_) => {
                self.end_line("#");
                let below = if is_item { indent + 2 } else { indent + *self.dice.pick(&[0, 2]) };
                let Kind::List(items) = &mut node.kind else { unreachable!() };
                for item in items {
                    self.comment_lines(below, "#");
                    self.is_behind_block = false;
                    self.out.push_str(&format!("{}-", " ".repeat(below)));
                    self.yaml_value(item, below, true, document);
                }
            }
            Kind::Alias(_) => unreachable!("there are none before they are written"),
        }
        self.anchors.extend(anchor);
    }

    pub(super) fn yaml_leaf(&mut self, value: &Value, indent: usize) {
        let Value::Text(text) = value else {
            let text = match value {
                Value::Null => (*self.dice.pick(&["", "~", "null"])).to_owned(),
                other => plain(other),
            };
            if !text.is_empty() {
                self.out.push_str(&format!(" {text}"));
            }
            return self.end_line("#");
        };
        let content = text.trim_end_matches('\n');
        let newlines = text.len() - content.len();
        let may_be_block = !content.is_empty()
            && !content.starts_with([' ', '\n'])
            && !text.contains('\r')
            && content.lines().all(|line| !line.ends_with(' '));
        if may_be_block && self.dice.percent(if text.contains('\n') { 75 } else { 10 }) {
            let is_folded = !content.contains('\n') && self.dice.percent(30);
            let header = if is_folded { '>' } else { '|' };
            self.out.push_str(&format!(" {header}{}", ["-", "", "+"][newlines.min(2)]));
            self.end_line("#");
            let below = " ".repeat(indent + self.step.max(2));
            for line in content.split('\n') {
                let line = if line.is_empty() { String::new() } else { format!("{below}{line}") };
                self.out.push_str(&format!("{line}\n"));
            }
            let blank = if newlines >= 2 { newlines - 1 } else { usize::from(self.dice.percent(15)) };
            self.out.push_str(&"\n".repeat(blank));
            self.is_behind_block = newlines >= 2;
            return;
        }
        let scalar = self.yaml_scalar(text);
        self.out.push_str(&format!(" {scalar}"));
        self.end_line("#");
    }

    pub(super) fn yaml_scalar(&mut self, text: &str) -> String {
        let is_plain = text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == ' ')
            && !text.ends_with(' ')
            && !["true", "false", "null"].contains(&text);
        if is_plain && self.dice.percent(60) {
            return text.to_owned();
        }
        if !text.contains(['\n', '\r']) && self.dice.percent(40) {
            return format!("'{}'", text.replace('\'', "''"));
        }
        serde_json::to_string(text).unwrap()
    }

    pub(super) fn flow(&mut self, node: &Node, indent: usize) {
        let is_long = self.dice.percent(25);
        let separator = |generator: &mut Self, is_first: bool| {
            if !is_first {
                generator.out.push(',');
            }
            if is_long {
                generator.end_line("#");
                generator.out.push_str(&" ".repeat(indent));
            } else if !is_first {
                generator.out.push(' ');
            }
        };
        match &node.kind {
            Kind::Map(members) => {
                self.out.push('{');
                for (at, (key, node)) in members.iter().enumerate() {
                    separator(self, at == 0);
                    let key = if key.contains(' ') { format!("\"{key}\"") } else { key.clone() };
                    self.out.push_str(&format!("{key}: "));
                    self.flow(node, indent + 2);
                }
                if is_long {
                    self.out.push_str(&format!("\n{}", " ".repeat(indent)));
                }
                self.out.push('}');
            }
            Kind::List(items) => {
                self.out.push('[');
                for (at, node) in items.iter().enumerate() {
                    separator(self, at == 0);
                    self.flow(node, indent + 2);
                }
                if is_long {
                    self.out.push_str(&format!("\n{}", " ".repeat(indent)));
                }
                self.out.push(']');
            }
            Kind::Leaf(Value::Text(text)) => {
                let scalar = self.yaml_scalar(text);
                self.out.push_str(&scalar);
            }
            Kind::Leaf(Value::Null) => self.out.push_str("null"),
            Kind::Leaf(value) => self.out.push_str(&plain(value)),
            Kind::Alias(_) => unreachable!("there are none before they are written"),
        }
    }
}
