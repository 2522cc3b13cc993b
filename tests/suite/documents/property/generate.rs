//! Documents in every notation, as people and programs lay them out, with the tree that they say.

use kenc::document::Format;

use super::model::{Dice, Kind, Model, Node, Value, plain};

/// Texts that mean something to one notation or another.
const TEXTS: [&str; 22] = [
    "hunter2",
    "c4r1b0u",
    "two words",
    "a: b",
    "a #b",
    "# not a comment",
    "true",
    "0x1F",
    "12",
    "",
    " lead",
    "trail ",
    "it's \"quoted\"",
    "back\\slash",
    "line one\nline two",
    "line one\nline two\n",
    "one line\n",
    "over\n\nblank\n",
    "ends with a blank line\n\n",
    "  indented\nless\n",
    "snow \u{2603} and \u{e9}",
    "carriage\r\nreturn\r\n",
];

const KEYS: [&str; 14] = [
    "host",
    "password",
    "db",
    "port",
    "meta",
    "data",
    "stringData",
    "name_unencrypted",
    "token_secret",
    "x",
    "y",
    "list",
    "with space",
    "dotted.key",
];

pub struct Generator<'d> {
    pub dice: &'d mut Dice,
    format: Format,
    comments: usize,
    anchors: Vec<String>,
    out: String,
    step: usize,
    comment_rate: usize,
    /// Whether a block scalar that counts the blank lines below it was the last value.
    is_behind_block: bool,
}

impl<'d> Generator<'d> {
    pub fn new(dice: &'d mut Dice, format: Format) -> Self {
        let step = *dice.pick(&[2, 2, 4]);
        let comment_rate = *dice.pick(&[0, 15, 40]);
        Self {
            dice,
            format,
            comments: 0,
            anchors: Vec::new(),
            out: String::new(),
            step,
            comment_rate,
            is_behind_block: false,
        }
    }

    /// A file with what it says.
    pub fn document(mut self) -> (String, Model) {
        let model = match self.format {
            Format::Yaml => self.yaml(),
            Format::Json => self.json(),
            Format::Toml => self.toml(),
            Format::Dotenv => self.dotenv(),
            _ => self.ini(),
        };
        // Where a block scalar ends the file, its last line break is a part of it.
        let ends_in_block = self.format == Format::Yaml
            && (self.out.ends_with("\n\n") || self.out.lines().last().unwrap_or_default().starts_with(' '));
        if !ends_in_block && self.dice.percent(15) {
            self.out.truncate(self.out.trim_end_matches('\n').len());
        }
        let may_be_crlf = self.format == Format::Toml && !self.out.contains("\"\"\"") && !self.out.contains("'''")
            || self.format == Format::Json;
        if may_be_crlf && self.dice.percent(15) {
            self.out = self.out.replace('\n', "\r\n");
        }
        let mut number = 0;
        let mut model = model;
        model.roots.iter_mut().for_each(|root| root.number(&mut number));
        (self.out, model)
    }

    pub fn value(&mut self) -> Value {
        let has_types = !matches!(self.format, Format::Dotenv | Format::Ini);
        match self.dice.below(10) {
            0 if has_types => Value::Int(*self.dice.pick(&[0, 1, -7, 5432, 1 << 40])),
            1 if has_types => Value::Bool(self.dice.percent(50)),
            2 if has_types => Value::Float(*self.dice.pick(&[0.5, -1.25, 3.75])),
            3 if has_types && self.format != Format::Toml => Value::Null,
            _ => Value::Text(self.text()),
        }
    }

    fn text(&mut self) -> String {
        loop {
            let text = (*self.dice.pick(&TEXTS)).to_owned();
            let is_carried = match self.format {
                Format::Dotenv => !text.contains('\r') && !text.contains("\\n"),
                Format::Ini => !text.contains('\r') && !text.contains(['`', '\'', '"', '\\']),
                _ => true,
            };
            if is_carried {
                // Most values are told apart.
                let number = self.dice.below(1000);
                return if self.dice.percent(40) { text } else { format!("v{number}{text}") };
            }
        }
    }

