//! Looking for a config file, and reading it within limits.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{Config, Dialect, absolute};
use crate::error::{ConfigError, ConfigFault, Result};
use crate::keys::TrustedKeys;

/// The name of kenc's own config.
pub const KENC_CONFIG: &str = ".kenc.yaml";
/// The name of the config of sops. Beside one of kenc it is not read.
pub const SOPS_CONFIG: &str = ".sops.yaml";
/// What these are often called by mistake.
const MISNAMED: [&str; 2] = [".kenc.yml", ".sops.yml"];

/// Longest config file, in bytes.
const MAX_LENGTH: u64 = 1 << 20;
/// Most folders that are looked into on the way up.
const MAX_FOLDERS: usize = 100;

/// What was found on the way up.
#[derive(Debug, Default)]
pub struct Found {
    /// The nearest config.
    pub config: Option<Config>,
    /// A file that was passed over because it has not quite the name of a config.
    pub misnamed: Option<PathBuf>,
    /// Whether sops, which looks from the working folder only, would not find the config.
    pub is_hidden_from_sops: bool,
}

impl Config {
    /// Finds the config for a file: in its folder, or the nearest folder above it; else in the working folder, or the
    /// nearest above that. Without a file, as for a pipe, only the latter.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if one is found and cannot be read.
    pub fn find(for_path: Option<&Path>) -> Result<Found> {
        let working = absolute(Path::new("."));
        let start = for_path.and_then(|path| absolute(path).parent().map(Path::to_path_buf));
        let mut misnamed = None;
        for folder in start.iter().chain([&working]) {
            let Some((path, dialect)) = nearest(folder, &mut misnamed) else { continue };
            let is_above_working = path.parent().is_some_and(|parent| working.starts_with(parent));
            let is_hidden_from_sops = dialect == Dialect::Sops && !is_above_working;
            refuse_planted(&path)?;
            let config = Some(read_found(&path, &working, dialect)?);
            return Ok(Found { config, misnamed, is_hidden_from_sops });
        }
        Ok(Found { misnamed, ..Found::default() })
    }

    /// Which keys may be asked because the header of a file names them: those that every `.kenc.yaml` lets pass that is in
    /// the folder of the file or above it, or in the working folder or above that. A config that came along with the file
    /// must not make more keys trusted, nor one of sops hide what is said above it.
    ///
    /// # Errors
    /// [`crate::error::Error::Config`] if one of them cannot be read.
    pub fn trusted_for(path: Option<&Path>) -> Result<TrustedKeys> {
        let working = absolute(Path::new("."));
        let start = path.and_then(|path| absolute(path).parent().map(Path::to_path_buf));
        let folders = start.iter().chain([&working]).flat_map(|start| start.ancestors().take(MAX_FOLDERS));
        let folders: BTreeSet<&Path> = folders.collect();
        let mut trusted = TrustedKeys::all();
        for path in folders.into_iter().map(|folder| folder.join(KENC_CONFIG)) {
            // One that somebody else planted could only forbid, and has no right even to that.
            if path.symlink_metadata().is_ok() && refuse_planted(&path).is_ok() {
                let config = read_found(&path, &working, Dialect::Kenc)?;
                trusted = trusted.and(config.trusted_keys().cloned().unwrap_or_else(TrustedKeys::all));
            }
        }
        Ok(trusted)
    }

