//! age: recipients and identities (X25519 and ssh), and passphrases. The wrapped key is an age v1 file.

pub(super) mod armor;
mod file;
pub(super) mod identities;
pub(super) mod passphrase;
pub(super) mod provider;
pub(super) mod recipient;
pub(super) mod slot;
pub(super) mod wrap;

pub use self::identities::{Identities, recipient_of_file};
pub use self::recipient::{AgeRecipient, NewIdentity};
pub use self::slot::AGE;
pub use super::passphrase::PassphraseSource;
