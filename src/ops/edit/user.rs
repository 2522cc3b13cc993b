//! The user and the editor, who is asked when there is a choice.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::ops::failure::Failure;

/// The user and the editor. A question returns `None` if nobody can be asked.
pub trait EditingUser {
    /// Opens files in a private folder in the editor, and waits for its end.
    ///
    /// # Errors
    /// If the editor cannot be run, or the run was cancelled.
    fn edit(&self, files: &[PathBuf], folder: &Path) -> Result<ExitStatus, Failure>;

    /// The note in the text of a new file, line by line.
    fn notes_on_new(&self, file: &Path) -> Vec<String>;

    /// Why a text could not be saved, line by line, to be shown at its top.
    fn notes_on_failure(&self, failure: &Failure) -> Vec<String>;

    /// Asks what to do with edits of `file` that an earlier run kept.
    fn about_old_edits(&self, file: &Path, recovery: &Path) -> Option<OldEdits>;

    /// Asks what to do after the edits could not be saved.
    fn after_failure(&self, failure: &Failure, wishes: &[WishAfterFailure]) -> Option<WishAfterFailure>;

    /// Asks whether plaintext may be written to a disk, if there is no place in memory.
    fn may_be_on_disk(&self, place: &Path) -> bool;
}

/// What to do with edits that an earlier run kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldEdits {
    /// Continue with them.
    Resume,
    /// Delete them.
    Discard,
    /// Leave them, and edit nothing.
    Leave,
}

/// What to do after edits could not be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WishAfterFailure {
    /// Continue editing.
    Edit,
    /// Show the current file beside the edits, and continue editing.
    SeeBoth,
    /// Try again to save them.
    Save,
    /// Keep them encrypted, and end.
    Keep,
    /// Discard them, and end.
    Discard,
}
