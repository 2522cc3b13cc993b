//! Files that are changed: what `rewrap` and `rotate` have in common.

pub mod by_config;
pub mod check;
pub mod confirm;
pub mod vouching;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use kenc::document::EncryptedDocument;
use kenc::document::Format;
use kenc::error::{Error, Result};
use kenc::formats::detect::Detected;
use kenc::formats::format::{EncryptedFile, ReadPolicy};
use kenc::fs::atomic::{Access, AtomicFile, Sync};
use kenc::fs::held::{Held, HeldFor};
use kenc::fs::input::Input;
use kenc::keys::{KeyChange, MfaPrompt, PassphraseSource, WrappedKey};
use kenc::threads;
use secrecy::SecretString;

use crate::args::documents::{DocumentChangeArgs, FromConfigArgs};
use crate::args::{ChangedFilesArgs, KeyChangeArgs, NewPassphraseArgs, OutputArgs, PassphraseArgs};
use crate::failure::{Cause, CommandFault, Exit, Failure};
use crate::output::{self};
use crate::prompt::Passphrases;
use crate::report::Reporter;
use crate::signals;
use kenc::formats::detect;
use kenc::formats::native::file::NativeFile;
use kenc::ops::configs::Configs;
use kenc::ops::documents::keys::NewKeySource;
use kenc::ops::documents::open::StatedRequirements;
use kenc::ops::jobs::{Job, ResultChoice, plan};
use kenc::ops::tree::levels::{files_of, tell_left_out};
use kenc::storage::output::{Destination, Output};

/// What to do with the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Only to look at them.
    Read,
    /// To change them.
    Change,
}

/// A file to change, and where the result goes.
pub enum Target {
    /// It is replaced.
    Itself(PathBuf),
    /// The result goes to another place.
    Elsewhere(Job),
}

/// Why --from-config leaves files in other formats alone.
pub const FOREIGN_BY_CONFIG: Error =
    Error::NotOfFormat("--from-config changes kenc files and documents only; use --to, --add or --remove");

/// What a target was recognised as.
pub enum Content {
    /// A kenc file.
    File(Box<NativeFile>),
    /// A file in another format.
    Foreign(Box<dyn EncryptedFile>),
    /// A config document.
    Document(Box<EncryptedDocument>),
}

/// Finds the files to change, those in folders in a stable order. What cannot be read is reported as a failure among
/// the others.
pub fn targets(args: &ChangedFilesArgs, reporter: &Reporter) -> Result<Vec<Result<Target, Failure>>, Failure> {
    let ChangedFilesArgs { inputs, recursive, output, in_place, force, sync } = args;
    let is_standard_input = |path: &Path| path.as_os_str() == "-";
    if output.is_some() || inputs.iter().all(|path| is_standard_input(path)) {
        let output = OutputArgs { output: output.clone(), in_place: *in_place, force: *force, sync: *sync };
        let jobs = plan(inputs, &ResultChoice::from(&output), std::ffi::OsStr::to_owned)?;
        if let Some(job) = jobs.iter().find(|job| output::is_unasked_terminal(&job.destination)) {
            return Err(CommandFault::CiphertextToTerminal { input: job.input.clone() }.into());
        }
        return Ok(jobs.into_iter().map(|job| Ok(Target::Elsewhere(job))).collect());
    }
    if inputs.iter().any(|path| is_standard_input(path)) {
        return Err(CommandFault::StandardInputAmongFiles.into());
    }
    let mut targets = Vec::new();
    let mut left_out = 0;
    for path in inputs {
        if !path.is_dir() {
            targets.push(Ok(Target::Itself(path.clone())));
        } else if *recursive {
            targets.extend(encrypted_files_in(path, &mut left_out));
        } else {
            targets.push(Err(Cause::FolderWithoutRecursion(path.clone()).into()));
        }
    }
    tell_left_out(left_out, reporter);
    Ok(targets)
}

/// The encrypted files in a folder.
fn encrypted_files_in(folder: &Path, left_out: &mut usize) -> impl Iterator<Item = Result<Target, Failure>> {
    files_of(folder, left_out).into_iter().filter_map(|path| {
        let path = match path {
            Ok(path) => path,
            Err(failure) => return Some(Err(failure)),
        };
        match Input::open(&path).and_then(|input| detect::is_encrypted(input, &path)) {
            Ok(true) => Some(Ok(Target::Itself(path))),
            Ok(false) => None,
            Err(error) => Some(Err(error.into())),
        }
    })
}