    /// Reads a config that was named by its path. One whose name speaks of sops is read as sops reads it.
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

/// The nearest config in a folder or above it. `misnamed` becomes the nearest file that is no config by its name only.
fn nearest(folder: &Path, misnamed: &mut Option<PathBuf>) -> Option<(PathBuf, Dialect)> {
    for folder in folder.ancestors().take(MAX_FOLDERS) {
        for (name, dialect) in [(KENC_CONFIG, Dialect::Kenc), (SOPS_CONFIG, Dialect::Sops)] {
            let path = folder.join(name);
            // A link into nowhere is found too: to go on past it would be to use another config than was meant.
            if path.symlink_metadata().is_ok() {
                return Some((path, dialect));
            }
        }
        if misnamed.is_none() {
            *misnamed = MISNAMED.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        }
    }
    None
}

/// A path as messages name it: relative where it is in the working folder.
fn shown(path: &Path, working: &Path) -> PathBuf {
    path.strip_prefix(working).unwrap_or(path).to_owned()
}

/// Where everybody may make files, as in `/tmp`, a config of somebody else would have us encrypt to their keys.
fn refuse_planted(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::fs::Metadata;
        use std::os::unix::fs::MetadataExt;
        const WRITABLE_BY_ALL: u32 = 0o002;
        let is_public = |folder: Metadata| folder.mode() & WRITABLE_BY_ALL != 0;
        let ours = rustix::process::geteuid().as_raw();
        let is_foreign = |file: Metadata| ![ours, 0].contains(&file.uid());
        let folder = path.parent().unwrap_or(path);
        if folder.metadata().is_ok_and(is_public) && path.symlink_metadata().is_ok_and(is_foreign) {
            return Err(ConfigError::new(path, None, ConfigFault::Planted).into());
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Reads a config that nobody asked for by name.
fn read_found(path: &Path, working: &Path, dialect: Dialect) -> Result<Config> {
    let path = shown(path, working);
    // A pipe would keep us waiting.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let reason = "it is not a file".to_owned();
        return Err(ConfigError::new(&path, None, ConfigFault::Unreadable(reason)).into());
    }
    read(&path, dialect)
}

fn read(path: &Path, dialect: Dialect) -> Result<Config> {
    let fault = |fault| ConfigError::new(path, None, fault);
    let unreadable = |error: std::io::Error| {
        fault(ConfigFault::Unreadable(
            match error.kind() {
                ErrorKind::NotFound => "it is not there",
                ErrorKind::PermissionDenied => "permission denied",
                ErrorKind::IsADirectory => "it is a directory",
                ErrorKind::InvalidData => "it is not UTF-8",
                _ => "the system gave an error",
            }
            .to_owned(),
        ))
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut content = Vec::new();
    file.take(MAX_LENGTH + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > MAX_LENGTH {
        return Err(fault(ConfigFault::TooLong(MAX_LENGTH)).into());
    }
    let text = String::from_utf8(content).map_err(|_| fault(ConfigFault::Unreadable("it is not UTF-8".to_owned())))?;
    Config::parse(path, text.trim_start_matches('\u{feff}'), dialect)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

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

    fn found_for(folder: &TempDir, name: &str) -> Found {
        Config::find(Some(&folder.path().join(name))).unwrap()
    }

    fn place(folder: &TempDir, found: &Found) -> String {
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
    fn what_somebody_else_put_into_a_public_folder_is_refused_as_a_config_and_has_no_say_in_trust() {
        use std::os::unix::fs::PermissionsExt;
        if !rustix::process::geteuid().is_root() {
            // Nobody else can give a file away.
            return;
        }
        let folder = folder_with(&["a/.kenc.yaml"]);
        let path = folder.path().join("a/.kenc.yaml");
        std::fs::write(&path, "trusted_keys: []\n").unwrap();
        let slot = crate::keys::WrappedKey { provider: "age".into(), key_id: "x".into(), ciphertext: vec![] };
        let permits = || Config::trusted_for(Some(&path)).unwrap().permits(&slot);
        std::os::unix::fs::chown(&path, Some(12345), None).unwrap();
        assert!(Config::find(Some(&path)).is_ok() && !permits());
        std::fs::set_permissions(folder.path().join("a"), PermissionsExt::from_mode(0o1777)).unwrap();
        let Err(Error::Config(error)) = Config::find(Some(&path)) else { panic!("it was taken") };
        assert_eq!(error.fault, ConfigFault::Planted);
        assert!(permits());
        std::os::unix::fs::chown(&path, Some(0), None).unwrap();
        assert!(Config::find(Some(&path)).is_ok() && !permits());
    }
}
