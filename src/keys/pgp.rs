//! PGP keys of documents, through the user's own `gpg`: its keyring, its agent and its way to ask for passphrases.

pub(super) mod fingerprint;
pub(super) mod gpg;
pub(super) mod provider;

pub use self::fingerprint::{PGP, PgpFingerprint};
