//! Finding the config for a file.

use std::path::{Path, PathBuf};

use super::dialect::Dialect;
use super::rules::Config;
use super::source::{KENC_CONFIG, MAX_FOLDERS, MISNAMED, SOPS_CONFIG, absolute, may_be_there, read_text, shown};
use super::user::OwnConfig;
use crate::error::{ConfigError, ConfigFault, Result};

/// The config for a file, and what a person should know of the search.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FoundConfig {
    /// The nearest config.
    pub config: Option<Config>,
    /// A file that was ignored because its name is only almost that of a config.
    pub misnamed: Option<PathBuf>,
    /// Whether sops, which looks from the working folder only, would not find the config.
    pub is_hidden_from_sops: bool,
}

impl Config {
    /// Finds the config for a file: in its folder, or the nearest folder above it; else in the working folder, or the
    /// nearest above that. Without a file, as for a pipe, only the latter.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if one is found that cannot be read, or that others can write and the user's own
    /// config does not permit.
    pub fn find(for_path: Option<&Path>, own: &OwnConfig) -> Result<FoundConfig> {
        let working = absolute(Path::new("."));
        let start = for_path.and_then(|path| absolute(path).parent().map(Path::to_path_buf));
        let mut misnamed = None;
        // The working folder is looked through already if the file is in it, or below it.
        let is_apart = start.as_ref().is_none_or(|start| !is_seen_from(start, &working));
        for folder in start.iter().chain(is_apart.then_some(&working)) {
            let Some((path, dialect)) = nearest(folder, &mut misnamed) else { continue };
            let is_above_working = path.parent().is_some_and(|parent| working.starts_with(parent));
            let is_hidden_from_sops = dialect == Dialect::Sops && !is_above_working;
            own.check(&path).map_err(|fault| ConfigError::new(&shown(&path, &working), None, fault))?;
            let config = Some(read_found(&path, dialect)?);
            return Ok(FoundConfig { config, misnamed, is_hidden_from_sops });
        }
        Ok(FoundConfig { misnamed, ..FoundConfig::default() })
    }

    /// Reads a config that was named by its path. If its name contains `sops`, it is read as sops reads it.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if it cannot be read, or something in it is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let speaks_of_sops = path.file_name().is_some_and(|name| name.to_string_lossy().contains("sops"));
        read(path, if speaks_of_sops { Dialect::Sops } else { Dialect::Kenc })
    }

    /// Reads a config as sops reads it, whatever its name.
    ///
    /// # Errors
    /// As [`Config::open`].
    pub fn open_as_sops(path: &Path) -> Result<Self> {
        read(path, Dialect::Sops)
    }
}

/// Whether the search from `folder` upward comes through `other`.
fn is_seen_from(folder: &Path, other: &Path) -> bool {
    folder.ancestors().take(MAX_FOLDERS).any(|folder| folder == other)
}

/// The nearest config in a folder or above it. `misnamed` becomes the nearest file that is not a config only because of its name.
fn nearest(folder: &Path, misnamed: &mut Option<PathBuf>) -> Option<(PathBuf, Dialect)> {
    for folder in folder.ancestors().take(MAX_FOLDERS) {
        for (name, dialect) in [(KENC_CONFIG, Dialect::Kenc), (SOPS_CONFIG, Dialect::Sops)] {
            let path = folder.join(name);
            if may_be_there(&path) {
                return Some((path, dialect));
            }
        }
        if misnamed.is_none() {
            *misnamed = MISNAMED.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        }
    }
    None
}

/// Reads a config that nobody asked for by name.
pub(super) fn read_found(path: &Path, dialect: Dialect) -> Result<Config> {
    let path = shown(path, &absolute(Path::new(".")));
    // A pipe would keep us waiting.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let reason = "it is not a file".to_owned();
        return Err(ConfigError::new(&path, None, ConfigFault::Unreadable(reason)).into());
    }
    read(&path, dialect)
}

