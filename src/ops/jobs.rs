//! Inputs with the destinations of their results, determined before anything is read or any key is asked.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::fs::atomic::{Existing, Sync};
use crate::fs::held::{Held, HeldFor};
use crate::fs::input::{Input, identity};
use crate::fs::lock::LockWaiter;
use crate::ops::failure::{Cause, Failure};
use crate::ops::object_name::{object_of, without_secrets};
use crate::ops::result_name::ResultName;
use crate::storage::output::Destination;
use crate::storage::s3::ObjectName;
use crate::storage::standard;

pub use crate::ops::input_name::STANDARD_INPUT;

/// One input with the destination of its result.
#[derive(Debug)]
pub struct Job {
    /// `None` for standard input.
    pub input: Option<PathBuf>,
    /// Destination of its result.
    pub destination: Destination,
}

/// Where results go, as requested.
#[derive(Clone, Debug)]
pub struct ResultChoice {
    /// A file, a folder, or `-`.
    pub output: Option<PathBuf>,
    /// Whether each input is replaced.
    pub in_place: bool,
    /// What happens to an existing file.
    pub existing: Existing,
    /// Whether new files are synced.
    pub sync: Sync,
}

/// Finds the destination for the result of every input. `result_name` derives the name of a result in a folder from the
/// name of its input.
///
/// # Errors
/// If there are several inputs for one output, or an input or a folder does not exist.
pub fn plan(inputs: &[PathBuf], choice: &ResultChoice, result_name: ResultName) -> Result<Vec<Job>, Failure> {
    plan_each(&named(inputs), choice, |_| result_name)
}

/// The inputs as they are named: none is the standard input.
#[must_use]
pub fn named(inputs: &[PathBuf]) -> Cow<'_, [PathBuf]> {
    if inputs.is_empty() { Cow::Owned(vec![PathBuf::from("-")]) } else { Cow::Borrowed(inputs) }
}

/// The same, where each input, by its position, has a way of its own to name its result.
///
/// # Errors
/// As [`plan`].
pub fn plan_each(
    inputs: &[PathBuf],
    choice: &ResultChoice,
    result_name: impl Fn(usize) -> ResultName,
) -> Result<Vec<Job>, Failure> {
    let existing = choice.existing;
    let mut jobs: Vec<Job> = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        let result_name = result_name(number);
        let name = (input.as_os_str() != "-").then_some(input);
        let destination = match &choice.output {
            _ if choice.in_place && ObjectName::is_meant(input) => {
                return Err(Cause::ObjectInPlace(input.clone()).into());
            }
            _ if choice.in_place => Destination::Input { path: name.ok_or(Cause::StandardInputInPlace)?.clone() },
            None if inputs.len() > 1 => return Err(Cause::SeveralInputs(inputs.len()).into()),
            None => Destination::StandardOutput { forced: false },
            Some(output) if output.as_os_str() == "-" && inputs.len() > 1 => {
                return Err(Cause::SeveralInputs(inputs.len()).into());
            }
            Some(output) if output.as_os_str() == "-" => Destination::StandardOutput { forced: true },
            Some(output) if ObjectName::is_meant(output) => {
                object_destination((output, existing), (name, inputs.len()), result_name)?
            }
            Some(output) if inputs.len() > 1 || is_folder(output) => {
                if !output.is_dir() {
                    return Err(if output.exists() {
                        Cause::NotAFolder(output.clone())
                    } else if inputs.len() > 1 {
                        Cause::NoFolderForSeveral(output.clone())
                    } else {
                        Cause::NoFolder(output.clone())
                    }
                    .into());
                }
                let name = name.and_then(|path| file_name(path));
                let name = name.ok_or_else(|| Cause::StandardInputToFolder(output.clone()))?;
                Destination::File { path: output.join(result_name.of(&name)), existing }
            }
            Some(output) => {
                check_folder_of(output)?;
                Destination::File { path: output.clone(), existing }
            }
        };
        if let Some(path) = destination.path() {
            let same = |job: &&Job| job.destination.path() == Some(path);
            if let Some(other) = jobs.iter().find(same) {
                return Err(Cause::SameOutput {
                    first: other.input.clone().unwrap_or_default(),
                    second: input.clone(),
                    output: path.to_owned(),
                }
                .into());
            }
        }
        jobs.push(Job { input: name.cloned(), destination });
    }
    if jobs.len() > 1 {
        jobs.iter().filter_map(|job| job.input.as_deref()).try_for_each(check_is_there)?;
    }
    Ok(jobs)
}

