//! An input of a tree that is open, wherever it is, and what its result gets from it.

use std::fs::{File, Metadata};
use std::time::SystemTime;

use super::file::{FileToDo, TreeFolder};
use crate::error::{Error, Result};
use crate::fs::attributes::Attributes;
use crate::fs::held::Held;
use crate::fs::input::Input;
use crate::fs::lock::LockWaiter;
use crate::ops::failure::{Cause, Failure};
use crate::ops::session::Session;
use crate::storage::output::Output;
use crate::storage::payload::PayloadInput;
use crate::storage::s3::ObjectNotes;

/// An open input of a tree.
pub struct TreeSource {
    /// Its content. Taken once.
    input: Option<Input>,
    len: u64,
    origin: SourceOrigin,
    /// The lock of one that is replaced.
    pub(super) held: Option<Held>,
}

enum SourceOrigin {
    File { file: File, before: Metadata },
    Object(ObjectNotes),
}

/// Whose attributes the result of an input gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResultKind {
    /// The input is its plaintext.
    Encrypted,
    /// The input is its ciphertext.
    Plaintext,
}

impl TreeSource {
    /// A file.
    ///
    /// # Errors
    /// If it is no longer a regular file.
    pub(super) fn of_file(todo: &FileToDo, file: File, held: Option<Held>) -> Result<Self, Failure> {
        let about = || Failure::about(todo.display());
        let before = file.metadata().map_err(Error::Read).map_err(about())?;
        if !before.is_file() {
            return Err(Cause::NotAFile(todo.path()).into());
        }
        let input = file.try_clone().and_then(Input::of_file).map_err(Error::Read).map_err(about())?;
        Ok(Self { input: Some(input), len: before.len(), origin: SourceOrigin::File { file, before }, held })
    }

    /// An object.
    pub(super) fn of_object(input: Input, notes: ObjectNotes) -> Self {
        Self { len: input.len().unwrap_or(0), input: Some(input), origin: SourceOrigin::Object(notes), held: None }
    }

    /// Its length when it was opened, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// When it was modified.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        match &self.origin {
            SourceOrigin::File { before, .. } => before.modified().ok(),
            SourceOrigin::Object(notes) => notes.modified,
        }
    }

    /// Its first bytes.
    ///
    /// # Errors
    /// Those of the input.
    pub(super) fn peek(&mut self) -> Result<Vec<u8>> {
        let (start, input) = self.take_input().peek()?;
        self.input = Some(input);
        Ok(start)
    }

    /// Its content, once.
    ///
    /// # Panics
    /// If it was taken before.
    #[must_use]
    pub fn take_input(&mut self) -> Input {
        self.input.take().expect("the content of an input is taken once")
    }

    /// Its content, as the pipeline takes it.
    pub(super) fn payload(&mut self) -> PayloadInput<'_> {
        match &self.origin {
            SourceOrigin::File { file, .. } => PayloadInput::File { file, start: 0, len: self.len },
            SourceOrigin::Object(_) => {
                let input = self.input.as_mut().expect("the content of an input is taken once");
                PayloadInput::of(&mut input.kind)
            }
        }
    }

    /// Checks that nobody has written to it. An object that was replaced has failed already.
    ///
    /// # Errors
    /// [`Error::InputWrittenTo`].
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let SourceOrigin::File { file, before } = &self.origin else { return Ok(()) };
        let after = file.metadata().map_err(Error::Read)?;
        let is_same = before.len() == after.len() && before.modified().ok() == after.modified().ok();
        if is_same { Ok(()) } else { Err(Error::InputWrittenTo) }
    }

    /// Ends a result that is written; `waiter` is asked as long as another program holds a file that is replaced. It gets the time of the input, and where both are files the permissions.
    ///
    /// # Errors
    /// Those of the output.
    pub(super) fn finish(self, output: Output, kind: ResultKind, waiter: &dyn LockWaiter) -> Result<()> {
        if let Output::Atomic(result) = &output {
            match (&self.origin, kind) {
                (SourceOrigin::File { file, before }, ResultKind::Encrypted) => {
                    result.restore_encrypted(&Attributes::of(before, Some(file)))?;
                }
                (SourceOrigin::File { file, before }, ResultKind::Plaintext) => {
                    result.restore_plaintext(&Attributes::of_plaintext(before, file))?;
                }
                // What an object says of permissions is the word of whoever may write to the bucket.
                (SourceOrigin::Object(notes), _) => {
                    if let Some(modified) = notes.modified {
                        result.file().set_modified(modified).map_err(Error::Write)?;
                    }
                }
            }
        }
        // Windows replaces no file that is open.
        drop(self);
        output.commit_waiting(waiter)
    }
}

/// Opens an input. One that will be replaced is locked.
///
/// # Errors
/// If it cannot be opened, or is no longer a regular file.
pub(super) fn open(session: &Session, todo: &FileToDo, is_in_place: bool) -> Result<TreeSource, Failure> {
    use crate::fs::folder::EntryKind;

    let FileToDo { branch, name, .. } = todo;
    let folder = match &branch.source {
        TreeFolder::Local(folder) => folder,
        TreeFolder::Prefix(_) if is_in_place => return Err(Cause::ObjectInPlace(todo.path()).into()),
        TreeFolder::Prefix(_) => {
            let object = branch.source.object(name)?.expect("what is below a prefix is an object");
            let (input, notes) = session.s3().open_with_notes(&object)?;
            return Ok(TreeSource::of_object(input, notes));
        }
    };
    if !is_in_place {
        return TreeSource::of_file(todo, folder.open_file(name)?, None);
    }
    if folder.kind_of(name)? != Some(EntryKind::File) {
        return Err(Cause::NotAFile(todo.path()).into());
    }
    let held = Held::open_in(folder, name, session)?;
    let file = held.file().try_clone().map_err(Error::Read).map_err(Failure::about(todo.display()))?;
    TreeSource::of_file(todo, file, Some(held))
}
