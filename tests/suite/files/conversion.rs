//! Files that are encrypted again: messages and age files under other keys, and every format turned into every other.

mod from_config;
mod half_way;
mod messages;
mod pairs;

use std::path::Path;

use serde_json::Value;

use crate::support::{Home, Relay, home_at, moto, noise};

const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
const PROBLEMS: i32 = 7;

/// A home with a local age key, a second one in `second.txt`, and two raw keys for messages.
struct Keys {
    home: Home,
    age: String,
    second: String,
    raw: String,
    other_raw: String,
}

impl Keys {
    fn new() -> Self {
        let home = Home::new();
        let age = home.keygen();
        let second = home.run(["keygen", "-o", "second.txt"]).ok().stdout_text().trim().to_owned();
        home.write("aes", [7; 32]);
        home.write("other-aes", [8; 32]);
        let raw = format!("raw-aes:ns/one@{}", home.file("aes").display());
        let other_raw = format!("raw-aes:ns/two@{}", home.file("other-aes").display());
        Self { home, age, second, raw, other_raw }
    }

    /// The keys of new files of a format, and the words with which they open.
    fn of(&self, format: &str) -> (&str, Vec<&str>) {
        if format == "aws-esdk" { (&self.raw, vec!["-k", &self.raw]) } else { (&self.age, Vec::new()) }
    }

    /// Encrypts `plain` to `name`.
    fn encrypt(&self, format: &str, more: &[&str], name: &str) {
        let words = ["encrypt", "--format", format, "-k", self.of(format).0, "-f", "-o", name, "plain"];
        self.home.run(words.iter().chain(more)).ok();
    }

    #[track_caller]
    fn opens(&self, name: &str, plaintext: &[u8]) {
        let format = text_of(&self.inspect(name), "format");
        let mut words = vec!["decrypt", name];
        words.extend(self.of(&format).1);
        self.home.run(&words).gives(plaintext);
    }

    #[track_caller]
    fn inspect(&self, name: &str) -> Value {
        inspect(&self.home, name)
    }
}

#[track_caller]
fn inspect(home: &Home, name: &str) -> Value {
    serde_json::from_str(&home.run(["inspect", "--json", name]).ok().stdout_text()).expect("it is JSON")
}

#[track_caller]
fn text_of(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// What is in the folder of a home besides `known`.
fn strange(home: &Home, known: &[&str]) -> Vec<String> {
    let is_of_atomic_file =
        |name: &str| name.starts_with(".kenc-") && Path::new(name).extension().is_some_and(|end| end == "tmp");
    let names = home.names().into_iter().filter(|name| !known.contains(&name.as_str()) && !is_of_atomic_file(name));
    names.collect()
}
