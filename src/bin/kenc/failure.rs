//! What can go wrong on the way from the command line to the library, and the exit codes.

use std::ffi::OsString;
mod git;

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

use kenc::error::Class;

use crate::commands::edit::Kept;
pub use git::{GitFault, MergeConflicts};

/// The exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    Usage,
    NotAuthentic,
    NoKey,
    KeyService,
    WouldOverwrite,
    Problems,
    NotExecutable,
    NotFound,
    Interrupted,
    /// A merge driver that failed, with the code of its failure.
    NotMerged(u8),
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotAuthentic => 3,
            Self::NoKey => 4,
            Self::KeyService => 5,
            Self::WouldOverwrite => 6,
            Self::Problems => 7,
            Self::NotExecutable => 126,
            Self::NotFound => 127,
            Self::Interrupted => crate::signals::exit_code(),
            // To git, 1 to 128 are conflicts, and what is more is a failure: it stops, and marks nothing as merged.
            // 130 is an interruption.
            Self::NotMerged(2) => 129,
            Self::NotMerged(code) => code.saturating_add(128),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A failure of a command, with the input that it concerns.
#[derive(Debug)]
pub struct Failure {
    /// The input, where the message does not name it.
    pub subject: Option<String>,
    pub cause: Cause,
    /// Plaintext bytes that were written before it failed, and stay written.
    pub released: u64,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(unix), allow(dead_code, reason = "some are of `kenc exec`, which is for Unix"))]
