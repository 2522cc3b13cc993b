//! What can be wrong with a config document.

use std::fmt;

use super::class::Class;

/// A document cannot be used, or what was asked for cannot be done with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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
    #[error("{notation} cannot hold {what}")]
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
    #[error("the changed document does not read back as intended: {0}")]
    NotAsMeant(String),
    /// It is too long to be a config file.
    #[error("the document is longer than {limit} bytes, the limit for config files")]
    TooLong {
        /// The longest that is read, in bytes.
        limit: u64,
    },
    /// It has more parts than a config file has.
    #[error("{at}: more than {limit} {what}, the limit for config files")]
    TooMany {
        /// Where the first one beyond the limit is.
        at: At,
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// It has no metadata of sops.
    #[error("this is not an encrypted document")]
    NotEncrypted,
    /// It has metadata of sops, and should have none.
    #[error("this document is already encrypted")]
    AlreadyEncrypted,
    /// A value is an encrypted one, in a document that should be in the clear.
    #[error("{at}: `{path}` is already an encrypted value")]
    ValueAlreadyEncrypted {
        /// Where.
        at: At,
        /// Its path.
        path: String,
    },
    /// It has a `sops` key that is not metadata.
    #[error("the key `sops` holds something other than sops metadata: {0}")]
    ForeignSopsKey(String),
    /// Its metadata cannot be used.
    #[error("the sops metadata is damaged: {0}")]
    Metadata(String),
    /// It has more than one rule for which values are encrypted.
    #[error("the document has several encryption rules: {}", .0.join(", "))]
    SeveralRules(Vec<&'static str>),
    /// A rule cannot be used.
    #[error("the rule {name} cannot be used: {fault}")]
    UnusableRule {
        /// The name of the rule, as metadata and configs have it.
        name: &'static str,
        /// What is wrong with it.
        fault: String,
    },
    /// The rule selects nothing: all would stay in the clear.
    #[error("{0} selects no value, so everything would stay in plaintext")]
    NothingSelected(String),
    /// A comment could not be told from one that is not to be encrypted, once it were encrypted.
    #[error("{at}: the encrypted comment would match {rule}, so it could not be decrypted again")]
    CommentMatchesRule {
        /// Where.
        at: At,
        /// The name of the rule.
        rule: &'static str,
    },
    /// A value that is to be encrypted by the document's own rule stands in the clear.
    #[error("{at}: `{path}` is in plaintext, but the document's rule selects it for encryption{}", and_others(*.others))]
    InTheClear {
        /// Where the first one is.
        at: At,
        /// Its path.
        path: String,
        /// How many others there are.
        others: usize,
    },
    /// An encrypted value has not the form of one.
    #[error("{at}: the encrypted value of `{path}` is damaged: {fault}")]
    DamagedValue {
        /// Where.
        at: At,
        /// Its path.
        path: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// An encrypted value is not authentic at its place.
    #[error("{at}: the value of `{path}` is not authentic: it was changed, or moved here from another key or file")]
    ValueNotAuthentic {
        /// Where.
        at: At,
        /// Its path.
        path: String,
    },
    /// It has no MAC.
    #[error("the MAC is missing: values may have been added, removed or moved")]
    MissingMac,
    /// The MAC is not that of the values.
    #[error("MAC mismatch: a value was added, removed, moved or changed")]
    WrongMac,
    /// The MAC itself does not authenticate.
    #[error("the key opened the document, but its MAC does not decrypt: `mac` or `lastmodified` was edited or damaged")]
    MacNotAuthentic,
    /// The seal is missing where one belongs, or is not that of the document.
    #[error("{0}")]
    BrokenSeal(SealFault),
    /// It has no seal, and one is demanded.
    #[error(
        "a seal is required, but the document has none: kenc never sealed it, or another tool has encrypted it since"
    )]
    NoSeal,
    /// A value has the versions of two sides of a merge, and nobody has chosen one.
    #[error("{at}: the merge of `{path}` is not resolved")]
    Unresolved {
        /// Where.
        at: At,
        /// The path of the value.
        path: String,
    },
    /// A change would leave another value in the clear that was encrypted.
    #[error("this would leave `{path}` in plaintext, which is encrypted now")]
    WouldBeInTheClear {
        /// Its path.
        path: String,
    },
    /// What an alias stands for would go.
    #[error("{at}: this alias refers to a value that would be removed")]
    AliasOfIt {
        /// Where the alias is.
        at: At,
    },
    /// A merge would leave a value in the clear that one side has encrypted.
    #[error("the merge would leave `{path}` in plaintext, which one side has encrypted")]
    WouldExpose {
        /// Its path.
        path: String,
    },
    /// Two versions cannot be merged into a document.
    #[error("the versions cannot be merged: {0}")]
    Unmergeable(&'static str),
    /// The shares that the key groups gave do not make the data key.
    #[error("the shares of the key groups do not combine to the data key")]
    SharesDoNotFit,
    /// The threshold cannot be.
    #[error("a threshold of {threshold} is impossible with {groups} key groups")]
    Threshold {
        /// How many groups were to be needed.
        threshold: usize,
        /// How many there are.
        groups: usize,
    },
    /// It has several groups of keys, and it was not said which one is to change.
    #[error("the document has {0} key groups: name the one to change")]
    SeveralGroups(usize),
    /// It has no such group of keys.
    #[error("the document has no key group {number}: it has {}", if *.groups == 1 { "one".to_owned() } else { groups.to_string() })]
    NoSuchGroup {
        /// The one that was named, from 1.
        number: usize,
        /// How many there are.
        groups: usize,
    },
    /// A key of the document would have to wrap anew, and kenc cannot have it do so.
    #[error("kenc cannot wrap a data key under {key}, which the document lists in {list}")]
    CannotRewrap {
        /// The name of the key.
        key: String,
        /// The list that it is in.
        list: String,
    },
}

impl DocumentError {
    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::InTheClear { .. }
            | Self::DamagedValue { .. }
            | Self::ValueNotAuthentic { .. }
            | Self::MissingMac
            | Self::WrongMac
            | Self::MacNotAuthentic
            | Self::BrokenSeal(_)
            | Self::NoSeal
            | Self::Metadata(_)
            | Self::SharesDoNotFit => Class::NotAuthentic,
            Self::UnusableRule { .. } | Self::Threshold { .. } | Self::SeveralGroups(_) | Self::NoSuchGroup { .. } => {
                Class::Usage
            }
            Self::AlreadyEncrypted => Class::WouldOverwrite,
            Self::Syntax { .. }
            | Self::Refused { .. }
            | Self::NotAsMeant(_)
            | Self::TooLong { .. }
            | Self::TooMany { .. }
            | Self::NotEncrypted
            | Self::ValueAlreadyEncrypted { .. }
            | Self::ForeignSopsKey(_)
            | Self::SeveralRules(_)
            | Self::NothingSelected(_)
            | Self::CommentMatchesRule { .. }
            | Self::CannotCarry { .. }
            | Self::Path { .. }
            | Self::Unresolved { .. }
            | Self::WouldExpose { .. }
            | Self::WouldBeInTheClear { .. }
            | Self::AliasOfIt { .. }
            | Self::Unmergeable(_)
            | Self::CannotRewrap { .. } => Class::Failed,
        }
    }
}

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFault {
    /// The document was sealed, and has no seal.
    #[error("the seal is missing: it was removed, or another tool changed the recipients, as `sops updatekeys` does")]
    Removed,
    /// The seal is that of something else.
    #[error(
        "the seal does not match: the text, the rule or the recipients were changed, by hand or by a tool such as a formatter"
    )]
    Wrong,
    /// There is one, and the document was not sealed when it was last encrypted.
    #[error("the seal was not made for this document: it was not sealed when it was last encrypted")]
    Unexpected,
    /// It has another form.
    #[error("this version of kenc cannot read the form of the seal")]
    Unknown,
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

fn and_others(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", and so is another value".to_owned(),
        count => format!(", and so are {count} others"),
    }
}
