//! A provider for tests, which shows the three places that a new one touches: its folder, its line in the registry, and the
//! list of providers in the documentation of [`crate::keys`].

pub(super) mod provider;
mod tests;
