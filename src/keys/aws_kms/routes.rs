//! Which profile and role each key of AWS KMS is asked with, where a config says so: its keys may be in several accounts.

use super::key::KmsKey;
use crate::keys::access::KmsAccess;
use crate::keys::spec::KeySpec;

/// Profiles and roles of keys. What the user has set goes before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KmsRoutes(Vec<(KmsKey, KmsAccess)>);

impl KmsRoutes {
    /// Adds a key of AWS KMS with how it is asked, unless it is known already. Other keys are left out.
    pub fn add(&mut self, key: &KeySpec, access: KmsAccess) {
        if let Some(key) = KmsKey::of(key)
            && self.0.iter().all(|(known, _)| *known != key)
        {
            self.0.push((key, access));
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How a key is asked that a config names.
    pub(super) fn of(&self, key: &KmsKey) -> Option<&KmsAccess> {
        let exact = self.0.iter().find(|(known, _)| known == key);
        let alike = || self.0.iter().find(|(known, _)| !known.is_alias() && known.matches(key).is_possible());
        exact.or_else(alike).map(|(_, access)| access)
    }

    /// The aliases that may mean a key, with how they are asked. Only KMS knows which of them does.
    pub(super) fn aliases_for(&self, key: &KmsKey) -> impl Iterator<Item = &(KmsKey, KmsAccess)> {
        self.0.iter().filter(|(known, _)| known.is_alias() && known.matches(key).is_possible())
    }
}
