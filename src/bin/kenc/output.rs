//! Where results go: decided before anything is read or any key is asked.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kenc::error::{Error, Result};
use kenc::formats::native::pipeline;
use kenc::fs::atomic::{Access, AtomicFile, Existing, Sync};
use kenc::fs::held::{Held, HeldFor};
use kenc::fs::input::{Input, identity};
use zeroize::Zeroizing;

use crate::args::OutputArgs;
use crate::failure::{Cause, Failure};
use crate::printable::is_hidden;
use crate::standard_streams;

/// The standard input as messages name it.
pub const STANDARD_INPUT: &str = "the standard input";

/// One input with the place for its result.
#[derive(Debug)]
pub struct Job {
    /// `None` for the standard input.
    pub input: Option<PathBuf>,
    pub place: Place,
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The standard output. `forced` if it was asked for by name, even if it is a terminal.
    StandardOutput { forced: bool },
    /// A file.
    File { path: PathBuf, existing: Existing },
    /// The input itself, which is replaced.
    Input { path: PathBuf },
}

/// Finds the place for the result of every input. `result_name` makes the name of a result in a folder from the name of
/// its input.
pub fn plan(inputs: &[PathBuf], args: &OutputArgs, result_name: fn(&OsStr) -> OsString) -> Result<Vec<Job>, Failure> {
    let standard_input = [PathBuf::from("-")];
    let inputs = if inputs.is_empty() { &standard_input } else { inputs };
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let mut jobs: Vec<Job> = Vec::new();
    for input in inputs {
        let name = (input.as_os_str() != "-").then_some(input);
        let place = match &args.output {
            _ if args.in_place => Place::Input { path: name.ok_or(Cause::StandardInputInPlace)?.clone() },
            None if inputs.len() > 1 => return Err(Cause::SeveralInputs(inputs.len()).into()),
            None => Place::StandardOutput { forced: false },
            Some(output) if output.as_os_str() == "-" && inputs.len() > 1 => {
                return Err(Cause::SeveralInputs(inputs.len()).into());
            }
            Some(output) if output.as_os_str() == "-" => Place::StandardOutput { forced: true },
            Some(output) if inputs.len() > 1 || is_folder(output) => {
                if !output.is_dir() {
                    return Err(if output.exists() {
                        Cause::NotAFolder(output.clone())
                    } else {
                        Cause::NoFolder(output.clone())
                    }
                    .into());
                }
                let name = name.and_then(|path| path.file_name());
                let name = name.ok_or_else(|| Cause::StandardInputToFolder(output.clone()))?;
                Place::File { path: output.join(result_name(name)), existing }
            }
            Some(output) => {
                check_folder_of(output)?;
                Place::File { path: output.clone(), existing }
            }
        };
        if let Some(path) = place.path() {
            let same = |job: &&Job| job.place.path() == Some(path);
            if let Some(other) = jobs.iter().find(same) {
                return Err(Cause::SameOutput {
                    first: other.input.clone().unwrap_or_default(),
                    second: input.clone(),
                    output: path.to_owned(),
                }
                .into());
            }
        }
        jobs.push(Job { input: name.cloned(), place });
    }
    Ok(jobs)
}

/// A file needs a folder that is there.
pub fn check_folder_of(path: &Path) -> Result<(), Cause> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.exists() => Err(Cause::NoFolder(folder.to_owned())),
        _ => Ok(()),
    }
}

/// Whether an input is a folder. One that is absent is told of later, in its turn; but what the disk fails to tell of must
/// not decide where the results go.
pub fn is_input_folder(path: &Path) -> Result<bool, Failure> {
    match path.metadata() {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(source) => Err(Error::io(format!("read {}", path.display()), source).into()),
    }
}

impl Place {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardOutput { .. } => None,
            Self::File { path, .. } | Self::Input { path } => Some(path),
        }
    }
}

fn is_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir()
}

impl Job {
    /// The input as messages name it.
    pub fn name(&self) -> String {
        self.input.as_ref().map_or_else(|| STANDARD_INPUT.to_owned(), |path| path.display().to_string())
    }

