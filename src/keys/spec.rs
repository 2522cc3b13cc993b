//! A wrapping key, as a word names it.

use std::fmt;

/// A wrapping key, as a word names it: `arn:aws:kms:…`, `alias/NAME`, `age1…`, `passphrase:`, `pgp:FINGERPRINT`.
///
/// A word is read with [`str::parse`], by the provider whose form it has. [`KeySpec::names`] tells whether it means the key of
/// a wrapped key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeySpec {
    provider: &'static str,
    /// In the one spelling that the provider gives it.
    word: String,
}

impl KeySpec {
    /// What a provider makes of a word of its own.
    pub(in crate::keys) fn new(provider: &'static str, word: String) -> Self {
        Self { provider, word }
    }

    /// The name of the provider, as slots have it.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The word, in the one spelling that its provider gives it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.word
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)
    }
}