/// An object as the destination, or one below a prefix.
fn object_destination(
    (output, existing): (&Path, Existing),
    (input, count): (Option<&PathBuf>, usize),
    result_name: ResultName,
) -> Result<Destination, Failure> {
    let mut name = object_of(output)?.expect("it was just seen to be meant as an object");
    if name.is_url() {
        return Err(Cause::UrlOnlyRead(output.to_owned()).into());
    }
    if name.version.is_some() {
        return Err(Cause::OutputIsVersion(output.to_owned()).into());
    }
    if name.is_prefix() {
        let input = input.and_then(|path| file_name(path));
        let input = input.ok_or_else(|| Cause::StandardInputToFolder(output.to_owned()))?;
        let result = result_name.of(&input).into_string().map_err(Cause::NotAFileName)?;
        name = name.below(&result);
    } else if count > 1 {
        return Err(Cause::NoPrefixForSeveral(output.to_owned()).into());
    }
    Ok(Destination::Object { path: name.to_path(), name, existing })
}

/// The name of a file or of an object in its folder.
fn file_name(path: &Path) -> Option<OsString> {
    match ObjectName::of(path) {
        Ok(Some(object)) => object.file_name(),
        _ => path.file_name().map(OsStr::to_owned),
    }
}

/// Finds what is plainly wrong with an input before the result of another is written.
fn check_is_there(input: &Path) -> Result<(), Failure> {
    if ObjectName::is_meant(input) {
        return Ok(());
    }
    match input.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(Cause::InputIsDirectory(input.to_owned()).into()),
        Ok(_) => Ok(()),
        Err(source) => Err(Error::io(format!("read {}", input.display()), source).into()),
    }
}

/// A file needs an existing folder.
///
/// # Errors
/// If it does not exist.
pub fn check_folder_of(path: &Path) -> Result<(), Cause> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => Err(Cause::NoFolder(folder.to_owned())),
        _ => Ok(()),
    }
}

/// Whether an input is a folder. A missing one is reported later, in its turn; other errors are reported now, because
/// the answer decides where results go.
///
/// # Errors
/// If the system fails.
pub fn is_input_folder(path: &Path) -> Result<bool, Failure> {
    match path.metadata() {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(source) => Err(Error::io(format!("read {}", path.display()), source).into()),
    }
}

fn is_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir()
}

impl Job {
    /// The name of the input in messages.
    #[must_use]
    pub fn name(&self) -> String {
        self.input.as_ref().map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string())
    }

    /// Opens the input, and checks that its result would not overwrite it. An input that will be replaced is locked:
    /// [`Output::open`](crate::storage::output::Output::open) needs that. `waiter` is asked as long as another program holds it.
    ///
    /// # Errors
    /// If it cannot be opened, or is also the output.
    pub fn open_input(&self, waiter: &dyn LockWaiter) -> Result<(Input, Option<Held>), Failure> {
        if let Destination::Input { path } = &self.destination {
            let held = hold(path, waiter)?;
            return Ok((held.input()?, Some(held)));
        }
        let input = open_input(self.input.as_deref())?;
        match &self.destination {
            Destination::Input { .. } | Destination::Object { .. } => {}
            Destination::File { path, .. } => {
                if is_same_file(&input, std::fs::metadata(path).ok()) {
                    return Err(Cause::OutputIsInput(path.clone()).into());
                }
            }
            Destination::StandardOutput { .. } => {
                if is_same_file(&input, stdout_file().and_then(|file| file.metadata().ok())) {
                    return Err(self.input.clone().map_or(Cause::StandardInputIsOutput, Cause::OutputIsInput).into());
                }
            }
        }
        Ok((input, None))
    }
}

/// Locks a file that will be replaced. `waiter` is asked as long as another program holds it.
///
/// # Errors
/// If it is a folder, or cannot be opened.
pub fn hold(path: &Path, waiter: &dyn LockWaiter) -> Result<Held, Failure> {
    if path.is_dir() {
        return Err(Cause::InputIsDirectory(path.to_owned()).into());
    }
    Ok(Held::open(path, HeldFor::Replace, waiter)?)
}

/// Opens a file, or standard input for `None`.
///
/// # Errors
/// If it is a folder, or cannot be opened.
pub fn open_input(path: Option<&Path>) -> Result<Input, Failure> {
    match path {
        Some(path) if ObjectName::is_meant(path) => Err(Cause::ObjectNotHere(without_secrets(path)).into()),
        Some(path) if path.is_dir() => Err(Cause::InputIsDirectory(path.to_owned()).into()),
        Some(path) => Ok(Input::open(path)?),
        None => {
            standard::check_input()?;
            Ok(Input::stdin()?)
        }
    }
}

#[cfg(unix)]
fn stdout_file() -> Option<File> {
    standard::output().ok()
}

#[cfg(not(unix))]
fn stdout_file() -> Option<File> {
    None
}

/// The output is not opened for this: opening a named pipe would wait for its other end.
fn is_same_file(input: &Input, output: Option<std::fs::Metadata>) -> bool {
    let output = output.and_then(|metadata| identity(&metadata));
    output.is_some() && output == input.identity()
}
