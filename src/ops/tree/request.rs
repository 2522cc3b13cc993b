//! The request for many files, and the plan for each.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::{FileToDo, TreeFolder};
use super::list::InputNames;
use super::source::{self, TreeSource};
use crate::error::Error;
use crate::fs::atomic::{AtomicFile, Existing, Sync};
use crate::fs::folder::{EntryKind, Folder, Made};
use crate::fs::input::Input;
use crate::ops::failure::{Cause, Failure};
use crate::ops::jobs::{ResultChoice, check_folder_of, is_input_folder};
use crate::ops::object_name::object_of;
use crate::ops::result_name::ResultName;
use crate::ops::session::Session;
use crate::ops::shard::Shard;
use crate::storage::output::Output;
use crate::storage::s3::{ObjectName, ObjectNotes};

/// The request, checked as far as possible before a key is asked.
pub struct TreeRequest<'a> {
    /// A list in which a NUL byte ends each name; `-` is standard input.
    pub files0_from: Option<&'a Path>,
    /// Files and folders.
    pub inputs: &'a [PathBuf],
    /// Whether folders are processed recursively.
    pub recursive: bool,
    /// Where results go, if there are any.
    pub results: Option<&'a ResultChoice>,
    /// Whether to resume an earlier run.
    pub resume: bool,
    /// The shard to which the files belong, if there are several.
    pub shard: Option<Shard>,
}

/// The task for every file.
pub struct TreePlan {
    pub(super) recursive: bool,
    pub(super) results: Results,
    pub(super) result_name: ResultName,
    /// Whether the result of a named file keeps its whole path.
    pub(super) keeps_paths: bool,
    /// Whether to resume an earlier run.
    pub resume: bool,
    /// What happens to existing results.
    pub existing: Existing,
    sync: Sync,
    /// The shard to which the files belong, if there are several.
    pub(super) shard: Option<Shard>,
}

/// Where results go.
pub(super) enum Results {
    Nowhere,
    InPlace,
    Below {
        root: TreeFolder,
        made: Made,
        /// Whether it corresponds to the one folder that was named.
        is_mirror: bool,
    },
}

impl<'a> TreeRequest<'a> {
    /// Every file at these places, to be read alone.
    #[must_use]
    pub fn to_read(files0_from: Option<&'a Path>, inputs: &'a [PathBuf]) -> Self {
        Self { files0_from, inputs, recursive: true, results: None, resume: false, shard: None }
    }

    /// Checks everything that can be checked before a key is asked.
    ///
    /// # Errors
    /// If an input is not allowed among many, or there is no folder for the results.
    pub fn check(&self) -> Result<(), Failure> {
        let Self { files0_from, inputs, results, .. } = self;
        if files0_from.is_none() && inputs.iter().any(|input| input.as_os_str() == "-") {
            let folder = results.and_then(|choice| choice.output.clone());
            return Err(folder.map_or(Cause::StandardInputInPlace, Cause::StandardInputToFolder).into());
        }
        match results {
            Some(ResultChoice { output: Some(path), .. }) if ObjectName::is_meant(path) => {
                results_prefix(path)?;
            }
            Some(ResultChoice { output: Some(path), .. }) if path.as_os_str() != "-" => {
                if path.exists() && !path.is_dir() {
                    return Err(Cause::NotAFolder(path.clone()).into());
                }
                check_folder_of(path)?;
            }
            Some(ResultChoice { in_place: false, .. }) => return Err(Cause::NoFolderForResults.into()),
            Some(_) | None => {}
        }
        Ok(())
    }

