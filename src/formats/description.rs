//! What is known of an encrypted file without a key, in one shape for all formats.

use crate::keys::WrappedKey;

/// What the head of a file says. Nothing authenticates it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HeadDescription {
    /// Name of the format.
    pub format: &'static str,
    /// What a person calls such a file, as in "kenc file, version 1".
    pub title: &'static str,
    /// Version of the format.
    pub version: u8,
    /// Whether it is written as text.
    pub is_armored: bool,
    /// The cipher of its payload.
    pub cipher: String,
    /// What else is to be said of the cipher, as it reads behind it: `key-committing`.
    pub properties: Vec<&'static str>,
    /// Pairs that are bound to it.
    pub context: Vec<(String, String)>,
    /// Its wrapped keys.
    pub keys: Vec<WrappedKey>,
    /// Length of the head without the salt and commitment of the payload, in bytes.
    pub len: u64,
    /// What only this format has.
    pub details: Vec<Detail>,
    /// How the copies of its wrapped keys were found, in formats that keep two.
    pub copies: Option<CopiesFound>,
}

/// Something that only one format has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Detail {
    /// Its name for programs.
    pub name: &'static str,
    /// It, for programs.
    pub value: serde_json::Value,
    /// It, for people; empty if they need not be told.
    pub text: String,
}

/// How the copies of the wrapped keys were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopiesFound {
    /// Whether there is nothing to repair.
    pub are_whole: bool,
    /// In words, as they read after "but".
    pub text: &'static str,
}

/// What the length of a payload tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PayloadDescription {
    /// Its length in the file, without armor, in bytes.
    pub bytes: u64,
    /// What it is cut into: `chunk`, `frame`.
    pub unit: &'static str,
    /// How many of those there are, and how long the plaintext is; `None` if no payload has this length, so that the file
    /// was cut off.
    pub plaintext: Option<PlaintextSize>,
}

/// The size of a plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlaintextSize {
    /// In bytes.
    pub bytes: u64,
    /// In chunks or frames.
    pub units: u64,
}
