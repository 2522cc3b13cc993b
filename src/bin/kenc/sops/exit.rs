//! Why a command of sops stops, and the exit code with which sops would.

use std::io::ErrorKind;

use kenc::error::{DocumentError, Error};

use crate::failure::{Cause, Failure};
use crate::report::Reporter;

/// The exit codes of sops.
pub mod code {
    pub const FAILED: u8 = 1;
    pub const CANNOT_READ: u8 = 2;
    pub const CANNOT_WRITE: u8 = 3;
    pub const CANNOT_EXPRESS: u8 = 4;
    pub const CONTEXT_FORMAT: u8 = 6;
    pub const SET_FORMAT: u8 = 7;
    pub const CONFLICT: u8 = 8;
    pub const CANNOT_ENCRYPT: u8 = 23;
    pub const CANNOT_DECRYPT: u8 = 25;
    pub const KEYS_OF_NO_FILE: u8 = 49;
    pub const WRONG_MAC: u8 = 51;
    pub const INTERRUPTED: u8 = 85;
    pub const PATH_FORMAT: u8 = 91;
    pub const NO_DOCUMENT: u8 = 92;
    pub const NO_FILE: u8 = 100;
    pub const KIND_TWICE: u8 = 112;
    pub const NO_KEY: u8 = 128;
    pub const NOT_CHANGED: u8 = 200;
    pub const NO_EDITOR: u8 = 201;
    pub const ENCRYPTED_ALREADY: u8 = 203;
}

/// The end of a command that could not do what was asked.
pub struct Stop {
    failure: Failure,
    code: u8,
}

impl Stop {
    pub fn new(code: u8, sentence: impl Into<String>) -> Self {
        Self { failure: Cause::AsSops(sentence.into()).into(), code }
    }

    /// The same with another exit code.
    pub fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Reports it. Returns the exit code.
    pub fn report(&self, reporter: &Reporter) -> u8 {
        reporter.failure(&self.failure);
        self.code
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let code = match &failure.cause {
            Cause::Library(error) => code_of(error),
            _ => code::FAILED,
        };
        Self { failure, code }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<DocumentError> for Stop {
    fn from(error: DocumentError) -> Self {
        Error::from(error).into()
    }
}

fn code_of(error: &Error) -> u8 {
    match error {
        Error::Document(error) => match error {
            DocumentError::WrongMac | DocumentError::MissingMac | DocumentError::BrokenSeal(_) => code::WRONG_MAC,
            DocumentError::DamagedValue { .. }
            | DocumentError::ValueNotAuthentic { .. }
            | DocumentError::InTheClear { .. } => code::CANNOT_DECRYPT,
            DocumentError::AlreadyEncrypted
            | DocumentError::ForeignSopsKey(_)
            | DocumentError::ValueAlreadyEncrypted { .. } => code::ENCRYPTED_ALREADY,
            DocumentError::NothingSelected(_) => code::CANNOT_ENCRYPT,
            DocumentError::CannotCarry { .. } => code::CANNOT_EXPRESS,
            DocumentError::Syntax { .. } => code::CANNOT_READ,
            _ => code::FAILED,
        },
        Error::NoKeyOpens { .. } | Error::TooFewGroups { .. } => code::NO_KEY,
        Error::Read(_) => code::CANNOT_READ,
        Error::Io { action, source } if action.starts_with("read") || action.starts_with("open") => {
            if source.kind() == ErrorKind::NotFound { code::NO_FILE } else { code::CANNOT_READ }
        }
        Error::Write(_) | Error::Io { .. } => code::CANNOT_WRITE,
        Error::Interrupted => code::INTERRUPTED,
        _ => code::FAILED,
    }
}