    /// Opens the input, and checks that its result would not be written over it. An input that is to be replaced is held:
    /// [`Output::open`] needs that.
    pub fn open_input(&self) -> Result<(Input, Option<Held>), Failure> {
        if let Place::Input { path } = &self.place {
            let held = hold(path)?;
            return Ok((held.input()?, Some(held)));
        }
        let input = open_input(self.input.as_deref())?;
        match &self.place {
            Place::Input { .. } => {}
            Place::File { path, .. } => {
                if is_same_file(&input, std::fs::metadata(path).ok()) {
                    return Err(Cause::OutputIsInput(path.clone()).into());
                }
            }
            Place::StandardOutput { .. } => {
                if is_same_file(&input, stdout_file().and_then(|file| file.metadata().ok())) {
                    return Err(self.input.clone().map_or(Cause::StandardInputIsOutput, Cause::OutputIsInput).into());
                }
            }
        }
        Ok((input, None))
    }
}

/// Holds a file that is to be replaced.
pub fn hold(path: &Path) -> Result<Held, Failure> {
    if path.is_dir() {
        return Err(Cause::InputIsDirectory(path.to_owned()).into());
    }
    Ok(Held::open(path, HeldFor::Replace)?)
}

/// Opens a file, or the standard input for `None`.
pub fn open_input(path: Option<&Path>) -> Result<Input, Failure> {
    match path {
        Some(path) if path.is_dir() => Err(Cause::InputIsDirectory(path.to_owned()).into()),
        Some(path) => Ok(Input::open(path)?),
        None => {
            standard_streams::check_input()?;
            Ok(Input::stdin()?)
        }
    }
}

/// An open output.
pub enum Output {
    /// Written in order: a pipe, a terminal, a device, or a file that others append to as well.
    Stream(Box<dyn Write + Send>),
    /// The standard output, redirected to a regular file that ends at `start`.
    #[cfg_attr(not(unix), allow(dead_code))]
    Redirected { file: File, start: u64 },
    /// A file that appears when it is whole.
    Atomic(AtomicFile),
}

impl Output {
    /// Opens the output at `place`. What replaces its input takes the input as it is held.
    pub fn open(place: &Place, access: Access, sync: Sync, held: Option<Held>) -> Result<Self> {
        match place {
            Place::StandardOutput { .. } => Self::stdout(),
            Place::Input { .. } => {
                let held = held.expect("an input that is replaced is held from before it is read");
                Ok(Self::Atomic(AtomicFile::replace(held)?))
            }
            Place::File { path, existing } => match std::fs::metadata(path) {
                // A device or a named pipe is written to, not replaced.
                Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
                    let file = File::options().write(true).open(path);
                    let file = file.map_err(|source| Error::io(format!("write {}", path.display()), source))?;
                    kenc::fs::widen_pipe(&file);
                    Ok(Self::Stream(Box::new(file)))
                }
                _ => Ok(Self::Atomic(AtomicFile::create(path, *existing, access, sync)?)),
            },
        }
    }

    #[cfg(unix)]
    fn stdout() -> Result<Self> {
        let mut file = standard_streams::output()?;
        let metadata = file.metadata().map_err(Error::Write)?;
        if metadata.is_file() && !kenc::fs::appends(&file) {
            let start = file.stream_position().map_err(Error::Write)?;
            if start >= metadata.len() {
                return Ok(Self::Redirected { file, start });
            }
        }
        kenc::fs::widen_pipe(&file);
        Ok(Self::Stream(Box::new(file)))
    }

    #[cfg(not(unix))]
    fn stdout() -> Result<Self> {
        Ok(Self::Stream(Box::new(std::io::stdout())))
    }

    /// A writer for everything in order.
    pub fn writer(&mut self) -> Box<dyn Write + Send + '_> {
        match self {
            Self::Stream(stream) => Box::new(stream),
            Self::Redirected { file, .. } => Box::new(file),
            Self::Atomic(atomic) => Box::new(atomic.file()),
        }
    }

    /// Lets `work` write behind `head`, at positions where that is possible.
    pub fn write(&mut self, head: &[u8], work: impl FnOnce(pipeline::PayloadOutput<'_>) -> Result<u64>) -> Result<u64> {
        self.writer().write_all(head).map_err(Error::Write)?;
        let head_len = head.len() as u64;
        match self {
            Self::Stream(stream) => work(pipeline::PayloadOutput::Stream(&mut **stream)),
            Self::Atomic(atomic) => work(pipeline::PayloadOutput::File { file: atomic.file(), start: head_len }),
            Self::Redirected { file, start } => {
                let start = *start + head_len;
                let outcome = work(pipeline::PayloadOutput::File { file, start });
                // Whoever shares the redirected output, such as the next command of a script, goes on behind us.
                file.seek(SeekFrom::End(0)).map_err(Error::Write)?;
                outcome
            }
        }
    }

    /// Ends the output: a file gets its name.
    pub fn commit(self) -> Result<()> {
        match self {
            Self::Stream(mut stream) => stream.flush().map_err(Error::Write),
            Self::Redirected { .. } => Ok(()),
            Self::Atomic(atomic) => atomic.commit(),
        }
    }

    /// Whether a part that was written stays written when the rest fails.
    pub fn releases_early(&self) -> bool {
        !matches!(self, Self::Atomic(_))
    }
}

