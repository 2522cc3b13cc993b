//! What differs between the raw keys: how a data key is wrapped under the key that a file holds.

use zeroize::Zeroizing;

use crate::context::EncryptionContext;
use crate::keys::spec::KeySpec;

/// How one kind of raw key wraps data keys. `file` is what the file of the key holds, and the error what is wrong with it.
pub(in crate::keys) trait RawCipher: Sync {
    /// Name of the provider.
    const NAME: &'static str;
    /// The same for people.
    const TITLE: &'static str;
    /// How words for such keys begin.
    const PREFIXES: &'static [&'static str];

    /// Wraps a data key under `key`.
    fn wrap(key: &KeySpec, file: &[u8], data_key: &[u8], context: &EncryptionContext) -> Result<Vec<u8>, &'static str>;

    /// Unwraps a data key.
    fn unwrap(
        key: &KeySpec,
        file: &[u8],
        wrapped: &[u8],
        context: &EncryptionContext,
    ) -> Result<Zeroizing<Vec<u8>>, &'static str>;

    /// What the key in the file does, as a sentence without its subject.
    fn finding(file: &[u8]) -> Result<&'static str, &'static str>;
}
