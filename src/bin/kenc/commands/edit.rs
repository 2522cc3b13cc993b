//! `kenc edit`.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use kenc::document::MacRequirement;
use kenc::ops::configs::Configs;
use kenc::ops::edit::{
    BeforeSealing, DocumentToMake, EditOptions, EditOutcome, Editing, EditingUser, OldEdits, WishAfterFailure,
    as_edited, check_can_be_written,
};

use crate::args::EditArgs;
use crate::editor::UserEditor;
use crate::failure::{Exit, Failure};
use crate::lock::tell_other_names;
use crate::question::{Choice, allows_disk, ask};
use crate::report::hints::edits;
use crate::report::{Reporter, printable};
use crate::{sessions, signals};

pub fn run(args: &EditArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    run_as(args, None, as_edited(), configs, reporter)
}

/// The same for a new file with the text `new`, with another document encrypted than the edited one.
pub fn run_as(
    args: &EditArgs,
    new: Option<DocumentToMake>,
    before_sealing: BeforeSealing,
    configs: &Configs,
    reporter: &Reporter,
) -> Result<Exit, Failure> {
    let EditArgs { file, show_keys, ignore_mac, resume, open, passphrase, aws } = args;
    check_can_be_written(file)?;
    let editor = UserEditor::choose()?;
    let passphrases = sessions::passphrases(passphrase, reporter);
    let session = sessions::to_open(open, passphrases, aws, configs, std::slice::from_ref(file))?;
    let mac = if *ignore_mac { MacRequirement::Nothing } else { MacRequirement::Right };
    let keys = open.keys.clone();
    let options = EditOptions { keys, mac, shows_keys: *show_keys, resumes: *resume, new, before_sealing };
    signals::handle_all()?;

    let user = AtTerminal { editor: &editor, reporter };
    let rescuer = editor.clone();
    let editing = Editing::open(&session, file, &options, &user, Box::new(move |file| rescuer.rescued(file)))?;
    let rescue = editing.rescue();
    let _rescued = signals::before_the_end(move || match rescue.keep() {
        Ok(kept) => Some(edits::of_kept(&kept?)),
        Err(error) => Some(format!("the edits are lost: {error}")),
    });
    if editor.keeps_history() {
        reporter.hint(
            "this editor keeps copies of what it saves: exclude `**/kenc-*/**` in its setting workbench.localHistory.exclude",
        );
    }
    report(&editing.run()?, file, &editor, reporter);
    Ok(Exit::Done)
}

fn report(outcome: &EditOutcome, file: &Path, editor: &UserEditor, reporter: &Reporter) {
    match outcome {
        EditOutcome::Unchanged => {
            reporter.say(&format!("{} was not changed", file.display()));
            if let Some(command) = editor.must_be_told_to_wait() {
                reporter.hint(&format!(
                    "the editor returned before its window was closed; make it wait: `export EDITOR='{command}'`"
                ));
            }
        }
        EditOutcome::Saved { names, aliases } => {
            tell_other_names(reporter, file, *names);
            if let Some(at) = aliases.first() {
                reporter.hint(&format!("{at} has an alias of an encrypted value; sops does not open such a document"));
            }
        }
    }
}

/// The user at the terminal, with an editor.
struct AtTerminal<'a> {
    editor: &'a UserEditor,
    reporter: &'a Reporter,
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
