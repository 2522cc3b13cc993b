//! age: recipients and identities (X25519, post-quantum, ssh, and those of plugins), and passphrases. The wrapped key is an age
//! v1 file.

pub(super) mod armor;
mod file;
pub(crate) mod file_key;
pub(super) mod identities;
mod lines;
pub(super) mod passphrase;
mod plugin;
mod post_quantum;
pub(super) mod provider;
pub(super) mod recipient;
pub(super) mod slot;
mod sought;
pub(crate) mod stanza_text;
pub(super) mod wrap;

pub use self::identities::{Identities, recipient_of_file};
pub use self::recipient::{AgeRecipient, IdentityKind, NewIdentity};
pub use self::slot::AGE;
pub use super::passphrase::PassphraseSource;
