//! Failures of the command line, and the exit codes.

mod exit;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;

use kenc::error::{Class, Error};

pub use exit::Exit;
pub use kenc::ops::failure::{Cause, Failure};

/// Failures that concern the command line, the terminal, or other programs.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(unix), allow(dead_code, reason = "some are of `kenc exec`, which is for Unix"))]
pub enum CommandFault {
    #[error("refusing to write encrypted bytes to a terminal")]
    CiphertextToTerminal { input: Option<PathBuf> },
    #[error("refusing to write control or invisible characters of the plaintext to a terminal")]
    BinaryToTerminal { input: Option<PathBuf> },
    #[error("a value on the command line is visible to every program on this machine")]
    ValueOnCommandLine,
    #[error("no files given")]
    NothingNamed,
    #[error("{} {fault}; -i means --in-place, and no file was changed", path.display())]
    NotToReplace { path: PathBuf, fault: String },
    #[error("`{word}` is a key, not a file{}", if *.is_after_recursive { "; -r means --recursive" } else { "" })]
    KeyAmongInputs { word: String, is_after_recursive: bool },
    #[error("`{0}` alone is not a key: the shell split the key at its space")]
    SplitKey(String),
    #[error("standard input cannot be combined with other files")]
    StandardInputAmongFiles,
    #[error("there is no local key: {} does not exist", path.display())]
    NoLocalKey { path: PathBuf, named: KeyFileChoice },
    #[error("a local key already exists: {}", path.display())]
    LocalKeyExists { path: PathBuf, recipient: Option<String> },
    #[error("{0}")]
    AsSops(String),
    #[error("no editor is set, and vi, vim and nano were not found")]
    NoEditor,
    #[error("${name} {fault}")]
    EditorVariable { name: &'static str, fault: &'static str },
    #[error("editor `{0}` not found")]
    EditorNotFound(String),
    #[error("command `{}` not found", .0.display())]
    CommandNotFound(OsString),
    #[error("{error}")]
    CommandNotExecutable { program: OsString, error: Box<kenc::error::Error> },
    #[error("$GITHUB_ENV does not name a file: this is not a step of GitHub Actions")]
    NotInAStep,
    #[error("only AWS KMS knows the key of {0}, and this command does not ask it")]
    AliasOffline(String),
    #[error("--shard and --report are for many files: neither -r nor --files0-from was given")]
    ShardOfOneFile,
    #[error("{failed} of {all} files failed")]
    SomeFailed { failed: usize, all: usize, exit: Exit },
}

/// How the path of a key file was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFileChoice {
    /// By -o.
    OnCommandLine,
    /// It is the default path.
    ByDefault,
}

impl CommandFault {
    pub fn exit(&self) -> Exit {
        match self {
            Self::CiphertextToTerminal { .. }
            | Self::ValueOnCommandLine
            | Self::NothingNamed
            | Self::NotToReplace { .. }
            | Self::KeyAmongInputs { .. }
            | Self::SplitKey(_)
            | Self::StandardInputAmongFiles
            | Self::AsSops(_)
            | Self::AliasOffline(_)
            | Self::NotInAStep
            | Self::ShardOfOneFile
            | Self::EditorVariable { .. } => Exit::Usage,
            Self::BinaryToTerminal { .. } | Self::NoLocalKey { .. } | Self::NoEditor | Self::EditorNotFound(_) => {
                Exit::Failed
            }
            Self::CommandNotFound(_) => Exit::NotFound,
            Self::CommandNotExecutable { .. } => Exit::NotExecutable,
            Self::LocalKeyExists { .. } => Exit::WouldOverwrite,
            Self::SomeFailed { exit, .. } => *exit,
        }
    }
}

impl From<CommandFault> for Cause {
    fn from(fault: CommandFault) -> Self {
        Self::of_caller(Class::Failed, fault)
    }
}

/// Failures with an exit code.
pub trait HasExit {
    fn exit(&self) -> Exit;
}

impl HasExit for Failure {
    fn exit(&self) -> Exit {
        if let Some(fault) = self.cause.caller_fault::<CommandFault>() {
            return fault.exit();
        }
        if let Cause::NotSaved { why, .. } | Cause::EditsLost { why, .. } | Cause::UploadKept { why, .. } = &self.cause
        {
            return why.exit();
        }
        if matches!(&self.cause, Cause::Library(Error::Write(error)) if error.kind() == ErrorKind::BrokenPipe) {
            return Exit::BrokenPipe;
        }
        if matches!(&self.cause, Cause::Git(fault) if fault.is_finding()) {
            return Exit::Problems;
        }
        match self.class() {
            Class::Failed => Exit::Failed,
            Class::Usage => Exit::Usage,
            Class::NotAuthentic => Exit::NotAuthentic,
            Class::NoKey => Exit::NoKey,
            Class::KeyService => Exit::KeyService,
            Class::WouldOverwrite => Exit::WouldOverwrite,
            Class::Interrupted => Exit::Interrupted,
        }
    }
}
