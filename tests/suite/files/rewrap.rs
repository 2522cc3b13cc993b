//! Changing the keys of files that exist, and their data keys: what changes, what does not, and what is left when it is
//! interrupted. No test talks to AWS.

mod drift;
mod in_place;
mod inside_kms;
mod killed;
mod refusals;
mod rotation;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Faults, Home, Measured, RawFile, Relay, home_at, ministack, moto, noise};

const PLAINTEXT: &[u8] = b"select 'the rest is silence';\n";
const FAILED: i32 = 1;
const NOT_AUTHENTIC: i32 = 3;
const NO_KEY: i32 = 4;
const KEY_SERVICE: i32 = 5;

/// A home with a local key and a second one, and the recipients of both.
struct TwoKeys {
    home: Home,
    first: String,
    second: String,
}

impl TwoKeys {
    fn new() -> Self {
        Self::in_home(Home::new())
    }

    fn in_home(home: Home) -> Self {
        let first = home.keygen();
        let second = home.run(["keygen", "-o", "second.txt"]).ok().stdout_text().trim().to_owned();
        Self { home, first, second }
    }

    /// Checks that a file opens with the first key, or else with the second one, and says which.
    #[track_caller]
    fn opens_with(&self, name: &str, plaintext: &[u8]) -> &'static str {
        let first = self.home.run(["decrypt", name]);
        if first.code == 0 {
            first.gives(plaintext);
            return "first";
        }
        first.fails(NO_KEY);
        self.home.run(["decrypt", "--identity", "second.txt", name]).gives(plaintext);
        "second"
    }
}

fn key_ids(file: &[u8]) -> Vec<String> {
    RawFile::parse(file).slots.iter().map(|slot| slot.key_id.clone()).collect()
}

fn header_len(file: &[u8]) -> usize {
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
    16 + number(8) + 2 * number(12)
}
