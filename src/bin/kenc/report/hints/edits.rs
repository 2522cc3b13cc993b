//! Hints for a file that cannot be edited, or edits that were not saved.

use kenc::error::{DocumentError, Error};
use kenc::ops::edit::KeptEdits;

use super::quoted;
use crate::failure::{Cause, CommandFault, Failure};
use crate::report;

/// For a file that cannot be edited, and for edits that were not saved.
pub fn of(cause: &Cause) -> String {
    match cause {
        Cause::NoMemoryForPlaintext => {
            "mount a tmpfs and set TMPDIR to a folder in it: `mount -t tmpfs -o mode=1777 tmpfs /dev/shm`".to_owned()
        }
        Cause::TooLong { path, .. } => format!("use `kenc decrypt {}`, which has no such limit", quoted(path)),
        Cause::NotARegularFile(_) => "name a regular file; to read a pipe or a device use `kenc decrypt`".to_owned(),
        Cause::ChangedMeanwhile(path) => format!("see the current content with `kenc decrypt {}`", quoted(path)),
        Cause::NoKeysToShow(path) => format!(
            "see the keys of a file with `kenc inspect {0}`, and change them with `kenc rewrap {0}`",
            quoted(path)
        ),
        Cause::RecipientsNotHere { path, .. } => format!(
            "`kenc decrypt {} -o PLAINTEXT`, and after the change `kenc encrypt --format age -k KEY … PLAINTEXT` with every recipient",
            quoted(path)
        ),
        Cause::NamedByFileAlone { .. } => {
            "if these are the right keys, name them with -k, in a rule of the config or in its `trusted_keys`"
                .to_owned()
        }
        Cause::EditorLeftNothing => "the editor must save under the name it was given".to_owned(),
        Cause::EditsUnreadable(_) => "the editor left something other than a readable text file".to_owned(),
        Cause::EditorFailed(_) => "nothing was saved; check the message of the editor".to_owned(),
        Cause::EditsKept { file, recovery } => format!(
            "continue with `kenc edit --resume {}`, or discard them with `rm {}`",
            quoted(file),
            quoted(recovery)
        ),
        Cause::NoEditsKept(file) => format!("edit the file with `kenc edit {}`", quoted(file)),
        _ => String::new(),
    }
}

/// For an editor that is not there.
pub fn of_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::EditorNotFound(_) | CommandFault::NoEditor => "set EDITOR: `export EDITOR=nano`".to_owned(),
        CommandFault::EditorVariable { name, .. } => {
            format!("set it to a program with its arguments: `export {name}=nano`")
        }
        _ => String::new(),
    }
}

/// What a user can do with edits that were kept.
pub fn of_kept(kept: &KeptEdits) -> String {
    let (file, recovery) = match kept {
        KeptEdits::Encrypted { file, recovery } => (file, recovery),
        KeptEdits::InTheClear { folder, why } => {
            return format!(
                "the edits could not be encrypted ({why}): they are in plaintext in {0}, which only you can read; copy them soon, because a restart may clear the folder, and then remove it with `rm -r {1}`",
                folder.display(),
                quoted(folder)
            );
        }
    };
    let resume = format!("kenc edit --resume {}", quoted(file));
    let commands = match kept.place_to_move_to() {
        Some(usual) => format!("mv {} {} && {resume}", quoted(recovery), quoted(&usual)),
        None => resume,
    };
    let until = if kept.is_in_memory() { ", which is in memory and is lost at a restart" } else { "" };
    format!("the edits are kept, encrypted, in {}{until}; `{commands}` continues with them", recovery.display())
}

/// Why a text could not be saved, for a note above it. Line numbers in it include the lines of the note.
pub fn notes_on(failure: &Failure) -> Vec<String> {
    let lines = |failure: &Failure| report::lines_of(failure);
    let count = lines(failure).len() as u64;
    let Cause::Library(Error::Document(fault)) = &failure.cause else { return lines(failure) };
    let mut fault = fault.clone();
    if let DocumentError::Syntax { at, .. }
    | DocumentError::Refused { at, .. }
    | DocumentError::ValueAlreadyEncrypted { at, .. }
    | DocumentError::CommentMatchesRule { at, .. } = &mut fault
    {
        at.line += count;
    }
    lines(&Failure { subject: failure.subject.clone(), ..Error::from(fault).into() })
}

#[cfg(test)]
mod tests {
    use kenc::error::At;

    use super::*;

    #[test]
    fn the_line_of_a_fault_is_the_one_that_the_editor_shows() {
        let at = At { line: 3, column: 5 };
        let fault = DocumentError::Syntax { at, fault: "here is no value".to_owned() };
        let notes = notes_on(&Failure { subject: Some("x.yaml".to_owned()), ..Error::from(fault).into() });
        let expected = format!("line {}, column 5: here is no value", 3 + notes.len());
        assert!(notes[0].contains(&expected), "{notes:?}");
    }
}
