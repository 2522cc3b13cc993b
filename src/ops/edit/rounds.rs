//! Rounds of editing and saving, until the edits are saved, kept or discarded.

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::edited_file::{EditOptions, EditedFile};
use super::kept_edits::KeptEdits;
use super::notes::{self, NotesPlace};
use super::recipe::Successor;
use super::recovery::kept_before;
use super::rescue::{ReadRescued, Rescue};
use super::user::{EditingUser, OldEdits, WishAfterFailure as Wish};
use crate::error::{At, Class, Error};
use crate::fs::atomic::{Access, AtomicFile, Existing, Sync};
use crate::fs::held::{Held, HeldFor};
use crate::fs::scratch::PrivateFolder;
use crate::ops::contents;
use crate::ops::failure::{Cause, Failure};
use crate::ops::file_text::Plaintext;
use crate::ops::jobs::check_folder_of;
use crate::ops::result_name::plain_name;
use crate::ops::session::Session;

/// One file while it is edited.
pub struct Editing<'a> {
    session: &'a Session,
    path: &'a Path,
    options: &'a EditOptions,
    user: &'a dyn EditingUser,
    folder: PrivateFolder,
    /// The name of the file in the folder.
    name: OsString,
    rescue: Arc<Rescue>,
    edited: EditedFile,
    /// The kept edits of an earlier run, if this one continues them.
    earlier: Option<Plaintext>,
    /// What another program made of the file in the meantime, if it is shown beside the edits.
    other: Option<PathBuf>,
}

/// The outcome.
pub enum EditOutcome {
    /// Nothing was changed.
    Unchanged,
    /// The edits are in the file.
    Saved {
        /// The number of hard links of the file.
        names: u64,
        /// YAML aliases that sops cannot open, because their target is encrypted.
        aliases: Vec<At>,
    },
}

/// Checks the folder of a file before anything is typed.
///
/// # Errors
/// If no file can be written there.
pub fn check_can_be_written(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(Cause::InputIsDirectory(path.to_owned()).into()),
        Ok(metadata) if !metadata.is_file() => return Err(Cause::NotARegularFile(path.to_owned()).into()),
        _ => check_folder_of(path)?,
    }
    // It is dropped without getting a name.
    AtomicFile::create(path, Existing::Replace, Access::Owner, Sync::WhenReplacing)?;
    Ok(())
}

impl<'a> Editing<'a> {
    /// Opens a file for editing, or begins a new one. `read_rescued` reads the newest text after the editor was killed.
    ///
    /// # Errors
    /// If it cannot be opened, there are kept edits that this run does not continue, or there is no place for
    /// plaintext.
    pub fn open(
        session: &'a Session,
        path: &'a Path,
        options: &'a EditOptions,
        user: &'a dyn EditingUser,
        read_rescued: ReadRescued,
    ) -> Result<Self, Failure> {
        let edited = EditedFile::open(session, path, options)?;
        let earlier = earlier_edits(session, path, options, user)?;
        let folder = contents::private_folder(|place| user.may_be_on_disk(place))?;
        let name = plain_name(path);
        let text = earlier.as_ref().map(|(_, text)| text.clone());
        let rescue = Arc::new(Rescue::new(read_rescued, folder.path().join(&name), path, earlier, &edited));
        Ok(Self { session, path, options, user, folder, name, rescue, edited, earlier: text, other: None })
    }

    /// The part that keeps the edits when the program is killed.
    #[must_use]
    pub fn rescue(&self) -> Arc<Rescue> {
        Arc::clone(&self.rescue)
    }

    /// Runs the editor until the edits are saved, kept or discarded.
    ///
    /// # Errors
    /// Why they were not saved, and where they are.
    pub fn run(mut self) -> Result<EditOutcome, Failure> {
        let mut text = self.earlier.take().unwrap_or_else(|| self.edited.plaintext.clone());
        let mut reason = None;
        loop {
            let outcome = match self.edit(&mut text, reason.as_ref())? {
                Left::Text(failed) if self.is_unchanged(&text) => return self.nothing_changed(failed),
                Left::Unreadable(failure) | Left::Text(Some(failure)) => Err(failure),
                Left::Text(None) => self.save(&text),
            };
            match outcome.map_or_else(|failure| self.after(failure, &text), |saved| Ok(After::Saved(saved)))? {
                After::Saved(saved) => {
                    self.rescue.forget_earlier()?;
                    return Ok(saved);
                }
                After::Again(failure) => {
                    if matches!(failure.cause, Cause::ChangedMeanwhile(_)) {
                        self.reload().map_err(|failure| self.give_up(failure))?;
                    }
                    reason = Some(failure);
                }
            }
        }
    }

