//! `kenc edit`.

mod document;
mod notes;
mod recovery;
mod rescue;
mod subject;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kenc::document::MacRequirement;
use kenc::error::Error;
use kenc::fs::atomic::{Access, AtomicFile, Existing, Sync};
use kenc::fs::held::{Held, HeldFor};
use kenc::fs::scratch::PrivateFolder;
use zeroize::Zeroizing;

use crate::args::EditArgs;
use crate::commands::contents::{self, Opener, Text, plain_name};
use crate::editor::Editor;
use crate::failure::{Cause, CommandFault, Exit, Failure, HasExit, Kept};
use crate::lock::tell_other_names;
use crate::question::{Choice, ask};
use crate::report::Reporter;
use crate::sessions;
use crate::signals;
use kenc::ops::configs::Configs;

pub use document::Written;
use recovery::kept_before;
use rescue::Rescue;
pub use subject::{Manner, NewFile};
use subject::{Subject, Successor};

pub fn run(args: &EditArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    run_as(&Manner::default(), args, configs, reporter)
}

/// The same in another manner.
pub fn run_as(manner: &Manner, args: &EditArgs, configs: &Configs, reporter: &Reporter) -> Result<Exit, Failure> {
    let path = &args.file;
    check_can_be_written(path)?;
    let editor = Editor::choose()?;
    let passphrases = sessions::passphrases(&args.passphrase, reporter);
    let session = sessions::to_open(&args.open, passphrases, &args.aws, configs, std::slice::from_ref(path))?;
    let mac = if args.ignore_mac { MacRequirement::Nothing } else { MacRequirement::Right };
    let opener = Opener { reporter, configs, session: &session, mac };
    signals::handle_all()?;

    let subject = Subject::open(args, opener, manner)?;
    let earlier = earlier_edits(args, opener)?;
    let folder = contents::private_folder(reporter)?;
    let name = plain_name(path);
    let text = earlier.as_ref().map(|(_, text)| text.clone());
    let rescue = Rescue::new(editor.clone(), folder.path().join(&name), path, earlier, &subject);
    let _rescued = {
        let rescue = Arc::clone(&rescue);
        signals::before_the_end(move || match rescue.keep() {
            Ok(kept) => Some(kept?.advice()),
            Err(error) => Some(format!("the edits are lost: {error}")),
        })
    };
    if editor.keeps_history() {
        reporter.hint(
            "this editor keeps copies of what it saves: exclude `**/kenc-*/**` in its setting workbench.localHistory.exclude",
        );
    }
    Editing { manner, args, opener, editor, folder, name: name.into(), rescue, subject, other: None }.run(text)
}

/// What is wrong with the place of the file is found before anything is typed.
fn check_can_be_written(path: &Path) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(Cause::InputIsDirectory(path.to_owned()).into()),
        Ok(metadata) if !metadata.is_file() => return Err(Cause::NotARegularFile(path.to_owned()).into()),
        _ => kenc::ops::jobs::check_folder_of(path)?,
    }
    // It is dropped without getting a name.
    AtomicFile::create(path, Existing::Replace, Access::Owner, Sync::WhenReplacing)?;
    Ok(())
}

/// Edits of an earlier run that were kept, if they are to be gone on with.
fn earlier_edits(args: &EditArgs, opener: Opener<'_>) -> Result<Option<(PathBuf, Text)>, Failure> {
    #[derive(Clone, Copy)]
    enum Wish {
        Resume,
        Discard,
        Leave,
    }
    let file = &args.file;
    let Some(recovery) = kept_before(file) else {
        return if args.resume { Err(CommandFault::NoEditsKept(file.clone()).into()) } else { Ok(None) };
    };
    let question = format!("{} contains unsaved edits of {}.", recovery.display(), file.display());
    let choices = [
        Choice { word: "resume", meaning: "continue with them", value: Wish::Resume },
        Choice { word: "discard", meaning: "delete them and edit the file as it is", value: Wish::Discard },
        Choice { word: "quit", meaning: "change nothing", value: Wish::Leave },
    ];
    let wish = if args.resume {
        Some(Wish::Resume)
    } else if opener.reporter.may_ask() {
        ask(&question, &choices, || ())
    } else {
        None
    };
    match wish {
        Some(Wish::Resume) => {
            let (text, _) = opener.open(&contents::read(&recovery)?, &recovery)?;
            Ok(Some((recovery, text)))
        }
        Some(Wish::Discard) => {
            let failed = |source| Error::io(format!("remove {}", recovery.display()), source);
            std::fs::remove_file(&recovery).map_err(failed)?;
            Ok(None)
        }
        Some(Wish::Leave) | None => Err(CommandFault::EditsKept { file: file.clone(), recovery }.into()),
    }
}

/// What a person wants after something went wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Edit,
    Save,
    Keep,
    Discard,
}

