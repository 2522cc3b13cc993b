//! Questions to the person at the terminal.

use std::io::{BufRead, Write};
use std::path::Path;

use crate::failure::Cause;
use crate::printable::printable_lines;
use crate::report::Reporter;
use crate::terminal::{self, Terminal};

/// One of the answers to a question.
pub struct Choice<T> {
    /// The word for it, whose first letter is enough. The first letters of all choices differ.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    pub value: T,
}

/// Asks until one of the choices is typed; an empty line selects the first. `before` prints the introduction. Returns
/// `None`, without printing, if there is no terminal or it was closed.
pub fn ask<T: Copy>(question: &str, choices: &[Choice<T>], before: impl FnOnce()) -> Option<T> {
    let Terminal { mut typed, mut shown } = terminal::open().ok()?;
    before();
    loop {
        let meanings: Vec<String> = choices.iter().map(|it| format!("  {}: {}\n", it.word, it.meaning)).collect();
        write!(shown, "{}\n{}[{}] ", printable_lines(question), meanings.concat(), choices[0].word).ok()?;
        let mut line = String::new();
        if typed.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let answer = line.trim().to_lowercase();
        let chosen = choices.iter().find(|choice| choice.word.starts_with(&answer));
        if let Some(choice) = chosen {
            return Some(choice.value);
        }
    }
}

impl Reporter {
    /// Whether the person at the terminal wants to replace what the refusal names.
    pub fn confirms(&self, refusal: &Cause) -> bool {
        let choices = [
            Choice { word: "no", meaning: "change nothing", value: false },
            Choice { word: "yes", meaning: "replace it with everything in it", value: true },
        ];
        self.may_ask() && ask(&format!("{refusal}."), &choices, || ()) == Some(true)
    }
}

/// Asks whether plaintext may be written to what may be a disk, if this machine has no file system in memory.
pub fn allows_disk(reporter: &Reporter, place: &Path) -> bool {
    let question = format!(
        "This machine has no in-memory file system (tmpfs): the plaintext would be written to {}, which may be on a disk.",
        place.display()
    );
    let choices = [
        Choice { word: "no", meaning: "change nothing", value: false },
        Choice { word: "yes", meaning: "write it there", value: true },
    ];
    reporter.may_ask() && ask(&question, &choices, || ()) == Some(true)
}
