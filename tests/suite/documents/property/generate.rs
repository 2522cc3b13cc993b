//! Documents in every notation, in the layouts of people and programs, with their trees.

mod flat;
mod hcl;
mod json;
mod toml;
mod yaml;

use kenc::document::Format;

use super::model::{Dice, Kind, Model, Node, Value};

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
            Format::Hcl => self.hcl(),
            Format::Dotenv => self.dotenv(),
            _ => self.ini(),
        };
        // Where a block scalar ends the file, its last line break is a part of it.
        let ends_in_block = self.format == Format::Yaml
            && (self.out.ends_with("\n\n") || self.out.lines().last().unwrap_or_default().starts_with(' '));
        // A heredoc needs the line break behind it.
        let ends_in_block = ends_in_block || self.format == Format::Hcl && self.out.ends_with("END\n");
        if !ends_in_block && self.dice.percent(15) {
            self.out.truncate(self.out.trim_end_matches('\n').len());
        }
        let may_be_crlf = self.format == Format::Toml && !self.out.contains("\"\"\"") && !self.out.contains("'''")
            || self.format == Format::Hcl && !self.out.contains("<<")
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
                // Most values differ from each other.
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
}
