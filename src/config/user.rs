//! The user's own config, which holds for every file.

use std::path::{Path, PathBuf};

use super::dialect::Dialect;
use super::fields::{LineFault, Lined, read};
use super::file::trusted;
use super::model::UserFields;
use super::source::{absolute, read_text};
use super::{ownership, yaml};
use crate::error::{ConfigError, ConfigFault, Result};
use crate::keys::TrustedKeys;

/// The user's own config: what they demand of every file, wherever it lies.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OwnConfig {
    pub(super) trusted_keys: Option<TrustedKeys>,
    pub(super) require_seal: bool,
    /// Folders whose configs are used although others can write there.
    pub(super) safe_folders: Vec<PathBuf>,
    /// Where the calls of AWS KMS are noted.
    pub(super) audit_log: Option<PathBuf>,
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
        Ok(parse(path, &read_text(path)?)?)
    }

    /// The file in which calls of AWS KMS are noted, if they are.
    #[must_use]
    pub fn audit_log(&self) -> Option<&Path> {
        self.audit_log.as_deref()
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

fn parse(path: &Path, text: &str) -> Result<OwnConfig, ConfigError> {
    let roots = yaml::parse(path, text)?;
    let Some(root) = roots.first() else { return Ok(OwnConfig::default()) };
    let understood = read(root, Dialect::Kenc).and_then(own_config);
    understood.map_err(|LineFault { line, fault }| ConfigError::new(path, line, fault))
}

fn own_config(fields: UserFields) -> Result<OwnConfig, LineFault> {
    let UserFields { trusted_keys, require_seal, safe_folders, audit_log } = fields;
    let absolute_path = |Lined { line, value }: Lined<String>, field: &str, wanted: &str| {
        let path = PathBuf::from(value);
        if path.is_absolute() {
            return Ok(path);
        }
        let (field, wanted) = (field.to_owned(), wanted.to_owned());
        Err(LineFault::new(line, ConfigFault::WrongKind { field, wanted }))
    };
    let folder = |folder| absolute_path(folder, "safe_folders", "a list of absolute paths");
    Ok(OwnConfig {
        trusted_keys: trusted_keys.map(trusted).transpose()?,
        require_seal: require_seal.unwrap_or_default(),
        safe_folders: safe_folders.unwrap_or_default().into_iter().map(folder).collect::<Result<_, _>>()?,
        audit_log: audit_log.map(|log| absolute_path(log, "audit_log", "an absolute path")).transpose()?,
    })
}
