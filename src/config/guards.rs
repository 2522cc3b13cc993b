//! What all configs together demand of a file.

use std::path::{Path, PathBuf};

use super::dialect::Dialect;
use super::discovery::read_found;
use super::rules::Config;
use super::source::{KENC_CONFIG, absolute, folders_for, may_be_there, shown};
use super::user::OwnConfig;
use crate::error::{ConfigError, ConfigFault, Result};
use crate::keys::TrustedKeys;

/// Every `.kenc.yaml` that holds for the files of a folder.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ConfigsAbove {
    configs: Vec<Config>,
    /// Those that were ignored because others can write them, with the reason.
    pub passed_over: Vec<(PathBuf, ConfigFault)>,
}

/// What all configs together demand: each adds to it, and none takes anything away.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Guards {
    /// The keys that every list of `trusted_keys` permits.
    pub trusted: TrustedKeys,
    /// Whether one of them demands a seal.
    pub require_seal: bool,
}

impl ConfigsAbove {
    /// Finds them: in the folder of a file or above it, and in the working folder or above that. `named` is the config that
    /// the user named.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if one of them cannot be read. One that others can write is refused, unless it is
    /// the one that was named; if another was named, it is passed over: whoever can write it can take away what it demands.
    pub fn find(path: Option<&Path>, own: &OwnConfig, named: Option<&Config>) -> Result<Self> {
        let mut all = Self::default();
        let is_named = |path: &Path| named.is_some_and(|named| absolute(named.path()) == path);
        for found in folders_for(path).into_iter().map(|folder| folder.join(KENC_CONFIG)) {
            if !may_be_there(&found) || is_named(&found) {
                continue;
            }
            match own.check(&found) {
                Ok(()) => all.configs.push(read_found(&found, Dialect::Kenc)?),
                // It could only forbid, and in a folder for everybody it has no right even to that.
                Err(ConfigFault::Planted) => {}
                Err(fault) if named.is_some() => all.passed_over.push((found, fault)),
                Err(fault) => {
                    return Err(ConfigError::new(&shown(&found, &absolute(Path::new("."))), None, fault).into());
                }
            }
        }
        Ok(all)
    }

    /// What is demanded of a file by these, by the user's own config, and by the one that the user named.
    ///
    /// A config that came along with the file must not make more keys trusted, nor one of sops or one that was named hide
    /// what is said above it.
    ///
    /// # Errors
    /// If the rule of one for the file cannot be used.
    pub fn guards(&self, path: Option<&Path>, own: &OwnConfig, named: Option<&Config>) -> Result<Guards> {
        let mut guards =
            Guards { trusted: own.trusted_keys.clone().unwrap_or_default(), require_seal: own.require_seal };
        for config in named.into_iter().chain(&self.configs) {
            let rule = config.settings_for(path)?;
            guards.require_seal |= rule.map_or(config.require_seal(), |rule| rule.require_seal);
            if let Some(trusted) = config.trusted_keys() {
                guards.trusted = guards.trusted.and(trusted.clone());
            }
        }
        Ok(guards)
    }
}