const EDIT: Choice<Wish> = Choice { word: "edit", meaning: "continue editing", value: Wish::Edit };
const SEE_BOTH: Choice<Wish> = Choice {
    word: "edit",
    meaning: "compare the current file with the edits, and continue editing",
    value: Wish::Edit,
};
const SAVE: Choice<Wish> = Choice { word: "save", meaning: "try again to save it as it is", value: Wish::Save };
const KEEP: Choice<Wish> = Choice { word: "keep", meaning: "keep the edits, encrypted, and exit", value: Wish::Keep };
const DISCARD: Choice<Wish> = Choice { word: "discard", meaning: "discard the edits and exit", value: Wish::Discard };

/// One file while it is edited.
struct Editing<'a> {
    manner: &'a Manner,
    args: &'a EditArgs,
    opener: Opener<'a>,
    editor: Editor,
    folder: PrivateFolder,
    /// The name of the file in the folder.
    name: PathBuf,
    rescue: Arc<Rescue>,
    subject: Subject,
    /// What another program made of the file meanwhile, if that is to be seen beside the edits.
    other: Option<PathBuf>,
}

impl Editing<'_> {
    fn run(mut self, earlier: Option<Text>) -> Result<Exit, Failure> {
        let mut text = earlier.unwrap_or_else(|| self.subject.plaintext.clone());
        let mut reason = None;
        loop {
            let outcome = match self.edit(&mut text, reason.as_ref())? {
                Left::Text(failed) if self.is_unchanged(&text) => return self.nothing_changed(failed),
                Left::Unreadable(failure) | Left::Text(Some(failure)) => Err(failure),
                Left::Text(None) => self.save(&text),
            };
            match outcome.map_or_else(|failure| self.after(failure, &text), |()| Ok(After::Saved))? {
                After::Saved => {
                    self.rescue.forget_earlier()?;
                    return Ok(Exit::Done);
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

    /// Asks what is to be done after a failure, and does it, until the edits are saved, kept or given up, or are to be
    /// edited again.
    fn after(&self, mut failure: Failure, text: &Text) -> Result<After, Failure> {
        loop {
            match self.wish_after(&failure) {
                Some(Wish::Edit) => return Ok(After::Again(failure)),
                Some(Wish::Save) => match self.save(text) {
                    Ok(()) => return Ok(After::Saved),
                    Err(another) => failure = another,
                },
                Some(Wish::Keep) => match self.rescue.keep() {
                    Ok(kept) => return Err(not_saved(failure, kept)),
                    Err(error) => failure = edits_lost(failure, error),
                },
                Some(Wish::Discard) => {
                    self.rescue.settle();
                    self.rescue.forget_earlier()?;
                    return Err(CommandFault::EditsDiscarded(self.path().to_owned()).into());
                }
                // Nobody is there to be asked.
                None => return Err(self.give_up(failure)),
            }
        }
    }

    /// Keeps the edits, and says where beside why they were not saved.
    fn give_up(&self, failure: Failure) -> Failure {
        match self.rescue.keep() {
            Ok(kept) => not_saved(failure, kept),
            Err(error) => edits_lost(failure, error),
        }
    }

    fn path(&self) -> &Path {
        &self.args.file
    }

    /// A new file into which nothing was typed is not to be made.
    fn is_unchanged(&self, text: &Text) -> bool {
        let is_still_new = self.subject.sealed.is_none() && text.iter().all(u8::is_ascii_whitespace);
        *text == self.subject.plaintext || is_still_new
    }

    /// Lets the user edit a text.
    fn edit(&self, text: &mut Text, reason: Option<&Failure>) -> Result<Left, Failure> {
        let place = if reason.is_some() { notes::Place::Top } else { notes::Place::Bottom };
        let shown = notes::put(text, self.subject.comment, &self.notes(reason), place);
        let file = match self.folder.write(self.name.as_os_str(), &shown) {
            Ok(file) => file,
            // Edits of an earlier round are in the text.
            Err(error) => return Ok(Left::Text(Some(error.into()))),
        };
        let files: Vec<PathBuf> = std::iter::once(file.clone()).chain(self.other.clone()).collect();
        let status = match self.editor.run(&files, self.folder.path()) {
            Ok(status) => status,
            Err(failure) if failure.exit() == Exit::Interrupted => return Err(failure),
            // Nobody has typed anything yet that could be lost, or it is asked what to do with it.
            Err(failure) => return Ok(Left::Text(Some(failure))),
        };
        let left = if status.success() { std::fs::read(&file).map(Zeroizing::new) } else { self.editor.rescued(&file) };
        match left {
            Ok(left) => {
                *text = notes::strip(&left, self.subject.comment);
                self.rescue.remember(text);
                Ok(Left::Text((!status.success()).then(|| CommandFault::EditorFailed(status).into())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Left::Text(Some(CommandFault::EditorLeftNothing.into())))
            }
            Err(error) => {
                Ok(Left::Unreadable(CommandFault::EditsUnreadable(Error::io("read the edited text", error)).into()))
            }
        }
    }

    fn notes(&self, reason: Option<&Failure>) -> Vec<String> {
        match reason {
            Some(reason) => notes::of_failure(reason),
            None if self.subject.sealed.is_none() => {
                vec![format!("{} is a new file; kenc encrypts this text when you save it", self.path().display())]
            }
            None => Vec::new(),
        }
    }

    fn nothing_changed(&self, failed: Option<Failure>) -> Result<Exit, Failure> {
        self.rescue.settle();
        if let Some(failure) = failed {
            return Err(failure);
        }
        self.opener.reporter.say(&format!("{} was not changed", self.path().display()));
        if let Some(command) = self.editor.must_be_told_to_wait() {
            self.opener.reporter.hint(&format!(
                "the editor returned before its window was closed; make it wait: `export EDITOR='{command}'`"
            ));
        }
        self.rescue.forget_earlier()?;
        Ok(Exit::Done)
    }

    /// Encrypts a text and puts it in the place of the file, if that is still the one that was opened.
    fn save(&self, text: &Text) -> Result<(), Failure> {
        let about = || Failure::about(self.path().display().to_string());
        let Successor { bytes, aliases } =
            self.subject.recipe.seal(text, &self.opener.session.keyring()).map_err(about())?;
        let (output, names) = self.open_output()?;
        std::io::Write::write_all(&mut output.file(), &bytes).map_err(Error::Write).map_err(about())?;
        // A signal that comes now waits until it is decided whether there is something to rescue.
        let mut state = self.rescue.lock();
        output.commit().map_err(or_changed)?;
        state.settled = true;
        drop(state);
        tell_other_names(self.opener.reporter, self.path(), names);
        if let Some(at) = aliases.first() {
            self.opener
                .reporter
                .hint(&format!("{at} has an alias of an encrypted value; sops does not open such a document"));
        }
        Ok(())
    }

    /// Opens the successor of the file, if that is still what was opened; and says how many names the file has.
    ///
    /// Only now is the file held: an editor that stays open for hours must not keep others from changing the file.
    fn open_output(&self) -> Result<(AtomicFile, u64), Failure> {
        let changed = || Failure::from(Cause::ChangedMeanwhile(self.path().to_owned()));
        let Some(before) = &self.subject.sealed else {
            let output = AtomicFile::create(self.path(), Existing::Refuse, Access::Umask, Sync::Always);
            return Ok((output.map_err(or_changed)?, 1));
        };
        let held = match Held::open(self.path(), HeldFor::Replace) {
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => return Err(changed()),
            held => held?,
        };
        if contents::read(self.path())? != *before {
            return Err(changed());
        }
        let names = held.names();
        Ok((AtomicFile::replace(held)?, names))
    }

    /// `None` if nobody can be asked.
    fn wish_after(&self, failure: &Failure) -> Option<Wish> {
        if !self.opener.reporter.may_ask() {
            return None;
        }
        let choices: &[Choice<Wish>] = match (&failure.cause, failure.cause.caller_fault()) {
            (Cause::ChangedMeanwhile(_), _) => &[SEE_BOTH, KEEP, DISCARD],
            (Cause::Library(Error::Document(_)), _) => &[EDIT, KEEP, DISCARD],
            // To edit again would replace what cannot be read.
            (_, Some(CommandFault::EditsUnreadable(_))) => &[KEEP, DISCARD],
            _ => &[EDIT, SAVE, KEEP, DISCARD],
        };
        ask("The edits are not saved yet.", choices, || {
            self.opener.reporter.failure(failure);
        })
    }

    /// Takes the file as it is now as the one that is edited.
    fn reload(&mut self) -> Result<(), Failure> {
        let subject = Subject::open(self.args, self.opener, self.manner)?;
        let mut name = std::ffi::OsString::from("other.");
        name.push(&self.name);
        self.other = match &subject.sealed {
            Some(_) => Some(self.folder.write(&name, &subject.plaintext)?),
            None => None,
        };
        self.rescue.rebase(&subject);
        self.subject = subject;
        Ok(())
    }
}

/// What the editor left.
enum Left {
    /// A text, and why the editor failed if it did.
    Text(Option<Failure>),
    /// Something that cannot be read: what was typed is not in the text that we have.
    Unreadable(Failure),
}

/// How it goes on after a failure.
enum After {
    Saved,
    /// They are edited again, for this reason.
    Again(Failure),
}

/// The reason why the edits were not saved, and where they are.
fn not_saved(why: Failure, kept: Option<Kept>) -> Failure {
    let subject = why.subject.clone();
    match kept {
        Some(kept) => Failure { subject, ..CommandFault::NotSaved { why: Box::new(why), kept: Box::new(kept) }.into() },
        None => why,
    }
}

/// The reason why the edits were not saved, and why they could not be kept.
fn edits_lost(why: Failure, error: Error) -> Failure {
    Failure {
        subject: why.subject.clone(),
        ..CommandFault::EditsLost { why: Box::new(why), error: Box::new(error) }.into()
    }
}

fn or_changed(error: Error) -> Failure {
    match error {
        Error::WouldOverwrite(path) | Error::ChangedMeanwhile(path) => Cause::ChangedMeanwhile(path).into(),
        error => error.into(),
    }
}
