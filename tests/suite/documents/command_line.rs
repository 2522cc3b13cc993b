//! Config documents at the command line: single values, other keys, other rules, whole folders. No test talks to AWS.

mod beside_sops;
mod folders;
mod keys;
mod single_values;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::{Value, json};

use crate::support::{Home, Relay, Sops, home_at, moto};

const FAILED: i32 = 1;
const USAGE: i32 = 2;
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;
const PROBLEMS: i32 = 7;

const SECRETS: &str = "\
# Who may read the database.
db:
    user: eve # nobody else
    password: \"c4r1b0u\"
    port: 5432
hosts:
    - a.example
    - b.example
note_unencrypted: plain
";

/// A home with a local key, and `secrets.yaml` encrypted under it.
struct Documents {
    home: Home,
    key: String,
}

impl Documents {
    fn new() -> Self {
        let home = Home::new();
        let key = home.keygen();
        home.write("secrets.yaml", SECRETS);
        home.run(["encrypt", "--values", "-i", "secrets.yaml"]).ok();
        Self { home, key }
    }

    fn other_key(&self, name: &str) -> String {
        self.home.run(["keygen", "-o", name]).ok().stdout_text().trim().to_owned()
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(self.home.read(name)).expect("documents are text")
    }

    #[track_caller]
    fn says(&self, name: &str, plaintext: &str) {
        let outcome = self.home.run(["decrypt", name]);
        assert_eq!(outcome.ok().stdout_text(), plaintext);
        self.home.run(["verify", "--require-seal", name]).ok();
    }

    fn inspect(&self, name: &str) -> Value {
        let outcome = self.home.run(["inspect", "--json", name]);
        serde_json::from_slice(&outcome.ok().stdout).expect("it is JSON")
    }

    fn ids(&self, name: &str) -> Vec<Vec<String>> {
        let groups = self.inspect(name)["groups"].as_array().expect("it is a list").clone();
        let id = |key: &Value| key["id"].as_str().expect("it is text").to_owned();
        groups.iter().map(|group| group.as_array().expect("it is a list").iter().map(id).collect()).collect()
    }
}

/// The names of the lines that differ: the text before the first colon.
fn changed_lines(before: &str, after: &str) -> BTreeSet<String> {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let name = |line: &&&str| line.split(':').next().unwrap_or_default().trim().to_owned();
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| name(&line));
    let come = after.iter().filter(|line| !before.contains(line)).map(|line| name(&line));
    gone.chain(come).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}
