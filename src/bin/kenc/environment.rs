//! What the environment says: where keys live, and how AWS is reached.

use std::path::{Path, PathBuf};

use kenc::keys::age::recipient_of_file;
use kenc::keys::{AwsKms, Identities, KeySpec, KmsSettings};
use serde_json::json;

use crate::args::AwsArgs;
use crate::failure::{Cause, Failure};
use crate::report::{Reporter, quoted};

const KENC_KEY_FILE: &str = "KENC_AGE_KEY_FILE";
const SOPS_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";
const SOPS_KEY: &str = "SOPS_AGE_KEY";

/// The key service. Nothing of AWS is touched before it is asked.
pub fn key_service(args: &AwsArgs) -> AwsKms {
    key_service_for_rule(args, None, None)
}

/// The key service with what a rule says of it. The command line goes before the rule.
pub fn key_service_for_rule(args: &AwsArgs, profile_of_rule: Option<String>, role_of_rule: Option<String>) -> AwsKms {
    let AwsArgs { profile, region, role_arn, timeout } = args;
    AwsKms::new(KmsSettings {
        profile: profile.clone().or(profile_of_rule),
        region: region.clone(),
        role_arn: role_arn.clone().or(role_of_rule),
        timeout: *timeout,
    })
}

/// The file of the local key: `$KENC_AGE_KEY_FILE`, or `keys.txt` in the configuration folder of kenc.
pub fn local_key_file() -> Result<PathBuf, Failure> {
    variable(KENC_KEY_FILE)
        .or_else(|| Some(config_folder()?.join("kenc").join("keys.txt")))
        .ok_or_else(|| Cause::NoHome.into())
}

/// The file of the user's own config: `config.yaml` in the configuration folder of kenc.
pub fn own_config_file() -> Option<PathBuf> {
    Some(config_folder()?.join("kenc").join("config.yaml"))
}

/// Where identities are looked for: in the given files, or else in the usual places.
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

/// Warns of identities that everybody on this machine can read or replace.
pub fn warn_of_open_identities(identities: &Identities, reporter: &Reporter) {
    for path in identities.files.iter().chain(&identities.ssh_files).filter(|path| is_open_to_all(path)) {
        reporter.warn_once(
            &format!(
                "everybody on this machine can read or change the identity {}; `chmod 600 {}` keeps it to you",
                path.display(),
                quoted(path)
            ),
            &json!({ "file": path.display().to_string() }),
        );
    }
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

/// The local key.
pub fn local_key() -> Result<KeySpec, Failure> {
    let path = local_key_file()?;
    if !path.exists() {
        return Err(Cause::NoKeyGiven.into());
    }
    Ok(KeySpec::Age(recipient_of_file(&path)?))
}

/// The folder for what kenc keeps between runs.
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
pub fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}
