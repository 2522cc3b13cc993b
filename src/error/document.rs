//! What can be wrong with a config document.

use std::fmt;

/// A document cannot be used, or what was asked for cannot be done with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The text is not well formed.
    #[error("{at}: {fault}")]
    Syntax {
        /// Where.
        at: At,
        /// What is wrong there, never with a value in it.
        fault: String,
    },
    /// The text says something that cannot be kept, or that kenc refuses to encrypt.
    #[error("{at}: {fault}")]
    Refused {
        /// Where.
        at: At,
        /// What it is, never with a value in it.
        fault: String,
    },
    /// A notation has no way to say it.
    #[error("{notation} cannot carry {what}")]
    CannotCarry {
        /// The notation, as people call it.
        notation: &'static str,
        /// What it cannot carry.
        what: String,
    },
    /// What was asked for cannot be done at a place in the document.
    #[error("{path}: {fault}")]
    Path {
        /// The place, as people write it.
        path: String,
        /// Why not.
        fault: String,
    },
    /// What was written does not say what it was to say: a bug, found before anything was replaced.
    #[error("the changed document does not read as it should: {0}")]
    NotAsMeant(String),
}

/// A place in a document, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: u64,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