    /// Lets the user edit a text.
    fn edit(&self, text: &mut Plaintext, reason: Option<&Failure>) -> Result<Left, Failure> {
        let (lines, place) = match reason {
            Some(reason) => (self.user.notes_on_failure(reason), NotesPlace::Top),
            None if self.edited.sealed.is_none() => (self.user.notes_on_new(self.path), NotesPlace::Bottom),
            None => (Vec::new(), NotesPlace::Bottom),
        };
        let shown = notes::put(text, self.edited.comment, &lines, place);
        let file = match self.folder.write(&self.name, &shown) {
            Ok(file) => file,
            // Edits of an earlier round are in the text.
            Err(error) => return Ok(Left::Text(Some(error.into()))),
        };
        let files: Vec<PathBuf> = std::iter::once(file.clone()).chain(self.other.clone()).collect();
        let status = match self.user.edit(&files, self.folder.path()) {
            Ok(status) => status,
            Err(failure) if failure.class() == Class::Interrupted => return Err(failure),
            // Nothing was typed yet, or the caller asks what to do with it.
            Err(failure) => return Ok(Left::Text(Some(failure))),
        };
        let left = if status.success() { std::fs::read(&file).map(Zeroizing::new) } else { self.rescue.read() };
        match left {
            Ok(left) => {
                *text = notes::strip(&left, self.edited.comment);
                self.rescue.remember(text);
                Ok(Left::Text((!status.success()).then(|| Cause::EditorFailed(status).into())))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Left::Text(Some(Cause::EditorLeftNothing.into()))),
            Err(error) => Ok(Left::Unreadable(Cause::EditsUnreadable(Error::io("read the edited text", error)).into())),
        }
    }

    /// A new file is not created if nothing was typed.
    fn is_unchanged(&self, text: &Plaintext) -> bool {
        let is_still_new = self.edited.sealed.is_none() && text.iter().all(u8::is_ascii_whitespace);
        *text == self.edited.plaintext || is_still_new
    }

    fn nothing_changed(&self, failed: Option<Failure>) -> Result<EditOutcome, Failure> {
        self.rescue.settle();
        if let Some(failure) = failed {
            return Err(failure);
        }
        self.rescue.forget_earlier()?;
        Ok(EditOutcome::Unchanged)
    }

    /// Encrypts a text and replaces the file by it, if the file is still the one that was opened.
    fn save(&self, text: &Plaintext) -> Result<EditOutcome, Failure> {
        let about = || Failure::about(self.path.display().to_string());
        let Successor { bytes, aliases } = self.edited.recipe.seal(text, &self.session.keyring()).map_err(about())?;
        let (output, names) = self.open_output()?;
        output.file().write_all(&bytes).map_err(Error::Write).map_err(about())?;
        self.rescue.settle_by(|| output.commit()).map_err(or_changed)?;
        Ok(EditOutcome::Saved { names, aliases })
    }

