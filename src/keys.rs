//! Wrapping keys: what the words for them mean, and how a data key is wrapped under several and unwrapped by any.

mod access;
pub mod age;
pub mod aws_kms;
mod check;
pub mod groups;
mod keyring;
pub mod memory;
mod passphrase;
pub mod pgp;
mod race;
pub mod rewrap;
mod spec;
mod trust;
mod unwrap;
mod vouch;
mod wrapped;

pub use self::age::{AgeRecipient, Identities, NewIdentity, PassphraseSource};
pub use self::aws_kms::{AwsKms, KmsKey, KmsSettings};
pub use self::check::{AgeKeyCheck, KeyCheck, KeyToCheck, SilentRegions};
pub use self::groups::{GroupSlot, KmsAccess, WrappingKey};
pub use self::keyring::Keyring;
pub use self::memory::Memory;
pub use self::pgp::PgpFingerprint;
pub use self::rewrap::{KeyChange, Rewrapped, Rewrapper, Way};
pub use self::spec::KeySpec;
pub use self::trust::{KnownAccess, TrustedKeys};
pub use self::vouch::{NamedKey, Vouchers};
pub use self::wrapped::{AGE, AWS_KMS, PGP, WrappedKey};
pub use crate::error::{
    GroupOutcome, KeyAttempt, KeyRefusal, KeyWordError, KmsRefusal, KmsRefusalKind, PgpRefusal, ReEncryptRefusal,
};
