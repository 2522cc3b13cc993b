//! The questions of operations, as a person at the terminal reads them.

use std::fmt::Write as _;

use kenc::document::GroupDifference;
use kenc::ops::question::{KeyPreview, Question};

use super::document_keys::contents_of_seal;
use super::printable;
use super::unfinished_uploads::line;
use crate::report::Reporter;
use kenc::ops::unfinished_uploads::UploadFate;

/// A question with what leads to it.
pub struct Asked {
    /// What the person has to know.
    pub shown: String,
    /// The question itself.
    pub question: String,
    /// What the answers mean: no, and yes.
    pub meanings: [&'static str; 2],
}

impl Asked {
    /// `None` if what leads to it cannot be shown.
    pub fn new(question: &Question<'_>) -> Option<Self> {
        match question {
            Question::ChangeKeys(files) => {
                let files_word = if files.len() == 1 { "file" } else { "files" };
                let question = format!("Change the keys of {} {files_word} to those of the config?", files.len());
                let meanings = ["change nothing", "change the keys"];
                Some(Self { shown: previewed(files), question, meanings })
            }
            Question::TrustKeys(files) => {
                let who = if files.len() == 1 { "the file itself" } else { "each file itself" };
                let question = format!("Only {who} names these keys. Wrap the data key under them?");
                let pairs = files.iter().flat_map(|(path, keys)| keys.iter().map(move |key| (path, key)));
                let lines = pairs.map(|(path, key)| printable(&format!("{}: {key}", path.display())) + "\n");
                let meanings = ["change nothing", "these are the right keys"];
                Some(Self { shown: lines.collect(), question, meanings })
            }
            Question::AbortUploads(uploads) => {
                let shown = uploads.iter().map(|upload| printable(&line(upload, UploadFate::Kept)) + "\n").collect();
                let question = "Remove the parts of these uploads?".to_owned();
                Some(Self {
                    shown,
                    question,
                    meanings: ["leave them", "remove them; an upload that is under way fails"],
                })
            }
            Question::Seal { name, opened, status } => {
                let shown = contents_of_seal(name, opened, *status).ok()?;
                let question = format!("Seal {name} with this text, this rule and these recipients?");
                Some(Self { shown, question: printable(&question), meanings: ["leave it as it is", "seal it"] })
            }
            _ => None,
        }
    }

    /// Shows what leads to the question, if that is worth it without an answer: what the config would change is.
    pub fn show_without_answer(&self, question: &Question<'_>, reporter: &Reporter) {
        if matches!(question, Question::ChangeKeys(_)) {
            reporter.show(&self.shown);
        }
    }
}

fn previewed(files: &[KeyPreview]) -> String {
    let mut lines = String::new();
    for KeyPreview { name, groups, needed_groups } in files {
        let mut changes = GroupDifference::sentences(groups, GroupDifference::WOULD);
        if let (true, Some(needed)) = (changes.is_empty(), needed_groups) {
            changes.push(format!("would change the threshold of {needed}"));
        }
        for change in changes {
            writeln!(lines, "{}", printable(&format!("{name}: {change}"))).expect("writing to a string does not fail");
        }
    }
    lines
}
