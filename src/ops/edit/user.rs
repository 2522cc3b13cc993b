//! Who edits: somebody with an editor, who is asked where there is a choice.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::ops::failure::Failure;

/// Somebody with an editor. Questions are answered with `None` where nobody can be asked.
pub trait EditingUser {
    /// Has files in a private folder edited, and waits for the end of the editor.
    ///
    /// # Errors
    /// If the editor cannot be run, or the work is to end.
    fn edit(&self, files: &[PathBuf], folder: &Path) -> Result<ExitStatus, Failure>;

    /// What is said of a new file in its text, line by line.
    fn notes_on_new(&self, file: &Path) -> Vec<String>;

    /// Why a text could not be saved, line by line, to be put before it.
    fn notes_on_failure(&self, failure: &Failure) -> Vec<String>;

    /// Asks what becomes of edits of `file` that an earlier run kept.
    fn about_old_edits(&self, file: &Path, recovery: &Path) -> Option<OldEdits>;

    /// Asks what is to be done after the edits could not be saved.
    fn after_failure(&self, failure: &Failure, wishes: &[WishAfterFailure]) -> Option<WishAfterFailure>;

    /// Whether plaintext may be written to a place that may be a disk, where there is none in memory.
    fn may_be_on_disk(&self, place: &Path) -> bool;
}

/// What becomes of edits that an earlier run kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldEdits {
    /// They are gone on with.
    Resume,
    /// They are deleted.
    Discard,
    /// They stay, and nothing is edited.
    Leave,
}

/// What is to be done after edits could not be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WishAfterFailure {
    /// To go on editing.
    Edit,
    /// To see what the file is now beside the edits, and go on editing.
    SeeBoth,
    /// To try once more to save them.
    Save,
    /// To keep them encrypted, and end.
    Keep,
    /// To lose them, and end.
    Discard,
}
