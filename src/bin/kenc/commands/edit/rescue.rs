//! Edits that could not be saved are kept: encrypted, under the data key of the file, so that no key service is needed for
//! it; or where that fails too, in the clear in the private folder in memory where they were edited.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kenc::error::{Error, Result};
use kenc::fs::scratch;
use zeroize::Zeroizing;

use super::notes;
use super::recovery;
use super::subject::{Recipe, Subject};
use crate::commands::contents::Text;
use crate::editor::Editor;
use crate::failure::Kept;

/// What is needed to keep the edits, at any moment and from any thread.
pub struct Rescue {
    editor: Editor,
    /// The file that is edited, in the clear.
    scratch: PathBuf,
    /// The file whose plaintext this is.
    file: PathBuf,
    /// What an earlier run kept, if these edits go on with it.
    earlier: Option<PathBuf>,
    state: Mutex<State>,
}

pub struct State {
    plaintext: Text,
    /// What the editor left last, as it was read back; for the case that it cannot be read again.
    latest: Option<Text>,
    comment: Option<&'static str>,
    recipe: Arc<dyn Recipe>,
    /// Nothing is left to be rescued.
    pub settled: bool,
}

impl State {
    fn of(subject: &Subject) -> Self {
        Self {
            plaintext: subject.plaintext.clone(),
            latest: None,
            comment: subject.comment,
            recipe: Arc::clone(&subject.recipe),
            settled: false,
        }
    }
}

impl Rescue {
    pub fn new(
        editor: Editor,
        scratch: PathBuf,
        file: &Path,
        earlier: Option<(PathBuf, Text)>,
        subject: &Subject,
    ) -> Arc<Self> {
        let (earlier, latest) = earlier.unzip();
        let state = Mutex::new(State { latest, ..State::of(subject) });
        Arc::new(Self { editor, scratch, file: file.to_owned(), earlier, state })
    }

    /// Removes what an earlier run kept, if this one went on with it: it is saved now, or not wanted.
    pub fn forget_earlier(&self) -> Result<()> {
        let Some(earlier) = &self.earlier else { return Ok(()) };
        match std::fs::remove_file(earlier) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("remove {}", earlier.display()), error))
            }
            _ => Ok(()),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another version of the file is the one that is edited now.
    pub fn rebase(&self, subject: &Subject) {
        let mut state = self.lock();
        let latest = state.latest.take();
        *state = State { latest, ..State::of(subject) };
    }

    /// Nothing is left to be rescued.
    pub fn settle(&self) {
        self.lock().settled = true;
    }

    /// Remembers what the editor left, without notes.
    pub fn remember(&self, text: &Text) {
        self.lock().latest = Some(text.clone());
    }

    /// Keeps what the editor left last, if it says something else than the file.
    ///
    /// # Errors
    /// If nothing takes it: then the edits are lost.
    pub fn keep(&self) -> Result<Option<Kept>> {
        let mut state = self.lock();
        if state.settled {
            return Ok(None);
        }
        let text = match self.editor.rescued(&self.scratch) {
            Ok(text) => notes::strip(&text, state.comment),
            Err(error) => match &state.latest {
                Some(latest) => latest.clone(),
                None if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                // Somebody may still find in the folder what cannot be read as a file.
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
                Ok(Some(Kept::Encrypted { file: self.file.clone(), recovery }))
            }
            Err(error) => self.keep_in_the_clear(&mut state, Some(text), error.to_string()).map(Some),
        }
    }

    /// Leaves the private folder behind. Nothing has to be written for this, if the text is there.
    fn keep_in_the_clear(&self, state: &mut State, text: Option<Text>, why: String) -> Result<Kept> {
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
        Ok(Kept::InTheClear { folder, why })
    }
}
