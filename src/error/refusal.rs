//! Why keys did not wrap or unwrap, and what became of the groups of keys that a document has.

use std::path::PathBuf;

use super::class::Verdict;
use super::kms::{KmsRefusal, KmsRefusalKind};
use super::pgp::PgpRefusal;
use super::plugin::PluginRefusal;

/// Why one wrapped key could not be unwrapped, or one key could not wrap.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRefusal {
    /// AWS KMS refused, or could not be reached.
    #[error(transparent)]
    AwsKms(#[from] Box<KmsRefusal>),
    /// `gpg` refused, or could not be run.
    #[error(transparent)]
    Pgp(#[from] PgpRefusal),
    /// The plugin of an age recipient or identity refused, or could not be run.
    #[error(transparent)]
    AgePlugin(#[from] PluginRefusal),
    /// It is kept by a service that kenc does not ask.
    #[error("kenc does not support {0}")]
    OtherService(&'static str),
    /// There is no identity for the recipient.
    #[error("no matching identity in {}", .searched.join(", "))]
    NoIdentity {
        /// Where identities were looked for.
        searched: Vec<String>,
    },
    /// The passphrase is not the one.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// There was no passphrase to try.
    #[error("no passphrase: {0}")]
    NoPassphrase(String),
    /// The slot is damaged, or asks for what kenc does not do.
    #[error("{0}")]
    Damaged(String),
    /// The unwrapped key has not 32 bytes, or is not the one that the payload commits to.
    #[error("what it unwrapped is not the data key of this file: the file was edited or damaged")]
    AnotherDataKey,
    /// Nobody said in which file a raw key is.
    #[error("the file of this raw key is not known")]
    NoKeyFile,
    /// The file of a raw key cannot be used.
    #[error("{}: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; never its content.
        reason: String,
    },
    /// The key was left out by the caller's own restriction.
    #[error("not tried: -k does not name it")]
    NotAmongGiven,
    /// The key is not among those that a header may name.
    #[error("not contacted: it is not in `trusted_keys` of the config")]
    NotTrusted,
    /// The file has more passphrases than are tried.
    #[error("not tried: kenc tries at most {limit} passphrases per file")]
    TooManyPassphrases {
        /// How many are tried.
        limit: usize,
    },
    /// Others that were asked before it have used up the time.
    #[error("not contacted: keys that did not answer used up the {limit:?} for all keys")]
    NotAsked {
        /// The time for all.
        limit: std::time::Duration,
    },
    /// Nobody asked for the file to be opened, and its account, role or profile is not one that the user has named.
    #[error("not contacted: only the file names its account, role or profile")]
    NotNamed,
    /// It is an alias, and no key service may be asked what it means.
    #[error("not looked up: kenc was told to use no keys")]
    NotLookedUp,
    /// The provider is not known to this version.
    #[error("this version of kenc does not know the key provider `{0}`")]
    UnknownProvider(String),
}

impl KeyRefusal {
    /// Whether the caller has not the permission.
    #[must_use]
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::AwsKms(refusal) if refusal.kind == KmsRefusalKind::Denied)
    }

    /// Whether nobody answered, so that it is not known how long others would take to do so.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        use KmsRefusalKind::{Network, ServiceFault, TimedOut};
        matches!(self, Self::AwsKms(refusal) if matches!(refusal.kind, Network | ServiceFault | TimedOut))
    }

    /// What this refusal means for the whole.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::AwsKms(refusal) => refusal.kind.verdict(),
            Self::Pgp(refusal) => refusal.verdict(),
            Self::AgePlugin(refusal) => refusal.verdict(),
            Self::OtherService(_)
            | Self::NoIdentity { .. }
            | Self::WrongPassphrase
            | Self::NoPassphrase(_)
            | Self::NoKeyFile
            | Self::KeyFile { .. }
            | Self::NotAmongGiven
            | Self::NotTrusted
            | Self::TooManyPassphrases { .. }
            | Self::NotNamed
            | Self::NotLookedUp
            | Self::UnknownProvider(_) => Verdict::No,
            Self::NotAsked { .. } => Verdict::Unavailable,
            Self::Damaged(_) | Self::AnotherDataKey => Verdict::Damaged,
        }
    }
}

/// One wrapped key that was tried, and why it did not open.
#[derive(Clone, Debug)]
pub struct KeyAttempt {
    /// Position of the slot, from 0.
    pub slot: usize,
    /// Provider of the slot.
    pub provider: String,
    /// Key id of the slot.
    pub key_id: String,
    /// Why it did not open.
    pub refusal: KeyRefusal,
}

/// What became of one group.
#[derive(Clone, Debug)]
pub struct GroupOutcome {
    /// Whether it gave its share.
    pub is_open: bool,
    /// The keys that were tried and did not open.
    pub attempts: Vec<KeyAttempt>,
}