fn read(path: &Path, dialect: Dialect) -> Result<Config> {
    Config::parse(path, &read_text(path)?, dialect)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::super::{ConfigsAbove, Guards};
    use super::*;
    use crate::error::Error;

    const RULES: &str = "creation_rules:\n- pgp: A\n";

    fn folder_with(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, RULES).unwrap();
        }
        folder
    }

    fn found_for(folder: &TempDir, name: &str) -> FoundConfig {
        Config::find(Some(&folder.path().join(name)), &OwnConfig::default()).unwrap()
    }

    fn guards_for(path: &Path, own: &OwnConfig, named: Option<&Config>) -> Result<Guards> {
        ConfigsAbove::find(Some(path), own, named)?.guards(Some(path), own, named)
    }

    fn place(folder: &TempDir, found: &FoundConfig) -> String {
        let path = found.config.as_ref().unwrap().path();
        path.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn the_nearest_config_is_found_and_one_of_kenc_goes_before_one_of_sops() {
        let folder = folder_with(&[".sops.yaml", "a/.kenc.yaml", "a/.sops.yaml", "a/b/.sops.yaml", "a/c/x"]);
        for (file, expected) in [
            ("x", ".sops.yaml"),
            ("new/folder/x", ".sops.yaml"),
            ("a/x", "a/.kenc.yaml"),
            ("a/c/x", "a/.kenc.yaml"),
            ("a/b/x", "a/b/.sops.yaml"),
            ("a/b/../x", "a/.kenc.yaml"),
        ] {
            assert_eq!(place(&folder, &found_for(&folder, file)), expected, "{file}");
        }
    }

    #[test]
    fn a_config_of_sops_beside_the_working_folder_is_hidden_from_sops() {
        let folder = folder_with(&["a/.sops.yaml", "b/.kenc.yaml"]);
        assert!(found_for(&folder, "a/x").is_hidden_from_sops);
        assert!(!found_for(&folder, "b/x").is_hidden_from_sops);
    }

    #[test]
    fn a_file_with_almost_the_name_is_not_read_and_told_of() {
        let folder = folder_with(&[".kenc.yaml", "a/.sops.yml", "a/b/.kenc.yml"]);
        let misnamed = |name: &str| found_for(&folder, name).misnamed;
        assert_eq!(misnamed("x"), None);
        assert_eq!(misnamed("a/x"), Some(folder.path().join("a/.sops.yml")));
        assert_eq!(misnamed("a/b/x"), Some(folder.path().join("a/b/.kenc.yml")));
        assert_eq!(place(&folder, &found_for(&folder, "a/b/x")), ".kenc.yaml");
    }

    #[test]
    fn the_name_tells_how_a_named_config_is_read() {
        let folder = folder_with(&["my.sops.yaml", "team.yaml"]);
        for (name, dialect) in [("my.sops.yaml", Dialect::Sops), ("team.yaml", Dialect::Kenc)] {
            assert_eq!(Config::open(&folder.path().join(name)).unwrap().dialect(), dialect);
        }
        assert_eq!(Config::open_as_sops(&folder.path().join("team.yaml")).unwrap().dialect(), Dialect::Sops);
    }

    #[cfg(unix)]
    #[test]
    fn a_config_that_others_can_write_is_refused_unless_the_user_permits_the_folder_or_names_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder_with(&["a/.kenc.yaml"]);
        let path = folder.path().join("a/.kenc.yaml");
        std::fs::write(&path, "trusted_keys: []\nrequire_seal: true\n").unwrap();
        std::fs::set_permissions(folder.path().join("a"), PermissionsExt::from_mode(0o777)).unwrap();
        let refused = |result: Result<()>| match result {
            Err(Error::Config(error)) => matches!(error.fault, ConfigFault::WritableByOthers(_)),
            _ => false,
        };
        let own = OwnConfig::default();
        assert!(refused(Config::find(Some(&path), &own).map(drop)));
        assert!(refused(guards_for(&path, &own, None).map(drop)));
        let named = Config::open(&path).unwrap();
        assert!(guards_for(&path, &own, Some(&named)).unwrap().require_seal);
        let safe = OwnConfig { safe_folders: vec![folder.path().to_owned()], ..OwnConfig::default() };
        assert!(Config::find(Some(&path), &safe).unwrap().config.is_some());
        assert!(guards_for(&path, &safe, None).unwrap().require_seal);
        // Another one that is named does not need it, and does not get rid of it in silence.
        let other = folder.path().join("other.yaml");
        std::fs::write(&other, "").unwrap();
        let above = ConfigsAbove::find(Some(&path), &own, Some(&Config::open(&other).unwrap())).unwrap();
        assert!(!above.guards(Some(&path), &own, None).unwrap().require_seal);
        assert_eq!(above.passed_over.len(), 1);
    }

    #[test]
    fn every_config_adds_to_what_is_demanded_and_none_takes_away() {
        let folder = folder_with(&["a/b/.sops.yaml"]);
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(".kenc.yaml", "require_seal: true\ntrusted_keys: ['111122223333']\n");
        write("a/.kenc.yaml", "require_seal: false\ntrusted_keys: ['arn:*:*:*:*:*']\n");
        write("named.yaml", "require_seal: false\ntrusted_keys: ['arn:*:*:*:*:*', '111122223333', '444455556666']\n");
        write("own.yaml", "trusted_keys: ['111122223333', '444455556666']\nsafe_folders: [/srv/team]\n");
        let slot = |account: &str| crate::keys::WrappedKey {
            provider: crate::keys::AWS_KMS.into(),
            key_id: format!("arn:aws:kms:eu-west-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
            ciphertext: vec![],
        };
        let file = folder.path().join("a/b/s.yaml");
        let own = OwnConfig::read(&folder.path().join("own.yaml")).unwrap();
        let named = Config::open(&folder.path().join("named.yaml")).unwrap();
        for named in [None, Some(&named)] {
            let guards = guards_for(&file, &own, named).unwrap();
            assert!(guards.require_seal);
            assert!(guards.trusted.permits(&slot("111122223333")) && !guards.trusted.permits(&slot("444455556666")));
        }
        write(".kenc.yaml", "creation_rules:\n- path_regex: ^a/b/\n  require_seal: true\n");
        assert!(guards_for(&file, &OwnConfig::default(), None).unwrap().require_seal);
        let beside = folder.path().join("x.yaml");
        assert!(!guards_for(&beside, &OwnConfig::default(), None).unwrap().require_seal);
        assert!(OwnConfig::read(&folder.path().join("none.yaml")).unwrap() == OwnConfig::default());
        for wrong in ["creation_rules: []\n", "safe_folders: [team]\n", "- x\n"] {
            write("own.yaml", wrong);
            assert!(OwnConfig::read(&folder.path().join("own.yaml")).is_err(), "{wrong}");
        }
    }
}