    pub fn key(&mut self, others: &[(String, Node)]) -> String {
        let number = self.dice.below(100);
        let key = (*self.dice.pick(&KEYS)).to_owned();
        let is_flat = matches!(self.format, Format::Dotenv | Format::Ini);
        let key = if is_flat { key.replace([' ', '.'], "_") } else { key };
        if others.iter().all(|(other, _)| *other != key) { key } else { format!("{key}{number}x{}", others.len()) }
    }

    /// A tree to put somewhere.
    pub fn node(&mut self, depth: usize) -> Node {
        let is_flat = matches!(self.format, Format::Dotenv | Format::Ini);
        if depth == 0 || is_flat || self.dice.percent(50) {
            return Node::new(Kind::Leaf(self.value()));
        }
        let count = if self.dice.percent(10) { 0 } else { 1 + self.dice.below(3) };
        if self.dice.percent(60) {
            let mut members = Vec::new();
            for _ in 0..count {
                let key = self.key(&members);
                let node = self.node(depth - 1);
                members.push((key, node));
            }
            return Node::new(Kind::Map(members));
        }
        Node::new(Kind::List((0..count).map(|_| self.node(depth - 1)).collect()))
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        let word = *self.dice.pick(&["secret", "plain", "note", "note"]);
        format!("cm{} {word}", self.comments)
    }

    fn comment_lines(&mut self, indent: usize, mark: &str) {
        // A blank line below a block scalar may be one of its own.
        if !self.out.ends_with("\n\n") && !self.is_behind_block && self.dice.percent(8) {
            self.out.push('\n');
        }
        while self.dice.percent(self.comment_rate) {
            let comment = self.comment();
            self.out.push_str(&format!("{}{mark} {comment}\n", " ".repeat(indent)));
            if self.dice.percent(8) {
                self.out.push('\n');
            }
        }
    }

    fn end_line(&mut self, mark: &str) {
        if self.dice.percent(self.comment_rate / 2) {
            let comment = self.comment();
            self.out.push_str(&format!(" {mark} {comment}"));
        }
        self.out.push('\n');
    }

    fn members(&mut self, depth: usize, count: usize) -> Vec<(String, Node)> {
        let mut members = Vec::new();
        for _ in 0..count {
            let key = self.key(&members);
            let node = self.node(depth);
            members.push((key, node));
        }
        members
    }

    fn yaml(&mut self) -> Model {
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

    fn yaml_members(&mut self, map: &mut Node, indent: usize, is_begun: bool, document: usize) {
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

    /// What stands behind a `:` or a `-`, to the end of the line.
    fn yaml_value(&mut self, node: &mut Node, indent: usize, is_item: bool, document: usize) {
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

    fn yaml_leaf(&mut self, value: &Value, indent: usize) {
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

    fn yaml_scalar(&mut self, text: &str) -> String {
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

    fn flow(&mut self, node: &Node, indent: usize) {
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

    fn json(&mut self) -> Model {
        let count = 1 + self.dice.below(5);
        let root = Node::new(Kind::Map(self.members(3, count)));
        let is_long = self.dice.percent(80);
        self.json_node(&root, 0, is_long);
        self.out.push('\n');
        Model { roots: vec![root] }
    }

    fn json_node(&mut self, node: &Node, indent: usize, is_long: bool) {
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

    fn dotenv(&mut self) -> Model {
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

    fn ini(&mut self) -> Model {
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

    fn toml(&mut self) -> Model {
        let count = 1 + self.dice.below(5);
        let mut members = self.members(3, count);
        // What has no header of its own comes first.
        members.sort_by_key(|(_, node)| matches!(&node.kind, Kind::Map(members) if !members.is_empty()));
        self.toml_table(&members, "");
        Model { roots: vec![Node::new(Kind::Map(members))] }
    }

    fn toml_table(&mut self, members: &[(String, Node)], path: &str) {
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

    fn toml_value(&mut self, node: &Node, may_be_long: bool) {
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
