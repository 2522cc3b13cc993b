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
    /// It would have to be fetched from the network.
    #[error("`{0}` would be fetched from the network, and whoever answers would choose who can decrypt")]
    Remote(String),
    /// A line in a list of keys is none.
    #[error("{path}, line {line}: {fault}")]
    InList {
        /// The list.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with the line.
        fault: Box<KeyWordError>,
    },
    /// A list of keys has none.
    #[error("the list of keys {0} has no key")]
    EmptyList(String),
    /// A list of keys is too long.
    #[error("the list of keys {0} is longer than 1 MiB")]
    LongList(String),
}
