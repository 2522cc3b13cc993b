//! Who is asked for what only a person knows, and what programs that hold keys ask.

use ::age::secrecy::SecretString;

use crate::error::{Error, Result};

/// Nobody is there to be asked.
pub(crate) struct NobodyToAsk;

impl PassphraseSource for NobodyToAsk {
    fn passphrase(&self, _subject: &str) -> Result<SecretString> {
        self.new_passphrase()
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        Err(Error::Passphrase("nobody can be asked".to_owned()))
    }

    fn must_be_typed(&self) -> bool {
        false
    }
}

/// Who is asked for a passphrase or a code, perhaps by several threads. What age plugins ask is answered with nothing by default.
pub trait PassphraseSource: Sync {
    /// A passphrase to open with, for what `subject` names.
    ///
    /// # Errors
    /// If none can be had, with the reason.
    fn passphrase(&self, subject: &str) -> Result<SecretString>;

    /// A new passphrase to encrypt with.
    ///
    /// # Errors
    /// If none can be had, with the reason.
    fn new_passphrase(&self) -> Result<SecretString>;

    /// Whether a person would have to type it.
    fn must_be_typed(&self) -> bool;

    /// Shows what a program says, such as that a token is to be touched. Its words are not ours.
    fn tell(&self, _program: &str, _message: &str) {}

    /// Has a person answer a question of a program with the word for yes, or the one for no.
    fn confirm(&self, _program: &str, _question: &str, _words: (&str, Option<&str>)) -> Option<bool> {
        None
    }

    /// Has a person answer a question of a program with a line.
    fn line(&self, _program: &str, _question: &str) -> Option<String> {
        None
    }

    /// Has a person answer a question of a program with a secret, such as a PIN. A passphrase of a file is none: wrong ones
    /// can lock a token.
    fn secret(&self, _program: &str, _question: &str) -> Option<SecretString> {
        None
    }

    /// A code that an MFA device shows now. Unless a source has one, roles that need it are not assumed.
    ///
    /// # Errors
    /// If nobody can be asked, with the reason.
    fn mfa_code(&self, prompt: &MfaPrompt) -> Result<SecretString, String> {
        let _ = prompt;
        Err("nobody can be asked for it".to_owned())
    }
}

/// What the code of an MFA device is for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MfaPrompt {
    /// The ARN or the number of the device.
    pub device: String,
    /// The ARN of the role that needs it.
    pub role: String,
    /// The profile of the AWS configuration that names both.
    pub profile: String,
}
