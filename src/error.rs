//! What can go wrong, and the doctrine of errors.
//!
//! - An error says what failed in one sentence, in lower case, without a full stop. It never says what to type next:
//!   that is a hint, and hints belong to the program that knows its own flags.
//! - An error is decided where the fault is seen, and carries the facts (numbers, names), not prose about them.
//! - No error holds a secret, and none holds bytes of an input that was not authenticated.
//! - [`Error::class`] sorts every error into the few kinds that a caller acts on.

pub(crate) mod authentication;
pub(crate) mod class;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod document;
pub(crate) mod format;
pub(crate) mod key_word;
pub(crate) mod kms;
pub(crate) mod object;
pub(crate) mod pgp;
pub(crate) mod plugin;
pub(crate) mod record;
pub(crate) mod refusal;
pub(crate) mod s3_client;

use std::io;
use std::path::PathBuf;

pub use authentication::AuthenticationError;
pub use class::{Class, Verdict};
pub use config::{ConfigError, ConfigFault, WholeFileFault};
pub use context::ContextError;
pub use document::{At, DocumentError, SealFault};
pub use format::{Foreign, FormatError};
pub use key_word::KeyWordError;
pub use kms::{KmsRefusal, KmsRefusalKind, ReEncryptRefusal};
pub use object::{ObjectRefusal, ObjectRefusalKind};
pub use pgp::PgpRefusal;
pub use plugin::PluginRefusal;
pub use record::{RecordFault, RecordFieldFault};
pub use refusal::{GroupOutcome, KeyAttempt, KeyRefusal};
pub use s3_client::S3ClientFault;

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any failure of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is not a well-formed kenc file.
    #[error(transparent)]
    Format(#[from] FormatError),

    /// The input is well formed, but not authentic.
    #[error(transparent)]
    Authentication(#[from] AuthenticationError),

    /// The encryption context cannot be used, or is not the one that was demanded.
    #[error(transparent)]
    Context(#[from] ContextError),

    /// A config document cannot be used.
    #[error(transparent)]
    Document(#[from] DocumentError),

    /// Records cannot be encrypted, or are not authentic.
    #[error(transparent)]
    Record(#[from] RecordFault),

    /// A config file cannot be used, or has no rule for what is to be done.
    #[error(transparent)]
    Config(Box<ConfigError>),

    /// A word that should name a key does not.
    #[error(transparent)]
    KeyWord(#[from] KeyWordError),

    /// None of the wrapped keys could be unwrapped. Every one that was tried is listed with its own reason.
    #[error("no key opens it")]
    NoKeyOpens {
        /// One entry for each wrapped key of the file, in the order in which they were tried.
        attempts: Vec<KeyAttempt>,
    },

    /// Too few key groups of a document gave their share of its data key.
    #[error("{} of the {} key groups opened, and {threshold} are needed", opened(groups), groups.len())]
    TooFewGroups {
        /// How many are needed.
        threshold: usize,
        /// What became of each group, in their order.
        groups: Vec<GroupOutcome>,
    },

    /// A key that can only wrap the data keys of documents was given for something else, or the other way round.
    #[error("{0} can be a key of config documents only, not of whole files")]
    ForDocumentsOnly(String),

    /// A key of messages of the AWS Encryption SDK was given for something else.
    #[error("{0} can be a key of AWS Encryption SDK messages only")]
    ForMessagesOnly(String),

    /// A key that the AWS Encryption SDK does not know was given for one of its messages.
    #[error("{0} cannot be a key of an AWS Encryption SDK message")]
    NotForMessages(String),

    /// A format cannot do what was asked of it.
    #[error("{0}")]
    NotOfFormat(&'static str),

    /// An age file was to bind an encryption context.
    #[error("an age file has no encryption context")]
    NoContextInAgeFile,

    /// A message of the AWS Encryption SDK cannot be encrypted again as it is: new ones store what they are bound to.
    #[error("this message is bound to pairs that it does not store, and kenc writes messages that store all of them")]
    PairsNotStored,

    /// A file with a passphrase and other keys cannot be encrypted again under the same: which of them opened it is not told.
    #[error("a passphrase among other keys cannot be kept when the file is encrypted again")]
    PassphraseAmongKeys,

    /// A message of the AWS Encryption SDK does not commit to its key.
    #[error("this message does not commit to its key: its suite is {0}")]
    Uncommitted(&'static str),

    /// A key that sops does not know was given for a document.
    #[error("{0} cannot be a key of a config document")]
    NotForDocuments(String),

    /// A key that age does not know was given for an age file.
    #[error("{0} cannot be a key of an age file: those are age and ssh recipients, and passphrases")]
    NotForAgeFiles(String),

    /// Keys that resist quantum computers were given together with others.
    #[error(
        "post-quantum and other recipients cannot share an age file: a quantum computer could open it through the others"
    )]
    NotPostQuantum,

    /// A key that must be the only one of an age file was given together with others.
    #[error("{0} must be the only key of an age file")]
    MustStandAlone(String),

    /// It cannot be told which part of an age file is for a recipient.
    #[error("an age file does not name its recipients, and only the identity of {0} can find the one that is its own")]
    RecipientNotFound(String),

    /// It cannot be told for whom parts of an age file are, so that a new file cannot be for the same.
    #[error(
        "an age file does not name its recipients, and {0} of them {have} no identity here",
        have = if *.0 == 1 { "has" } else { "have" }
    )]
    RecipientsUnknown(usize),

    /// A wrapping key refused to wrap the data key.
    #[error("cannot encrypt under {key}: {refusal}")]
    CannotWrap {
        /// The key as the user named it.
        key: String,
        /// Why it refused.
        refusal: Box<KeyRefusal>,
    },

    /// A data key would be wrapped for recipients that only the file names.
    #[error("{} of the file {} not trusted: {}", if keys.len() == 1 { "a key" } else { "keys" }, if keys.len() == 1 { "is" } else { "are" }, keys.join(", "))]
    NotVouchedFor {
        /// The recipients, as messages name them.
        keys: Vec<String>,
    },

    /// No wrapping key was given.
    #[error("no key to encrypt with")]
    NoKeyGiven,

    /// The file would have more passphrases than are tried when it is opened.
    #[error("a file can have at most {0} passphrases")]
    TooManyPassphrases(usize),
    /// Every wrapping key of a file would go.
    #[error("the last key of a file cannot be removed")]
    LastKey,

    /// It cannot be found out which key an alias means.
    #[error("cannot resolve {key}: {refusal}")]
    CannotFindKey {
        /// The alias as the user named it.
        key: String,
        /// Why it cannot.
        refusal: Box<KeyRefusal>,
    },

    /// A file with keys cannot be used.
    #[error("cannot use the key file {}: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never its content.
        reason: String,
    },

    /// A storage of objects refused, or could not be asked.
    #[error(transparent)]
    Object(#[from] Box<ObjectRefusal>),

    /// An object of the Amazon S3 Encryption Client is not opened, or not made.
    #[error(transparent)]
    S3Client(#[from] S3ClientFault),

    /// No passphrase could be had.
    #[error("no passphrase: {0}")]
    Passphrase(String),

    /// The requested plaintext range ends beyond the plaintext.
    #[error("the range {start}..{end} ends beyond the plaintext of {available} bytes")]
    RangeBeyondEnd {
        /// First byte asked for.
        start: u64,
        /// First byte not asked for.
        end: u64,
        /// Length of the plaintext, in bytes.
        available: u64,
    },

    /// An output file is there already.
    #[error("{} already exists", .0.display())]
    WouldOverwrite(PathBuf),

    /// An input changed its length while it was read.
    #[error("the input changed while it was read: it had {expected} bytes at first and {found} at the end")]
    InputChanged {
        /// Length when it was opened, in bytes.
        expected: u64,
        /// Length found later, in bytes.
        found: u64,
    },

    /// An input was written to while it was read.
    #[error("the input was written to while it was read")]
    InputWrittenTo,

    /// A file that is to be replaced is no longer the one that was read.
    #[error("{} was changed by another program in the meantime", .0.display())]
    ChangedMeanwhile(PathBuf),

    /// What replaces a file could not be given one of its attributes.
    #[error("cannot keep {attribute} of {}: {}", path.display(), plain(source))]
    CannotKeep {
        /// The file.
        path: PathBuf,
        /// The attribute: its name, or that it is the access-control list.
        attribute: String,
        /// The reason that the system gave.
        source: io::Error,
    },

    /// A new file has its name, and its folder could not be synced.
    #[error("{} was written, but a power failure could lose it: its folder cannot be synced: {}", path.display(), plain(source))]
    NotSynced {
        /// The file.
        path: PathBuf,
        /// The reason that the system gave.
        source: io::Error,
    },

    /// The work was ended from outside, by a signal.
    #[error("interrupted")]
    Interrupted,

    /// The input cannot be read on.
    #[error("cannot read the input: {}", plain(.0))]
    Read(#[source] io::Error),

    /// The output cannot be written on.
    #[error("cannot write the output: {}", plain(.0))]
    Write(#[source] io::Error),

    /// The operating system refused something else.
    #[error("cannot {action}: {}", plain(source))]
    Io {
        /// What was being done, as it reads after "cannot".
        action: String,
        /// The reason that the system gave.
        source: io::Error,
    },
}

impl Error {
    /// Wraps an I/O error with what was being done, as it reads after "cannot": `read x`, `write y`.
    pub fn io(action: impl Into<String>, source: io::Error) -> Self {
        Self::Io { action: action.into(), source }
    }

    /// An error of an input, or the error of this crate that a reader below passed through it.
    #[must_use]
    pub fn of_read(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self::Read(error),
        }
    }

    /// The kind of failure that this is.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Format(_)
            | Self::Authentication(_)
            | Self::Uncommitted(_)
            | Self::Context(ContextError::Missing { .. } | ContextError::Different { .. }) => Class::NotAuthentic,
            Self::Context(_)
            | Self::KeyWord(_)
            | Self::NoKeyGiven
            | Self::LastKey
            | Self::TooManyPassphrases(_)
            | Self::NotVouchedFor { .. }
            | Self::ForDocumentsOnly(_)
            | Self::ForMessagesOnly(_)
            | Self::NotForMessages(_)
            | Self::NotOfFormat(_)
            | Self::NotForDocuments(_)
            | Self::NotForAgeFiles(_)
            | Self::NotPostQuantum
            | Self::MustStandAlone(_)
            | Self::RecipientNotFound(_)
            | Self::RecipientsUnknown(_)
            | Self::NoContextInAgeFile
            | Self::PairsNotStored
            | Self::PassphraseAmongKeys
            | Self::RangeBeyondEnd { .. } => Class::Usage,
            Self::Config(error) => class_of_config(&error.fault),
            Self::NoKeyOpens { attempts } => class_of_attempts(attempts),
            Self::TooFewGroups { groups, .. } => class_of_attempts(groups.iter().flat_map(|group| &group.attempts)),
            Self::Document(fault) => fault.class(),
            Self::Record(fault) => fault.class(),
            Self::Object(refusal) => refusal.class(),
            Self::S3Client(fault) => fault.class(),
            Self::CannotWrap { .. } | Self::CannotFindKey { .. } => Class::KeyService,
            Self::WouldOverwrite(_) => Class::WouldOverwrite,
            Self::Interrupted => Class::Interrupted,
            Self::KeyFile { .. }
            | Self::Passphrase(_)
            | Self::InputChanged { .. }
            | Self::InputWrittenTo
            | Self::ChangedMeanwhile(_)
            | Self::CannotKeep { .. }
            | Self::NotSynced { .. }
            | Self::Read(_)
            | Self::Write(_)
            | Self::Io { .. } => Class::Failed,
        }
    }
}

/// A config that is right, and only has nothing for what was asked, is a matter of the command line.
fn class_of_config(fault: &ConfigFault) -> Class {
    match fault {
        ConfigFault::NoRule(_)
        | ConfigFault::NoKeyInRule
        | ConfigFault::NotForWholeFile { .. }
        | ConfigFault::ContextConflict { .. }
        | ConfigFault::UnknownName(_) => Class::Usage,
        _ => Class::Failed,
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

/// A key that could not be asked makes the whole a passing fault; a key that could be asked and found its own
/// wrapped key damaged makes it a damaged file; otherwise every key said no.
fn class_of_attempts<'a>(attempts: impl IntoIterator<Item = &'a KeyAttempt>) -> Class {
    let verdicts: Vec<_> = attempts.into_iter().map(|attempt| attempt.refusal.verdict()).collect();
    let any = |wanted| verdicts.contains(&wanted);
    if any(Verdict::Unavailable) {
        Class::KeyService
    } else if any(Verdict::Damaged) {
        Class::NotAuthentic
    } else {
        Class::NoKey
    }
}

fn opened(groups: &[GroupOutcome]) -> usize {
    groups.iter().filter(|group| group.is_open).count()
}

/// The system's reason in lower case and without the number that Rust adds to it.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match (letters.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
