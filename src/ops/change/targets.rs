//! Files to change: where each is, what it is, and where the result goes.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::object::ObjectTarget;
use crate::document::{EncryptedDocument, Format};
use crate::error::{Error, Result};
use crate::formats::detect::{self, Detected, DetectedFile};
use crate::formats::format::FileFormat as _;
use crate::formats::native::file_format::NativeFormat;
use crate::formats::native::write_error;
use crate::fs::atomic::{Access, AtomicFile, Sync};
use crate::fs::held::{Held, HeldFor};
use crate::fs::input::Input;
use crate::fs::lock::{LockWaiter, SilentWait};
use crate::ops::documents::encrypt::OtherNames;
use crate::ops::failure::{Cause, Failure};
use crate::ops::input_name::about_one_of_many;
use crate::ops::jobs::Job;
use crate::ops::object_name::object_of;
use crate::ops::observer::Observer;
use crate::ops::shard::Shard;
use crate::ops::tree::levels::{files_of, tell_left_out};
use crate::storage::output::{Destination, Output};
use crate::storage::s3::{ObjectName, OldVersion};

/// What to do with the files.
#[derive(Clone, Copy)]
pub enum Intent<'a> {
    /// Only to look at them.
    Read,
    /// To change them. The waiter is asked as long as another program holds one.
    Change(&'a dyn LockWaiter),
}

/// A file to change, and where the result goes.
pub enum Target {
    /// It is replaced.
    Itself(PathBuf),
    /// It is an object, which is replaced.
    Object(ObjectTarget),
    /// The result goes to another place.
    Elsewhere(Job),
}

/// What a target was recognised as.
pub enum Content {
    /// It is encrypted as a whole.
    File(DetectedFile),
    /// A config document.
    Document(Box<EncryptedDocument>),
}