impl Target {
    /// The name of the file in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Itself(path) => path.display().to_string(),
            Self::Elsewhere(job) => job.name(),
        }
    }

    /// Adds which file a failure concerns, even one of a key: the others may use other keys.
    pub fn about(&self) -> impl FnOnce(Error) -> Failure {
        let name = self.name();
        move |error| {
            let is_of_key = matches!(error, Error::CannotWrap { .. });
            let failure = Failure::about(name.clone())(error);
            if is_of_key { Failure { subject: Some(name), ..failure } } else { failure }
        }
    }

    /// Whether the result goes to standard output, so that nothing else may.
    pub fn is_standard_output(&self) -> bool {
        matches!(self, Self::Elsewhere(Job { destination: Destination::StandardOutput { .. }, .. }))
    }

    /// The source of its content; `None` for standard input.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Itself(path) => Some(path),
            Self::Elsewhere(job) => job.input.as_deref(),
        }
    }

    /// Opens and recognises it. A file that will be replaced is locked until the second value is dropped; another one
    /// is watched by it, so that [`Target::commit`] finds out whether it was written to in the meantime.
    pub fn read(&self, intent: Intent, notation: Option<Format>) -> Result<(Content, Option<Held>), Failure> {
        let (input, held) = match self {
            Self::Elsewhere(job) => {
                let (input, held) = job.open_input()?;
                // Generated files, as in /proc, have no length, and are never the same twice.
                let is_file = |path: &&PathBuf| std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > 0);
                match job.input.as_ref().filter(is_file) {
                    Some(path) if held.is_none() => {
                        let watched = Held::watch(path)?;
                        (watched.input().map_err(self.about())?, Some(watched))
                    }
                    _ => (input, held),
                }
            }
            Self::Itself(path) => {
                let metadata = std::fs::metadata(path);
                if metadata.is_ok_and(|metadata| !metadata.is_file()) {
                    return Err(Cause::NotChangeable(path.clone()).into());
                }
                match intent {
                    Intent::Read => (Input::open_positioned(path)?, None),
                    Intent::Change => {
                        let held = Held::open(path, HeldFor::Write)?;
                        (held.input().map_err(self.about())?, Some(held))
                    }
                }
            }
        };
        let content = match Detected::new(input, self.path(), notation).map_err(self.about())? {
            Detected::Document(sealed) => Content::Document(sealed),
            Detected::File(file) if file.format.name() != "kenc" => {
                Content::Foreign(file.read(&ReadPolicy::default()).map_err(self.about())?)
            }
            other => Content::File(Box::new(other.native().map_err(self.about())?)),
        };
        Ok((content, held))
    }

    /// Writes the text of a document, atomically if it replaces a file.
    pub fn write(&self, text: &str, args: &ChangedFilesArgs, held: Option<Held>) -> Result<(), Failure> {
        let (mut output, watched) = self.open_output(args, held)?;
        output.writer().write_all(text.as_bytes()).map_err(Error::Write).map_err(self.about())?;
        self.commit(output, watched)
    }

    /// Finishes the output, if the input is unchanged.
    pub fn commit(&self, output: Output, watched: Option<Held>) -> Result<(), Failure> {
        if let Some(watched) = watched {
            watched.check_not_written_to().map_err(self.about())?;
        }
        output.commit().map_err(self.about())
    }

    /// Opens the output for a new result, and returns it with the input if that is another file.
    pub fn open_output(&self, args: &ChangedFilesArgs, held: Option<Held>) -> Result<(Output, Option<Held>), Failure> {
        match self {
            Self::Elsewhere(job) => {
                let sync = if args.sync { Sync::Always } else { Sync::WhenReplacing };
                Ok((Output::open(&job.destination, Access::Umask, sync, None)?, held))
            }
            Self::Itself(path) => {
                let held = held.expect("a file that is changed is held from before it is read");
                let names = held.names();
                if names > 1 && !args.force {
                    return Err(Cause::HasOtherNames { path: path.clone(), names }.into());
                }
                Ok((Output::Atomic(AtomicFile::replace(held)?), None))
            }
        }
    }
}

/// The change of keys from the command line.
pub fn key_change(args: &KeyChangeArgs, configs: &Configs, inputs: &[PathBuf]) -> Result<KeyChange, Failure> {
    let KeyChangeArgs { to, add, remove } = args;
    let keys = |words: &[String]| configs.keys(words, inputs);
    Ok(KeyChange { replacement: keys(to)?, added: keys(add)?, removed: keys(remove)? })
}

/// The requirements for a config document whose keys are changed.
pub fn demanded(args: &DocumentChangeArgs) -> StatedRequirements {
    StatedRequirements::default().with_seal_required(args.require_seal)
}

