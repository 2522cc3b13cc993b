//! AWS KMS, as the user has it asked.

use std::collections::HashMap;
#[cfg(feature = "aws")]
use std::sync::OnceLock;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[cfg(feature = "aws")]
use super::client::session::KmsSession;
use super::hooks::KmsHooks;
use super::key::KmsKey;
use super::routes::KmsRoutes;
use super::settings::KmsSettings;
use crate::keys::access::KmsAccess;

/// AWS KMS, asked with the same settings throughout. Blocks; must not be called from within an async runtime.
///
/// Without the feature `aws`, every call is refused with
/// [`KmsRefusalKind::NotInThisBuild`](crate::keys::KmsRefusalKind::NotInThisBuild).
pub struct AwsKms {
    pub(super) settings: KmsSettings,
    #[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "there are no calls"))]
    pub(super) hooks: KmsHooks,
    pub(super) routes: KmsRoutes,
    #[cfg(feature = "aws")]
    pub(super) session: OnceLock<Result<KmsSession, String>>,
    /// The service as documents have it asked: with other roles and profiles.
    pub(super) others: Mutex<Vec<Arc<AwsKms>>>,
    /// The keys of aliases in configs, by alias, profile and role. `None` for those that may not be looked up.
    pub(super) aliases: Mutex<HashMap<AliasRoute, Option<KmsKey>>>,
}

/// An alias, with the profile and the role it is asked with.
type AliasRoute = (String, Option<String>, Option<String>);

impl AwsKms {
    /// Takes the settings, and touches nothing else.
    #[must_use]
    pub fn new(settings: KmsSettings) -> Self {
        Self {
            settings,
            hooks: KmsHooks::default(),
            routes: KmsRoutes::default(),
            #[cfg(feature = "aws")]
            session: OnceLock::new(),
            others: Mutex::default(),
            aliases: Mutex::default(),
        }
    }

    /// Has `hooks` serve its calls.
    #[must_use]
    pub fn with_hooks(self, hooks: KmsHooks) -> Self {
        Self { hooks, ..self }
    }

    /// Has the keys of files asked as `routes` says.
    #[must_use]
    pub fn with_routes(self, routes: KmsRoutes) -> Self {
        Self { routes, ..self }
    }

    /// The same service with other routes.
    #[must_use]
    pub fn routed(&self, routes: KmsRoutes) -> Self {
        Self::new(self.settings.clone()).with_hooks(self.hooks.clone()).with_routes(routes)
    }

    /// The service as a key of a file is asked, or `None` if that is this one.
    ///
    /// Where the config names only aliases that may mean the key, each is looked up once, with its own profile and role. One
    /// with an account that may not be looked up is taken to mean the keys of its account for which no other is known.
    pub(in crate::keys) fn for_key(&self, key: &KmsKey) -> Option<Arc<Self>> {
        if let Some(access) = self.routes.of(key) {
            return self.acting_as(access);
        }
        let mut unknown = None;
        for (alias, access) in self.routes.aliases_for(key) {
            match self.key_of_alias(alias, access) {
                Some(found) if found == *key => return self.acting_as(access),
                None if alias.account().is_some() => unknown = unknown.or(Some(access)),
                Some(_) | None => {}
            }
        }
        self.acting_as(unknown?)
    }

    /// The key that an alias of a config means, if it may be looked up.
    fn key_of_alias(&self, alias: &KmsKey, access: &KmsAccess) -> Option<KmsKey> {
        let find = || {
            let service = self.acting_as(access);
            service.as_deref().unwrap_or(self).resolve(alias).ok()
        };
        // Under the lock: there are few aliases, and each is asked for once.
        let mut known = self.aliases.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((alias.to_string(), access.profile.clone(), access.role.clone())).or_insert_with(find).clone()
    }

    /// The key to ask for a slot when no key was given: its replica in the region of the settings, if the key is a
    /// multi-Region key and a region was set, else the slot's key itself.
    #[must_use]
    pub fn replica_to_ask(&self, slot: KmsKey) -> KmsKey {
        match &self.settings.region {
            Some(region) => slot.in_region(region),
            None => slot,
        }
    }

    /// Longest time for one operation.
    pub(in crate::keys) fn timeout(&self) -> Duration {
        self.settings.timeout
    }

    /// The service as it is asked with the role and the profile of `access`, or `None` if that is this one.
    ///
    /// What the user has set prevails: a document is somebody else's text.
    pub(crate) fn acting_as(&self, access: &KmsAccess) -> Option<Arc<Self>> {
        let mut settings = self.settings.clone();
        settings.profile = settings.profile.or_else(|| access.profile.clone());
        settings.role_arn = settings.role_arn.or_else(|| access.role.clone());
        if settings == self.settings {
            return None;
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.iter().find(|other| other.settings == settings) {
            return Some(Arc::clone(known));
        }
        let other = Arc::new(Self::new(settings).with_hooks(self.hooks.clone()));
        others.push(Arc::clone(&other));
        Some(other)
    }
}
