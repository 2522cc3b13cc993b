//! The person who edits a file: the editor, and the questions when there is a choice.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use kenc::ops::edit::{EditingUser, OldEdits, WishAfterFailure};

use crate::editor::UserEditor;
use crate::failure::Failure;
use crate::question::{Choice, allows_disk, ask};
use crate::report::hints::edits;
use crate::report::{Reporter, printable};

/// The user at the terminal, with an editor.
pub struct AtTerminal<'a> {
    pub editor: &'a UserEditor,
    pub reporter: &'a Reporter,
}

impl EditingUser for AtTerminal<'_> {
    fn edit(&self, files: &[PathBuf], folder: &Path) -> Result<ExitStatus, Failure> {
        self.editor.run(files, folder)
    }

    fn notes_on_new(&self, file: &Path) -> Vec<String> {
        vec![printable(&format!("{} is a new file; kenc encrypts this text when you save it", file.display()))]
    }

    fn notes_on_failure(&self, failure: &Failure) -> Vec<String> {
        edits::notes_on(failure)
    }

    fn about_old_edits(&self, file: &Path, recovery: &Path) -> Option<OldEdits> {
        let question = format!("{} contains unsaved edits of {}.", recovery.display(), file.display());
        let choices = [
            Choice { word: "resume", meaning: "continue with them", value: OldEdits::Resume },
            Choice { word: "discard", meaning: "delete them and edit the file as it is", value: OldEdits::Discard },
            Choice { word: "quit", meaning: "change nothing", value: OldEdits::Leave },
        ];
        self.reporter.may_ask().then(|| ask(&question, &choices, || ())).flatten()
    }

    fn after_failure(&self, failure: &Failure, wishes: &[WishAfterFailure]) -> Option<WishAfterFailure> {
        if !self.reporter.may_ask() {
            return None;
        }
        let choices: Vec<Choice<WishAfterFailure>> = wishes.iter().copied().map(choice).collect();
        ask("The edits are not saved yet.", &choices, || {
            self.reporter.failure(failure);
        })
    }

    fn may_be_on_disk(&self, place: &Path) -> bool {
        allows_disk(self.reporter, place)
    }
}

fn choice(value: WishAfterFailure) -> Choice<WishAfterFailure> {
    let (word, meaning) = match value {
        WishAfterFailure::Edit => ("edit", "continue editing"),
        WishAfterFailure::SeeBoth => ("edit", "compare the current file with the edits, and continue editing"),
        WishAfterFailure::Save => ("save", "try again to save it as it is"),
        WishAfterFailure::Keep => ("keep", "keep the edits, encrypted, and exit"),
        WishAfterFailure::Discard => ("discard", "discard the edits and exit"),
    };
    Choice { word, meaning, value }
}
