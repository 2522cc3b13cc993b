//! Documents in HCL.

use super::super::model::plain;
use super::{Generator, Kind, Model, Node, Value};

impl Generator<'_> {
    pub(super) fn hcl(&mut self) -> Model {
        let count = 1 + self.dice.below(5);
        let mut members = self.members(3, count);
        // A variable cannot have a quoted name.
        for (number, (key, _)) in members.iter_mut().enumerate() {
            if key.contains([' ', '.']) {
                *key = format!("v{number}-{}", key.replace([' ', '.'], "_"));
            }
        }
        for (key, node) in &members {
            self.comment_lines(0, if key.len() % 2 == 0 { "#" } else { "//" });
            self.out.push_str(&format!("{key} = "));
            let is_long = self.dice.percent(70);
            self.hcl_node(node, 0, is_long);
            self.hcl_end_line();
        }
        Model { roots: vec![Node::new(Kind::Map(members))] }
    }

    fn hcl_node(&mut self, node: &Node, indent: usize, is_long: bool) {
        let (children, [open, close]) = match &node.kind {
            Kind::Leaf(Value::Null) => return self.out.push_str("null"),
            Kind::Leaf(Value::Text(text)) => return self.hcl_text(text, indent, is_long),
            Kind::Leaf(value) => return self.out.push_str(&plain(value)),
            Kind::Alias(_) => unreachable!("HCL has none"),
            Kind::Map(members) => (members.iter().map(|(key, node)| (Some(key), node)).collect::<Vec<_>>(), ["{", "}"]),
            Kind::List(items) => (items.iter().map(|node| (None, node)).collect(), ["[", "]"]),
        };
        let is_list = open == "[";
        self.out.push_str(open);
        if children.is_empty() {
            return self.out.push_str(close);
        }
        let ends_in_comma = self.dice.percent(50);
        for (at, (key, node)) in children.iter().enumerate() {
            if is_long {
                if at == 0 {
                    self.end_line("#");
                }
                self.comment_lines(indent + 2, "#");
                self.out.push_str(&" ".repeat(indent + 2));
            } else if at > 0 || !is_list {
                self.out.push(' ');
            }
            if let Some(key) = key {
                let is_quoted = key.contains([' ', '.']) || self.dice.percent(20);
                let key = if is_quoted { format!("\"{key}\"") } else { (*key).clone() };
                let sign = if self.dice.percent(20) { ": " } else { " = " };
                self.out.push_str(&format!("{key}{sign}"));
            }
            let is_long_within = is_long && self.dice.percent(70);
            self.hcl_node(node, indent + 2, is_long_within);
            let is_heredoc = self.out.ends_with("END");
            let needs_comma =
                if is_long { is_list && (at + 1 < children.len() || ends_in_comma) } else { at + 1 < children.len() };
            if needs_comma && is_heredoc {
                self.out.push('\n');
            }
            if needs_comma || is_long && !is_list && !is_heredoc && self.dice.percent(10) {
                self.out.push(',');
            }
            if is_long {
                self.hcl_end_line();
            }
        }
        if is_long {
            self.out.push_str(&" ".repeat(indent));
        } else if !is_list {
            self.out.push(' ');
        }
        self.out.push_str(close);
    }

    /// The end mark of a heredoc is alone on its line.
    fn hcl_end_line(&mut self) {
        if self.out.ends_with("END") {
            self.out.push('\n');
        } else {
            self.end_line("#");
        }
    }

    fn hcl_text(&mut self, text: &str, indent: usize, is_long: bool) {
        let is_heredoc = is_long && text.ends_with('\n') && !text.contains('\r') && self.dice.percent(60);
        if !is_heredoc {
            return self.out.push_str(&serde_json::to_string(text).unwrap());
        }
        // What all lines share would not be part of the text.
        let is_flush = text.lines().any(|line| !line.is_empty() && !line.starts_with(' '));
        if is_flush && self.dice.percent(50) {
            let blanks = " ".repeat(indent + 2);
            self.out.push_str("<<-END\n");
            for line in text.lines() {
                let blanks = if line.is_empty() { "" } else { &blanks };
                self.out.push_str(&format!("{blanks}{line}\n"));
            }
            self.out.push_str(&format!("{}END", " ".repeat(indent)));
        } else {
            self.out.push_str(&format!("<<END\n{text}END"));
        }
    }
}
