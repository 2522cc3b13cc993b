//! How slots name what age wrapped.

use crate::keys::wrapped::{AGE, WrappedKey};

/// Key id of a data key that is wrapped under a passphrase.
pub(super) const SCRYPT: &str = "scrypt";

pub(in crate::keys) fn is_passphrase(key: &WrappedKey) -> bool {
    key.provider == AGE && key.key_id == SCRYPT
}
