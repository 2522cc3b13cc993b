//! The MAC that sops knows: a digest over the plaintext of the values, in the order of the document.

use zeroize::Zeroizing;

use super::value::Value;
use crate::crypto::digest::PlaintextDigest;

/// What the digest begins with when only encrypted values count, so that it is never that of all values.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Which values count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacScope {
    /// All of them.
    #[default]
    All,
    /// Those that are encrypted: the others may be changed by anybody.
    OnlyEncrypted,
}

/// A MAC in the making.
pub(crate) struct Mac {
    digest: PlaintextDigest,
    scope: MacScope,
}

impl Mac {
    pub(crate) fn new(scope: MacScope) -> Self {
        let mut digest = PlaintextDigest::default();
        if scope == MacScope::OnlyEncrypted {
            digest.update(&ONLY_ENCRYPTED);
        }
        Self { digest, scope }
    }

    /// Takes the next value in.
    pub(crate) fn add(&mut self, value: &Value, is_selected: bool) {
        if is_selected || self.scope == MacScope::All {
            self.digest.update(&value.plaintext());
        }
    }

    /// The MAC as it is encrypted and stored.
    pub(crate) fn finish(self) -> Zeroizing<String> {
        self.digest.finish()
    }
}
