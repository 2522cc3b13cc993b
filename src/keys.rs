//! Wrapping keys: what the words for them mean, and how a data key is wrapped under several and unwrapped by any.
//!
//! A provider has a folder of its own here, a line in the registry, and a line in this list:
//!
//! - [`aws_kms`]: keys of AWS KMS (`arn:aws:kms:…`, `alias/NAME`, a key id)
//! - [`age`]: recipients of age and ssh keys (`age1…`, `ssh-ed25519 …`), and passphrases (`passphrase:`)
//! - [`pgp`]: PGP keys of documents, through `gpg` (`pgp:FINGERPRINT`)
//! - `toy`: for tests only (`toy:NAME`)

mod access;
pub mod age;
pub mod aws_kms;
mod cache;
mod check;
mod cost;
mod credentials;
mod finding;
pub mod groups;
mod key_match;
mod keyring;
mod passphrase;
pub mod pgp;
pub(crate) mod provider;
mod race;
pub mod raw;
pub(crate) mod registry;
pub mod rewrap;
mod spec;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy;
mod trust;
mod unwrap;
mod vouch;
mod wrap;
mod wrapped;

pub(crate) use self::age::file_key;
pub use self::age::{AGE, AgeRecipient, Identities, IdentityKind, NewIdentity, PassphraseSource};
pub use self::aws_kms::{AWS_KMS, AwsKms, KmsKey, KmsSettings};
pub use self::cache::Cache;
pub use self::finding::{AgeKeyCheck, KeyCheck, KeyFinding, KeyToCheck};
pub use self::groups::{GroupSlot, KmsAccess, WrappingKey};
pub use self::key_match::KeyMatch;
pub use self::keyring::Keyring;
pub use self::passphrase::MfaPrompt;
pub(crate) use self::passphrase::NobodyToAsk;
pub use self::pgp::{PGP, PgpFingerprint};
pub use self::raw::{RAW_AES, RAW_RSA};
pub use self::rewrap::{AliasLookup, KeyChange, Rewrapped, Rewrapper, SuccessorKeys, SuccessorPassphrase, Way};
pub use self::spec::KeySpec;
pub use self::trust::{KnownAccess, TrustedKeys};
pub use self::vouch::{NamedKey, Vouchers};
pub use self::wrapped::{WrappedKey, WrappedKeyDigest};
pub use crate::error::{
    GroupOutcome, KeyAttempt, KeyRefusal, KeyWordError, KmsRefusal, KmsRefusalKind, PgpRefusal, PluginRefusal,
    ReEncryptRefusal,
};
