//! `kenc edit`.

use std::path::Path;

use kenc::document::MacRequirement;
use kenc::ops::configs::Configs;
use kenc::ops::edit::{
    BeforeSealing, DocumentToMake, EditOptions, EditOutcome, Editing, as_edited, check_can_be_written,
};

use crate::args::EditArgs;
use crate::edit_user::AtTerminal;
use crate::editor::UserEditor;
use crate::failure::{Exit, Failure};
use crate::report::Reporter;
use crate::report::hints::edits;
use crate::report::other_names::tell_other_names;
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
    signals::handle_all(&session)?;

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
