//! How slots name what age wrapped.

use crate::keys::wrapped::WrappedKey;

/// Provider name of age recipients and passphrases.
pub const AGE: &str = "age";

/// Key id of a data key that is wrapped under a passphrase.
pub(super) const SCRYPT: &str = "scrypt";

pub(in crate::keys) fn is_passphrase(key: &WrappedKey) -> bool {
    key.provider == AGE && key.key_id == SCRYPT
}
