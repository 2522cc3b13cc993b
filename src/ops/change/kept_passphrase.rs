//! The passphrase of a file for its successor.

use age::secrecy::SecretString;

use crate::error::Result;
use crate::keys::{MfaPrompt, PassphraseSource};

/// Gives the passphrase that opened a file where a new one is wanted.
pub(in crate::ops) struct KeptPassphrase<'a>(pub(in crate::ops) &'a dyn PassphraseSource);

impl PassphraseSource for KeptPassphrase<'_> {
    fn passphrase(&self, subject: &str) -> Result<SecretString> {
        self.0.passphrase(subject)
    }

    fn new_passphrase(&self) -> Result<SecretString> {
        self.0.passphrase("the file")
    }

    fn must_be_typed(&self) -> bool {
        self.0.must_be_typed()
    }

    fn tell(&self, program: &str, message: &str) {
        self.0.tell(program, message);
    }

    fn confirm(&self, program: &str, question: &str, words: (&str, Option<&str>)) -> Option<bool> {
        self.0.confirm(program, question, words)
    }

    fn line(&self, program: &str, question: &str) -> Option<String> {
        self.0.line(program, question)
    }

    fn secret(&self, program: &str, question: &str) -> Option<SecretString> {
        self.0.secret(program, question)
    }

    fn mfa_code(&self, prompt: &MfaPrompt) -> Result<SecretString, String> {
        self.0.mfa_code(prompt)
    }
}
