//! Edits that could not be saved are kept: encrypted under the data key of the file, so that no key service is needed;
//! or, if that fails too, in plaintext in the private folder in memory where they were edited.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::edited_file::EditedFile;
use super::kept_edits::KeptEdits;
use super::notes;
use super::recipe::EditRecipe;
use super::recovery;
use crate::error::{Error, Result};
use crate::fs::scratch;
use crate::ops::file_text::Plaintext;

/// Everything needed to keep the edits, at any moment and from any thread.
pub struct Rescue {
    read: ReadRescued,
    /// The edited file, in plaintext.
    scratch: PathBuf,
    /// The file whose plaintext this is.
    file: PathBuf,
    /// The kept edits of an earlier run that this one continues.
    earlier: Option<PathBuf>,
    state: Mutex<RescueState>,
}

/// Reads the newest text of a file after the editor was killed.
pub type ReadRescued = Box<dyn Fn(&Path) -> std::io::Result<Plaintext> + Send + Sync>;

struct RescueState {
    plaintext: Plaintext,
    /// The last text of the editor as it was read back, in case it cannot be read again.
    latest: Option<Plaintext>,
    comment: Option<&'static str>,
    recipe: Arc<dyn EditRecipe>,
    /// Nothing is left to rescue.
    settled: bool,
}

impl RescueState {
    fn of(file: &EditedFile) -> Self {
        Self {
            plaintext: file.plaintext.clone(),
            latest: None,
            comment: file.comment,
            recipe: Arc::clone(&file.recipe),
            settled: false,
        }
    }
}

impl Rescue {
    pub(super) fn new(
        read: ReadRescued,
        scratch: PathBuf,
        file: &Path,
        earlier: Option<(PathBuf, Plaintext)>,
        edited: &EditedFile,
    ) -> Self {
        let (earlier, latest) = earlier.unzip();
        let state = Mutex::new(RescueState { latest, ..RescueState::of(edited) });
        Self { read, scratch, file: file.to_owned(), earlier, state }
    }

    /// Removes the kept edits of an earlier run that this one continued: they are saved now, or were discarded.
    pub(super) fn forget_earlier(&self) -> Result<()> {
        let Some(earlier) = &self.earlier else { return Ok(()) };
        match std::fs::remove_file(earlier) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("remove {}", earlier.display()), error))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, RescueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The edited file is now another version.
    pub(super) fn rebase(&self, file: &EditedFile) {
        let mut state = self.lock();
        let latest = state.latest.take();
        *state = RescueState { latest, ..RescueState::of(file) };
    }

    /// Nothing is left to rescue.
    pub(super) fn settle(&self) {
        self.lock().settled = true;
    }

    /// Has the edits saved by `commit`. A signal in the meantime waits until it is clear whether there is something to
    /// rescue.
    pub(super) fn settle_by(&self, commit: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut state = self.lock();
        commit()?;
        state.settled = true;
        Ok(())
    }

    /// The newest text after the editor was killed.
    pub(super) fn read(&self) -> std::io::Result<Plaintext> {
        (self.read)(&self.scratch)
    }

    /// Records the text of the editor, without notes.
    pub(super) fn remember(&self, text: &Plaintext) {
        self.lock().latest = Some(text.clone());
    }

    /// Keeps the last text of the editor, if it differs from the file.
    ///
    /// # Errors
    /// If nothing could be written: then the edits are lost.
    pub fn keep(&self) -> Result<Option<KeptEdits>> {
        let mut state = self.lock();
        if state.settled {
            return Ok(None);
        }
        let text = match self.read() {
            Ok(text) => notes::strip(&text, state.comment),
            Err(error) => match &state.latest {
                Some(latest) => latest.clone(),
                None if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                // What cannot be read as a file may still be found in the folder.
                None => {
                    let why = format!("cannot read the text: {error}");
                    return self.keep_in_the_clear(&mut state, None, why).map(Some);
                }
            },
        };
        if *text == *state.plaintext {
            return Ok(None);
        }
        let sealed = state.recipe.keep(&text);
        let kept = sealed.and_then(|sealed| recovery::keep(&self.file, &sealed, self.earlier.as_deref()));
        match kept {
            Ok(recovery) => {
                state.settled = true;
                Ok(Some(KeptEdits::Encrypted { file: self.file.clone(), recovery }))
            }
            Err(error) => self.keep_in_the_clear(&mut state, Some(text), error.to_string()).map(Some),
        }
    }

    /// Leaves the private folder in place. Nothing has to be written for this, if the text is there.
    fn keep_in_the_clear(&self, state: &mut RescueState, text: Option<Plaintext>, why: String) -> Result<KeptEdits> {
        let lost = |source| Error::io(format!("keep the edits in {}", self.scratch.display()), source);
        if let Some(text) = text
            && std::fs::read(&self.scratch).map(Zeroizing::new).map(|there| notes::strip(&there, state.comment)).ok()
                != Some(text.clone())
        {
            std::fs::write(&self.scratch, &*text).map_err(lost)?;
        }
        let folder = self.scratch.parent().unwrap_or(Path::new("."));
        let folder = scratch::leave_behind(folder).map_err(lost)?;
        state.settled = true;
        Ok(KeptEdits::InTheClear { folder, why })
    }
}