    /// The plan. Creates the folder for the results.
    ///
    /// # Errors
    /// If the list of names cannot be read, or the folder cannot be created.
    pub fn plan(&self, result_name: ResultName) -> Result<TreePlan, Failure> {
        let Self { files0_from, inputs, recursive, results: choice, resume, shard } = *self;
        // A missing list is reported before a folder is created.
        drop(self.names()?);
        let keeps_paths = files0_from.is_some();
        let results = match choice {
            None => Results::Nowhere,
            Some(ResultChoice { output: Some(path), .. }) => {
                let is_mirror = match inputs {
                    [input] if ObjectName::is_meant(input) => object_of(input)?.is_some_and(|name| name.is_prefix()),
                    [input] if !keeps_paths => is_input_folder(input)?,
                    _ => false,
                };
                if ObjectName::is_meant(path) {
                    let root = TreeFolder::Prefix(results_prefix(path)?);
                    Results::Below { root, made: Made::Before, is_mirror }
                } else {
                    let made = make_folder(path)?;
                    Results::Below { root: TreeFolder::Local(Folder::open(path)?), made, is_mirror }
                }
            }
            Some(_) => Results::InPlace,
        };
        Ok(TreePlan {
            recursive,
            results,
            result_name,
            keeps_paths,
            resume,
            existing: choice.map_or(Existing::Refuse, |choice| choice.existing),
            sync: choice.map_or(Sync::WhenReplacing, |choice| choice.sync),
            shard,
        })
    }

    pub(super) fn names(&self) -> Result<InputNames<'a>, Failure> {
        match self.files0_from {
            Some(list) => InputNames::of_list(list),
            None => Ok(InputNames::of_words(self.inputs)),
        }
    }

    /// The name of the whole in messages.
    #[must_use]
    pub fn name(&self) -> String {
        let name = match (self.inputs, self.files0_from) {
            ([input], _) => input.display().to_string(),
            (_, Some(list)) if list.as_os_str() != "-" => list.display().to_string(),
            (_, Some(_)) => "the list".to_owned(),
            (inputs, None) => format!("{} inputs", inputs.len()),
        };
        self.shard.map_or_else(|| name.clone(), |shard| format!("{name}, shard {shard}"))
    }
}

/// The prefix for the results.
fn results_prefix(path: &Path) -> Result<ObjectName, Failure> {
    let name = object_of(path)?.expect("it was just seen to be meant as an object");
    if name.is_url() {
        return Err(Cause::UrlOnlyRead(path.to_owned()).into());
    }
    if name.version.is_some() {
        return Err(Cause::OutputIsVersion(path.to_owned()).into());
    }
    if name.is_prefix() { Ok(name) } else { Err(Cause::NoPrefixForSeveral(path.to_owned()).into()) }
}

fn make_folder(path: &Path) -> Result<Made, Failure> {
    match std::fs::create_dir(path) {
        Ok(()) => Ok(Made::Now),
        Err(_) if path.is_dir() => Ok(Made::Before),
        Err(source) => Err(Error::io(format!("write {}", path.display()), source).into()),
    }
}

/// The state of an earlier result.
pub enum Earlier {
    /// There is none, or it may not be replaced.
    None,
    /// It is older than the input, or may be replaced on request.
    Outdated,
    /// It is what would be made now.
    Whole,
}

impl TreePlan {
    /// Whether the file `file` that was found in `input` is one of this run: another shard may have it.
    pub(super) fn has_file(&self, input: &Path, file: &Path) -> bool {
        self.shard.is_none_or(|shard| shard.has_file(input, file))
    }

    /// Whether the results folders may have been made by a run that has not ended, or was killed.
    pub(super) fn shares_results(&self) -> bool {
        self.resume || self.shard.is_some()
    }

