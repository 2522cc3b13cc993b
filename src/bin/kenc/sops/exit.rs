//! Failures of sops commands, with the exit codes of sops.

use std::path::Path;

use kenc::error::{DocumentError, Error};

use crate::failure::{Cause, CommandFault, Failure};
use crate::report::{Reporter, hints, quoted};

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

/// The message if the rule for a file has no keys.
pub const NO_KEY_OF_RULE: &str = "Could not generate data key: [empty key group provided]";

/// The failure of a command.
pub struct SopsStop {
    failure: Box<Failure>,
    code: u8,
    hint: Option<String>,
}

impl SopsStop {
    pub fn new(code: u8, sentence: impl Into<String>) -> Self {
        Self { failure: Box::new(CommandFault::AsSops(sentence.into()).into()), code, hint: None }
    }

    /// The same with another exit code.
    pub fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// The same with a hint.
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same with another code, if the file could not be parsed. sops has one for encrypted files, and another for
    /// decrypted ones.
    pub fn with_code_of_unreadable(self, code: u8) -> Self {
        let is_unreadable = matches!(
            &self.failure.cause,
            Cause::Library(Error::Document(DocumentError::Syntax { .. } | DocumentError::Refused { .. }))
        );
        if is_unreadable { self.with_code(code) } else { self }
    }

    /// The same for a new file, about whose keys sops has another message.
    pub fn of_new_file(self) -> Self {
        match self.failure.cause.caller_fault() {
            Some(CommandFault::AsSops(sentence)) if sentence == NO_KEY_OF_RULE => Self {
                hint: self.hint,
                ..Self::new(
                    code::NO_KEY,
                    "Error encrypting the data key with one or more master keys: [empty key group provided]",
                )
            },
            _ => self,
        }
    }

    /// Reports it. Returns the exit code.
    pub fn report(&self, reporter: &Reporter) -> u8 {
        let hints = match &self.hint {
            Some(hint) => vec![hint.clone()],
            None => hints::of(&self.failure).into_iter().filter(|hint| is_of_sops(hint)).collect(),
        };
        reporter.failure_with(&self.failure, hints);
        self.code
    }
}

/// Whether a hint is useful to somebody who types `sops`: it names no flag that only `kenc` has.
fn is_of_sops(hint: &str) -> bool {
    let quoted = hint.split('`').skip(1).step_by(2);
    let mut of_kenc = quoted.filter(|words| words.starts_with('-'));
    !of_kenc.any(|words| {
        let flag = words.split([' ', '=']).next().unwrap_or_default();
        !super::args::has_flag(flag)
    })
}

impl From<Failure> for SopsStop {
    fn from(failure: Failure) -> Self {
        let code = match &failure.cause {
            Cause::Library(error) => code_of(error),
            Cause::NoDataInTree | Cause::ListAlone | Cause::ValueWithoutText => code::CANNOT_EXPRESS,
            _ => code::FAILED,
        };
        let stop = |cause, hint: String| {
            let failure = Failure { subject: failure.subject.clone(), ..Failure::from(cause) };
            Self { failure: Box::new(failure), code, hint: Some(hint) }
        };
        let name = || failure.subject.clone().unwrap_or_else(|| "FILE".to_owned());
        match &failure.cause {
            // Programs look for this sentence.
            Cause::Library(Error::Document(DocumentError::NotEncrypted)) => {
                let hint = format!("`sops encrypt -i {}` encrypts it", quoted(Path::new(&name())));
                stop(CommandFault::AsSops("sops metadata not found".to_owned()), hint)
            }
            Cause::Library(Error::NoKeyOpens { .. }) => {
                let hint = "name the file with the identity, `export SOPS_AGE_KEY_FILE=FILE`, or use AWS credentials that may use the key".to_owned();
                Self { failure: Box::new(failure), code, hint: Some(hint) }
            }
            Cause::NoDataInTree => {
                let hint = "use `--output-type yaml` or `--output-type json`".to_owned();
                Self { failure: Box::new(failure), code, hint: Some(hint) }
            }
            _ => Self { failure: Box::new(failure), code, hint: None },
        }
    }
}

impl From<Error> for SopsStop {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

impl From<DocumentError> for SopsStop {
    fn from(error: DocumentError) -> Self {
        Error::from(error).into()
    }
}

fn code_of(error: &Error) -> u8 {
    match error {
        Error::Document(error) => match error {
            DocumentError::WrongMac
            | DocumentError::MacNotAuthentic
            | DocumentError::MissingMac
            | DocumentError::BrokenSeal(_) => code::WRONG_MAC,
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
        Error::Io { action, .. } if action.starts_with("read") || action.starts_with("open") => code::CANNOT_READ,
        Error::Write(_) | Error::Io { .. } => code::CANNOT_WRITE,
        Error::Interrupted => code::INTERRUPTED,
        _ => code::FAILED,
    }
}