    /// Opens the successor of the file, if the file is unchanged, and returns the number of its hard links.
    ///
    /// The file is locked only now: an editor that stays open for hours must not block other programs.
    fn open_output(&self) -> Result<(AtomicFile, u64), Failure> {
        let changed = || Failure::from(Cause::ChangedMeanwhile(self.path.to_owned()));
        let Some(before) = &self.edited.sealed else {
            let output = AtomicFile::create(self.path, Existing::Refuse, Access::Umask, Sync::Always);
            return Ok((output.map_err(or_changed)?, 1));
        };
        let held = match Held::open(self.path, HeldFor::Replace, self.session) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => return Err(changed()),
            held => held?,
        };
        if contents::read(self.path)? != *before {
            return Err(changed());
        }
        let names = held.names();
        Ok((AtomicFile::replace(held)?, names))
    }

    /// Asks what to do after a failure, and does it, until the edits are saved, kept or discarded, or will be edited
    /// again.
    fn after(&self, mut failure: Failure, text: &Plaintext) -> Result<After, Failure> {
        loop {
            match self.user.after_failure(&failure, wishes_after(&failure)) {
                Some(Wish::Edit | Wish::SeeBoth) => return Ok(After::Again(failure)),
                Some(Wish::Save) => match self.save(text) {
                    Ok(saved) => return Ok(After::Saved(saved)),
                    Err(another) => failure = another,
                },
                Some(Wish::Keep) => match self.rescue.keep() {
                    Ok(kept) => return Err(not_saved(failure, kept)),
                    Err(error) => failure = edits_lost(failure, error),
                },
                Some(Wish::Discard) => {
                    self.rescue.settle();
                    self.rescue.forget_earlier()?;
                    return Err(Cause::EditsDiscarded(self.path.to_owned()).into());
                }
                // Nobody can be asked.
                None => return Err(self.give_up(failure)),
            }
        }
    }

    /// Keeps the edits, and reports where along with why they were not saved.
    fn give_up(&self, failure: Failure) -> Failure {
        match self.rescue.keep() {
            Ok(kept) => not_saved(failure, kept),
            Err(error) => edits_lost(failure, error),
        }
    }

    /// Makes the current file the one that is edited.
    fn reload(&mut self) -> Result<(), Failure> {
        let edited = EditedFile::open(self.session, self.path, self.options)?;
        let mut name = OsString::from("other.");
        name.push(&self.name);
        self.other = match &edited.sealed {
            Some(_) => Some(self.folder.write(&name, &edited.plaintext)?),
            None => None,
        };
        self.rescue.rebase(&edited);
        self.edited = edited;
        Ok(())
    }
}

/// Kept edits of an earlier run, if they are to be continued.
fn earlier_edits(
    session: &Session,
    file: &Path,
    options: &EditOptions,
    user: &dyn EditingUser,
) -> Result<Option<(PathBuf, Plaintext)>, Failure> {
    let Some(recovery) = kept_before(file) else {
        return if options.resumes { Err(Cause::NoEditsKept(file.to_owned()).into()) } else { Ok(None) };
    };
    let wish = if options.resumes { Some(OldEdits::Resume) } else { user.about_old_edits(file, &recovery) };
    match wish {
        Some(OldEdits::Resume) => {
            let (text, _) = contents::open(session, &contents::read(&recovery)?, &recovery, options.mac)?;
            Ok(Some((recovery, text)))
        }
        Some(OldEdits::Discard) => {
            let failed = |source| Error::io(format!("remove {}", recovery.display()), source);
            std::fs::remove_file(&recovery).map_err(failed)?;
            Ok(None)
        }
        Some(OldEdits::Leave) | None => Err(Cause::EditsKept { file: file.to_owned(), recovery }.into()),
    }
}

/// The result of the editor.
enum Left {
    /// A text, and why the editor failed if it did.
    Text(Option<Failure>),
    /// Something unreadable: what was typed is not in the text that we have.
    Unreadable(Failure),
}

/// How to continue after a failure.
enum After {
    Saved(EditOutcome),
    /// They are edited again, for this reason.
    Again(Failure),
}

fn wishes_after(failure: &Failure) -> &'static [Wish] {
    match &failure.cause {
        Cause::ChangedMeanwhile(_) => &[Wish::SeeBoth, Wish::Keep, Wish::Discard],
        Cause::Library(Error::Document(_)) => &[Wish::Edit, Wish::Keep, Wish::Discard],
        // Editing again would replace what cannot be read.
        Cause::EditsUnreadable(_) => &[Wish::Keep, Wish::Discard],
        _ => &[Wish::Edit, Wish::Save, Wish::Keep, Wish::Discard],
    }
}

/// The reason why the edits were not saved, and where they are.
fn not_saved(why: Failure, kept: Option<KeptEdits>) -> Failure {
    let subject = why.subject.clone();
    match kept {
        Some(kept) => Failure { subject, ..Cause::NotSaved { why: Box::new(why), kept: Box::new(kept) }.into() },
        None => why,
    }
}

/// The reason why the edits were not saved, and why they could not be kept.
fn edits_lost(why: Failure, error: Error) -> Failure {
    Failure { subject: why.subject.clone(), ..Cause::EditsLost { why: Box::new(why), error: Box::new(error) }.into() }
}

fn or_changed(error: Error) -> Failure {
    match error {
        Error::WouldOverwrite(path) | Error::ChangedMeanwhile(path) => Cause::ChangedMeanwhile(path).into(),
        error => error.into(),
    }
}