pub enum Cause {
    #[error(transparent)]
    Library(#[from] kenc::error::Error),
    #[error("refusing to write encrypted bytes to a terminal")]
    CiphertextToTerminal { input: Option<PathBuf> },
    #[error("refusing to write control or invisible characters of the plaintext to a terminal")]
    BinaryToTerminal { input: Option<PathBuf> },
    #[error("kenc would encrypt the values of {} but the whole of {}", document.display(), whole.display())]
    MixedInputs { document: PathBuf, whole: PathBuf },
    #[error("{0}: --range applies to kenc files, and this is a config document")]
    RangeOfDocument(String),
    #[error("{0}: --cipher applies to kenc files: the values of a config document have only one cipher")]
    CipherOfDocument(String),
    #[error("encrypting several files needs an output folder")]
    NoPlaceForMany,
    #[error("no file matches a config rule that encrypts values")]
    NothingMeant,
    #[error("{} is encrypted as a whole file: single values cannot be changed", .0.display())]
    ValueOfWholeFile(PathBuf),
    #[error("a value on the command line is visible to every program on this machine")]
    ValueOnCommandLine,
    #[error("no value: {0}")]
    NoValue(&'static str),
    #[error("the value is not UTF-8 text")]
    ValueNotText,
    #[error("the value is not valid JSON: {0}")]
    ValueNotJson(String),
    #[error("{0}: cannot tell its format from its name")]
    NotationUnknown(String),
    #[error("no config rule with keys matches {0}")]
    NoRule(String),
    #[error("{count} {} would get other keys, and there is no terminal to confirm on", if *.count == 1 { "file" } else { "files" })]
    NotConfirmed { count: usize },
    #[error("cannot seal {0}: there is no terminal to confirm on")]
    SealNotConfirmed(String),
    #[error("{0} is a kenc file: it is authenticated as a whole and needs no seal")]
    SealOfWholeFile(String),
    #[error("nothing was changed: you answered no")]
    Declined,
    #[error("{0} inputs cannot share one output")]
    SeveralInputs(usize),
    #[error("{} is both the input and the output", .0.display())]
    OutputIsInput(PathBuf),
    #[error("standard input and the output are the same file")]
    StandardInputIsOutput,
    #[error("{} is a directory", .0.display())]
    InputIsDirectory(PathBuf),
    #[error("{} is a directory", .0.display())]
    CannotEncryptDirectory(PathBuf),
    #[error("the folder {} does not exist", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} and {} would both be written to {}", first.display(), second.display(), output.display())]
    SameOutput { first: PathBuf, second: PathBuf, output: PathBuf },
    #[error("no files given")]
    NothingNamed,
    #[error("several files need an output folder")]
    NoFolderForResults,
    #[error("{} is more than {limit} folders deep", path.display())]
    TooDeep { path: PathBuf, limit: usize },
    #[error("{} contains `..`, which could lead out of the output folder", .0.display())]
    LeadsOut(PathBuf),
    #[error("a name in the list is longer than {0} bytes")]
    NameTooLong(u64),
    #[error("{} is no longer a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error("{} {fault}; -i means --in-place, and no file was changed", path.display())]
    NotToReplace { path: PathBuf, fault: String },
    #[error("`{word}` is a key, not a file{}", if *.is_after_recursive { "; -r means --recursive" } else { "" })]
    KeyAmongInputs { word: String, is_after_recursive: bool },
    #[error("`{0}` alone is not a key: the shell split the key at its space")]
    SplitKey(String),
    #[error("{0} is a URL, and kenc reads only files and pipes")]
    Address(String),
    #[error("{} is not encrypted: it has no sops metadata", .0.display())]
    NotEncrypted(PathBuf),
    #[error("standard input cannot be replaced in place")]
    StandardInputInPlace,
    #[error("standard input cannot be combined with other files")]
    StandardInputAmongFiles,
    #[error("{} is a directory", .0.display())]
    FolderWithoutRecursion(PathBuf),
    #[error("{} is not a regular file", .0.display())]
    NotChangeable(PathBuf),
    #[error("{} has {names} hard links, and only this one would get the new keys", path.display())]
    HasOtherNames { path: PathBuf, names: u64 },
    #[error("{} has {names} hard links, and the others would keep the plaintext", path.display())]
    PlaintextHasOtherNames { path: PathBuf, names: u64 },
    #[error("standard input has no file name to use in {}", .0.display())]
    StandardInputToFolder(PathBuf),
    #[error("there is no local key: {} does not exist", path.display())]
    NoLocalKey { path: PathBuf, named: Named },
    #[error("no key to encrypt with: no -k was given, no config rule matches, and there is no local key")]
    NoKeyGiven,
    #[error("`@{name}` means different keys for {} and {}", first.display(), second.display())]
    NameOfSeveralKeys { name: String, first: PathBuf, second: PathBuf },
    #[error("no key to check: none was given, and there is no local key")]
    NothingToCheck,
    #[error("cannot tell the account of the key: the principals belong to {0}")]
    SeveralAccounts(String),
    #[error("a local key already exists: {}", path.display())]
    LocalKeyExists { path: PathBuf, recipient: Option<String> },
    #[error("{} is already a kenc file", .0.display())]
    EncryptedAlready(PathBuf),
    #[error("no home folder found for the local key")]
    NoHome,
    #[error("{0}")]
    AsSops(String),
    #[error("{} has {bytes} bytes, and the limit for a file held in memory is 1 GiB", path.display())]
    TooLong { path: PathBuf, bytes: u64 },
    #[error("{} is not a regular file", .0.display())]
    NotARegularFile(PathBuf),
    #[error("no editor is set, and vi, vim and nano were not found")]
    NoEditor,
    #[error("${name} {fault}")]
    EditorVariable { name: &'static str, fault: &'static str },
    #[error("editor `{0}` not found")]
    EditorNotFound(String),
    #[error("the editor failed ({0})")]
    EditorFailed(ExitStatus),
    #[error("the editor removed the file")]
    EditorLeftNothing,
    #[error("no in-memory file system (tmpfs) found for the plaintext")]
    NoMemoryForPlaintext,
    #[error("{} was changed by another program in the meantime", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("{}", why.cause)]
    NotSaved { why: Box<Failure>, kept: Box<Kept> },
    #[error("{0}")]
    EditsUnreadable(kenc::error::Error),
    #[error("{}; the edits are lost: {error}", why.cause)]
    EditsLost { why: Box<Failure>, error: Box<kenc::error::Error> },
    #[error("{} has unsaved edits", file.display())]
    EditsKept { file: PathBuf, recovery: PathBuf },
    #[error("{} has no unsaved edits", .0.display())]
    NoEditsKept(PathBuf),
    #[error("{} was not changed: the edits were discarded", .0.display())]
    EditsDiscarded(PathBuf),
    #[error("the value at {path} cannot become an environment variable: {fault}")]
    NotAVariable { path: String, fault: String },
    #[error("the value at {path} would set {name}, a variable that can make programs run other code")]
    VariableMustBeNamed { path: String, name: String },
    #[error("{} has no keys to show", .0.display())]
    NoKeysToShow(PathBuf),
    #[error("{}: cannot tell the format of its values from its name", .0.display())]
    NoValues(PathBuf),
    #[error("no such value: `{0}`")]
    NoSuchValue(String),
    #[error("--file-name must be given once for each file: files {files}, names {names}")]
    FileNames { files: usize, names: usize },
    #[error("`{}` is not a file name", .0.display())]
    NotAFileName(OsString),
    #[error("the arguments of the command do not contain {0}")]
    NoPlaceForFile(String),
    #[error("command `{}` not found", .0.display())]
    CommandNotFound(OsString),
    #[error("{error}")]
    CommandNotExecutable { program: OsString, error: Box<kenc::error::Error> },
    #[error(transparent)]
    Git(#[from] GitFault),
    #[error("{failed} of {all} files failed")]
    SomeFailed { failed: usize, all: usize, exit: Exit },
}

/// How the place of a key file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// By -o.
    OnCommandLine,
    /// It is the local key's own place.
    ByDefault,
}

impl<C: Into<Cause>> From<C> for Failure {
    fn from(cause: C) -> Self {
        Self { subject: None, cause: cause.into(), released: 0 }
    }
}

impl Failure {
    /// Says which input a failure of the library concerns.
    pub fn about(subject: impl Into<String>) -> impl FnOnce(kenc::error::Error) -> Self {
        move |error| {
            let names_its_file = matches!(
                error,
                kenc::error::Error::Io { .. }
                    | kenc::error::Error::WouldOverwrite(_)
                    | kenc::error::Error::ChangedMeanwhile(_)
                    | kenc::error::Error::CannotKeep { .. }
                    | kenc::error::Error::NotSynced { .. }
                    | kenc::error::Error::KeyFile { .. }
                    | kenc::error::Error::CannotWrap { .. }
                    | kenc::error::Error::Config(_)
                    | kenc::error::Error::Interrupted
            );
            let subject = if names_its_file { None } else { Some(subject.into()) };
            Self { subject, cause: error.into(), released: 0 }
        }
    }

    pub fn exit(&self) -> Exit {
        match &self.cause {
            Cause::Library(error) => match error.class() {
                Class::Failed => Exit::Failed,
                Class::Usage => Exit::Usage,
                Class::NotAuthentic => Exit::NotAuthentic,
                Class::NoKey => Exit::NoKey,
                Class::KeyService => Exit::KeyService,
                Class::WouldOverwrite => Exit::WouldOverwrite,
                Class::Interrupted => Exit::Interrupted,
            },
            Cause::CiphertextToTerminal { .. }
            | Cause::MixedInputs { .. }
            | Cause::RangeOfDocument(_)
            | Cause::CipherOfDocument(_)
            | Cause::NoRule(_)
            | Cause::NoPlaceForMany
            | Cause::ValueOnCommandLine
            | Cause::NoValue(_)
            | Cause::ValueNotJson(_)
            | Cause::NotationUnknown(_)
            | Cause::NotConfirmed { .. }
            | Cause::SealNotConfirmed(_)
            | Cause::SeveralInputs(_)
            | Cause::OutputIsInput(_)
            | Cause::StandardInputIsOutput
            | Cause::NothingNamed
            | Cause::NoFolderForResults
            | Cause::LeadsOut(_)
            | Cause::SameOutput { .. }
            | Cause::StandardInputInPlace
            | Cause::NotToReplace { .. }
            | Cause::KeyAmongInputs { .. }
            | Cause::SplitKey(_)
            | Cause::Address(_)
            | Cause::StandardInputAmongFiles
            | Cause::StandardInputToFolder(_)
            | Cause::NameOfSeveralKeys { .. }
            | Cause::NoKeyGiven
            | Cause::NothingToCheck
            | Cause::AsSops(_)
            | Cause::SeveralAccounts(_)
            | Cause::EditorVariable { .. }
            | Cause::NoEditsKept(_)
            | Cause::NotAVariable { .. }
            | Cause::VariableMustBeNamed { .. }
            | Cause::NoSuchValue(_)
            | Cause::NoKeysToShow(_)
            | Cause::NoValues(_)
            | Cause::FileNames { .. }
            | Cause::NotAFileName(_)
            | Cause::NoPlaceForFile(_) => Exit::Usage,
            Cause::BinaryToTerminal { .. }
            | Cause::InputIsDirectory(_)
            | Cause::CannotEncryptDirectory(_)
            | Cause::FolderWithoutRecursion(_)
            | Cause::NotChangeable(_)
            | Cause::HasOtherNames { .. }
            | Cause::PlaintextHasOtherNames { .. }
            | Cause::NoFolder(_)
            | Cause::NotAFolder(_)
            | Cause::TooDeep { .. }
            | Cause::NameTooLong(_)
            | Cause::NotAFile(_)
            | Cause::NoLocalKey { .. }
            | Cause::Declined
            | Cause::SealOfWholeFile(_)
            | Cause::NothingMeant
            | Cause::ValueOfWholeFile(_)
            | Cause::ValueNotText
            | Cause::NoHome
            | Cause::NotARegularFile(_)
            | Cause::TooLong { .. }
            | Cause::NoEditor
            | Cause::EditorFailed(_)
            | Cause::EditorNotFound(_)
            | Cause::EditorLeftNothing
            | Cause::EditsUnreadable(_)
            | Cause::NoMemoryForPlaintext
            | Cause::ChangedMeanwhile(_)
            | Cause::EditsKept { .. }
            | Cause::EditsDiscarded(_) => Exit::Failed,
            Cause::NotSaved { why, .. } | Cause::EditsLost { why, .. } => why.exit(),
            Cause::CommandNotFound(_) => Exit::NotFound,
            Cause::CommandNotExecutable { .. } => Exit::NotExecutable,
            Cause::NotEncrypted(_) => Exit::NotAuthentic,
            Cause::LocalKeyExists { .. } | Cause::EncryptedAlready(_) => Exit::WouldOverwrite,
            Cause::Git(fault) => fault.exit(),
            Cause::SomeFailed { exit, .. } => *exit,
        }
    }
}
