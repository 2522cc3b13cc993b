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
    #[error("the plaintext has characters that a terminal would obey or hide, and the output is a terminal")]
    BinaryToTerminal { input: Option<PathBuf> },
    #[error("the values of {} would be encrypted, and the whole of {}", document.display(), whole.display())]
    MixedInputs { document: PathBuf, whole: PathBuf },
    #[error("{0}: a range is for kenc files, and this is a config document")]
    RangeOfDocument(String),
    #[error("the config names the PGP key `{0}`, which is no fingerprint")]
    NoFingerprint(String),
    #[error("the config names the key `{id}` in `{field}`, and kenc does not ask that service")]
    KeyOfOtherService { field: &'static str, id: String },
    #[error("{0}: --cipher is for kenc files: the values of a config document have only one")]
    CipherOfDocument(String),
    #[error("there is no place for the results of many files")]
    NoPlaceForMany,
    #[error("there is no file that a rule of the config is for, and whose values could be encrypted")]
    NothingMeant,
    #[error("{} is encrypted as a whole, so that no single value of it can be changed", .0.display())]
    ValueOfWholeFile(PathBuf),
    #[error("a value on the command line can be read by every program on this machine")]
    ValueOnCommandLine,
    #[error("no value: {0}")]
    NoValue(&'static str),
    #[error("the value is not text: it is not UTF-8")]
    ValueNotText,
    #[error("the value is not JSON: {0}")]
    ValueNotJson(String),
    #[error("{0}: its name does not say which notation it has")]
    NotationUnknown(String),
    #[error("no config has a rule with keys for {0}")]
    NoRule(String),
    #[error("{count} {} would get other keys, and nobody can be asked", if *.count == 1 { "file" } else { "files" })]
    NotConfirmed { count: usize },
    #[error("{0} would be sealed, and nobody can be asked whether it is as it should be")]
    SealNotConfirmed(String),
    #[error("{0} is a kenc file: it is authenticated as a whole, and needs no seal")]
    SealOfWholeFile(String),
    #[error("nothing was changed: the answer was no")]
    Declined,
    #[error("there are {0} inputs and one output")]
    SeveralInputs(usize),
    #[error("{} is both the input and the output", .0.display())]
    OutputIsInput(PathBuf),
    #[error("the standard input is the same file as the output")]
    StandardInputIsOutput,
    #[error("{} is a directory", .0.display())]
    InputIsDirectory(PathBuf),
    #[error("{} is a directory", .0.display())]
    CannotEncryptDirectory(PathBuf),
    #[error("the folder {} is not there", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} and {} would both be written to {}", first.display(), second.display(), output.display())]
    SameOutput { first: PathBuf, second: PathBuf, output: PathBuf },
    #[error("nothing is named")]
    NothingNamed,
    #[error("many files need a folder for their results")]
    NoFolderForResults,
    #[error("{} is in more than {limit} folders", path.display())]
    TooDeep { path: PathBuf, limit: usize },
    #[error("{} has `..` in it, which could lead out of the folder for the results", .0.display())]
    LeadsOut(PathBuf),
    #[error("a name in the list has more than {0} bytes")]
    NameTooLong(u64),
    #[error("{} is not a regular file any more", .0.display())]
    NotAFile(PathBuf),
    #[error("{} {fault}, and -i means --in-place: no file was changed", path.display())]
    NotToReplace { path: PathBuf, fault: String },
    #[error("`{word}` is no file: it names a key{}", if *.is_after_recursive { ", and -r means --recursive" } else { "" })]
    KeyAmongInputs { word: String, is_after_recursive: bool },
    #[error("`{0}` alone is no key: the shell split it at its space")]
    SplitKey(String),
    #[error("{0}: kenc reads files and pipes, and no addresses")]
    Address(String),
    #[error("{} is not encrypted: it has no metadata of sops", .0.display())]
    NotEncrypted(PathBuf),
    #[error("the standard input cannot be replaced")]
    StandardInputInPlace,
    #[error("the standard input cannot be changed beside other files")]
    StandardInputAmongFiles,
    #[error("{} is a directory", .0.display())]
    FolderWithoutRecursion(PathBuf),
    #[error("{} is not a regular file", .0.display())]
    NotChangeable(PathBuf),
    #[error("{} has {names} names, and only this one would get the new keys", path.display())]
    HasOtherNames { path: PathBuf, names: u64 },
    #[error("{} has {names} names, and would stay in plaintext under the others", path.display())]
    PlaintextHasOtherNames { path: PathBuf, names: u64 },
    #[error("the standard input has no name for a file in {}", .0.display())]
    StandardInputToFolder(PathBuf),
    #[error("there is no local key: {} is not there", path.display())]
    NoLocalKey { path: PathBuf, named: Named },
    #[error("no key to encrypt with: no -k is given, no config has a rule, and there is no local key")]
    NoKeyGiven,
    #[error("`@{name}` does not mean the same key for {} and for {}", first.display(), second.display())]
    NameOfSeveralKeys { name: String, first: PathBuf, second: PathBuf },
    #[error("no key to check: none is given, and there is no local key")]
    NothingToCheck,
    #[error("the account of the key is not clear: those who are named belong to {0}")]
    SeveralAccounts(String),
    #[error("there is a local key already: {}", path.display())]
    LocalKeyExists { path: PathBuf, recipient: Option<String> },
    #[error("{} is a kenc file already", .0.display())]
    EncryptedAlready(PathBuf),
    #[error("there is no home folder to keep the local key in")]
    NoHome,
    #[error("{0}")]
    AsSops(String),
    #[error("{} has {bytes} bytes, and 1 GiB is the limit for what is kept in memory", path.display())]
    TooLong { path: PathBuf, bytes: u64 },
    #[error("{} is not a regular file", .0.display())]
    NotARegularFile(PathBuf),
    #[error("no editor is set, and neither vi, vim nor nano is there")]
    NoEditor,
    #[error("${name} {fault}")]
    EditorVariable { name: &'static str, fault: &'static str },
    #[error("the editor `{0}` was not found")]
    EditorNotFound(String),
    #[error("the editor failed ({0})")]
    EditorFailed(ExitStatus),
    #[error("the editor left no file")]
    EditorLeftNothing,
    #[error("there is no file system in memory to keep the plaintext in")]
    NoMemoryForPlaintext,
    #[error("{} was changed by another program meanwhile", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("{}", why.cause)]
    NotSaved { why: Box<Failure>, kept: Box<Kept> },
    #[error("{0}")]
    EditsUnreadable(kenc::error::Error),
    #[error("{}; and the edits are lost: {error}", why.cause)]
    EditsLost { why: Box<Failure>, error: Box<kenc::error::Error> },
    #[error("there are edits of {} that were not saved", file.display())]
    EditsKept { file: PathBuf, recovery: PathBuf },
    #[error("there are no edits of {} that were not saved", .0.display())]
    NoEditsKept(PathBuf),
    #[error("{} was not changed: the edits are discarded", .0.display())]
    EditsDiscarded(PathBuf),
    #[error("the value at {path} cannot be a variable: {fault}")]
    NotAVariable { path: String, fault: String },
    #[error("the value at {path} would set {name}, by which a document could have other programs run")]
    VariableMustBeNamed { path: String, name: String },
    #[error("{} has no keys to show", .0.display())]
    NoKeysToShow(PathBuf),
    #[error("{}: nothing tells what its values are", .0.display())]
    NoValues(PathBuf),
    #[error("there is no value `{0}`")]
    NoSuchValue(String),
    #[error("{files} files need {files} names, and {names} are given")]
    FileNames { files: usize, names: usize },
    #[error("`{}` is not the name of a file", .0.display())]
    NotAFileName(OsString),
    #[error("there is no {0} among the arguments of the command")]
    NoPlaceForFile(String),
    #[error("the command `{}` is not there", .0.display())]
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
            | Cause::NoFingerprint(_)
            | Cause::KeyOfOtherService { .. }
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