/// The source of the new keys of documents.
pub fn key_source(args: &DocumentChangeArgs, from_config: &FromConfigArgs) -> NewKeySource {
    if from_config.from_config {
        NewKeySource::Config
    } else {
        NewKeySource::Change { group: args.group.map(usize::from) }
    }
}

/// Passphrases of existing files, and new ones, which may have another source.
pub struct OldAndNew {
    old: Passphrases,
    new: Option<Passphrases>,
}

impl OldAndNew {
    pub fn new(old: &PassphraseArgs, new: &NewPassphraseArgs, reporter: &Reporter) -> Self {
        let new = new.new_passphrase_from.clone();
        Self {
            old: Passphrases::new(old.passphrase_from.clone(), reporter.may_ask()),
            new: new.map(|from| Passphrases::new(Some(from), reporter.may_ask())),
        }
    }
}

impl PassphraseSource for OldAndNew {
    fn passphrase(&self, subject: &str) -> Result<SecretString> {
        self.old.passphrase(subject)
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.new.as_ref().unwrap_or(&self.old).new_passphrase()
    }

    fn must_be_typed(&self) -> bool {
        self.old.must_be_typed()
    }

    fn tell(&self, program: &str, message: &str) {
        self.old.tell(program, message);
    }

    fn confirm(&self, program: &str, question: &str, words: (&str, Option<&str>)) -> Option<bool> {
        self.old.confirm(program, question, words)
    }

    fn line(&self, program: &str, question: &str) -> Option<String> {
        self.old.line(program, question)
    }

    fn secret(&self, program: &str, question: &str) -> Option<SecretString> {
        self.old.secret(program, question)
    }

    fn mfa_code(&self, prompt: &MfaPrompt) -> Result<SecretString, String> {
        self.old.mfa_code(prompt)
    }
}

/// Does `work` for every target, several at a time, and reports the outcomes in order.
pub fn for_each<R: Send>(
    reporter: &Reporter,
    targets: Vec<Result<Target, Failure>>,
    at_once: usize,
    work: impl Fn(&Target) -> Result<R, Failure> + std::marker::Sync,
    mut report: impl FnMut(&R) -> Result<()>,
) -> Result<Exit, Failure> {
    let count = targets.len();
    let (mut given_up, mut open): (BTreeMap<usize, Failure>, BTreeMap<usize, Target>) = Default::default();
    for (number, target) in targets.into_iter().enumerate() {
        match target {
            Ok(target) => drop(open.insert(number, target)),
            Err(failure) => drop(given_up.insert(number, failure)),
        }
    }
    let queue: Vec<(usize, Target)> = open.into_iter().collect();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    let next = || {
        let (number, target) = queue.get(next.fetch_add(1, Ordering::Relaxed))?;
        let is_cancelled = signals::is_cancelled();
        Some((*number, if is_cancelled { Err(Error::Interrupted.into()) } else { work(target) }))
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(queue.len()) {
            let sender = sender.clone();
            let started = threads::spawn_scoped(scope, || {
                let sender = sender;
                while let Some(outcome) = next() {
                    if sender.send(outcome).is_err() {
                        return;
                    }
                }
            });
            // The threads that did start do all the work.
            if started.is_err() {
                break;
            }
        }
        drop(sender);
        let mut done: BTreeMap<usize, Result<R, Failure>> =
            given_up.into_iter().map(|(number, failure)| (number, Err(failure))).collect();
        let outcomes = (0..count).map_while(|number| {
            while !done.contains_key(&number) {
                // Without more threads, this one does the work.
                let (other, outcome) = receiver.recv().ok().or_else(&next)?;
                done.insert(other, outcome);
            }
            done.remove(&number)
        });
        reporter.all(count, outcomes.map(|outcome| report(&outcome?).map(|()| Exit::Done).map_err(Failure::from)))
    })
}

/// The name of a wrapped key in messages.
pub fn named(slot: &WrappedKey) -> String {
    format!("{} {}", slot.provider, slot.key_id)
}

/// The names of wrapped keys in JSON results.
pub fn keys_json(slots: &[WrappedKey]) -> serde_json::Value {
    slots.iter().map(WrappedKey::json_fields).collect()
}

/// Finishes armor, if there is any.
pub fn write_armored(output: &mut Output, write: impl FnOnce(&mut (dyn Write + Send)) -> Result<()>) -> Result<()> {
    let failed = kenc::formats::native::write_error;
    let mut armor = kenc::formats::native::armor::ArmorWriter::new(output.writer()).map_err(failed)?;
    write(&mut armor)?;
    armor.finish().map(drop).map_err(failed)
}
