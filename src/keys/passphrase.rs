//! Who is asked for passphrases.

use ::age::secrecy::SecretString;

use crate::error::Result;

/// Who is asked for a passphrase, perhaps by several threads.
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
}
