//! Locations of the keys, configs and other files of the user, from the environment.

use std::path::{Path, PathBuf};

use crate::config::is_writable_by_others;
use crate::keys::age::recipient_of_file;
use crate::keys::{Identities, KeySpec};
use crate::ops::failure::{Cause, Failure};

const KENC_KEY_FILE: &str = "KENC_AGE_KEY_FILE";
const SOPS_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";
const SOPS_KEY: &str = "SOPS_AGE_KEY";

/// The file of the local key: `$KENC_AGE_KEY_FILE`, or `keys.txt` in the configuration folder of kenc.
///
/// # Errors
/// If there is no home folder.
pub fn local_key_file() -> Result<PathBuf, Failure> {
    variable(KENC_KEY_FILE)
        .or_else(|| Some(config_folder()?.join("kenc").join("keys.txt")))
        .ok_or_else(|| Cause::NoHome.into())
}

/// The file of the user's own config: `config.yaml` in the configuration folder of kenc.
#[must_use]
pub fn own_config_file() -> Option<PathBuf> {
    Some(config_folder()?.join("kenc").join("config.yaml"))
}

/// Where identities are looked for: in the given files, or else in the usual places.
#[must_use]
pub fn identities(given: &[PathBuf]) -> Identities {
    if !given.is_empty() {
        return Identities { files: given.to_vec(), ..Identities::default() };
    }
    let of_sops = config_folder().map(|folder| folder.join("sops").join("age").join("keys.txt"));
    let ssh = std::env::home_dir().map(|home| home.join(".ssh"));
    Identities {
        files: local_key_file()
            .ok()
            .into_iter()
            .chain(variable(SOPS_KEY_FILE))
            .chain(of_sops.filter(|path| path.exists()))
            .collect(),
        ssh_files: ssh.into_iter().flat_map(|ssh| ["id_ed25519", "id_rsa"].map(|name| ssh.join(name))).collect(),
        variable: Some(SOPS_KEY),
        texts: Vec::new(),
    }
}

/// Identities that every user of this machine can read or replace.
pub fn identities_open_to_all(identities: &Identities) -> impl Iterator<Item = &Path> {
    let files = identities.files.iter().chain(&identities.ssh_files);
    files.map(PathBuf::as_path).filter(|path| is_open_to_all(path))
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    const READ_OR_WRITE: u32 = 0o006;
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & READ_OR_WRITE != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}

/// Identities that somebody else can replace: everybody, a group that is not the user's own, or whoever may write their
/// folder. Such a file vouches for nothing.
pub fn identities_open_to_others(identities: &Identities) -> impl Iterator<Item = &Path> {
    identities.files.iter().map(PathBuf::as_path).filter(|path| path.exists() && is_writable_by_others(path))
}

/// The local key.
///
/// # Errors
/// If there is none, or its file cannot be read.
pub fn local_key() -> Result<KeySpec, Failure> {
    let path = local_key_file()?;
    if !path.exists() {
        return Err(Cause::NoKeyGiven.into());
    }
    Ok(recipient_of_file(&path)?.into())
}

/// The folder for state that kenc keeps between runs.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        variable("XDG_STATE_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| Some(std::env::home_dir().filter(|home| home.is_absolute())?.join(".local/state")))
    };
    Some(base?.join("kenc"))
}

fn config_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA");
    }
    variable("XDG_CONFIG_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| Some(std::env::home_dir()?.join(".config")))
}

/// A variable that is set, and not empty.
#[must_use]
pub fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
