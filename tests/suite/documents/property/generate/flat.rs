//! Documents in notations without depth: dotenv and INI.

use super::super::model::plain;
use super::{Generator, Kind, Model, Node, Value};

impl Generator<'_> {
    pub(super) fn dotenv(&mut self) -> Model {
        let count = 1 + self.dice.below(6);
        let members = self.members(0, count);
        for (key, node) in &members {
            while self.dice.percent(self.comment_rate) {
                let comment = self.comment();
                self.out.push_str(&format!("# {comment}\n"));
            }
            let Kind::Leaf(value) = &node.kind else { unreachable!() };
            self.out.push_str(&format!("{key}={}\n", plain(value).replace('\n', "\\n")));
        }
        if self.dice.percent(self.comment_rate / 2) {
            let comment = self.comment();
            self.out.push_str(&format!("# {comment}\n"));
        }
        Model { roots: vec![Node::new(Kind::Map(members))] }
    }

    pub(super) fn ini(&mut self) -> Model {
        let mut sections: Vec<(String, Node)> = Vec::new();
        if self.dice.percent(30) {
            sections.push(("DEFAULT".to_owned(), Node::new(Kind::Map(Vec::new()))));
        }
        for _ in 0..=self.dice.below(3) {
            let name = self.key(&sections);
            sections.push((name, Node::new(Kind::Map(Vec::new()))));
        }
        for (name, section) in &mut sections {
            if name != "DEFAULT" {
                self.comment_lines(0, ";");
                self.out.push_str(&format!("[{name}]"));
                self.end_line(";");
            }
            let count = 1 + self.dice.below(4);
            let members = self.members(0, count);
            for (key, node) in &members {
                self.comment_lines(0, ";");
                let Kind::Leaf(Value::Text(text)) = &node.kind else { unreachable!() };
                let needs_quotes = text.contains(['\n', '#', ';']) || text.trim() != text;
                let value = if needs_quotes { format!("`{text}`") } else { text.clone() };
                self.out.push_str(&format!("{key} = {value}"));
                self.end_line(";");
            }
            section.kind = Kind::Map(members);
        }
        Model { roots: vec![Node::new(Kind::Map(sections))] }
    }
}
