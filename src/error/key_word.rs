//! What can be wrong with a word that should name a key.

/// A word that should name a key does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyWordError {
    /// It has the form of no key.
    #[error("`{0}` is not a key")]
    Unknown(String),
    /// It has the form of a key, but something in it is wrong.
    #[error("`{word}` is not a usable key: {fault}")]
    Invalid {
        /// The word.
        word: String,
        /// What is wrong with it.
        fault: String,
    },
    /// It is a secret key, where the public one belongs. The word is not repeated, for it would end in a log.
    #[error("a secret key was given where its recipient belongs")]
    SecretKey,
    /// It is a name that a config could give a key, and no config was found.
    #[error("`@{0}` is a key name, and no config defines it")]
    Name(String),
    /// It is a path, where a key belongs.
    #[error("`{0}` is the path of a file, not a key")]
    Path(String),
}
