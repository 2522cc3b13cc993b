//! Looking for a config file, and reading it within limits.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
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
