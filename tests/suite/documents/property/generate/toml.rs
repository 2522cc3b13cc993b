//! Documents in TOML.

use super::super::model::plain;
use super::{Generator, Kind, Model, Node, Value};

impl Generator<'_> {
    pub(super) fn toml(&mut self) -> Model {
        let count = 1 + self.dice.below(5);
        let mut members = self.members(3, count);
        // What has no header of its own comes first.
        members.sort_by_key(|(_, node)| matches!(&node.kind, Kind::Map(members) if !members.is_empty()));
        self.toml_table(&members, "");
        Model { roots: vec![Node::new(Kind::Map(members))] }
    }

    pub(super) fn toml_table(&mut self, members: &[(String, Node)], path: &str) {
        let mut tables = Vec::new();
        for (key, node) in members {
            let key = if key.contains([' ', '.']) { format!("\"{key}\"") } else { key.clone() };
            match &node.kind {
                Kind::Map(inner) if !inner.is_empty() && self.dice.percent(70) => tables.push((key, inner, false)),
                Kind::List(items) if is_tables(items) && self.dice.percent(50) => {
                    for item in items {
                        let Kind::Map(inner) = &item.kind else { unreachable!() };
                        tables.push((key.clone(), inner, true));
                    }
                }
                Kind::Map(inner)
                    if !inner.is_empty() && inner.iter().all(|(_, node)| matches!(node.kind, Kind::Leaf(_))) =>
                {
                    for (inner_key, node) in inner {
                        let inner_key =
                            if inner_key.contains([' ', '.']) { format!("\"{inner_key}\"") } else { inner_key.clone() };
                        self.comment_lines(0, "#");
                        self.out.push_str(&format!("{key}.{inner_key} = "));
                        self.toml_value(node, false);
                        self.end_line("#");
                    }
                }
                _ => {
                    self.comment_lines(0, "#");
                    self.out.push_str(&format!("{key} = "));
                    self.toml_value(node, true);
                    self.end_line("#");
                }
            }
        }
        for (key, inner, is_item) in tables {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            self.comment_lines(0, "#");
            self.out.push_str(&if is_item { format!("[[{path}]]") } else { format!("[{path}]") });
            self.end_line("#");
            self.toml_table(inner, &path);
        }
    }

    pub(super) fn toml_value(&mut self, node: &Node, may_be_long: bool) {
        match &node.kind {
            Kind::Leaf(Value::Text(text)) => {
                let is_literal = !text.contains(['\'', '\n', '\r']) && self.dice.percent(30);
                let is_long = text.contains('\n') && !text.contains(['\r', '"', '\\']) && self.dice.percent(60);
                self.out.push_str(&if is_literal {
                    format!("'{text}'")
                } else if is_long {
                    format!("\"\"\"\n{text}\"\"\"")
                } else {
                    serde_json::to_string(text).unwrap()
                });
            }
            Kind::Leaf(value) => self.out.push_str(&plain(value)),
            Kind::List(items) => {
                let is_long = may_be_long && self.dice.percent(50);
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if is_long {
                        self.end_line("#");
                        self.comment_lines(2, "#");
                        self.out.push_str("  ");
                    }
                    self.toml_value(item, false);
                    if at + 1 < items.len() {
                        self.out.push_str(if is_long { "," } else { ", " });
                    }
                }
                if is_long {
                    self.end_line("#");
                }
                self.out.push(']');
            }
            Kind::Map(members) => {
                self.out.push('{');
                for (at, (key, node)) in members.iter().enumerate() {
                    let key = if key.contains([' ', '.']) { format!("\"{key}\"") } else { key.clone() };
                    self.out.push_str(&format!("{}{key} = ", if at == 0 { " " } else { ", " }));
                    self.toml_value(node, false);
                }
                self.out.push_str(" }");
            }
            Kind::Alias(_) => unreachable!("TOML has none"),
        }
    }
}

fn is_tables(items: &[Node]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(&item.kind, Kind::Map(_)))
}