/// Whether ciphertext would go to a terminal unasked.
pub fn is_unasked_terminal(place: &Place) -> bool {
    *place == Place::StandardOutput { forced: false } && std::io::stdout().is_terminal()
}

#[cfg(unix)]
fn stdout_file() -> Option<File> {
    standard_streams::output().ok()
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

/// Passes text through to a terminal, and stops before characters that would do something else to it than show.
pub struct TextOnly<'a> {
    writer: Box<dyn Write + Send + 'a>,
    /// The beginning of a character whose rest is still to come.
    begun: Vec<u8>,
    refused: bool,
}

impl<'a> TextOnly<'a> {
    pub fn new(writer: Box<dyn Write + Send + 'a>) -> Self {
        Self { writer, begun: Vec::new(), refused: false }
    }

    /// Whether it stopped.
    pub fn has_refused(&self) -> bool {
        self.refused
    }

    /// Whether everything may be shown.
    fn is_text(&mut self, bytes: &[u8]) -> bool {
        let mut text = Zeroizing::new(std::mem::take(&mut self.begun));
        text.extend_from_slice(bytes);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            if chunk.valid().chars().any(|letter| !"\t\n\r".contains(letter) && is_hidden(letter)) {
                return false;
            }
            let invalid = chunk.invalid();
            let may_go_on =
                chunks.peek().is_none() && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if may_go_on {
                self.begun = invalid.to_vec();
            } else if invalid.iter().any(|byte| (0x80..=0x9f).contains(byte)) {
                // In other encodings these are control characters too.
                return false;
            }
        }
        true
    }
}

impl Write for TextOnly<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !self.is_text(bytes) {
            self.refused = true;
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        self.writer.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a terminal gets pieces of a text.
    fn is_shown(pieces: &[&[u8]]) -> bool {
        let mut text = TextOnly::new(Box::new(std::io::sink()));
        pieces.iter().all(|piece| text.write_all(piece).is_ok()) && !text.has_refused()
    }

    #[test]
    fn a_terminal_gets_text_and_nothing_that_it_would_obey_or_hide() {
        for shown in [&b"plain\ttext\r\n"[..], "Grüße".as_bytes(), "日本語".as_bytes(), b"latin-1: \xfc"] {
            assert!(is_shown(&[shown]), "{shown:?}");
            // In pieces of one byte each as well.
            assert!(is_shown(&shown.chunks(1).collect::<Vec<_>>()), "{shown:?}");
        }
        for hidden in ["\u{1b}[2J", "a\u{9b}2J", "a\u{202e}b", "a\u{200b}b", "a\u{7f}", "a\0", "\u{2066}", "\u{e0041}"]
        {
            assert!(!is_shown(&[hidden.as_bytes()]), "{hidden:?}");
            assert!(!is_shown(&hidden.as_bytes().chunks(1).collect::<Vec<_>>()), "{hidden:?}");
        }
        assert!(!is_shown(&[b"a\x9b2J"]) && !is_shown(&[b"\xc2", b"\x9b"]));
    }
}