/// Whether it is a kenc file, and not one of another format.
#[must_use]
pub fn is_native(file: &DetectedFile) -> bool {
    file.format.name() == NativeFormat.name()
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultOptions {
    /// What becomes of the old versions of objects.
    pub old_versions: OldVersion,
    /// What becomes of a file with other names that is written anew.
    pub other_names: OtherNames,
    /// When results are synced.
    pub sync: Sync,
}

/// Files that are changed themselves, those in folders in a stable order. What cannot be read is a failure among the
/// others.
/// Only those that belong to `shard`, if there are several. A prefix is one of each: what is below it is chosen later.
pub fn targets_in_place(
    inputs: &[PathBuf],
    enters_folders: bool,
    shard: Option<Shard>,
    observer: &dyn Observer,
) -> Vec<Result<Target, Failure>> {
    let mut targets = Vec::new();
    let mut left_out = 0;
    for path in inputs {
        if !path.is_dir() {
            let is_prefix = object_of(path).is_ok_and(|name| name.is_some_and(|name| name.is_prefix()));
            if is_prefix || shard.is_none_or(|shard| shard.has_file(path, path)) {
                targets.push(Ok(Target::Itself(path.clone())));
            }
        } else if enters_folders {
            targets.extend(encrypted_files_in(path, shard, &mut left_out));
        } else {
            targets.push(Err(Cause::FolderWithoutRecursion(path.clone()).into()));
        }
    }
    tell_left_out(left_out, observer);
    targets
}

/// Finds what is plainly wrong with files that the user named, before the first of them is changed: those that cannot be
/// read, are no regular files or are not encrypted. What was found in folders is left to its turn.
///
/// # Errors
/// That of the first such file.
pub fn check_named(
    inputs: &[PathBuf],
    targets: &mut Vec<Result<Target, Failure>>,
    notation: Option<Format>,
) -> Result<(), Failure> {
    let is_folder = |target: &Result<Target, Failure>| {
        matches!(target, Err(Failure { cause: Cause::FolderWithoutRecursion(_), .. }))
    };
    if let Some(at) = targets.iter().position(is_folder) {
        return targets.swap_remove(at).map(drop);
    }
    let named: HashSet<&Path> = inputs.iter().map(PathBuf::as_path).collect();
    let is_named = |path: &Path| named.contains(path) && !ObjectName::is_meant(path);
    for target in targets.iter().flatten() {
        if matches!(target, Target::Itself(path) if is_named(path)) {
            target.read(Intent::Read, notation)?;
        }
    }
    Ok(())
}

/// The encrypted files in a folder.
fn encrypted_files_in(
    folder: &Path,
    shard: Option<Shard>,
    left_out: &mut usize,
) -> impl Iterator<Item = Result<Target, Failure>> {
    files_of(folder, left_out).into_iter().filter_map(move |path| {
        let path = match path {
            Ok(path) if shard.is_some_and(|shard| !shard.has_file(folder, &path)) => return None,
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
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Itself(path) => path.display().to_string(),
            Self::Object(object) => object.path().display().to_string(),
            Self::Elsewhere(job) => job.name(),
        }
    }

    /// Adds which file a failure concerns, even one of a key: the others may use other keys.
    pub fn about(&self) -> impl FnOnce(Error) -> Failure {
        about_one_of_many(self.path())
    }

    fn is_found_object(&self) -> bool {
        matches!(self, Self::Object(object) if object.is_found())
    }

    /// The same as [`Target::read`], or `None` for an object below a prefix that is not encrypted: local folders are searched for
    /// encrypted files only, and an object is known when it is read.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub fn read_encrypted(
        &self,
        intent: Intent<'_>,
        notation: Option<Format>,
    ) -> Result<Option<(Content, Option<Held>)>, Failure> {
        match self.read(intent, notation) {
            Err(Failure { cause: Cause::NotEncrypted(_), .. }) if self.is_found_object() => Ok(None),
            other => other.map(Some),
        }
    }

    /// Says once that a bucket keeps the version of an object that was replaced, if it does.
    pub(in crate::ops) fn tell_old_version(&self, observer: &dyn Observer) {
        if let Self::Object(object) = self
            && object.old_version().is_some()
        {
            observer.hint_once(
                "the bucket keeps the old versions, which still open with the old keys; --delete-old-version removes them",
            );
        }
    }

    /// Whether the result goes to standard output, so that nothing else may.
    #[must_use]
    pub fn is_standard_output(&self) -> bool {
        matches!(self, Self::Elsewhere(Job { destination: Destination::StandardOutput { .. }, .. }))
    }

    /// The source of its content; `None` for standard input.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Itself(path) => Some(path),
            Self::Object(object) => Some(object.path()),
            Self::Elsewhere(job) => job.input.as_deref(),
        }
    }

    /// Opens and recognises it. A file that will be replaced is locked until the second value is dropped; another one
    /// is watched by it, so that [`Target::commit`] finds out whether it was written to in the meantime.
    ///
    /// # Errors
    /// If it cannot be opened, is no regular file, or is not encrypted.
    pub fn read(&self, intent: Intent<'_>, notation: Option<Format>) -> Result<(Content, Option<Held>), Failure> {
        let (input, held) = match self {
            Self::Elsewhere(job) => {
                let waiter = if let Intent::Change(waiter) = intent { waiter } else { &SilentWait };
                let (input, held) = job.open_input(waiter)?;
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
            Self::Object(object) => (object.read()?, None),
            Self::Itself(path) => {
                let metadata = std::fs::metadata(path);
                if metadata.is_ok_and(|metadata| !metadata.is_file()) {
                    return Err(Cause::NotChangeable(path.clone()).into());
                }
                match intent {
                    Intent::Read => (Input::open_positioned(path)?, None),
                    Intent::Change(waiter) => {
                        let held = Held::open(path, HeldFor::Write, waiter)?;
                        (held.input().map_err(self.about())?, Some(held))
                    }
                }
            }
        };
        let content = match Detected::new(input, self.path(), notation).map_err(self.about())? {
            Detected::Document(sealed) => Content::Document(sealed),
            Detected::File(file) => Content::File(file),
            Detected::Foreign(_, start) if self.is_found_object() && detect::never_was_encrypted(&start) => {
                return Err(Cause::NotEncrypted(self.path().unwrap_or(Path::new("")).to_owned()).into());
            }
            Detected::Foreign(_, start) => return Err(self.about()(detect::not_ours(&start))),
        };
        Ok((content, held))
    }

    /// Writes the text of a document, atomically if it replaces a file.
    ///
    /// # Errors
    /// Those of the output, and if the input was written to meanwhile.
    pub fn write(
        &self,
        text: &str,
        options: ResultOptions,
        held: Option<Held>,
        waiter: &dyn LockWaiter,
    ) -> Result<(), Failure> {
        let (mut output, watched) = self.open_output(options, held)?;
        output.writer().write_all(text.as_bytes()).map_err(write_error).map_err(self.about())?;
        self.commit(output, watched, waiter)
    }

    /// Finishes the output, if the input is unchanged.
    ///
    /// # Errors
    /// Those of the output, and if the input was written to meanwhile.
    pub fn commit(&self, output: Output, watched: Option<Held>, waiter: &dyn LockWaiter) -> Result<(), Failure> {
        if let Some(watched) = watched {
            watched.check_not_written_to().map_err(self.about())?;
        }
        output.commit_waiting(waiter).map_err(self.about())
    }

    /// Opens the output for a new result, and returns it with the input if that is another file.
    ///
    /// # Errors
    /// Those of the output, and if a file with other names would be replaced.
    ///
    /// # Panics
    /// If a file that is changed itself is not held.
    pub fn open_output(&self, options: ResultOptions, held: Option<Held>) -> Result<(Output, Option<Held>), Failure> {
        match self {
            Self::Elsewhere(job) => Ok((Output::open(&job.destination, Access::Umask, options.sync, None)?, held)),
            Self::Object(object) => Ok((object.successor(options.old_versions)?, None)),
            Self::Itself(path) => {
                let held = held.expect("a file that is changed is held from before it is read");
                let names = held.names();
                if names > 1 && options.other_names == OtherNames::Refused {
                    return Err(Cause::HasOtherNames { path: path.clone(), names }.into());
                }
                Ok((Output::Atomic(AtomicFile::replace(held)?), None))
            }
        }
    }
}
