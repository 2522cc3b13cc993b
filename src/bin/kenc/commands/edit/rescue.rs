//! Edits that could not be saved are kept beside the file: encrypted, under the data key of the file, so that no key
//! service is needed for it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kenc::error::{Error, Result};
use kenc::fs::atomic::{Access, AtomicFile, Existing, Sync};

use super::notes;
use super::subject::{Recipe, Subject};
use crate::commands::contents::Text;
use crate::editor::Editor;

/// What is needed to keep the edits, at any moment and from any thread.
pub struct Rescue {
    editor: Editor,
    /// The file that is edited, in the clear.
    scratch: PathBuf,
    /// Where the edits are kept.
    recovery: PathBuf,
    state: Mutex<State>,
}

pub struct State {
    plaintext: Text,
    comment: Option<&'static str>,
    recipe: Arc<dyn Recipe>,
    /// Nothing is left to be rescued.
    pub settled: bool,
}

/// Edits that were kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub recovery: PathBuf,
}

impl Kept {
    /// What a user does with them.
    pub fn advice(&self) -> String {
        let recovery = self.recovery.display().to_string();
        let file = recovery.strip_suffix(".kenc-edit").unwrap_or(&recovery).to_owned();
        format!(
            "the edits are kept, encrypted, in {recovery}; `kenc edit --resume {}` goes on with them",
            crate::report::quoted(Path::new(&file))
        )
    }
}

impl State {
    fn of(subject: &Subject) -> Self {
        Self {
            plaintext: subject.plaintext.clone(),
            comment: subject.comment,
            recipe: Arc::clone(&subject.recipe),
            settled: false,
        }
    }
}

impl Rescue {
    pub fn new(editor: Editor, scratch: PathBuf, recovery: PathBuf, subject: &Subject) -> Arc<Self> {
        Arc::new(Self { editor, scratch, recovery, state: Mutex::new(State::of(subject)) })
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another version of the file is the one that is edited now.
    pub fn rebase(&self, subject: &Subject) {
        *self.lock() = State::of(subject);
    }

    /// Nothing is left to be rescued.
    pub fn settle(&self) {
        self.lock().settled = true;
    }

    /// Keeps what the editor left last, if it says something else than the file.
    pub fn keep(&self) -> Result<Option<Kept>> {
        let mut state = self.lock();
        if state.settled {
            return Ok(None);
        }
        let Some(text) = self.editor.rescued(&self.scratch) else { return Ok(None) };
        let text = notes::strip(&text, state.comment);
        if *text == *state.plaintext {
            return Ok(None);
        }
        let sealed = state.recipe.keep(&text)?;
        let output = AtomicFile::create(&self.recovery, Existing::Replace, Access::Owner, Sync::Always)?;
        output.file().write_all(&sealed).map_err(Error::Write)?;
        output.commit()?;
        state.settled = true;
        Ok(Some(Kept { recovery: self.recovery.clone() }))
    }
}
