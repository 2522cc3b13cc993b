//! The exit codes.

use std::process::ExitCode;

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
    /// The reader of the output has ended.
    BrokenPipe,
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
            // What a shell reports for a program that SIGPIPE ended.
            Self::BrokenPipe => 141,
            Self::Interrupted => crate::signals::exit_code(),
            // To git, 1 to 128 mean conflicts, and higher codes a failure: it stops, and marks nothing as merged. 130
            // is an interruption.
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
