//! What can be wrong with a config file.

use std::path::{Path, PathBuf};

use super::context::ContextError;
use super::key_word::KeyWordError;

/// A config file cannot be used, or says nothing for what is to be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {fault}", path.display(), at_line(*.line))]
pub struct ConfigError {
    /// The config file.
    pub path: PathBuf,
    /// The line, from 1, where there is one.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: ConfigFault,
}

/// What is wrong with a config file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFault {
    /// It is not there, or the system does not let us read it.
    #[error("the config cannot be read: {0}")]
    Unreadable(String),
    /// It has more bytes than a config can need.
    #[error("the config has more than {0} bytes")]
    TooLong(u64),
    /// Somebody else put it into a folder where everybody may write.
    #[error("the config belongs to another user and is in a world-writable folder")]
    Planted,
    /// Somebody else can write it, and so decide which keys files are encrypted under.
    #[error("the config is not used: {0}")]
    WritableByOthers(&'static str),
    /// It is not well-formed YAML, or uses what configs have no use for.
    #[error("{0}")]
    Syntax(String),
    /// It has more values than a config can need, those that its aliases repeat included, or nests them too deeply.
    #[error("the config has too many values, or nests them too deeply")]
    TooMuch,
    /// A field that does not exist.
    #[error("`{field}` is not a field of {place}")]
    UnknownField {
        /// The field.
        field: String,
        /// The part of the config, as it reads after "no field of".
        place: &'static str,
        /// The field that was meant, probably.
        similar: Option<&'static str>,
    },
    /// A part of the config is not made of fields.
    #[error("{0} must be a mapping of fields")]
    NotFields(&'static str),
    /// A field holds another kind of value.
    #[error("`{field}` must be {wanted}")]
    WrongKind {
        /// The field.
        field: String,
        /// What it must be.
        wanted: String,
    },
    /// A regular expression is none.
    #[error("the regular expression in `{field}` cannot be used: {fault}")]
    Pattern {
        /// The field.
        field: &'static str,
        /// Why not.
        fault: String,
    },
    /// A rule says twice which values are encrypted.
    #[error("a rule can have `{first}` or `{second}`, not both")]
    TwoSelections {
        /// One field.
        first: &'static str,
        /// Another field.
        second: &'static str,
    },
    /// A rule gives its keys twice.
    #[error("a rule can have `key_groups` or keys of its own such as `{0}`, not both")]
    GroupsAndKeys(&'static str),
    /// A rule says nothing at all.
    #[error("the rule is empty")]
    EmptyRule,
    /// The rule for a file names no keys.
    #[error("the rule names no key")]
    NoKeyInRule,
    /// A key group of a rule is empty.
    #[error("a key group of the rule names no key")]
    EmptyGroup,
    /// More groups must agree than there are.
    #[error("`shamir_threshold` is {threshold}, but the rule has {groups} key groups")]
    Threshold {
        /// What the rule says.
        threshold: i64,
        /// How many groups it has.
        groups: usize,
    },
    /// A word that should name a key does not.
    #[error(transparent)]
    KeyWord(#[from] KeyWordError),
    /// A key of another kind than the field is for.
    #[error("`{word}` is not {wanted}")]
    KeyOfAnotherKind {
        /// The word.
        word: String,
        /// What belongs there.
        wanted: &'static str,
    },
    /// A PGP key that is not named by its fingerprint.
    #[error("the rule names the PGP key `{0}`, which is not a fingerprint")]
    NotAFingerprint(String),
    /// A key of a service that kenc does not use.
    #[error("the rule names the key `{id}` in `{field}`, and kenc does not support that key service")]
    KeyOfOtherService {
        /// The field.
        field: &'static str,
        /// The key.
        id: String,
    },
    /// A name that `keys` does not have.
    #[error("`keys` has no `{0}`")]
    UnknownName(String),
    /// A name stands for another name.
    #[error("`{0}` must be a key, not another name")]
    NameOfName(String),
    /// A context cannot be used.
    #[error(transparent)]
    Context(#[from] ContextError),
    /// A pair of a rule or of the command line contradicts one of the config.
    #[error("encryption context conflict: the config has {key}={ours}, {giver} {key}={given}")]
    ContextConflict {
        /// Where the other value is, and a verb: "-c gives" or "the rule has".
        giver: &'static str,
        /// The key.
        key: Box<str>,
        /// The value of the config.
        ours: Box<str>,
        /// The value that was given.
        given: Box<str>,
    },
    /// A pattern of `trusted_keys` is none.
    #[error("`{0}` in `trusted_keys` is not an ARN, account or recipient")]
    TrustedKey(String),
    /// No rule is for the file.
    #[error("no rule matches {0}")]
    NoRule(String),
    /// The rule asks for what cannot be done with a whole file.
    #[error("the rule for {file} cannot encrypt a whole file: {reason}")]
    NotForWholeFile {
        /// The file.
        file: String,
        /// Why not.
        reason: WholeFileFault,
    },
}

/// Why a rule for config documents cannot be used for a whole file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WholeFileFault {
    /// Its groups share the data key.
    #[error("it has several key groups")]
    Groups,
    /// A kind of key that only documents have.
    #[error("it names the {kind} key {id}")]
    Kind {
        /// The field of the key.
        kind: &'static str,
        /// The key.
        id: String,
    },
    /// A context that belongs to one key.
    #[error("the key {0} has its own encryption context")]
    KeyContext(String),
    /// It is not for whole files.
    #[error("its format is `{0}`")]
    Format(&'static str),
}

impl ConfigError {
    /// A fault at a line, or of the whole file.
    #[must_use]
    pub fn new(path: &Path, line: impl Into<Option<u64>>, fault: impl Into<ConfigFault>) -> Self {
        Self { path: path.to_owned(), line: line.into(), fault: fault.into() }
    }
}

fn at_line(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}
