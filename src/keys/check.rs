//! Whether keys work: each in the way of its provider, and none of them stops the others.

use super::access::KmsAccess;
use super::aws_kms::check::KmsPurpose;
use super::cache::Cache;
use super::finding::{KeyCheck, KeyToCheck};
use super::keyring::Keyring;
use super::provider::Checking;
use super::registry;
use crate::context::EncryptionContext;
use crate::error::KeyRefusal;

impl Keyring<'_> {
    /// Finds out whether a key works for `purpose` with `context`. Several threads may do so at the same time. A region that
    /// `cache` knows not to answer is not asked again: a header could multiply the wait.
    pub fn check(
        &self,
        key: KeyToCheck<'_>,
        context: &EncryptionContext,
        purpose: KmsPurpose,
        cache: &Cache,
    ) -> KeyCheck {
        let name = match key {
            KeyToCheck::Named(key) => key.provider(),
            KeyToCheck::Slot(slot) => {
                if let Some(refusal) = self.distrust(slot, &KmsAccess::default(), &[]) {
                    return KeyCheck::Unusable(refusal);
                }
                &slot.provider
            }
        };
        let Some(provider) = registry::by_name(name) else {
            return KeyCheck::Unusable(KeyRefusal::UnknownProvider(name.to_owned()));
        };
        provider.check(&Checking { credentials: self.credentials(), key, context, purpose, cache })
    }
}
