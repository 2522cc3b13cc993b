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
use crate::report::quoted;

/// Most files with edits of one file.
const MOST_KEPT: u32 = 100;

/// What is needed to keep the edits, at any moment and from any thread.
pub struct Rescue {
    editor: Editor,
    /// The file that is edited, in the clear.
    scratch: PathBuf,
    /// The file whose plaintext this is.
    file: PathBuf,
    /// Whether the edits are those that an earlier run kept, gone on with.
    continues_earlier: bool,
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
    pub file: PathBuf,
    pub recovery: PathBuf,
}

impl Kept {
    /// What a user does with them.
    pub fn advice(&self) -> String {
        let Self { file, recovery } = self;
        let resume = format!("kenc edit --resume {}", quoted(file));
        let usual = recovery_of(file);
        let commands =
            if *recovery == usual { resume } else { format!("mv {} {} && {resume}", quoted(recovery), quoted(&usual)) };
        format!("the edits are kept, encrypted, in {}; `{commands}` goes on with them", recovery.display())
    }
}

/// Where edits of a file are kept that could not be saved.
pub fn recovery_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".kenc-edit");
    name.into()
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
    pub fn new(editor: Editor, scratch: PathBuf, file: &Path, continues_earlier: bool, subject: &Subject) -> Arc<Self> {
        let state = Mutex::new(State::of(subject));
        Arc::new(Self { editor, scratch, file: file.to_owned(), continues_earlier, state })
    }

    /// Removes what an earlier run kept, if this one went on with it: it is saved now, or not wanted.
    pub fn forget_earlier(&self) -> Result<()> {
        if !self.continues_earlier {
            return Ok(());
        }
        let recovery = recovery_of(&self.file);
        match std::fs::remove_file(&recovery) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("remove {}", recovery.display()), error))
            }
            _ => Ok(()),
        }
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
        let recovery = self.write(&sealed)?;
        state.settled = true;
        Ok(Some(Kept { file: self.file.clone(), recovery }))
    }

    /// Writes the kept edits, and returns where. Those of somebody else who edits the same file are left alone.
    fn write(&self, sealed: &[u8]) -> Result<PathBuf> {
        let usual = recovery_of(&self.file);
        let numbered = |number: u32| {
            let mut name = usual.as_os_str().to_owned();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        let mut candidates = std::iter::once(usual.clone()).chain((1..MOST_KEPT).map(numbered));
        loop {
            let path = candidates.next().ok_or_else(|| Error::WouldOverwrite(usual.clone()))?;
            let is_ours = self.continues_earlier && path == usual;
            let existing = if is_ours { Existing::Replace } else { Existing::Refuse };
            let written = AtomicFile::create(&path, existing, Access::Owner, Sync::Always).and_then(|output| {
                output.file().write_all(sealed).map_err(Error::Write)?;
                output.commit()
            });
            match written {
                Err(Error::WouldOverwrite(_)) => {}
                written => return written.map(|()| path),
            }
        }
    }
}
