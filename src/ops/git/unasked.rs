//! Files that git shows and checks unprompted: a branch that was only fetched must not choose which AWS account learns
//! of it, nor which role or profile of the user is used.

use std::path::Path;

use crate::config::{Config, RuleKey};
use crate::keys::{AWS_KMS, KeySpec, KmsKey, KnownAccess, TrustedKeys, WrappedKey};

use crate::ops::configs::Configs;
use crate::ops::failure::Failure;
use crate::ops::session::Session;

/// The keys that may be asked: as `trusted_keys` says; without it, those of the accounts, roles and profiles that a
/// config or the command line names. `wrapped` are the keys of the file, for which an alias is resolved.
pub(super) fn trusted(
    configs: &Configs,
    path: &Path,
    session: &Session,
    wrapped: &[WrappedKey],
) -> Result<TrustedKeys, Failure> {
    let trusted = configs.trusted(Some(path))?;
    if trusted.is_list() {
        return Ok(trusted);
    }
    let mut known = KnownAccess::default();
    let mut named: Vec<KmsKey> = Vec::new();
    let mut name = |key: &KeySpec| {
        named.extend(KmsKey::of(key));
    };
    session.only().iter().for_each(&mut name);
    let found = configs.of(Some(path))?;
    if let Some(config) = &found.config {
        config.names().filter_map(|(_, word)| word.parse().ok()).for_each(|key| name(&key));
        let rules = Config::rules(config).unwrap_or_default();
        for key in rules.into_iter().flat_map(|rule| rule.groups).flat_map(|group| group.keys) {
            if let RuleKey::AwsKms { key, role, profile, .. } = key {
                name(&key.into());
                known.roles.extend(role);
                known.profiles.extend(profile);
            }
        }
    }
    known.accounts.extend(named.iter().filter_map(KmsKey::account).map(str::to_owned));
    let is_unknown = |slot: &WrappedKey| slot.provider == AWS_KMS && !known.is_account_of(slot);
    if wrapped.iter().any(is_unknown) {
        // An alias in the config stands for a key of the user's own account, so that account is named.
        let aliases = named.iter().filter(|key| key.account().is_none());
        let accounts: Vec<String> =
            aliases.filter_map(|alias| Some(session.kms().resolve(alias).ok()?.account()?.to_owned())).collect();
        known.accounts.extend(accounts);
    }
    Ok(trusted.only_known(known))
}
