//! The user's own config, and what all configs together demand of a file.

use std::path::{Path, PathBuf};

use super::find::{folders_for, may_be_there, read_found, read_text, shown};
use super::{Config, Dialect, KENC_CONFIG, absolute, file, ownership};
use crate::error::{ConfigError, ConfigFault, Result};
use crate::keys::TrustedKeys;

/// The user's own config: what they demand of every file, wherever it lies.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OwnConfig {
    pub(super) trusted_keys: Option<TrustedKeys>,
    pub(super) require_seal: bool,
    /// Folders whose configs are used although others can write there.
    pub(super) safe_folders: Vec<PathBuf>,
}

/// Every `.kenc.yaml` that has a say about the files of a folder.
#[derive(Debug, Default)]
pub struct ConfigsAbove {
    configs: Vec<Config>,
    /// Those that were passed over because others can write them, with the reason.
    pub passed_over: Vec<(PathBuf, ConfigFault)>,
}

/// What all configs together demand: each adds to it, and none takes anything away.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// The keys that every list of `trusted_keys` permits.
    pub trusted: TrustedKeys,
    /// Whether one of them demands a seal.
    pub require_seal: bool,
}

impl OwnConfig {
    /// Reads it. Without a file there, nothing is demanded.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if it cannot be read, something in it is wrong, or others can write it.
    pub fn read(path: &Path) -> Result<Self> {
        if path.symlink_metadata().is_err() {
            return Ok(Self::default());
        }
        ownership::check(path).map_err(|fault| ConfigError::new(path, None, fault))?;
        Ok(file::parse_own(path, &read_text(path)?)?)
    }

    /// Whether a config may be used that was found.
    pub(super) fn check(&self, path: &Path) -> Result<(), ConfigFault> {
        let path = absolute(path);
        if self.safe_folders.iter().any(|folder| path.starts_with(folder)) {
            return Ok(());
        }
        ownership::check(&path)
    }
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
        let is_named = |path: &Path| named.is_some_and(|named| absolute(&named.path) == path);
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