    /// Whether results replace their inputs.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        matches!(self.results, Results::InPlace)
    }

    /// Finds an earlier result. `is_whole` examines a result that has the time of its input.
    ///
    /// # Errors
    /// If the system fails.
    pub(super) fn earlier(
        &self,
        session: &Session,
        file: &FileToDo,
        source: &TreeSource,
        is_whole: impl FnOnce(Input) -> bool,
    ) -> Result<Earlier, Failure> {
        let found = match file.branch.results.as_ref().filter(|_| self.resume) {
            None => None,
            Some(TreeFolder::Local(results)) => earlier_file(results, &file.result_name)?,
            Some(results) => {
                let object = results.object(&file.result_name)?.expect("what is below a prefix is an object");
                session.s3().open_if_there(&object)?.map(|(result, notes)| (result, notes.modified))
            }
        };
        let Some((result, of_result)) = found else { return Ok(Earlier::None) };
        let time = |time: Option<SystemTime>| time.unwrap_or(SystemTime::UNIX_EPOCH);
        let (of_result, of_input) = (time(of_result), time(source.modified()));
        if of_result == of_input && is_whole(result) {
            Ok(Earlier::Whole)
        } else if of_result <= of_input {
            Ok(Earlier::Outdated)
        } else {
            Ok(Earlier::None)
        }
    }

    /// Opens an input. One that will be replaced is locked.
    ///
    /// # Errors
    /// If it cannot be opened, or is no longer a regular file.
    pub fn open(&self, session: &Session, file: &FileToDo) -> Result<TreeSource, Failure> {
        source::open(session, file, self.is_in_place())
    }

    /// Begins the result of a file.
    ///
    /// # Errors
    /// As [`AtomicFile::create_in`] and [`AtomicFile::replace`], and those of a storage of objects.
    ///
    /// # Panics
    /// If the input will be replaced and is not locked.
    pub(super) fn result(
        &self,
        session: &Session,
        file: &FileToDo,
        earlier: &Earlier,
        source: &mut TreeSource,
    ) -> Result<Output, Failure> {
        let FileToDo { branch, name: _, result_name, is_found: _ } = file;
        let replaces = self.existing == Existing::Replace || matches!(earlier, Earlier::Outdated);
        let existing = if replaces { Existing::Replace } else { Existing::Refuse };
        match &branch.results {
            None => {
                let held = source.held.take().expect("an input that is replaced is held from before it is read");
                Ok(Output::Atomic(AtomicFile::replace(held)?))
            }
            Some(TreeFolder::Local(results)) => {
                Ok(Output::Atomic(AtomicFile::create_in(results, result_name, existing, self.sync)?))
            }
            Some(results) => {
                let object = results.object(result_name)?.expect("what is below a prefix is an object");
                let notes = ObjectNotes { modified: source.modified(), ..ObjectNotes::default() };
                Ok(session.s3().create_with_notes(&object, existing, notes)?)
            }
        }
    }

    /// Refuses an input whose output name is taken by another input. `is_input` tells whether the file with the
    /// result's name in the folder of the inputs would get the same.
    ///
    /// # Errors
    /// If both would be written to the same place.
    pub fn check_name(file: &FileToDo, is_input: impl FnOnce(EntryKind) -> bool) -> Result<(), Failure> {
        let FileToDo { branch, name, result_name, is_found } = file;
        let Some(results) = branch.results.as_ref().filter(|_| *is_found && name != result_name) else { return Ok(()) };
        // Among objects, the second one finds that the first has written the result.
        let TreeFolder::Local(source) = &branch.source else { return Ok(()) };
        if source.kind_of(result_name)?.is_some_and(is_input) {
            let (first, second) = (branch.source.path_of(result_name), file.path());
            return Err(Cause::SameOutput { first, second, output: results.path_of(result_name) }.into());
        }
        Ok(())
    }
}

/// A result of an earlier run, with its time.
fn earlier_file(results: &Folder, name: &OsStr) -> Result<Option<(Input, Option<SystemTime>)>, Failure> {
    if results.kind_of(name)? != Some(EntryKind::File) {
        return Ok(None);
    }
    let Ok(file) = results.open_file(name) else { return Ok(None) };
    let Ok(metadata) = file.metadata() else { return Ok(None) };
    Ok(Input::of_file(file).ok().map(|result| (result, metadata.modified().ok())))
}
